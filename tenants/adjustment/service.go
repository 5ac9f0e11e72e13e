package adjustment

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// Service holds the verbs. In each the rules are locked first, so that two at
// once cannot spend the same budget, then the adjustment, then the balance.
type Service struct {
	stores Stores

	Owing func(tenancy.ID) // somebody owes the store what a withdrawal may not have sent yet; nil: nobody asks
}

// Stores tells a store's currency and in whose months it lives.
type Stores interface {
	Money(ctx context.Context, tx *pg.Tx) (currency string, zone *time.Location, err error)
}

// New builds the service.
func New(stores Stores) *Service { return &Service{stores: stores} }

// Outlook is what would become of a draft.
type Outlook struct {
	Before, After ledger.Balance
	NeedsSecond   bool
	Budget        Budget
}

// Budget is what a month's bonuses may still come to.
type Budget struct {
	Month string
	Limit int64 // 0: none
	Used  int64
}

// Left is what may still be given; meaningless without a limit.
func (b Budget) Left() int64 { return max(0, b.Limit-b.Used) }

// Preview tells what would become of a draft, and refuses what Propose would.
// Nothing is written.
func (s *Service) Preview(ctx context.Context, tx *pg.Tx, d Draft) (Outlook, error) {
	rules, err := ReadRules(ctx, tx)
	if err != nil {
		return Outlook{}, err
	}
	a, out, err := s.consider(ctx, tx, d, rules)
	if err != nil {
		return out, err
	}
	out.Before, err = ledger.BalanceOf(ctx, tx, a.payee(), ledger.Money)
	out.After = out.Before.With(a.movements(out.Before)...)
	return out, err
}

// BudgetNow is this month's.
func (s *Service) BudgetNow(ctx context.Context, tx *pg.Tx) (Budget, error) {
	rules, err := ReadRules(ctx, tx)
	if err != nil {
		return Budget{}, err
	}
	return s.budget(ctx, tx, rules)
}

func (s *Service) budget(ctx context.Context, tx *pg.Tx, rules Rules) (Budget, error) {
	_, zone, err := s.stores.Money(ctx, tx)
	if err != nil {
		return Budget{}, err
	}
	b := Budget{Month: tx.Now().In(zone).Format("2006-01"), Limit: rules.Budget}
	b.Used, err = usedIn(ctx, tx, b.Month)
	return b, err
}

// consider refuses what may not be.
func (s *Service) consider(ctx context.Context, tx *pg.Tx, d Draft, rules Rules) (a Adjustment, out Outlook, err error) {
	if err := d.sound(); err != nil {
		return a, out, err
	}
	who, err := distributor.Get(ctx, tx, d.Distributor)
	if err != nil {
		return a, out, err
	}
	if d.Kind == Bonus && who.State != distributor.Active {
		return a, out, ErrState.With("state", who.State)
	}
	currency, _, err := s.stores.Money(ctx, tx)
	if err != nil {
		return a, out, err
	}
	text := func(minor int64) string { return money.Format(minor, currency) }
	if err := corrects(ctx, tx, d, text); err != nil {
		return a, out, err
	}
	if out.Budget, err = s.budget(ctx, tx, rules); err != nil {
		return a, out, err
	}
	if b := out.Budget; d.Kind == Bonus && d.Corrects == nil && b.Limit > 0 && d.Amount > b.Left() {
		return a, out, ErrBudget.With("left", text(b.Left())).With("amount", text(d.Amount))
	}
	out.NeedsSecond = rules.needsSecond(d.Amount)
	a = Adjustment{DistributorID: d.Distributor, Kind: d.Kind, Amount: d.Amount, Cause: d.Cause, Reason: d.Reason, Note: d.Note, Corrects: d.Corrects,
		State: Waiting, Month: out.Budget.Month, ProposedAt: tx.Now()}
	return a, out, nil
}

// sound refuses a draft that makes no sense whatever the store's state.
func (d Draft) sound() error {
	switch {
	case d.Kind != Bonus && d.Kind != Deduction:
		return ErrKind
	case d.Amount <= 0:
		return ErrAmount
	case !slices.Contains(Causes, d.Cause):
		return ErrCause
	case strings.TrimSpace(d.Reason) == "":
		return ErrReason
	case d.Kind == Bonus && aboutRecruiting(d.Reason+" "+d.Note):
		return ErrRecruiting
	case d.Kind == Bonus && !d.NotRecruiting:
		return ErrNotAffirmed
	}
	return nil
}

// corrects refuses a correction that does not fit what it corrects.
func corrects(ctx context.Context, tx *pg.Tx, d Draft, text func(int64) string) error {
	if d.Corrects == nil {
		return nil
	}
	was, err := Get(ctx, tx, *d.Corrects)
	if err != nil {
		return err
	}
	if was.State != Booked || was.DistributorID != d.Distributor || was.Kind == d.Kind {
		return ErrCorrection
	}
	done, err := correctedOf(ctx, tx, was.ID)
	if err != nil {
		return err
	}
	if left := was.Amount - done; d.Amount > left {
		return ErrCorrectedEnough.With("left", text(left))
	}
	return nil
}

