package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/cmd/internal/client"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// measureSettle gives a store many held awards, all maturing in the same
// cut-off, and moves the store's clock past it. The awards are written beside
// the product, with their postings; the cut-off is the product's own.
func measureSettle(ctx context.Context, p *place) ([]Figure, error) {
	awards, payees := 100_000, 1_000
	if p.Full {
		awards, payees = 1_000_000, 10_000
	}
	if err := p.restart(ctx, "FENLI_TEST_CLOCK=1"); err != nil { // only here: reading a test clock costs every transaction a statement
		return nil, err
	}
	s, err := p.openShop(ctx, "bench-settle", true)
	if err != nil {
		return nil, err
	}
	if err := p.seedAwards(ctx, s, awards, payees); err != nil {
		return nil, err
	}
	begun, before := time.Now(), p.used()
	to := time.Now().UTC().Add(48 * time.Hour).Format(time.RFC3339)
	id, err := p.publicID(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := client.New(p.base, "platform", operatorToken).Call(ctx, "POST", "/stores/"+id+"/clock", object{"to": to}, nil); err != nil {
		return nil, err
	}
	took, cpu := time.Since(begun), p.used().since(before)
	if err := p.settled(ctx, s, awards); err != nil {
		return nil, err
	}
	million := took.Seconds() * 1e6 / float64(awards)
	return []Figure{
		figure(fmt.Sprintf("%d awards of %d payees", awards, payees), took.Seconds(), "s").noting(fmt.Sprintf("%.2f CPU-s", cpu.total().Seconds())),
		figure("a million, at that pace", million, "s").atMost(2),
	}, errors.Join(p.forget(ctx, s.slug), p.restart(ctx))
}

// seedAwards writes awards of 1.00 to 9.99 and the journal that goes with them.
func (p *place) seedAwards(ctx context.Context, s *shop, awards, payees int) error {
	tx, err := p.owner.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	for _, sql := range []string{
		`create temp table bench_payee on commit drop as select n, gen_random_uuid() as id from generate_series(0, ` + fmt.Sprint(payees-1) + `) n`,
		`insert into distributor_member (tenant_id, id, code, name, grade, state, applied_at, joined_at)
		 select '` + s.id + `', id, 'BENCH' || n, 'bench', 'normal', 'active', now(), now() from bench_payee`,
		`insert into commission_award (tenant_id, order_id, payee, level, granted, standing, due_at, matures_at)
		 select '` + s.id + `', gen_random_uuid(), p.id, 1, 100 + i % 900, 100 + i % 900, now() + interval '1 day', now() + interval '1 day'
		   from generate_series(0, ` + fmt.Sprint(awards-1) + `) i join bench_payee p on p.n = i % ` + fmt.Sprint(payees),
		`select fenli_open_month(date_trunc('month', now() at time zone 'utc')::date)`,
		`insert into ledger_movement (tenant_id, month, kind, party, asset, source, target, amount, ref, recorded_at)
		 select tenant_id, date_trunc('month', now() at time zone 'utc')::date, ` + fmt.Sprint(ledger.KindCode(ledger.HoldCommission{})) + `, payee, 1, 1, 5, granted, order_id, now()
		   from commission_award where tenant_id = '` + s.id + `'`,
		`insert into ledger_balance (tenant_id, party, asset, expense, held)
		 select tenant_id, payee, 'money', -sum(granted), sum(granted) from commission_award where tenant_id = '` + s.id + `' group by 1, 2`,
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	_, err = p.owner.Exec(ctx, "vacuum analyze commission_award, ledger_movement, ledger_balance")
	return err
}

func (p *place) settled(ctx context.Context, s *shop, awards int) error {
	var held, available, granted, matured int64
	if err := p.owner.QueryRow(ctx, `
		select coalesce(sum(held), 0)::bigint, coalesce(sum(available), 0)::bigint,
		       (select sum(granted)::bigint from commission_award where tenant_id = $1),
		       (select coalesce(sum(amount), 0)::bigint from ledger_movement where tenant_id = $1 and kind = $2)
		  from ledger_balance where tenant_id = $1 and asset = 'money'`, s.id, ledger.KindCode(ledger.Mature{})).Scan(&held, &available, &granted, &matured); err != nil {
		return err
	}
	if held != 0 || available != granted || matured != granted {
		return fmt.Errorf("of %d in %d awards %d are still held, %d available, %d posted", granted, awards, held, available, matured)
	}
	return nil
}

// publicID is the store's id as the API writes it.
func (p *place) publicID(ctx context.Context, s *shop) (string, error) {
	cursor := ""
	for {
		var page struct {
			Items []struct{ ID, Slug string }
			Next  string `json:"next_cursor"`
		}
		if err := client.New(p.base, "platform", operatorToken).Call(ctx, "GET", "/stores?limit=100&cursor="+cursor, nil, &page); err != nil {
			return "", err
		}
		for _, x := range page.Items {
			if x.Slug == s.slug {
				return x.ID, nil
			}
		}
		if cursor = page.Next; cursor == "" {
			return "", fmt.Errorf("the store %s is not listed", s.slug)
		}
	}
}
