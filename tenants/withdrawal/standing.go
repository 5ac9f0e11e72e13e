package withdrawal

import (
	"context"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// How long money waits with somebody who has been stopped, and how long
// somebody who has left may come for theirs.
const (
	pauseDays   = 30
	leftMonths  = 12
	dateAndTime = time.RFC3339
)

// Follow keeps since when somebody has been stopped or gone: give it to
// [distributor.Service.Follow].
func Follow(ctx context.Context, tx *pg.Tx, c distributor.Change) error {
	if c.What != distributor.StateChanged {
		return nil
	}
	_, err := tx.Exec(ctx, `
		insert into withdrawal_standing (tenant_id, distributor_id, state, since) values ($1, $2, $3, $4)
		on conflict (tenant_id, distributor_id) do update set state = excluded.state,
		   since = case when withdrawal_standing.state in ('frozen', 'banned') and excluded.state in ('frozen', 'banned')
		                then withdrawal_standing.since else excluded.since end`, // from frozen to banned the pause goes on
		tx.Tenant(), c.After.ID, c.After.State, tx.Now())
	return err
}

// since is when somebody came to their state, zero when nobody wrote it down.
func since(ctx context.Context, tx *pg.Tx, m distributor.Member) (time.Time, error) {
	s, err := pg.CollectOne[struct {
		State distributor.State `db:"state"`
		Since time.Time         `db:"since"`
	}](ctx, tx, `select state, since from withdrawal_standing where tenant_id = $1 and distributor_id = $2`, tx.Tenant(), m.ID)
	if errors.Is(err, pg.ErrNoRows) || err == nil && s.State != m.State {
		return time.Time{}, nil
	}
	return s.Since, err
}

// mayAsk is [Allowed], and whoever has left may ask for what they have earned
// for twelve months; what was asked for in time is paid later too.
func mayAsk(ctx context.Context, tx *pg.Tx, who distributor.ID) error {
	m, err := distributor.Get(ctx, tx, who)
	if err != nil {
		return err
	}
	if m.State != distributor.Left {
		return Allowed(ctx, tx, who)
	}
	from, err := since(ctx, tx, m)
	if until := from.AddDate(0, leftMonths, 0); err == nil && !from.IsZero() && !tx.Now().Before(until) {
		return ErrLeftTooLong.With("until", until.UTC().Format(dateAndTime))
	}
	return err
}

// Allowed reads the distributor's state in the transaction that moves money.
// Of the frozen and the banned everything pauses, at most thirty days: then it
// is released, unless somebody has said why it is forfeited.
func Allowed(ctx context.Context, tx *pg.Tx, who distributor.ID) error {
	m, err := distributor.Get(ctx, tx, who)
	if err != nil || m.State == distributor.Active || m.State == distributor.Left {
		return err
	}
	from, err := since(ctx, tx, m)
	if err != nil {
		return err
	}
	switch m.State {
	case distributor.Frozen, distributor.Banned:
		if from.IsZero() {
			return ErrNotAllowed.With("state", m.State)
		}
		if until := from.AddDate(0, 0, pauseDays); tx.Now().Before(until) {
			return errPaused.With("state", m.State).With("until", until.UTC().Format(dateAndTime))
		}
		return nil
	}
	return ErrNotAllowed.With("state", m.State)
}

type forfeitKind struct{}

func (forfeitKind) Prefix() string { return "wfo" }

// ForfeitID is a forfeit's id, "wfo_…".
type ForfeitID = id.Of[forfeitKind]

// Forfeit is money that somebody who was stopped has lost.
type Forfeit struct {
	ID          ForfeitID      `db:"id"`
	Distributor distributor.ID `db:"distributor_id"`
	Amount      int64          `db:"amount"`
	Reason      string         `db:"reason"`
	By          string         `db:"by"`
	At          time.Time      `db:"at"`
	RestoredAt  *time.Time     `db:"restored_at"`
	RestoredBy  string         `db:"restored_by"`
	RestoredWhy string         `db:"restored_why"`
}

// Stake is what somebody would lose if it were forfeited now.
type Stake struct {
	State     distributor.State
	Available int64
	Unsent    int64 // asked for and not sent: it comes back first
	Owed      int64 // netted with what comes back
}

// Amount is what [Service.Forfeit] would take.
func (s Stake) Amount() int64 { return max(0, s.Available+s.Unsent-s.Owed) }

// StakeOf reads what somebody would lose, whether they are stopped or not.
func StakeOf(ctx context.Context, tx *pg.Tx, who distributor.ID) (Stake, error) {
	m, err := distributor.Get(ctx, tx, who)
	if err != nil {
		return Stake{}, err
	}
	b, err := ledger.BalanceOf(ctx, tx, ledger.Party(who), ledger.Money)
	if err != nil {
		return Stake{}, err
	}
	unsent, err := unsentGross(ctx, tx, who)
	return Stake{State: m.State, Available: b.Available, Unsent: unsent, Owed: b.Owed()}, err
}

// Forfeit takes what a frozen or banned person has available and unsent, with
// a reason they see. What is on its way runs on. Whoever confirmed an amount
// takes that or nothing: money that has matured meanwhile was not decided
// about. Nil takes what there is.
func (s *Service) Forfeit(ctx context.Context, tx *pg.Tx, who distributor.ID, reason, by string, confirmed *int64) (Forfeit, error) {
	if reason == "" {
		return Forfeit{}, ErrReasonMissing
	}
	m, err := distributor.Get(ctx, tx, who)
	if err != nil {
		return Forfeit{}, err
	}
	if m.State != distributor.Frozen && m.State != distributor.Banned {
		return Forfeit{}, ErrNotStopped.With("state", m.State)
	}
	book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.Party(who)})
	if err != nil {
		return Forfeit{}, err
	}
	if err := returnUnsent(ctx, tx, book, who, Rejected, reason, by); err != nil {
		return Forfeit{}, err
	}
	f := Forfeit{ID: id.New[forfeitKind](tx.Now()), Distributor: who, Amount: book.Balance(ledger.Party(who)).Available, Reason: reason, By: by, At: tx.Now()}
	if f.Amount == 0 {
		return Forfeit{}, ErrNothingToForfeit
	}
	if confirmed != nil && *confirmed != f.Amount {
		rules, err := s.Rules(ctx, tx)
		if err != nil {
			return Forfeit{}, err
		}
		return Forfeit{}, ErrForfeitChanged.With("amount", rules.text(f.Amount))
	}
	if err := book.Move(ledger.BookDeduction{Payee: ledger.Party(who), Amount: f.Amount, Reason: ledger.Ref(f.ID)}); err != nil {
		return Forfeit{}, err
	}
	if err := insertForfeit(ctx, tx, f); err != nil {
		return Forfeit{}, err
	}
	return f, book.Post(ctx)
}