// Propose books an adjustment, or lets it wait for a second person where the
// store's rules ask for one.
func (s *Service) Propose(ctx context.Context, tx *pg.Tx, d Draft, by string) (Adjustment, error) {
	rules, err := lockRules(ctx, tx)
	if err != nil {
		return Adjustment{}, err
	}
	a, out, err := s.consider(ctx, tx, d, rules)
	if err != nil {
		return Adjustment{}, err
	}
	a.ID, a.ProposedBy = id.New[kind](tx.Now()), by
	if err := insert(ctx, tx, a); err != nil {
		return Adjustment{}, err
	}
	if out.NeedsSecond {
		return a, nil
	}
	return s.book(ctx, tx, a, by)
}

// Approve books what waits, by another person than its proposer. Approving
// twice is harmless.
func (s *Service) Approve(ctx context.Context, tx *pg.Tx, which ID, by string) (Adjustment, error) {
	a, err := take(ctx, tx, which)
	switch {
	case err != nil || a.State == Booked:
		return a, err
	case a.State != Waiting:
		return a, ErrDecided.With("state", a.State)
	case a.ProposedBy == by:
		return a, ErrSamePerson
	}
	who, err := distributor.Get(ctx, tx, a.DistributorID)
	if err != nil {
		return a, err
	}
	if a.Kind == Bonus && who.State != distributor.Active {
		return a, ErrState.With("state", who.State)
	}
	return s.book(ctx, tx, a, by)
}

// Refuse ends what waits, with a reason.
func (s *Service) Refuse(ctx context.Context, tx *pg.Tx, which ID, reason, by string) (Adjustment, error) {
	if strings.TrimSpace(reason) == "" {
		return Adjustment{}, ErrReason
	}
	return end(ctx, tx, which, Refused, reason, by, func(a Adjustment) error {
		if a.ProposedBy == by {
			return ErrSamePerson
		}
		return nil
	})
}

// Withdraw takes back what one has proposed and nobody has decided.
func (s *Service) Withdraw(ctx context.Context, tx *pg.Tx, which ID, by string) (Adjustment, error) {
	return end(ctx, tx, which, Withdrawn, "", by, func(a Adjustment) error {
		if a.ProposedBy != by {
			return ErrOtherPerson
		}
		return nil
	})
}

func end(ctx context.Context, tx *pg.Tx, which ID, as State, refusal, by string, may func(Adjustment) error) (Adjustment, error) {
	a, err := take(ctx, tx, which)
	switch {
	case err != nil || a.State == as:
		return a, err
	case a.State != Waiting:
		return a, ErrDecided.With("state", a.State)
	}
	if err := may(a); err != nil {
		return a, err
	}
	at := tx.Now()
	a.State, a.Refusal, a.DecidedBy, a.DecidedAt = as, refusal, by, &at
	return a, save(ctx, tx, a)
}

// take locks the rules and then the adjustment.
func take(ctx context.Context, tx *pg.Tx, which ID) (Adjustment, error) {
	if _, err := lockRules(ctx, tx); err != nil {
		return Adjustment{}, err
	}
	return lock(ctx, tx, which)
}

// book moves the money.
func (s *Service) book(ctx context.Context, tx *pg.Tx, a Adjustment, by string) (Adjustment, error) {
	book, err := ledger.Open(ctx, tx, []ledger.Party{a.payee()})
	if err != nil {
		return a, err
	}
	if a.Kind == Deduction {
		a.FromAvailable = min(a.Amount, book.Balance(a.payee()).Available)
		a.IntoDebt = a.Amount - a.FromAvailable
	}
	for _, m := range a.movements(book.Balance(a.payee())) {
		if err := book.Move(m); err != nil {
			return a, err
		}
	}
	at := tx.Now()
	a.State, a.DecidedBy, a.DecidedAt = Booked, by, &at
	if err := save(ctx, tx, a); err != nil {
		return a, err
	}
	if tenant := tx.Tenant(); book.Owing() && s.Owing != nil {
		tx.AfterCommit(func() { s.Owing(tenant) })
	}
	return a, book.Post(ctx)
}

// movements are what an adjustment does to a balance: what is owed is netted out
// of a bonus at once, and what is no longer here of a deduction is owed.
func (a Adjustment) movements(b ledger.Balance) []ledger.Movement {
	ref := ledger.Ref(a.ID)
	if a.Kind == Bonus {
		return []ledger.Movement{
			ledger.BookBonus{Payee: a.payee(), Amount: a.Amount, Reason: ref},
			ledger.NetDebt{Payee: a.payee(), Amount: min(b.Owed(), b.Available+a.Amount)},
		}
	}
	here := min(a.Amount, b.Available)
	return []ledger.Movement{
		ledger.BookDeduction{Payee: a.payee(), Amount: here, Reason: ref},
		ledger.DeductIntoDebt{Payee: a.payee(), Amount: a.Amount - here, Reason: ref},
	}
}
