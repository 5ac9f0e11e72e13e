package orderhttp

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/telemetry"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// Report is an order that a shop's own system tells about.
type Report struct {
	Source     string `json:"source,omitempty" default:"api" pattern:"^[A-Za-z0-9_.-]{1,40}$" doc:"Which of the shop's systems; part of the order's name"`
	ExternalID string `json:"external_id" maxLength:"200"`
	Buyer      struct {
		ExternalID string `json:"external_id" maxLength:"200"`
		Name       string `json:"name,omitempty" maxLength:"100"`
	} `json:"buyer"`
	Via      string        `json:"via,omitempty" maxLength:"200" doc:"External id of the distributor whose link the buyer came by"`
	Channel  string        `json:"channel,omitempty" maxLength:"40"`
	Region   string        `json:"region,omitempty" maxLength:"100" doc:"Where it goes, as the shop writes it: 440305, or 广东/深圳/南山"`
	PlacedAt *time.Time    `json:"placed_at,omitempty"`
	Lines    []ReportLine  `json:"lines"`
	Discount *money.Amount `json:"discount,omitempty" doc:"Of the whole order; spread over the lines"`
	Freight  *money.Amount `json:"freight,omitempty"`
	GroupBuy bool          `json:"group_buy,omitempty" doc:"Commission waits until the group has succeeded or failed"`
	Paid     bool          `json:"paid,omitempty"`
	PaidAt   *time.Time    `json:"paid_at,omitempty"`
}

// ReportLine is one line of a reported order.
type ReportLine struct {
	ID        string        `json:"id,omitempty" maxLength:"100" doc:"Default: the line's number, from 1"`
	SKU       string        `json:"sku" maxLength:"100"`
	Title     string        `json:"title,omitempty" maxLength:"300"`
	Category  string        `json:"category,omitempty" maxLength:"300" doc:"A path: tea/green"`
	Qty       int64         `json:"qty"`
	UnitPrice money.Amount  `json:"unit_price"`
	Discount  *money.Amount `json:"discount,omitempty"`
	Cost      *money.Amount `json:"cost,omitempty" doc:"Of one unit"`

	Distributed *bool `json:"distributed,omitempty" doc:"Whether the line pays commission at all; without a word the catalogue's, else true"`
}

func (r Report) report(currency string) (order.Report, error) {
	p := &purse{currency: currency}
	out := order.Report{Source: r.Source, ExternalID: r.ExternalID, Buyer: r.Buyer.ExternalID, BuyerName: r.Buyer.Name, Via: r.Via, Channel: r.Channel, Region: r.Region,
		PlacedAt: moment(r.PlacedAt), GroupBuy: r.GroupBuy, Paid: r.Paid || r.PaidAt != nil, PaidAt: moment(r.PaidAt)}
	for i, l := range r.Lines {
		line := order.Line{ID: l.ID, SKU: l.SKU, Title: l.Title, Category: l.Category, Qty: l.Qty, UnitPrice: p.minor(l.UnitPrice, at(i, "unit_price"))}
		line.Discount = p.optional(l.Discount, at(i, "discount"), 0)
		if line.Cost = p.optional(l.Cost, at(i, "cost"), -1); l.Cost != nil && line.Cost < 0 {
			line.Cost = -2 // a negative cost is wrong, and not "unknown"
		}
		if l.Distributed != nil {
			line.Distribution = order.NotDistributed
			if *l.Distributed {
				line.Distribution = order.Distributed
			}
		}
		out.Lines = append(out.Lines, line)
	}
	out.Discount = p.optional(r.Discount, "discount", 0)
	out.Freight = p.optional(r.Freight, "freight", 0)
	return out, p.err
}

type reportRequest struct{ Body Report }

type reportAnswer struct {
	Status int
	Body   Order
}

