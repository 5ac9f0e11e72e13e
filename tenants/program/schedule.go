package program

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
)

// farthest is how far ahead a revision may be scheduled.
const farthest = 366 * 24 * time.Hour

// never is when a candidate takes effect: some teams try it first, and to put
// it in force makes a revision of its own.
var never = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// startOf is when a draft takes effect. A change never reaches back.
func startOf(d Draft, now time.Time) (time.Time, error) {
	at := d.EffectiveFrom.UTC().Truncate(time.Microsecond)
	switch {
	case d.EffectiveFrom.IsZero():
		return now, nil
	case at.Before(now):
		return at, errPast.At("effective_from")
	case at.After(now.Add(farthest)):
		return at, errFarAhead.At("effective_from")
	}
	return at, nil
}

// Standing is what has become of a revision.
type Standing string

const (
	InForceNow Standing = "in_force"
	Scheduled  Standing = "scheduled"
	Candidate  Standing = "candidate" // tried by some teams, or once tried
	Cancelled  Standing = "cancelled" // before it started
	Superseded Standing = "superseded"
)

// Standings tells what has become of revisions at the given instant.
func (s *Service) Standings(ctx context.Context, tx *pg.Tx, list []Revision, at time.Time) (map[int]Standing, error) {
	now, err := revisionAt(ctx, tx, at)
	if err != nil {
		return nil, err
	}
	cancelled, err := pg.Column[int](ctx, tx, `select revision from program_cancelled where tenant_id = $1`, tx.Tenant())
	if err != nil {
		return nil, fmt.Errorf("program: cancelled revisions: %w", err)
	}
	all := make(map[int]Standing, len(list))
	for _, r := range list {
		switch {
		case r.Revision == now:
			all[r.Revision] = InForceNow
		case r.EffectiveAt.Equal(never):
			all[r.Revision] = Candidate
		case r.EffectiveAt.After(at):
			all[r.Revision] = Scheduled
		default:
			all[r.Revision] = Superseded
		}
	}
	for _, n := range cancelled {
		if _, listed := all[n]; listed {
			all[n] = Cancelled
		}
	}
	return all, nil
}

// Cancel takes a scheduled revision back before it starts. Cancelling twice is
// harmless.
func (s *Service) Cancel(ctx context.Context, tx *pg.Tx, revision int, actor string) (Revision, error) {
	if _, err := lastRevision(ctx, tx); err != nil { // proposals and cancellations one after another
		return Revision{}, err
	}
	r, err := readRevision(ctx, tx, revision)
	switch {
	case err != nil:
		return Revision{}, err
	case r.EffectiveAt.Equal(never) || !r.EffectiveAt.After(tx.Now()):
		return Revision{}, errStarted
	}
	_, err = tx.Exec(ctx, `
		insert into program_cancelled (tenant_id, revision, actor, cancelled_at) values ($1, $2, $3, $4)
		on conflict do nothing`, tx.Tenant(), revision, actor, tx.Now())
	if err != nil {
		return Revision{}, fmt.Errorf("program: cancel: %w", err)
	}
	return r, s.revised(ctx, tx)
}

var (
	errPast     = fault.New(fault.Invalid, "program.effective_past", "生效时间不能早于现在，已下的订单不受影响", "a revision cannot start in the past: orders keep what they were placed under")
	errFarAhead = fault.New(fault.Invalid, "program.effective_far", "生效时间最多提前一年设定", "a revision can start at most a year from now")
	errStarted  = fault.New(fault.Conflict, "program.already_started", "这个版本已经生效，不能取消", "the revision has started already")
)
