package commission

import (
	"context"
	"fmt"
	"slices"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/leaderboard"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/performance"
)

// payment is what a period gives one person.
type payment struct {
	Payee  distributor.ID
	Amount int64
	Used   *int64 // what their counter stood at; nil: nothing bounds it
	Over   int64  // what it took off
}

// book stores the answer and, when it is sound, moves the money. The mark is
// locked; balances are last.
func (s *Service) book(ctx context.Context, tx *pg.Tx, c *closing) error {
	row := c.row(tx.Now())
	if err := savePeriod(ctx, tx, &row); err != nil {
		return err
	}
	if row.State != PeriodClosed {
		return nil
	}
	shares, cut, err := c.shares()
	if err != nil {
		return err
	}
	payments, err := c.payments(cut)
	if err != nil {
		return err
	}
	if payments, err = toActive(ctx, tx, payments); err != nil || len(payments) == 0 {
		return err
	}
	if shares, err = c.boundByCounters(ctx, tx, payments, shares); err != nil {
		return err
	}
	if err := insertPeriodAwards(ctx, tx, c.key, payments); err != nil {
		return err
	}
	payments = slices.DeleteFunc(payments, func(p payment) bool { return p.Amount == 0 })
	saveShares(tx, paidOf(shares, payments))
	if err := post(ctx, tx, row.ID, payments); err != nil {
		return err
	}
	return c.count(ctx, tx, payments)
}

// payments sums the answer's awards by payee, less what the orders' caps took.
func (c *closing) payments(cut map[distributor.ID]int64) ([]payment, error) {
	list, err := paymentsOf(c.request, c.answer)
	for i := range list {
		list[i].Amount -= cut[list[i].Payee]
	}
	return slices.DeleteFunc(list, func(p payment) bool { return p.Amount == 0 }), err
}

// paidOf leaves out the shares of whoever is not paid.
func paidOf(list []share, payments []payment) []share {
	paid := map[distributor.ID]bool{}
	for _, p := range payments {
		paid[p.Payee] = true
	}
	return slices.DeleteFunc(list, func(s share) bool { return !paid[s.Payee] })
}

// paymentsOf sums an answer's awards by payee, in the order of ids.
func paymentsOf(q *strategyv1.ClosePeriodRequest, answer *strategyv1.ClosePeriodResponse) (list []payment, err error) {
	sums := make([]int64, len(q.GetMembers()))
	for _, a := range answer.GetClosed().GetAwards() {
		sums[a.GetMember()] += a.GetAmount()
	}
	for at, sum := range sums {
		if sum == 0 {
			continue
		}
		var p payment
		if err := p.Payee.Scan(q.GetMembers()[at].GetHandle()); err != nil {
			return nil, fmt.Errorf("commission: member %d of a period: %w", at, err)
		}
		p.Amount = sum
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b payment) int { return slices.Compare(a.Payee[:], b.Payee[:]) })
	return list, nil
}

// toActive leaves out whoever may not earn now: their share stays with the
// merchant.
func toActive(ctx context.Context, tx *pg.Tx, list []payment) ([]payment, error) {
	who := make([]distributor.ID, len(list))
	for i, p := range list {
		who[i] = p.Payee
	}
	states, err := distributor.States(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(p payment) bool { return !states[p.Payee].MayEarn() }), nil
}

// post makes the awards available and nets what is owed in the same posting.
func post(ctx context.Context, tx *pg.Tx, period periodID, list []payment) error {
	parties := make([]ledger.Party, len(list))
	for i, p := range list {
		parties[i] = ledger.Party(p.Payee)
	}
	book, err := ledger.Open(ctx, tx, parties)
	if err != nil {
		return err
	}
	for i, p := range list {
		if err := book.Move(ledger.BookPeriodAward{Payee: parties[i], Amount: p.Amount, Period: ledger.Ref(period)}); err != nil {
			return fmt.Errorf("commission: close a period: %w", err)
		}
		b := book.Balance(parties[i])
		if err := book.Move(ledger.NetDebt{Payee: parties[i], Amount: min(b.Owed(), b.Available)}); err != nil {
			return fmt.Errorf("commission: close a period: %w", err)
		}
	}
	return book.Post(ctx)
}

// count adds the awards to what their payees earned on the day of the close.
func (c *closing) count(ctx context.Context, tx *pg.Tx, list []payment) error {
	var seq int64
	if err := tx.QueryRow(ctx, `select last_seq from commission_lane where tenant_id = $1`, tx.Tenant()).Scan(&seq); err != nil {
		return fmt.Errorf("commission: the lane's last seq: %w", err)
	}
	sums := make([]performance.Change, len(list))
	for i, p := range list {
		sums[i] = performance.Change{Member: p.Payee, Day: performance.Day(tx.Now(), c.zone), Commission: p.Amount, Seq: seq}
	}
	performance.Add(tx, sums)
	leaderboard.Mark(tx, leaderboard.DirtyOf(sums))
	return nil
}

func newPeriodID(tx *pg.Tx) periodID { return id.New[periodKind](tx.Now()) }