func (h *handlers) report(ctx context.Context, in *reportRequest) (*reportAnswer, error) {
	tenant := httpapi.TenantOf(ctx)
	told, err := h.reports.Do(ctx, tenant, in.Body)
	if order.Raced(err) || order.Raced(told.err) { // the same order, told twice at the same instant: the other one has placed it
		told, err = h.reports.Do(ctx, tenant, in.Body)
	}
	if err == nil {
		err = told.err
	}
	if err != nil {
		return nil, err
	}
	telemetry.Tell(ctx, attribute.String("order", told.Body.ID.String()))
	return &told.reportAnswer, nil
}

// told is the answer to one report, or what is wrong with it.
type told struct {
	reportAnswer
	err error
}

// ingest takes reports of one store in, in one transaction.
func (h *handlers) ingest(ctx context.Context, tx *pg.Tx, list []Report) ([]told, error) {
	currency, err := h.Currency(ctx, tx)
	if err != nil {
		return nil, err
	}
	all := make([]told, len(list))
	var reports []order.Report
	var places []int
	for i, r := range list {
		report, err := r.report(currency)
		if all[i].err = err; err == nil {
			reports, places = append(reports, report), append(places, i)
		}
	}
	ingested, err := h.Orders.IngestAll(ctx, tx, reports)
	if err != nil {
		return nil, err
	}
	var orders []order.Order
	var good []*told
	names, labels := map[customer.ID]string{}, map[distributor.ID]distributor.Label{}
	for i, in := range ingested {
		t := &all[places[i]]
		if t.err = in.Err; in.Err != nil {
			continue
		}
		t.Status = http.StatusOK
		if in.Created {
			t.Status = http.StatusCreated
			names[in.Order.Buyer] = in.BuyerName
			labels[in.Seller.ID] = in.Seller
		}
		orders, good = append(orders, in.Order), append(good, t)
	}
	shapes := askShapes(tx, currency, orders, names, labels)
	tx.AfterCommit(func() { // the questions have gone with the commit
		made, err := shapes(ctx)
		for i, t := range good {
			if t.err = err; err == nil {
				t.Body = made[i]
			}
		}
	})
	return all, nil
}

// Reference names a reported order by the shop's own words.
type Reference struct {
	Source     string `path:"source" maxLength:"40"`
	ExternalID string `path:"external_id" maxLength:"200"`
}

// Find reads the order that is meant.
func (r Reference) Find(ctx context.Context, tx *pg.Tx) (order.Order, error) {
	return order.ByExternal(ctx, tx, r.Source, r.ExternalID)
}

type detailAnswer struct{ Body Detail }

func (h *handlers) reported(ctx context.Context, in *struct{ Reference }) (*detailAnswer, error) {
	out := &detailAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		o, err := in.Find(ctx, tx)
		if err != nil {
			return err
		}
		out.Body, err = h.detail(ctx, tx, o)
		return err
	})
	return out, err
}

type orderAnswer struct{ Body Order }

// change does something to a reported order and shows it.
func (h *handlers) change(ctx context.Context, r Reference, do func(context.Context, *pg.Tx, order.ID) error) (*orderAnswer, error) {
	out := &orderAnswer{}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		o, err := r.Find(ctx, tx)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, o.ID); err != nil {
			return err
		}
		out.Body, err = h.again(ctx, tx, o.ID)
		return err
	})
	return out, err
}

func (h *handlers) reportPaid(ctx context.Context, in *struct {
	Reference
	Body *struct {
		PaidAt *time.Time `json:"paid_at,omitempty"`
	}
}) (*orderAnswer, error) {
	var at time.Time
	if in.Body != nil {
		at = moment(in.Body.PaidAt)
	}
	return h.change(ctx, in.Reference, func(ctx context.Context, tx *pg.Tx, o order.ID) error {
		_, err := h.Orders.Pay(ctx, tx, o, at)
		return err
	})
}

