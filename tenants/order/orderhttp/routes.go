// Package orderhttp takes orders from shops and buyers, and shows them to
// staff, to shops, to whoever bought and to whoever sold.
package orderhttp

import (
	"context"
	"net/http"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// Config is what the routes need beside the slice.
type Config struct {
	DB     *pg.DB
	Orders *order.Service

	// Currency is the store's one currency.
	Currency func(ctx context.Context, tx *pg.Tx) (string, error)

	// Earned tells what orders have earned a distributor, or everybody when
	// the payee is zero; nil shows nothing. A later step of an order's life
	// knows it.
	Earned func(ctx context.Context, tx *pg.Tx, orders []order.Order, payee distributor.ID) (map[order.ID]Earned, error)
}

// Earned is what became of an order's commission.
type Earned struct {
	State string // none, awaiting, decided
	Total int64  // standing, minor units
}

type handlers struct {
	Config
	reports *pg.Fold[Report, told]
}

// reportsAtOnce is how many reports share a transaction at most: enough to
// make its commit cheap, few enough that nobody waits long for the last.
const reportsAtOnce = 64

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, c Config) {
	h := &handlers{Config: c}
	h.reports = &pg.Fold[Report, told]{DB: c.DB, Most: reportsAtOnce, Work: h.ingest}
	op := func(id, method, path, permission, summary string, status int) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: method, Path: path, Permission: permission, Summary: summary, Status: status}
	}
	get, post := http.MethodGet, http.MethodPost

	httpapi.Register(s, httpapi.Open, op("order.report", post, "/orders", rbac.OrderReport, "Tell about an order; telling again changes nothing", http.StatusCreated), h.report)
	httpapi.Register(s, httpapi.Open, op("order.report_batch", post, "/orders/batch", rbac.OrderReport, "Tell about up to 500 orders at once, each answered as if it had come alone; telling again changes nothing", 0), h.reportBatch)
	httpapi.Register(s, httpapi.Open, op("order.get", get, "/orders/{source}/{external_id}", rbac.OrderRead, "One order", 0), h.reported)
	httpapi.Register(s, httpapi.Open, op("order.pay", post, "/orders/{source}/{external_id}/pay", rbac.OrderPay, "The buyer has paid", 0), h.reportPaid)
	httpapi.Register(s, httpapi.Open, op("order.ship", post, "/orders/{source}/{external_id}/ship", rbac.OrderShip, "The goods are on their way", 0), h.reportShipped)
	httpapi.Register(s, httpapi.Open, op("order.receive", post, "/orders/{source}/{external_id}/receive", rbac.OrderReceive, "The buyer has the goods", 0), h.reportReceived)
	httpapi.Register(s, httpapi.Open, op("order.close", post, "/orders/{source}/{external_id}/close", rbac.OrderClose, "Nobody will pay", 0), h.reportClosed)
	httpapi.Register(s, httpapi.Open, op("order.group", post, "/orders/{source}/{external_id}/group", rbac.OrderGroup, "The group-buy has succeeded or failed", 0), h.reportGroup)
	httpapi.Register(s, httpapi.Open, op("order.refund", post, "/orders/{source}/{external_id}/refunds", rbac.OrderRefund, "Tell about a refund; one that comes before its order is kept (202)", http.StatusCreated), h.reportRefund)

	httpapi.Register(s, httpapi.Merchant, op("order.list", get, "/orders", rbac.OrderRead, "Orders, the newest first", 0), h.list)
	httpapi.Register(s, httpapi.Merchant, op("order.get", get, "/orders/{id}", rbac.OrderRead, "One order, who stands behind it and why", 0), h.get)
	httpapi.Register(s, httpapi.Merchant, op("order.pay", post, "/orders/{id}/pay", rbac.OrderPay, "The money has come: cash on delivery, a transfer", 0), h.pay)
	httpapi.Register(s, httpapi.Merchant, op("order.ship", post, "/orders/{id}/ship", rbac.OrderShip, "The goods are on their way", 0), h.ship)
	httpapi.Register(s, httpapi.Merchant, op("order.receive", post, "/orders/{id}/receive", rbac.OrderReceive, "The buyer has the goods", 0), h.receive)
	httpapi.Register(s, httpapi.Merchant, op("order.close", post, "/orders/{id}/close", rbac.OrderClose, "Nobody will pay", 0), h.close)
	httpapi.Register(s, httpapi.Merchant, op("order.exchange", post, "/orders/{id}/exchanges", rbac.OrderRefund, "Replace the goods of a line, or correct its price: awards move to the replacement and change by the difference alone", http.StatusCreated), h.exchange)
	httpapi.Register(s, httpapi.Merchant, op("order.refund", post, "/orders/{id}/refunds", rbac.OrderRefund, "Give money back", http.StatusCreated), h.refund)

	httpapi.Register(s, httpapi.Store, httpapi.Operation{ID: "checkout.form", Method: get, Path: "/checkout", Public: true, Summary: "What the checkout asks for beside the goods"}, h.form)
	httpapi.Register(s, httpapi.Store, op("order.place", post, "/orders", rbac.OwnOrderPlace, "Buy from the catalogue", http.StatusCreated), h.buy)
	httpapi.Register(s, httpapi.Store, op("order.pay", post, "/orders/{id}/pay", rbac.OwnOrderPay, "Pretend to pay: a sandbox, refused unless the server allows it", 0), h.payInSandbox)
	httpapi.Register(s, httpapi.Store, op("order.list", get, "/orders", rbac.OwnOrderRead, "My orders, the newest first", 0), h.purchases)
	httpapi.Register(s, httpapi.Store, op("order.get", get, "/orders/{id}", rbac.OwnOrderRead, "One of my orders", 0), h.purchase)
	httpapi.Register(s, httpapi.Store, op("order.receive", post, "/orders/{id}/receive", rbac.OwnOrderReceive, "I have the goods", 0), h.receiveOwn)
	httpapi.Register(s, httpapi.Store, op("order.close", post, "/orders/{id}/close", rbac.OwnOrderClose, "I will not pay", 0), h.closeOwn)
	httpapi.Register(s, httpapi.Store, op("order.promoted", get, "/me/orders", rbac.OwnPromotedRead, "Orders that came by my link, the newest first", 0), h.promoted)
}
