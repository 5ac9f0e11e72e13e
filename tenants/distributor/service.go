package distributor

import (
	"context"
	"encoding/json"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Service carries the verbs. Those that take a tenant are one transaction;
// those that take a tx are part of the caller's.
type Service struct {
	db        *pg.DB
	followers []func(context.Context, *pg.Tx, Change) error
}

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Follow asks to be told of every change inside its own transaction: a later
// slice releases customers, holds awards or writes the audit, or refuses the
// change by failing. Call it while the program is put together.
func (s *Service) Follow(f func(context.Context, *pg.Tx, Change) error) {
	s.followers = append(s.followers, f)
}

func (s *Service) tell(ctx context.Context, tx *pg.Tx, c Change) error {
	for _, f := range s.followers {
		if err := f(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

// OnSignUp plants the tree of a new store.
func OnSignUp(ctx context.Context, tx *pg.Tx) error {
	_, err := tx.Exec(ctx, `insert into distributor_tree (tenant_id) values ($1) on conflict do nothing`, tx.Tenant())
	return err
}

// Enlistment is somebody who joins, or asks to.
type Enlistment struct {
	ExternalID  string // the merchant's own id, optional
	PersonID    PersonID
	Name        string
	Grade       string
	Upline      ID     // zero: nobody above
	Code        string // "" draws one
	State       State  // "" is Active
	StateReason string
	Profile     json.RawMessage
}

// Enlist adds a member at the end of the upline's line.
func (s *Service) Enlist(ctx context.Context, tx *pg.Tx, e Enlistment) (Member, error) {
	m, err := e.member(tx)
	if err != nil {
		return Member{}, err
	}
	// Whoever joins must not read an upline's ancestors while they move.
	if err := lockTree(ctx, tx, "share"); err != nil {
		return Member{}, err
	}
	if !m.UplineID.IsZero() {
		up, err := Get(ctx, tx, m.UplineID)
		if err != nil {
			return Member{}, asUpline(err)
		}
		m.Ancestors = up.line()
	}
	if err := insert(ctx, tx, m); err != nil {
		return Member{}, err
	}
	return m, s.tell(ctx, tx, Change{What: Enlisted, After: m, Reason: m.StateReason})
}

func (e Enlistment) member(tx *pg.Tx) (Member, error) {
	m := Member{
		ID: id.New[kind](tx.Now()), ExternalID: e.ExternalID, PersonID: e.PersonID, Code: e.Code, Name: e.Name, Grade: e.Grade,
		State: e.State, StateReason: e.StateReason, UplineID: e.Upline, Profile: e.Profile, AppliedAt: tx.Now(),
	}
	if m.State == "" {
		m.State = Active
	}
	if m.Code == "" {
		m.Code = newCode()
	}
	if len(m.Profile) == 0 {
		m.Profile = json.RawMessage("{}")
	}
	if m.State.Joined() {
		at := tx.Now()
		m.JoinedAt = &at
	}
	switch {
	case m.Name == "":
		return m, ErrNameMissing.At("name")
	case m.Grade == "":
		return m, ErrGradeMissing.At("grade")
	case !m.State.known():
		return m, ErrUnknownState.At("state").With("state", m.State)
	case !codeForm.MatchString(m.Code):
		return m, ErrBadCode.At("code")
	}
	return m, nil
}

// line is what the children of m have as ancestors.
func (m Member) line() []ID { return append([]ID{m.ID}, m.Ancestors...) }

// Approve lets an applicant sell.
func (s *Service) Approve(ctx context.Context, tenant tenancy.ID, who ID) (Member, error) {
	return s.move(ctx, tenant, who, Active, "", Applied)
}

// Reject refuses an applicant, who sees the reason and may apply again.
func (s *Service) Reject(ctx context.Context, tenant tenancy.ID, who ID, reason string) (Member, error) {
	return s.move(ctx, tenant, who, Rejected, reason, Applied)
}

// Freeze stops a member from earning until Unfreeze.
func (s *Service) Freeze(ctx context.Context, tenant tenancy.ID, who ID, reason string) (Member, error) {
	return s.move(ctx, tenant, who, Frozen, reason, Active)
}

// Unfreeze lets a frozen member earn again.
func (s *Service) Unfreeze(ctx context.Context, tenant tenancy.ID, who ID) (Member, error) {
	return s.move(ctx, tenant, who, Active, "", Frozen)
}

// Ban kills the member's links and releases the customers.
func (s *Service) Ban(ctx context.Context, tenant tenancy.ID, who ID, reason string) (Member, error) {
	return s.move(ctx, tenant, who, Banned, reason, Active, Frozen)
}

// Reinstate overturns a ban.
func (s *Service) Reinstate(ctx context.Context, tenant tenancy.ID, who ID, reason string) (Member, error) {
	return s.move(ctx, tenant, who, Active, reason, Banned)
}

// Leave lets a member go.
func (s *Service) Leave(ctx context.Context, tenant tenancy.ID, who ID, reason string) (Member, error) {
	return s.move(ctx, tenant, who, Left, reason, Active, Frozen)
}

func (s *Service) move(ctx context.Context, tenant tenancy.ID, who ID, to State, reason string, from ...State) (m Member, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		m, err = s.Move(ctx, tx, who, to, reason, from...)
		return err
	})
	return m, err
}

// Move takes a member to another state, from one of those named when any are:
// [ErrWrongState] when there is no such way, [ErrReasonMissing] when a refusal
// does not say why.
func (s *Service) Move(ctx context.Context, tx *pg.Tx, who ID, to State, reason string, from ...State) (Member, error) {
	if !to.known() {
		return Member{}, ErrUnknownState.At("state").With("state", to)
	}
	if to.needsReason() && reason == "" {
		return Member{}, ErrReasonMissing.At("reason")
	}
	before, err := lockMember(ctx, tx, who)
	if err != nil {
		return Member{}, err
	}
	if !before.State.canBecome(to) || len(from) > 0 && !oneOf(before.State, from) {
		return Member{}, ErrWrongState.With("from", before.State).With("to", to)
	}
	after := before
	after.State, after.StateReason = to, reason
	if to == Applied {
		after.AppliedAt = tx.Now()
	}
	if to == Active && !before.State.Joined() {
		at := tx.Now()
		after.JoinedAt = &at
	}
	if err := saveState(ctx, tx, after); err != nil {
		return Member{}, err
	}
	return after, s.tell(ctx, tx, Change{What: StateChanged, Before: before, After: after, Reason: reason})
}

func oneOf(s State, list []State) bool {
	for _, t := range list {
		if s == t {
			return true
		}
	}
	return false
}

// SetGrade changes a member's grade for later orders. Whether the store knows
// the grade is for the caller, who knows the programme.
func (s *Service) SetGrade(ctx context.Context, tx *pg.Tx, who ID, grade, reason string) (Member, error) {
	if grade == "" {
		return Member{}, ErrGradeMissing.At("grade")
	}
	before, err := lockMember(ctx, tx, who)
	if err != nil || before.Grade == grade {
		return before, err
	}
	after := before
	after.Grade = grade
	if err := saveGrade(ctx, tx, after); err != nil {
		return Member{}, err
	}
	return after, s.tell(ctx, tx, Change{What: GradeChanged, Before: before, After: after, Reason: reason})
}

// Rename changes what a member is called.
func (s *Service) Rename(ctx context.Context, tx *pg.Tx, who ID, name string) error {
	if name == "" {
		return ErrNameMissing.At("name")
	}
	return saveName(ctx, tx, who, name)
}