func (h *handlers) reportShipped(ctx context.Context, in *struct {
	Reference
	Body *struct {
		ShippedAt *time.Time `json:"shipped_at,omitempty"`
	}
}) (*orderAnswer, error) {
	var at time.Time
	if in.Body != nil {
		at = moment(in.Body.ShippedAt)
	}
	return h.change(ctx, in.Reference, func(ctx context.Context, tx *pg.Tx, o order.ID) error {
		_, err := h.Orders.Ship(ctx, tx, o, at)
		return err
	})
}

func (h *handlers) reportReceived(ctx context.Context, in *struct {
	Reference
	Body *struct {
		ReceivedAt *time.Time `json:"received_at,omitempty"`
	}
}) (*orderAnswer, error) {
	var at time.Time
	if in.Body != nil {
		at = moment(in.Body.ReceivedAt)
	}
	return h.change(ctx, in.Reference, func(ctx context.Context, tx *pg.Tx, o order.ID) error {
		_, err := h.Orders.Receive(ctx, tx, o, at)
		return err
	})
}

func (h *handlers) reportClosed(ctx context.Context, in *struct{ Reference }) (*orderAnswer, error) {
	return h.change(ctx, in.Reference, func(ctx context.Context, tx *pg.Tx, o order.ID) error {
		_, err := h.Orders.Close(ctx, tx, o)
		return err
	})
}

func (h *handlers) reportGroup(ctx context.Context, in *struct {
	Reference
	Body struct {
		Result string `json:"result" enum:"success,failed"`
	}
}) (*orderAnswer, error) {
	result := order.GroupFailed
	if in.Body.Result == "success" {
		result = order.GroupSucceeded
	}
	return h.change(ctx, in.Reference, func(ctx context.Context, tx *pg.Tx, o order.ID) error {
		_, err := h.Orders.DecideGroup(ctx, tx, o, result)
		return err
	})
}

// RefundReport is a refund that a shop's own system tells about.
type RefundReport struct {
	ExternalID string        `json:"external_id" maxLength:"200"`
	Amount     money.Amount  `json:"amount" doc:"Of goods"`
	Line       string        `json:"line,omitempty" maxLength:"100" doc:"Without one the amount spreads over what is left of the lines"`
	Freight    *money.Amount `json:"freight,omitempty" doc:"Reverses nothing"`
	Reason     string        `json:"reason,omitempty" maxLength:"500"`
	OccurredAt *time.Time    `json:"occurred_at,omitempty"`
}

type reportRefundAnswer struct {
	Status int
	Body   struct {
		Kept   bool    `json:"kept" doc:"The order is not paid yet; the refund is applied when it is"`
		Refund *Refund `json:"refund"`
	}
}

func (h *handlers) reportRefund(ctx context.Context, in *struct {
	Reference
	Body RefundReport
}) (*reportRefundAnswer, error) {
	out := &reportRefundAnswer{Status: http.StatusCreated}
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		currency, err := h.Currency(ctx, tx)
		if err != nil {
			return err
		}
		p, b := &purse{currency: currency}, in.Body
		r := order.RefundRequest{ExternalID: b.ExternalID, Amount: p.minor(b.Amount, "amount"), Freight: p.optional(b.Freight, "freight", 0),
			Line: b.Line, Reason: b.Reason, OccurredAt: moment(b.OccurredAt)}
		if p.err != nil {
			return p.err
		}
		f, kept, err := h.Orders.ReportRefund(ctx, tx, in.Source, in.ExternalID, r)
		if err != nil {
			return err
		}
		if out.Body.Kept = kept; kept {
			out.Status = http.StatusAccepted
			return nil
		}
		o, err := order.Get(ctx, tx, f.Order)
		shape := teller(currency).refund(o, f)
		out.Body.Refund = &shape
		return err
	})
	return out, err
}

func (h *handlers) within(ctx context.Context, fn func(context.Context, *pg.Tx) error) error {
	return h.DB.Within(ctx, httpapi.TenantOf(ctx), fn)
}

func moment(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
