package commission

import (
	"context"
	"fmt"
	"slices"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// Check computes from scratch what should stand for every order of the store
// and describes what differs: each paid order has exactly one decision or a
// work row, nothing decided is above its caps, each award is what Reconcile computes, held money is the sum of
// unsettled awards, and a closed period pays what its stored answer says.
func (s *Service) Check(ctx context.Context, tx *pg.Tx) ([]string, error) {
	if marked, err := hasMark(ctx, tx); err != nil || !marked {
		return []string{"the store has no settlement mark: nothing is decided or settled, and no award could be examined"}, err
	}
	var found []string
	currency, zone, err := s.stores.Money(ctx, tx)
	if err != nil {
		return nil, err
	}
	counted := countings{zone: zone, steps: map[counterKey][]counting{}}
	for after := (order.ID{}); ; {
		page, err := order.Page(ctx, tx, after, 500)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			break
		}
		after = page[len(page)-1].ID
		lines, err := s.checkPage(ctx, tx, page, currency, counted)
		if err != nil {
			return nil, err
		}
		found = append(found, lines...)
	}
	held, err := checkHeld(ctx, tx)
	if err != nil {
		return nil, err
	}
	periods, err := s.checkPeriods(ctx, tx, counted)
	if err != nil {
		return nil, err
	}
	counters, err := counted.check(ctx, tx)
	return slices.Concat(found, held, periods, counters), err
}

func (s *Service) checkPage(ctx context.Context, tx *pg.Tx, page []order.Order, currency string, counted countings) ([]string, error) {
	ids := make([]order.ID, len(page))
	for i, o := range page {
		ids[i] = o.ID
	}
	decisions, err := readDecisions(ctx, tx, page)
	if err != nil {
		return nil, err
	}
	refunds, err := order.RefundsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	awards, err := awardsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	mark, err := Mark(ctx, tx)
	if err != nil {
		return nil, err
	}
	shares, err := sharesOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var found []string
	if err := s.collectCounted(ctx, tx, page, decisions, counted); err != nil {
		return nil, err
	}
	for _, o := range page {
		_, waits, err := order.ChangeOf(ctx, tx, o.ID)
		if err != nil {
			return nil, err
		}
		if waits {
			continue // the lane has not dealt with it yet
		}
		d := decisions[o.ID]
		switch {
		case d == nil && !o.PaidAt.IsZero() && o.Group != order.GroupOpen:
			found = append(found, fmt.Sprintf("order %s is paid, has no decision and no lane will look at it", o.ID))
			continue
		case d == nil:
			if len(awards[o.ID]) > 0 {
				found = append(found, fmt.Sprintf("order %s has awards and no decision", o.ID))
			}
			continue
		}
		rev, err := s.programs.Revision(ctx, tx, o.Revision)
		if err != nil {
			return nil, err
		}
		for _, part := range shares[o.ID] {
			if stands, err := part.standsAfter(o, refunds[o.ID][:part.concerning(refunds[o.ID], rev.Settings)]); err != nil || stands != part.Standing {
				found = append(found, fmt.Sprintf("order %s, %s: %d stands of what %s gave, should be %d", o.ID, part.Payee, part.Standing, part.Period, stands))
			}
		}
		told, err := s.plan(ctx, tx, rev)
		if err != nil {
			return nil, err
		}
		w := &work{order: o, revision: rev, plan: told, decision: d, seq: o.Seq}
		if line, err := checkCaps(w); err != nil {
			return nil, err
		} else if line != "" {
			found = append(found, line)
		}
		if err := readRecomputations(ctx, tx, []*work{w}); err != nil {
			return nil, err
		}
		if n := w.unanswered(refunds[o.ID]); len(n) > 0 {
			found = append(found, fmt.Sprintf("order %s: its strategy was never asked about refund %d, and no lane will ask", o.ID, n[0]))
		}
		want, err := target(w, refunds[o.ID], currency, w.concerning(refunds[o.ID], awards[o.ID], mark))
		if err != nil {
			return nil, err
		}
		if len(want) != len(awards[o.ID]) {
			found = append(found, fmt.Sprintf("order %s: %d awards stand where %d should", o.ID, len(awards[o.ID]), len(want)))
		}
		for payee, w := range want {
			if a := awards[o.ID][payee]; a.Granted != w.granted || a.Standing != w.standing || a.Points != w.points {
				found = append(found, fmt.Sprintf("order %s, %s: stands %d of %d and %d points, should be %d of %d and %d points",
					o.ID, payee, a.Standing, a.Granted, a.Points, w.standing, w.granted, w.points))
			}
		}
	}
	return found, nil
}

// checkCaps cuts once more what the strategy gave, by the guard of the decision
// and the programme it was made under, and describes a difference. What rolled
// up or was lost is as it is stored.
func checkCaps(w *work) (string, error) {
	o, d := w.order, w.decision
	again := grants{given: slices.Clone(d.grants.given), counted: d.grants.counted}
	if err := again.cut(o, o.Remaining(nil, 0), w.caps()); err != nil {
		return "", err
	}
	if err := again.within(w.people(), w.caps().person); err != nil {
		return "", err
	}
	for i, x := range d.grants.given {
		if y := again.given[i]; x != y {
			return fmt.Sprintf("order %s, award %d: caps took %d, %d and %d of %d, should be %d, %d and %d", o.ID, x.award, x.margin, x.cut, x.over, x.amount, y.margin, y.cut, y.over), nil
		}
	}
	return "", nil
}

