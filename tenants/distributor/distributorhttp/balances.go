package distributorhttp

import (
	"context"
	"strconv"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// Purse is everything a distributor has here.
type Purse struct {
	Balance
	Points int64 `json:"points" doc:"Whole points; below zero after a refund of spent ones"`
}

type purseAnswer struct{ Body Purse }

// purseOf reads money and points of the distributor that find finds.
func (a api) purseOf(ctx context.Context, find func(context.Context, *pg.Tx) (distributor.ID, error)) (*purseAnswer, error) {
	out := &purseAnswer{}
	err := a.db.Within(ctx, httpapi.TenantOf(ctx), func(ctx context.Context, tx *pg.Tx) error {
		who, err := find(ctx, tx)
		if err != nil {
			return err
		}
		store, err := a.stores.Here(ctx, tx)
		if err != nil {
			return err
		}
		cash, err := ledger.BalanceOf(ctx, tx, ledger.Party(who), ledger.Money)
		if err != nil {
			return err
		}
		points, err := ledger.BalanceOf(ctx, tx, ledger.Party(who), ledger.Points)
		out.Body = Purse{balanceShape(cash, store.Currency), points.Available}
		return err
	})
	return out, err
}

// ExternalRequest names a distributor by the merchant's own id.
type ExternalRequest struct {
	ExternalID string `path:"external_id" maxLength:"128"`
}

func (a api) balance(ctx context.Context, in *ExternalRequest) (*purseAnswer, error) {
	return a.purseOf(ctx, func(ctx context.Context, tx *pg.Tx) (distributor.ID, error) {
		m, err := distributor.ByExternal(ctx, tx, in.ExternalID)
		return m.ID, err
	})
}

func (a api) ownBalance(ctx context.Context, _ *struct{}) (*purseAnswer, error) {
	return a.purseOf(ctx, func(ctx context.Context, _ *pg.Tx) (distributor.ID, error) { return me(ctx) })
}

// Movement is one entry of a distributor's journal.
type Movement struct {
	ID         string         `json:"id"`
	Kind       string         `json:"kind" doc:"What it was: hold_commission, mature, reserve …"`
	Asset      ledger.Asset   `json:"asset" enum:"money,points"`
	Source     ledger.Account `json:"source"`
	Target     ledger.Account `json:"target"`
	Amount     money.Amount   `json:"amount" doc:"Money, or whole points in the currency XXX"`
	Ref        *string        `json:"ref" doc:"The order or withdrawal that caused it; null when it was neither, such as something by hand"`
	RecordedAt time.Time      `json:"recorded_at"`
}

// MovementsRequest asks for a page of somebody's journal.
type MovementsRequest struct {
	httpapi.PageQuery
	ID distributor.ID `path:"id"`
}

type movementsAnswer struct{ Body httpapi.Page[Movement] }

func (a api) movements(ctx context.Context, in *MovementsRequest) (*movementsAnswer, error) {
	below := int64(0)
	if in.Cursor != "" {
		parts, err := httpapi.ReadCursor(in.Cursor, 1)
		if err != nil {
			return nil, err
		}
		if below, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
			return nil, httpapi.BadCursor()
		}
	}
	out := &movementsAnswer{}
	err := a.db.Within(ctx, httpapi.TenantOf(ctx), func(ctx context.Context, tx *pg.Tx) error {
		if _, err := distributor.Get(ctx, tx, in.ID); err != nil {
			return err
		}
		store, err := a.stores.Here(ctx, tx)
		if err != nil {
			return err
		}
		entries, err := ledger.Entries(ctx, tx, ledger.Party(in.ID), below, in.Limit+1)
		if err != nil {
			return err
		}
		page := httpapi.PageOf(entries, in.Limit, func(e ledger.Entry) []string { return []string{strconv.FormatInt(e.ID, 10)} })
		out.Body = httpapi.MapPage(page, func(e ledger.Entry) Movement { return movementShape(e, store.Currency) })
		return nil
	})
	return out, err
}

// noCurrency is ISO 4217's code for "no currency": points.
const noCurrency = "XXX"

func movementShape(e ledger.Entry, currency string) Movement {
	if e.Asset == ledger.Points {
		currency = noCurrency
	}
	return Movement{strconv.FormatInt(e.ID, 10), e.Kind, e.Asset, e.Source, e.Target, money.Amount{Minor: e.Amount, Currency: currency}, refShape(e), e.RecordedAt}
}

type (
	orderRef      struct{}
	withdrawalRef struct{}
)

func (orderRef) Prefix() string      { return "ord" }
func (withdrawalRef) Prefix() string { return "wdr" }

// refShape writes the cause as its own slice would. The journal keeps a plain
// UUID; what went through 提现中 was caused by a withdrawal, what an order gives
// and takes by that order. What was done by hand, and what a month gave, has no
// page that could be named here.
func refShape(e ledger.Entry) *string {
	ref := ""
	switch {
	case e.Ref.IsZero():
		return nil
	case e.Source == ledger.Reserved || e.Target == ledger.Reserved:
		ref = id.Of[withdrawalRef](e.Ref).String()
	case e.Kind != "book_period_award" && (e.Source == ledger.Expense || e.Target == ledger.Expense):
		ref = id.Of[orderRef](e.Ref).String()
	default:
		return nil
	}
	return &ref
}
