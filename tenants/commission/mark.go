package commission

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// The store's settlement mark: an award is settled when it matures at or
// before it. Whoever changes what a cut-off counts holds the mark FOR SHARE,
// whoever moves it holds it FOR UPDATE, so no award falls between.

// GiveMark gives a new store its mark.
func GiveMark(ctx context.Context, tx *pg.Tx) error {
	_, err := tx.Exec(ctx, `insert into commission_mark (tenant_id) values ($1) on conflict do nothing`, tx.Tenant())
	return err
}

func hasMark(ctx context.Context, tx *pg.Tx) (marked bool, err error) {
	if err = tx.QueryRow(ctx, `select exists (select 1 from commission_mark where tenant_id = $1)`, tx.Tenant()).Scan(&marked); err != nil {
		return false, fmt.Errorf("commission: whether there is a mark: %w", err)
	}
	return marked, nil
}

func askMark(tx *pg.Tx) *pg.Answer[time.Time] {
	return pg.AskColumn[time.Time](tx, `select mark from commission_mark where tenant_id = $1 for share`, tx.Tenant())
}

// TakeMark locks the mark for moving it.
func TakeMark(ctx context.Context, tx *pg.Tx) (mark time.Time, err error) {
	return readMark(ctx, tx, "for update")
}

// Mark reads the mark.
func Mark(ctx context.Context, tx *pg.Tx) (mark time.Time, err error) { return readMark(ctx, tx, "") }

func readMark(ctx context.Context, tx *pg.Tx, lock string) (mark time.Time, err error) {
	if err = tx.QueryRow(ctx, `select mark from commission_mark where tenant_id = $1 `+lock, tx.Tenant()).Scan(&mark); err != nil {
		return mark, fmt.Errorf("commission: the mark: %w", err)
	}
	return mark.UTC(), nil
}

// MoveMark moves the mark, which TakeMark has locked.
func MoveMark(ctx context.Context, tx *pg.Tx, to time.Time) error {
	if _, err := tx.Exec(ctx, `update commission_mark set mark = $2 where tenant_id = $1 and mark < $2`, tx.Tenant(), to); err != nil {
		return fmt.Errorf("commission: move the mark: %w", err)
	}
	return nil
}

// RestMark keeps the sweep from a store whose mark cannot move before an
// instant. The mark is locked.
func RestMark(ctx context.Context, tx *pg.Tx, until time.Time) error {
	if _, err := tx.Exec(ctx, `update commission_mark set rests_until = $2 where tenant_id = $1`, tx.Tenant(), until); err != nil {
		return fmt.Errorf("commission: rest the mark: %w", err)
	}
	return nil
}

// WakeMark lets the sweep look again: somebody has changed when awards settle.
func WakeMark(ctx context.Context, tx *pg.Tx) error {
	_, err := tx.Exec(ctx, `update commission_mark set rests_until = 'epoch' where tenant_id = $1 and rests_until > 'epoch'`, tx.Tenant())
	if err != nil {
		return fmt.Errorf("commission: wake the mark: %w", err)
	}
	return nil
}

// holdFrozen is why an award of a frozen or banned payee does not mature.
const holdFrozen = "payee_frozen"

// HoldFrozen keeps the awards that would mature up to the instant from people
// who are frozen, banned or not yet active, and lets go those of people who
// are active again. The mark is locked.
func HoldFrozen(ctx context.Context, tx *pg.Tx, mark, upTo time.Time) error {
	payees, err := payeesOf(ctx, tx, `
		select payee from commission_award where tenant_id = $1 and matures_at > $2 and matures_at <= $3
		union select payee from commission_award where tenant_id = $1 and hold <> ''`, tx.Tenant(), mark, upTo)
	if err != nil || len(payees) == 0 {
		return err
	}
	states, err := distributor.States(ctx, tx, payees)
	if err != nil {
		return err
	}
	var active, stopped []distributor.ID
	for _, p := range payees {
		if s := states[p]; s == distributor.Frozen || s == distributor.Banned {
			stopped = append(stopped, p)
		} else {
			active = append(active, p) // someone who has left keeps what they earned
		}
	}
	_, err = tx.Exec(ctx, `
		update commission_award set hold = $5, matures_at = $6
		 where tenant_id = $1 and matures_at > $2 and matures_at <= $3 and payee = any($4::uuid[])`,
		tx.Tenant(), mark, upTo, stopped, holdFrozen, Never)
	if err != nil {
		return fmt.Errorf("commission: hold awards: %w", err)
	}
	_, err = tx.Exec(ctx, `
		update commission_award set hold = '', matures_at = case when due_at = $4 then due_at else greatest(due_at, $3) end
		 where tenant_id = $1 and hold = $5 and payee = any($2::uuid[])`,
		tx.Tenant(), active, mark.Add(time.Microsecond), Never, holdFrozen)
	if err != nil {
		return fmt.Errorf("commission: let awards go: %w", err)
	}
	return nil
}

func payeesOf(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]distributor.ID, error) {
	all, err := pg.Column[distributor.ID](ctx, tx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("commission: payees: %w", err)
	}
	return all, nil
}

// Matured is what one payee's awards have come to in a cut-off.
type Matured struct {
	Payee  distributor.ID
	Money  int64
	Points int64
}

// MaturedBetween sums standing awards by payee over (mark, upTo].
func MaturedBetween(ctx context.Context, tx *pg.Tx, mark, upTo time.Time) ([]Matured, error) {
	list, err := pg.Collect[Matured](ctx, tx, `
		select payee, sum(standing)::bigint as money, sum(points)::bigint as points
		  from commission_award
		 where tenant_id = $1 and matures_at > $2 and matures_at <= $3
		 group by payee order by payee`, tx.Tenant(), mark, upTo)
	if err != nil {
		return nil, fmt.Errorf("commission: what has matured: %w", err)
	}
	return list, nil
}

// StoresMaturing is the sweep: stores with an award that has matured by the
// given real time and is not settled, or with one on hold, whose payee may be
// active again.
func StoresMaturing(ctx context.Context, tx *pg.Tx, now time.Time) ([]tenancy.ID, error) {
	all, err := pg.Column[tenancy.ID](ctx, tx, `
		select m.tenant_id from commission_mark m
		 where m.rests_until <= $1
		   and (exists (select 1 from commission_award a
		                 where a.tenant_id = m.tenant_id and a.matures_at > m.mark and a.matures_at <= $1)
		     or exists (select 1 from commission_award a where a.tenant_id = m.tenant_id and a.hold <> ''))`, now)
	if err != nil {
		return nil, fmt.Errorf("commission: sweep: %w", err)
	}
	return all, nil
}
