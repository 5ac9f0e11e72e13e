package settlement

import (
	"bytes"
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// Check compares a store's statements with its journal at one instant and
// describes what differs: periods follow on one another without a gap, each
// says what its statements and its days sum to and ends where the journal ends
// with its number, and what was closed together with what is open is every
// party's balance.
func (s *Service) Check(ctx context.Context, tenant tenancy.ID) (found []string, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, "set transaction isolation level repeatable read, read only"); err != nil {
			return wrapped("check", err)
		}
		for _, check := range []func(context.Context, *pg.Tx) ([]string, error){checkPeriods, checkSums, checkBalances} {
			list, err := check(ctx, tx)
			if err != nil {
				return err
			}
			found = append(found, list...)
		}
		return nil
	})
	return found, err
}

// checkPeriods looks at each period beside the one before.
func checkPeriods(ctx context.Context, tx *pg.Tx) (found []string, err error) {
	var later *Period
	for below := 0; ; {
		page, err := Periods(ctx, tx, below, 100)
		if err != nil || len(page) == 0 {
			return found, err
		}
		for _, p := range page {
			below = p.Nth
			if later != nil && (later.Nth != p.Nth+1 || later.After != p.Last || !later.FromAt.Equal(p.ToAt) || later.Opening != p.Closing) {
				found = append(found, fmt.Sprintf("the statements of %s do not begin where those of %s end", later.Key(), p.Key()))
			}
			if p.Closing != p.Opening.afterAll(p.Sums) {
				found = append(found, fmt.Sprintf("the period %s does not end where its sums lead", p.Key()))
			}
			if p.Last > 0 {
				end, err := ledger.Read(ctx, tx, p.Last-1, 1)
				if err != nil {
					return nil, err
				}
				if len(end) != 1 || !bytes.Equal(end[0].Hash[:], p.Hash) {
					found = append(found, fmt.Sprintf("the period %s ends with entry %d, which is not the journal's", p.Key(), p.Last))
				}
			}
			at := p
			later = &at
		}
	}
}

// checkSums compares what each period says with its statements and its days.
func checkSums(ctx context.Context, tx *pg.Tx) ([]string, error) {
	lines, err := pg.Column[string](ctx, tx, `
		with said as (
		  select nth, key as kind, value::bigint as amount from settlement_period, json_each_text(sums) where tenant_id = $1
		), statements as (
		  select s.nth, key as kind, sum(value::bigint)::bigint as amount
		    from settlement_statement s join settlement_period p on p.tenant_id = $1 and p.nth = s.nth, json_each_text(s.sums)
		   where s.tenant_id = $1 group by 1, 2
		), days as (
		  select d.nth, d.kind, sum(d.amount)::bigint as amount
		    from settlement_day d join settlement_period p on p.tenant_id = $1 and p.nth = d.nth
		   where d.tenant_id = $1 group by 1, 2
		)
		select format('period %s, %s: the period says %s, its statements sum to %s, its days to %s', nth, kind,
		              coalesce(said.amount, 0), coalesce(statements.amount, 0), coalesce(days.amount, 0))
		  from said full join statements using (nth, kind) full join days using (nth, kind)
		 where coalesce(said.amount, 0) <> coalesce(statements.amount, 0) or coalesce(said.amount, 0) <> coalesce(days.amount, 0)
		 order by nth, kind limit 100`, tx.Tenant())
	return lines, wrapped("check sums", err)
}

// checkBalances carries every party's last closing through what is open, and
// compares that with the balances.
func checkBalances(ctx context.Context, tx *pg.Tx) (found []string, err error) {
	stands, made, err := lastClosings(ctx, tx)
	if err != nil {
		return nil, err
	}
	if err := open(ctx, tx, made, func(e ledger.Entry) { stands[e.Party] = stands[e.Party].after(e.Kind, e.Amount) }); err != nil {
		return nil, err
	}
	parties := make([]ledger.Party, 0, len(stands))
	for p := range stands {
		parties = append(parties, p)
	}
	var sum Accounts
	for len(parties) > 0 {
		some := parties[:min(len(parties), 5000)]
		parties = parties[len(some):]
		money, err := ledger.BalancesOf(ctx, tx, some, ledger.Money)
		if err != nil {
			return nil, err
		}
		points, err := ledger.BalancesOf(ctx, tx, some, ledger.Points)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			is := Accounts{money[p], points[p].Available}
			sum.Points += is.Points
			if stands[p] != is && len(found) < 100 {
				found = append(found, fmt.Sprintf("%s: statements and what is open come to %s, the balance is %s", p, asJSON(stands[p]), asJSON(is)))
			}
			for _, a := range ledger.Accounts {
				sum.Money = sum.Money.Plus(a, is.Money.Of(a))
			}
		}
	}
	all, err := ledger.Totals(ctx, tx, ledger.Money)
	if err != nil {
		return nil, err
	}
	if all != sum.Money {
		found = append(found, fmt.Sprintf("the store's balances come to %s, those of everybody with a statement or an open entry to %s", asJSON(Accounts{Money: all}), asJSON(sum)))
	}
	return found, nil
}

// lastClosings is where every party's accounts stood after all that is made,
// and up to which entry that is.
func lastClosings(ctx context.Context, tx *pg.Tx) (map[ledger.Party]Accounts, int64, error) {
	rows, err := pg.Collect[struct {
		Party   ledger.Party
		Closing Accounts
	}](ctx, tx, `
		select distinct on (party) party, closing from settlement_statement
		 where tenant_id = $1 order by party, nth desc, part desc`, tx.Tenant())
	if err != nil {
		return nil, 0, wrapped("last closings", err)
	}
	all := make(map[ledger.Party]Accounts, len(rows))
	for _, r := range rows {
		all[r.Party] = r.Closing
	}
	if m, making, err := ReadMaking(ctx, tx); err != nil || making {
		return all, m.Done, err
	}
	last, err := Periods(ctx, tx, 0, 1)
	if err != nil || len(last) == 0 {
		return all, 0, err
	}
	return all, last[0].Last, nil
}

// open goes through the entries behind a number and those that have none yet.
func open(ctx context.Context, tx *pg.Tx, after int64, see func(ledger.Entry)) error {
	for {
		entries, err := ledger.Read(ctx, tx, after, stepMost)
		if err != nil {
			return err
		}
		for _, e := range entries {
			see(e.Entry)
			after = e.Number
		}
		if len(entries) < stepMost {
			break
		}
	}
	waiting, err := ledger.Waiting(ctx, tx)
	for _, e := range waiting {
		see(e)
	}
	return err
}
