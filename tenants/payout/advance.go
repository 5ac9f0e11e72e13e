package payout

import (
	"context"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// advance is the only function that moves a transfer: every answer, notice and
// word of a person passes through it, in any order and any number of times.
//
// A transfer moves forward or not at all. What contradicts an end is kept as
// trouble for a person and books nothing.
func (s *Service) advance(ctx context.Context, tx *pg.Tx, which ID, a Answer, source string) (Transfer, error) {
	t, err := lockTransfer(ctx, tx, which)
	if err != nil {
		return t, err
	}
	before := t
	now := tx.Now()
	if t.about(a) {
		t.hear(a, source, now)
	} else {
		t.worry(Contradiction, now)
		t.Code, t.Words = a.Code, "the answer is about another transfer"
	}
	if err := s.follow(ctx, tx, before, &t, source); err != nil {
		return t, err
	}
	t.grumble(now)
	if t.Trouble != before.Trouble && t.Trouble != NoTrouble {
		if err := s.alarm(ctx, tx, t); err != nil {
			return t, err
		}
	}
	t.ChangedAt = now
	if err := saveTransfer(ctx, tx, t); err != nil {
		return t, err
	}
	if err := s.minds(ctx, tx, t, a); err != nil {
		return t, err
	}
	if news(before, t) {
		if err := addStep(ctx, tx, t, source, a.Code, a.Words); err != nil {
			return t, err
		}
	}
	if t.State.ended() {
		return t, notDue(ctx, tx, t.ID)
	}
	if s.kinds[t.Method].Batched {
		return t, nil // the file that comes back says more
	}
	return t, lookAt(ctx, tx, t.ID, now.Add(t.patience()))
}

// about reports whether an answer speaks of this transfer.
func (t Transfer) about(a Answer) bool {
	return (a.Number == "" || a.Number == t.Number) && (a.Amount == 0 || a.Amount == t.Amount) &&
		(a.ProviderID == "" || t.ProviderID == "" || a.ProviderID == t.ProviderID)
}

var ends = map[Standing]State{Paid: Done, Failed: Broken, Cancelled: Called}

// hear moves the transfer by a word of the provider.
func (t *Transfer) hear(a Answer, source string, now time.Time) {
	to, isEnd := ends[a.Standing]
	if t.State.ended() {
		if isEnd && to != t.State {
			t.worry(Contradiction, now)
			t.Code, t.Words = a.Code, a.Words
		}
		return // old news
	}
	if source == "query" || source == "cancel" || source == "submit" {
		t.Asked = source
	}
	if a.Standing == Refused && source != "submit" && source != "prepare" {
		a.Standing = Doubt // a question that is not taken says nothing about the request
	}
	was := t.Standing
	t.Standing = a.Standing
	switch {
	case isEnd:
		t.State, t.EndedAt, t.Confirm = to, &now, ""
	case a.Standing == AwaitsUser:
		if t.State.rank() <= Awaiting.rank() {
			t.State = Awaiting
		}
		if t.WaitsSince == nil {
			t.WaitsSince = &now
		}
	case a.Standing == Processing, a.Standing == Cancelling:
		if t.State == Queued {
			t.State = Sending
		}
	case a.Standing == Absent && t.State == Awaiting:
		t.Standing = Doubt // it was there
	case was == Refused && (a.Standing == Absent || a.Standing == Doubt || a.Standing == Slower):
		if t.Standing = Refused; a.Standing == Absent {
			t.worry(RequestWrong, now) // refused, and not there
		}
	case a.Standing == Short:
		t.worry(AccountShort, now)
	case a.Standing == Refused && source == "prepare":
		t.worry(CannotSend, now)
	}
	if t.Tries++; t.Standing != was {
		t.Tries = 1
	}
	if t.ProviderID == "" {
		t.ProviderID = a.ProviderID
	}
	if a.Confirm != "" && t.State == Awaiting {
		t.Confirm = a.Confirm
	}
	if a.Code != "" {
		t.Code, t.Words = a.Code, a.Words
	}
	if t.State.ended() || a.Standing == Processing || a.Standing == AwaitsUser {
		t.calm(Contradiction)
	}
}

// worry names the trouble, the first of its kind with its time.
func (t *Transfer) worry(about Trouble, now time.Time) {
	if t.Trouble != about {
		t.Trouble, t.TroubleAt = about, &now
	}
}

// calm ends a trouble, unless it is one that only a person ends.
func (t *Transfer) calm(except Trouble) {
	if t.Trouble != except {
		t.Trouble, t.TroubleAt = NoTrouble, nil
	}
}

// ConfirmWithin is how long a payee may take to confirm.
const ConfirmWithin = 24 * time.Hour

// How long is too long.
const (
	silentAfter = 24 * time.Hour
	stuckAfter  = 24 * time.Hour
	waitsAfter  = 26 * time.Hour // WeChat gives a day
	shortAfter  = 48 * time.Hour
)

// grumble finds what takes too long.
func (t *Transfer) grumble(now time.Time) {
	if t.State.ended() || t.SentAt == nil || t.Trouble != NoTrouble {
		return
	}
	since := now.Sub(*t.SentAt)
	switch {
	case t.State == Awaiting && t.WaitsSince != nil && now.Sub(*t.WaitsSince) > waitsAfter:
		t.worry(Stuck, now)
	case t.State == Sending && since > silentAfter && t.Standing != Processing && t.Standing != Cancelling:
		t.worry(Silent, now)
	case t.State == Sending && since > stuckAfter:
		t.worry(Stuck, now)
	}
}

// person reports whether a trouble is more than patience can mend.
func (t Transfer) person(now time.Time) bool {
	switch t.Trouble {
	case NoTrouble, Contradiction:
		return false
	case AccountShort:
		return t.TroubleAt != nil && now.Sub(*t.TroubleAt) > shortAfter || t.SentAt != nil && now.Sub(*t.SentAt) > shortAfter
	}
	return true
}

// follow tells the withdrawal what has become of its transfer.
func (s *Service) follow(ctx context.Context, tx *pg.Tx, before Transfer, t *Transfer, source string) (err error) {
	if t.State == before.State {
		return nil
	}
	if before.State == Queued && t.State != Void { // it had been sent before a restore
		if _, err := s.Withdrawals.Send(ctx, tx, t.Withdrawal, by(source)); err != nil && !errors.Is(err, withdrawal.ErrWrongState) {
			return err
		}
	}
	switch t.State {
	case Awaiting:
		_, err = s.Withdrawals.AwaitUser(ctx, tx, t.Withdrawal, by(source))
	case Done:
		_, err = s.Withdrawals.Complete(ctx, tx, t.Withdrawal, voucher(*t), by(source))
	case Broken:
		_, err = s.Withdrawals.Fail(ctx, tx, t.Withdrawal, t.reason(), by(source))
	case Called:
		_, err = s.Withdrawals.Cancel(ctx, tx, t.Withdrawal, t.reason(), by(source))
	}
	if errors.Is(err, withdrawal.ErrWrongState) {
		t.worry(Contradiction, tx.Now()) // the money went one way and the withdrawal another
		return nil
	}
	return err
}

func voucher(t Transfer) string {
	if t.ProviderID != "" {
		return t.ProviderID
	}
	return t.Number
}

// by is who is written down with the withdrawal.
func by(source string) string {
	switch source {
	case "submit", "query", "cancel", "notice", "prepare", "batch":
		return system
	}
	return source
}

// reason is why it was not paid, as its owner reads it.
func (t Transfer) reason() string {
	for _, words := range []string{t.Words, t.Code} {
		if words != "" {
			return words
		}
	}
	return string(t.State)
}

// alarm tells a person; what patience cannot mend puts the withdrawal aside.
func (s *Service) alarm(ctx context.Context, tx *pg.Tx, t Transfer) error {
	tenant := tx.Tenant()
	tx.AfterCommit(func() { s.Alarm(tenant, t) })
	return s.aside(ctx, tx, t)
}

// aside leaves the withdrawal to a person; the looking goes on.
func (s *Service) aside(ctx context.Context, tx *pg.Tx, t Transfer) error {
	if !t.person(tx.Now()) {
		return nil
	}
	_, err := s.Withdrawals.NeedsPerson(ctx, tx, t.Withdrawal, string(t.Trouble), system)
	if errors.Is(err, withdrawal.ErrWrongState) {
		return nil
	}
	return err
}

// minds keeps whether the merchant's account is short, and puts aside what has
// waited for it too long.
func (s *Service) minds(ctx context.Context, tx *pg.Tx, t Transfer, a Answer) error {
	switch a.Standing {
	case Short:
		if err := markShort(ctx, tx, t.Account, true); err != nil {
			return err
		}
		return s.aside(ctx, tx, t)
	case AwaitsUser, Paid:
		return markShort(ctx, tx, t.Account, false)
	}
	return nil
}

// end closes a transfer that nobody was told to pay.
func (s *Service) end(ctx context.Context, tx *pg.Tx, t Transfer, as State, words, source string) (Transfer, error) {
	now := tx.Now()
	t.State, t.Words, t.EndedAt, t.ChangedAt = as, words, &now, now
	if err := saveTransfer(ctx, tx, t); err != nil {
		return t, err
	}
	if err := addStep(ctx, tx, t, source, "", words); err != nil {
		return t, err
	}
	return t, notDue(ctx, tx, t.ID)
}

// news reports whether something is worth a line of history.
func news(before, after Transfer) bool {
	return before.State != after.State || before.Standing != after.Standing || before.Code != after.Code || before.Trouble != after.Trouble || before.Asked != after.Asked && after.Submits < 3
}

// patience is how long until the next look: quickly at first, then ever more
// slowly, hourly at last.
func (t Transfer) patience() time.Duration {
	steps := []time.Duration{5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}
	switch t.Standing {
	case Processing, AwaitsUser, Cancelling:
		steps = steps[1:]
	case Slower:
		steps = steps[1:]
	case Short:
		steps = steps[2:]
	case StaleKey:
		return 0
	}
	if t.Trouble != NoTrouble && t.Trouble != AccountShort {
		return time.Hour
	}
	return steps[min(max(t.Tries, 1), len(steps))-1]
}
