package grading

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
)

const (
	catchUpDays = 31 // a store that slept longer is graded for its last days alone
	patience    = 5  // tries before a day is closed over members that could not be decided
)

// Run grades every day of the store that is over and has not been graded, and
// returns how many grades it changed. Doing it twice, or at once, changes
// nothing more. It asks the strategy, so it is not for use in a transaction.
func (s *Service) Run(ctx context.Context, tenant tenancy.ID) (changed int, err error) {
	for range catchUpDays + 1 {
		q, err := s.begin(ctx, tenant)
		if err != nil || q == nil {
			return changed, err
		}
		s.ask(ctx, q)
		n, done, err := s.finish(ctx, tenant, q)
		changed += n
		if err != nil || !done {
			return changed, err
		}
	}
	return changed, nil
}

// question is what a strategy is asked about members, and what it said.
type question struct {
	at       time.Time // the instant that is graded
	zone     *time.Location
	revision program.Revision
	artifact program.Artifact
	members  []distributor.Graded
	request  *strategyv1.EvaluateTierRequest
	answer   *strategyv1.EvaluateTierResponse
	attempts int
	broken   *violation
}

// begin reads what the strategy is asked about the day that is due; nil when
// none is, or when the programme of that day does not grade.
func (s *Service) begin(ctx context.Context, tenant tenancy.ID) (q *question, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		due, found, err := readDue(ctx, tx, "")
		if err != nil || !found || due.DueAt.After(tx.Now()) || due.RetryAt.After(clock.Real()) {
			return err
		}
		_, zone, err := s.stores.Money(ctx, tx)
		if err != nil {
			return err
		}
		if oldest := dayEnd(tx.Now().In(zone).AddDate(0, 0, -catchUpDays), zone); due.DueAt.Before(oldest) {
			if err := moveDue(ctx, tx, due.DueAt, oldest); err != nil {
				return err
			}
			due.DueAt = oldest
		}
		for !due.DueAt.After(tx.Now()) {
			if q, err = s.question(ctx, tx, due.DueAt, zone, nil); err != nil {
				return err
			}
			if q != nil {
				q.attempts = due.Attempts
				return nil
			}
			next := dayEnd(due.DueAt, zone)
			if err := moveDue(ctx, tx, due.DueAt, next); err != nil {
				return err
			}
			due = dueRow{DueAt: next}
		}
		return nil
	})
	return q, err
}

// question reads what the programme's strategy has to know to grade the given
// members at an instant, nil for everybody; it is nil when the strategy does
// not grade.
func (s *Service) question(ctx context.Context, tx *pg.Tx, at time.Time, zone *time.Location, only []distributor.ID) (*question, error) {
	rev, err := s.programs.InForce(ctx, tx, at.Add(-time.Microsecond))
	if err != nil {
		return nil, err
	}
	q := &question{at: at, zone: zone, revision: rev}
	if q.artifact, err = s.programs.Artifact(ctx, tx, rev.Artifact); err != nil || !q.artifact.Description.GetGradesMembers() {
		return nil, err
	}
	span, err := s.commission.WindowOf(ctx, tx, rev, at, zone)
	if err != nil {
		return nil, err
	}
	deeds, err := s.commission.Deeds(ctx, tx, rev, span, only)
	if err != nil {
		return nil, err
	}
	who := make([]distributor.ID, len(deeds.Members))
	for i, m := range deeds.Members {
		who[i] = m.ID
	}
	sizes, err := distributor.Sizes(ctx, tx, who)
	if err != nil {
		return nil, fmt.Errorf("grading: team sizes: %w", err)
	}
	currency, _, err := s.stores.Money(ctx, tx)
	if err != nil {
		return nil, err
	}
	q.request = &strategyv1.EvaluateTierRequest{Config: rev.Config, Rules: rev.Settings.Rules(), Currency: currency,
		MinorDigits: int32(money.Digits(currency)), Grades: rev.Settings.Grades,
		Window: &strategyv1.Period{Key: dayOf(at, zone).String(), FromMs: span.From.UnixMilli(), ToMs: span.To.UnixMilli()}}
	for _, m := range deeds.Members {
		q.members = append(q.members, m.Graded)
		q.request.Members = append(q.request.Members, &strategyv1.TierMember{Did: m.Did, JoinedAtMs: m.JoinedAt.UnixMilli(),
			GradedAtMs: m.GradedAt.UnixMilli(), Direct: sizes[m.ID].Direct, Team: sizes[m.ID].Team})
	}
	return q, nil
}