// checkHeld compares held balances with the awards that are not settled.
func checkHeld(ctx context.Context, tx *pg.Tx) ([]string, error) {
	mark, err := Mark(ctx, tx)
	if err != nil {
		return nil, err
	}
	type sum struct {
		Payee ledger.Party
		Held  int64
	}
	sums, err := pg.Collect[sum](ctx, tx, `
		select payee, sum(standing)::bigint as held from commission_award
		 where tenant_id = $1 and matures_at > $2 group by payee`, tx.Tenant(), mark)
	if err != nil {
		return nil, fmt.Errorf("commission: sum held awards: %w", err)
	}
	parties := make([]ledger.Party, len(sums))
	for i, x := range sums {
		parties[i] = x.Payee
	}
	balances, err := ledger.BalancesOf(ctx, tx, parties, ledger.Money)
	if err != nil {
		return nil, err
	}
	var found []string
	var total int64
	for _, x := range sums {
		total += x.Held
		if held := balances[x.Payee].Held; held != x.Held {
			found = append(found, fmt.Sprintf("%s holds %d, their unsettled awards sum to %d", x.Payee, held, x.Held))
		}
	}
	all, err := ledger.Totals(ctx, tx, ledger.Money)
	if err != nil {
		return nil, err
	}
	if all.Held != total {
		found = append(found, fmt.Sprintf("the store holds %d, unsettled awards sum to %d", all.Held, total))
	}
	return found, nil
}

// checkPeriods compares what closed periods have booked with their answers:
// nobody got anything else, and a held period gave nothing.
func (s *Service) checkPeriods(ctx context.Context, tx *pg.Tx, counted countings) (found []string, err error) {
	for below := ""; ; {
		page, err := listPeriods(ctx, tx, below, 100)
		if err != nil || len(page) == 0 {
			return found, err
		}
		below = page[len(page)-1].Period
		keys := make([]string, len(page))
		for i, row := range page {
			keys[i] = row.Period
		}
		booked, err := periodAwards(ctx, tx, keys)
		if err != nil {
			return nil, err
		}
		shared, err := sharesSums(ctx, tx, keys)
		if err != nil {
			return nil, err
		}
		for _, row := range page {
			lines, err := checkPeriod(row, booked[row.Period], shared[row.Period])
			if err != nil {
				return nil, err
			}
			bounds, err := s.checkBounds(ctx, tx, row, booked[row.Period], counted)
			if err != nil {
				return nil, err
			}
			found = slices.Concat(found, lines, bounds)
		}
	}
}

// checkPeriod sums the answer's awards; of what belongs to single orders, what
// their caps have left.
func checkPeriod(row periodRow, booked map[distributor.ID]payment, shared map[distributor.ID]int64) (found []string, err error) {
	due, divided := map[distributor.ID]int64{}, map[distributor.ID]bool{}
	if row.State == PeriodClosed {
		q, answer, err := row.said()
		if err != nil {
			return nil, err
		}
		payments, err := paymentsOf(q, answer)
		if err != nil {
			return nil, err
		}
		for _, p := range payments {
			due[p.Payee] = p.Amount
		}
		for _, a := range answer.GetClosed().GetAwards() {
			var payee distributor.ID
			if err := payee.Scan(q.GetMembers()[a.GetMember()].GetHandle()); err != nil {
				return nil, fmt.Errorf("commission: member %d of a period: %w", a.GetMember(), err)
			}
			if len(a.GetShares()) == 0 {
				continue
			}
			divided[payee] = true
			if left := shared[payee]; left <= a.GetAmount() {
				due[payee] += left - a.GetAmount()
			}
		}
	}
	for payee, p := range booked { // whoever could not earn has no row
		above := due[payee] - p.Amount // of what a counter took, what belongs to no order
		if above < 0 || above > p.Over || !divided[payee] && above != p.Over {
			found = append(found, fmt.Sprintf("period %s, %s: %d is booked, the answer says %d", row.Period, payee, p.Amount, due[payee]))
		}
	}
	return found, nil
}

// checkBounds wants what a closed period booked to reach to the cap where
// something was cut, and no further otherwise; each is a step of its counter.
func (s *Service) checkBounds(ctx context.Context, tx *pg.Tx, row periodRow, booked map[distributor.ID]payment, counted countings) (found []string, err error) {
	rev, err := s.programs.Revision(ctx, tx, row.Revision)
	if err != nil {
		return nil, err
	}
	for payee, p := range booked {
		if p.Used == nil {
			continue
		}
		counted.add(counterKey{payee, program.Month, row.FromAt.Unix()}, *p.Used, p.Amount)
		room := max(rev.Settings.RecipientCap.Amount-*p.Used, 0)
		if p.Amount > room || p.Over > 0 && p.Amount != room {
			found = append(found, fmt.Sprintf("period %s, %s: %d is booked and %d was cut where %d was left of the month", row.Period, payee, p.Amount, p.Over, room))
		}
	}
	return found, nil
}
