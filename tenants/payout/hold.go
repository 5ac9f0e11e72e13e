package payout

import (
	"context"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Desk is the store's: how many transfers were sent, and why nothing is sent now.
type Desk struct {
	Sent   int64      `db:"sent"`
	Hold   string     `db:"hold"`
	HeldAt *time.Time `db:"held_at"`
	HeldBy string     `db:"held_by"`
	Words  string     `db:"words"`
}

// Why payouts are on hold.
const (
	Restored = "restored" // the database is older than what has been sent
	ByStaff  = "staff"
)

// ErrHoldNeedsBill refuses to go on after a restore before somebody has looked
// at what had been paid.
var ErrHoldNeedsBill = fault.New(fault.Conflict, "payout.hold_needs_bill",
	"数据恢复后，须先导入“{account}”的账单并处理完所有差异，才能恢复打款", "after a restore, import the bill of {account} and resolve its differences before payouts go on")

const deskColumns = `sent, hold, held_at, held_by, words`

func deskOf(ctx context.Context, tx *pg.Tx) (Desk, error) {
	d, err := pg.CollectOne[Desk](ctx, tx, `select `+deskColumns+` from payout_desk where tenant_id = $1`, tx.Tenant())
	if errors.Is(err, pg.ErrNoRows) {
		return Desk{}, nil
	}
	return d, err
}

func lockDesk(ctx context.Context, tx *pg.Tx) (Desk, error) {
	if _, err := tx.Exec(ctx, `insert into payout_desk (tenant_id) values ($1) on conflict do nothing`, tx.Tenant()); err != nil {
		return Desk{}, err
	}
	return pg.CollectOne[Desk](ctx, tx, `select `+deskColumns+` from payout_desk where tenant_id = $1 for update`, tx.Tenant())
}

func saveDesk(ctx context.Context, tx *pg.Tx, d Desk) error {
	_, err := tx.Exec(ctx, `update payout_desk set sent = $2, hold = $3, held_at = $4, held_by = $5, words = $6 where tenant_id = $1`,
		tx.Tenant(), d.Sent, d.Hold, d.HeldAt, d.HeldBy, d.Words)
	return err
}

// DeskOf is how the store's payouts stand.
func DeskOf(ctx context.Context, tx *pg.Tx) (Desk, error) { return deskOf(ctx, tx) }

// Hold stops everything that would be sent; asking goes on. A hold after a
// restore stays one.
func (s *Service) Hold(ctx context.Context, tx *pg.Tx, why, words, by string) (Desk, error) {
	d, err := lockDesk(ctx, tx)
	if err != nil || d.Hold == Restored || d.Hold == why {
		return d, err
	}
	at := tx.Now()
	d.Hold, d.HeldAt, d.HeldBy, d.Words = why, &at, by, words
	return d, saveDesk(ctx, tx, d)
}

// Release lets payouts go on, with the reason. After a restore each account's
// bill must have been imported since, and its differences resolved: what had
// been paid is then known.
func (s *Service) Release(ctx context.Context, tx *pg.Tx, reason, by string) (Desk, error) {
	if reason == "" {
		return Desk{}, ErrReasonMissing
	}
	d, err := lockDesk(ctx, tx)
	if err != nil || d.Hold == "" {
		return d, err
	}
	if d.Hold == Restored {
		name, err := unexamined(ctx, tx, *d.HeldAt)
		if err != nil {
			return d, err
		}
		if name != "" {
			return d, ErrHoldNeedsBill.With("account", name)
		}
		if s.Marks != nil { // what was sent before the restore is known now
			sent, err := s.Marks.Read(ctx, tx.Tenant())
			if err != nil {
				return d, err
			}
			d.Sent = max(d.Sent, sent)
		}
	}
	d.Hold, d.HeldAt, d.HeldBy, d.Words = "", nil, by, reason
	return d, saveDesk(ctx, tx, d)
}

// unexamined names an account that calls a provider or makes files and whose
// bill nobody has imported since, or whose differences are open.
func unexamined(ctx context.Context, tx *pg.Tx, since time.Time) (name string, err error) {
	err = tx.QueryRow(ctx, `
		select coalesce(min(a.name), '') from payout_account a
		 where a.tenant_id = $1 and a.method <> 'manual'
		   and (not exists (select 1 from payout_run r where r.tenant_id = $1 and r.account_id = a.id and r.at >= $2)
		     or exists (select 1 from payout_difference d where d.tenant_id = $1 and d.account_id = a.id and d.resolution = ''))`,
		tx.Tenant(), since).Scan(&name)
	return name, err
}

// watchEvery is how often a store's mark outside is compared.
const watchEvery = 30 * time.Second

// watchForRestore holds payouts when more was sent than the database knows of.
func (s *Service) watchForRestore(ctx context.Context, tenant tenancy.ID) {
	if s.Marks == nil {
		return
	}
	s.mu.Lock()
	fresh := clock.Real().Sub(s.asked[tenant]) < watchEvery
	s.asked[tenant] = clock.Real()
	s.mu.Unlock()
	if fresh {
		return
	}
	if _, err := s.CheckMark(ctx, tenant); err != nil {
		s.Log.WarnContext(ctx, "payout: the mark outside was not read", "store", tenant.String(), "error", err.Error())
	}
}

// CheckMark compares the database with what is remembered outside of it, and
// reports whether payouts are on hold.
func (s *Service) CheckMark(ctx context.Context, tenant tenancy.ID) (held bool, err error) {
	var outside int64
	if s.Marks != nil {
		if outside, err = s.Marks.Read(ctx, tenant); err != nil {
			return false, err
		}
	}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		d, err := deskOf(ctx, tx)
		if err != nil {
			return err
		}
		if outside > d.Sent {
			d, err = s.Hold(ctx, tx, Restored, "", system)
			s.Log.ErrorContext(ctx, "payout: more was sent than the database knows of; payouts are on hold", "store", tenant.String(), "outside", outside)
		}
		held = d.Hold != ""
		return err
	})
	return held, err
}