// ask gets an answer that can be acted on, or the reason why there is none.
func (s *Service) ask(ctx context.Context, q *question) {
	if len(q.members) == 0 {
		q.answer = &strategyv1.EvaluateTierResponse{}
		return
	}
	answer, err := s.strategies.EvaluateTier(ctx, q.revision.Artifact, q.request)
	if err != nil {
		q.broken = &violation{"plugin.unavailable", err.Error()}
		return
	}
	q.answer = answer
	q.broken = audit(q.request, answer)
}

// hold is why the day has to wait: a broken rail, or members whom the strategy
// could not decide and may decide later.
func (q *question) hold() *violation {
	if q.broken != nil || q.attempts >= patience {
		return q.broken
	}
	for _, d := range q.answer.GetDecisions() {
		if f := d.GetFailed(); f.GetRetryable() {
			return &violation{f.GetCode(), f.GetMessage()}
		}
	}
	return nil
}

// finish writes the day down, unless somebody else has: grades, history, and
// when the store is due next. done is false when the day has to wait.
func (s *Service) finish(ctx context.Context, tenant tenancy.ID, q *question) (changed int, done bool, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		due, _, err := readDue(ctx, tx, "for update")
		if err != nil {
			return err
		}
		if !due.DueAt.Equal(q.at) {
			done = true // by another process
			return nil
		}
		if hold := q.hold(); hold != nil {
			return holdDay(ctx, tx, hold, clock.Real().Add(backoff(q.attempts)))
		}
		run, err := s.apply(ctx, tx, q)
		if err != nil {
			return err
		}
		changed, done = run.Promoted+run.Demoted, true
		if err := insertRun(ctx, tx, q, run); err != nil {
			return err
		}
		return moveDue(ctx, tx, q.at, dayEnd(q.at, q.zone))
	})
	return changed, done && err == nil, err
}

// apply changes grades. Whoever was graded by hand, or left, while the strategy
// thought stays as they are.
func (s *Service) apply(ctx context.Context, tx *pg.Tx, q *question) (Run, error) {
	run := Run{Day: dayOf(q.at, q.zone), Members: len(q.members), At: tx.Now()}
	var moving []int
	var who []distributor.ID
	for i, d := range q.answer.GetDecisions() {
		switch {
		case d.GetFailed() != nil:
			run.Failed++
		case d.GetChange() != nil:
			moving, who = append(moving, i), append(who, q.members[i].ID)
		}
	}
	now, err := distributor.LockGraded(ctx, tx, who)
	if err != nil {
		return run, fmt.Errorf("grading: lock members: %w", err)
	}
	var changes []changeRow
	for _, i := range moving {
		m, d := q.members[i], q.answer.GetDecisions()[i]
		if still, there := now[m.ID]; !there || still.Grade != m.Grade {
			continue
		}
		to := d.GetChange()
		if _, err := s.distributors.SetGrade(ctx, tx, m.ID, to.GetTo(), program.Sentence(q.artifact.Description, to.GetWhy(), "zh-CN")); err != nil {
			return run, err
		}
		up := above(q.request.GetGrades(), to.GetTo(), m.Grade)
		if up {
			run.Promoted++
		} else {
			run.Demoted++
		}
		changes = append(changes, newChange(tx, q, m, d, up))
	}
	return run, insertChanges(ctx, tx, changes)
}

// backoff is a minute doubled with every attempt, at most an hour.
func backoff(attempts int) time.Duration { return min(time.Minute<<min(attempts, 6), time.Hour) }
