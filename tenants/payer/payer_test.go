package payer_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
	. "github.com/fenli-io/fenli/tenants/payer"
	"github.com/fenli-io/fenli/tenants/performance"
)

const company = "91350100M000100Y43"

type office struct{ *pgtest.Database }

func (o office) in(t testing.TB, tenant tenancy.ID, fn func(context.Context, *pg.Tx) error) {
	t.Helper()
	if err := o.Within(t.Context(), tenant, fn); err != nil {
		t.Fatal(err)
	}
}

func (o office) found(t testing.TB, tenant tenancy.ID) (p Payer) {
	t.Helper()
	o.in(t, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		p, err = Found(ctx, tx, "福州示例科技有限公司", company, Dated{From: month(3), Method: Labour}, "staff")
		return err
	})
	return p
}

func (o office) join(t testing.TB, tenant tenancy.ID, code string) (p Payer, err error) {
	t.Helper()
	err = o.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) error {
		p, err = Join(ctx, tx, code, "staff")
		return err
	})
	return p, err
}

func TestPayer_IsFoundedOnceAndChangesFromAMonthOn(t *testing.T) {
	t.Parallel()
	o := office{pgtest.Open(t)}
	o.in(t, o.A, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := Current(ctx, tx); !errors.Is(err, ErrNone) {
			t.Error(err)
		}
		for code, c := range map[string]struct{ name, taxID string }{"payer.name": {"x", company}, "payer.tax_id": {"福州示例", "91350100M000100Y44"}} {
			if _, err := Found(ctx, tx, c.name, c.taxID, Dated{From: month(3), Method: None}, ""); fault.Of(err).Code != code {
				t.Errorf("%s: %v", code, err)
			}
		}
		return nil
	})
	p := o.found(t, o.A)
	o.in(t, o.A, func(ctx context.Context, tx *pg.Tx) error {
		today := performance.Date{Year: 2026, Month: 3, Day: 1}
		if _, err := Withhold(ctx, tx, Dated{From: month(2), Method: None}, today, ""); !errors.Is(err, ErrMonth) {
			t.Errorf("before this month: %v", err)
		}
		if _, err := Withhold(ctx, tx, Dated{From: month(5), Method: "half"}, today, ""); !errors.Is(err, ErrMethod) {
			t.Errorf("%v", err)
		}
		now, err := Withhold(ctx, tx, Dated{From: month(5), Method: Platform}, today, "staff")
		if now.ID != p.ID || now.In(month(2)).Method != None || now.In(month(4)).Method != Labour || now.In(month(9)) != now.Methods[1] {
			t.Errorf("%+v", now)
		}
		return err
	})
}

// Two stores of one owner pay by one company; a stranger sees and changes
// nothing of it.
func TestPayer_IsSharedByCodeAloneAndOnce(t *testing.T) {
	t.Parallel()
	o := office{pgtest.Open(t)}
	p := o.found(t, o.A)
	invite := func() (code string) {
		o.in(t, o.A, func(ctx context.Context, tx *pg.Tx) (err error) { code, _, err = Invite(ctx, tx); return err })
		return code
	}
	first := invite()
	for _, bad := range []string{"", "fp_", "fp_zz_x", first[:len(first)-1], strings.Replace(first, "fp_", "fp_0", 1), "fp_00000000000000000000000000000000_x"} {
		if _, err := o.join(t, o.B, bad); !errors.Is(err, ErrCode) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	second := invite()
	if _, err := o.join(t, o.B, first); !errors.Is(err, ErrCode) {
		t.Errorf("a code that was replaced: %v", err)
	}
	o.Clock.Advance(7 * 24 * time.Hour)
	if _, err := o.join(t, o.B, second); !errors.Is(err, ErrCode) {
		t.Errorf("a code that has run out: %v", err)
	}
	third := invite()
	if joined, err := o.join(t, o.B, third); err != nil || joined.ID != p.ID || joined.TaxID != company {
		t.Fatalf("%+v %v", joined, err)
	}
	if _, err := o.join(t, o.B, third); !errors.Is(err, ErrCode) {
		t.Errorf("a second time: %v", err)
	}
	person := []byte("zhang")
	o.in(t, o.A, func(ctx context.Context, tx *pg.Tx) error {
		return Add(ctx, tx, p.ID, person, Income{Month: month(3), Gross: 150_000, Tax: 14_000})
	})
	o.in(t, o.B, func(ctx context.Context, tx *pg.Tx) error {
		history, err := Taxed(ctx, tx, p.ID, person, month(3), false)
		if len(history) != 1 || history[0] != (Income{month(3), 150_000, 14_000}) {
			t.Errorf("%+v", history)
		}
		return err
	})
}

// Without the name of the payer, and with another's, nothing is seen or
// written: the wall is the database's.
func TestPayer_TheWall(t *testing.T) {
	t.Parallel()
	o := office{pgtest.Open(t)}
	p := o.found(t, o.A)
	o.in(t, o.A, func(ctx context.Context, tx *pg.Tx) error {
		return Add(ctx, tx, p.ID, []byte("zhang"), Income{Month: month(3), Gross: 1, Tax: 0})
	})
	for _, table := range []string{"payer_entity", "payer_method", "payer_income"} {
		err := o.Within(t.Context(), o.B, func(ctx context.Context, tx *pg.Tx) error {
			_, err := tx.Exec(ctx, `select 1 from `+table)
			return err
		})
		if err == nil {
			t.Errorf("%s: nobody was named and something was answered", table)
		}
		o.in(t, o.B, func(ctx context.Context, tx *pg.Tx) error {
			if _, err := tx.Exec(ctx, `set local app.payer_id = '00000000-0000-7000-8000-000000000000'`); err != nil {
				return err
			}
			seen, err := tx.Exec(ctx, `select 1 from `+table)
			if seen != 0 {
				t.Errorf("%s: %d rows of another payer", table, seen)
			}
			return err
		})
	}
}

func TestAdd_SixtyFourAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	o := office{pgtest.Open(t, pg.MaxConns(16))}
	p := o.found(t, o.A)
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			err := o.Within(t.Context(), o.A, func(ctx context.Context, tx *pg.Tx) error {
				history, err := Taxed(ctx, tx, p.ID, []byte("zhang"), month(3), true)
				if err != nil {
					return err
				}
				b, err := p.In(month(3)).Method.Tax(history, month(3), month(3), 50_000)
				if err != nil {
					return err
				}
				return Add(ctx, tx, p.ID, []byte("zhang"), Income{month(3), 50_000, b.Tax})
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	o.in(t, o.A, func(ctx context.Context, tx *pg.Tx) error {
		sums, err := Year(ctx, tx, p.ID, 2026)
		if want := oracle(Labour, 3_200_000, 1); len(sums) != 1 || sums[0] != (MonthSum{month(3), 1, 3_200_000, want}) {
			t.Errorf("%+v, want %d withheld", sums, want)
		}
		return err
	})
}