// Restore gives back what was forfeited, once: the decision was overturned.
func (s *Service) Restore(ctx context.Context, tx *pg.Tx, which ForfeitID, why, by string) (Forfeit, error) {
	if why == "" {
		return Forfeit{}, ErrReasonMissing
	}
	f, err := getForfeit(ctx, tx, which)
	if err != nil {
		return f, err
	}
	party := ledger.Party(f.Distributor)
	book, err := ledger.Open(ctx, tx, []ledger.Party{party}) // the balance is locked first, as everywhere
	if err != nil {
		return f, err
	}
	if f, err = getForfeit(ctx, tx, which); err != nil || f.RestoredAt != nil {
		return f, err
	}
	at := tx.Now()
	f.RestoredAt, f.RestoredBy, f.RestoredWhy = &at, by, why
	if err := book.Move(ledger.BookBonus{Payee: party, Amount: f.Amount, Reason: ledger.Ref(f.ID)}); err != nil {
		return f, err
	}
	b := book.Balance(party)
	if err := book.Move(ledger.NetDebt{Payee: party, Amount: min(b.Owed(), b.Available)}); err != nil {
		return f, err
	}
	if err := saveForfeit(ctx, tx, f); err != nil {
		return f, err
	}
	return f, book.Post(ctx)
}
