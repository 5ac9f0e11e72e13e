package commission

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
)

// Taken is where a reversal was taken from: the award's own held part, what
// the person had available, or, when the money had left, a debt.
type Taken struct {
	Payee  distributor.Label
	From   ledger.Account // Held, Available or Debt
	Amount int64
	At     time.Time
}

// taken reads from the journal what an order's refunds took, and where.
func (a account) taken(ctx context.Context, tx *pg.Tx) (list []Taken, err error) {
	if a.order.Refunded == 0 || len(a.awards) == 0 {
		return nil, nil
	}
	var parties []ledger.Party
	for payee := range a.awards {
		parties = append(parties, ledger.Party(payee))
	}
	found, err := ledger.TakenBack(ctx, tx, ledger.Ref(a.order.ID), a.order.Month, parties)
	for _, f := range found {
		list = append(list, Taken{a.label(distributor.ID(f.Party)), f.Source, f.Amount, f.RecordedAt.UTC()})
	}
	return list, err
}

// Debt is one movement of what somebody owes.
type Debt struct {
	ID     int64
	Amount int64       // owed because of it; below zero when it was netted
	Cause  string      // "refund", "deduction", "netted"
	Order  order.Order // zero unless an order's refund caused it
	At     time.Time
}

// DebtsOf lists how somebody came to owe, and how it was netted, newest first.
func DebtsOf(ctx context.Context, tx *pg.Tx, who distributor.ID, below int64, limit int) ([]Debt, error) {
	entries, err := ledger.Debts(ctx, tx, ledger.Party(who), below, limit)
	if err != nil {
		return nil, err
	}
	var causes []order.ID
	for _, e := range entries {
		if e.Source == ledger.Debt && !e.Ref.IsZero() {
			causes = append(causes, order.ID(e.Ref))
		}
	}
	orders, err := order.Load(ctx, tx, causes)
	if err != nil {
		return nil, err
	}
	byID := make(map[order.ID]order.Order, len(orders))
	for _, o := range orders {
		byID[o.ID] = o
	}
	list := make([]Debt, len(entries))
	for i, e := range entries {
		list[i] = Debt{ID: e.ID, Cause: "netted", Amount: -e.Amount, At: e.RecordedAt.UTC()}
		if e.Target == ledger.Debt {
			continue
		}
		list[i].Cause, list[i].Amount, list[i].Order = "deduction", e.Amount, byID[order.ID(e.Ref)]
		if e.Target == ledger.Expense {
			list[i].Cause = "refund"
		}
	}
	return list, nil
}

// Tell says in a sentence how the movement came about.
func (d Debt) Tell(currency, lang string) string {
	name := d.Order.ExternalID
	if name == "" {
		name = d.Order.ID.String()
	}
	return say("debt."+d.Cause, lang, "order", name, "amount", plain(max(d.Amount, -d.Amount), currency))
}
