package registry

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Invitation lets one person join the staff, once, in one role. Its code is
// shown when it is made and is not kept.
type Invitation struct {
	ID        InvitationID
	Name      string // for whom, as the owner knows them
	Role      string
	By        Person
	State     string
	CreatedAt time.Time
	ExpiresAt time.Time
	JoinedBy  PersonID // zero: nobody yet
}

// The states of an invitation.
const (
	InvitationOpen    = "open"
	InvitationJoined  = "joined"
	InvitationRevoked = "revoked"
	InvitationExpired = "expired"
)

// An invitation lives in real time, like a session, and for days: a code that
// lies about in a chat is not a key for ever.
const (
	InvitationDays    = 7
	InvitationMaxDays = 30
)

// Invite makes an invitation and its code.
func (s *Service) Invite(ctx context.Context, by PersonID, tenant tenancy.ID, name, role string, days int) (made Invitation, code string, err error) {
	if name = strings.TrimSpace(name); name == "" {
		return Invitation{}, "", errNameEmpty
	}
	if err := checkRole(role); err != nil {
		return Invitation{}, "", err
	}
	if days < 1 || days > InvitationMaxDays {
		return Invitation{}, "", errInvitationDays.With("most", int64(InvitationMaxDays))
	}
	now := clock.Real()
	code = "fi_" + hexOf(tenant) + "_" + secret.Token()
	made = Invitation{ID: id.New[invitationKind](now), Name: name, Role: role, By: Person{ID: by}, State: InvitationOpen, CreatedAt: now, ExpiresAt: now.AddDate(0, 0, days)}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		owners, err := lockOwners(ctx, tx) // an owner who is just being removed invites nobody
		if err != nil {
			return err
		}
		if !owners[by] {
			return errNotOwner
		}
		if err := insertInvitation(ctx, tx, made, secret.HashToken(code)); err != nil {
			return err
		}
		return Note(ctx, tx, actorOf(by), "staff.invite", made.ID.String(), map[string]any{"role": role, "days": days})
	})
	return made, code, err
}

// Invitations lists them, the newest first.
func (s *Service) Invitations(ctx context.Context, tenant tenancy.ID, before InvitationID, limit int) (list []Invitation, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		list, err = listInvitations(ctx, tx, before, limit)
		return err
	})
	return list, err
}

// RevokeInvitation makes a code worth nothing. Revoking again changes nothing;
// who has joined by it is removed, not uninvited.
func (s *Service) RevokeInvitation(ctx context.Context, by PersonID, tenant tenancy.ID, invitation InvitationID) error {
	return s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		found, err := lockInvitation(ctx, tx, invitation)
		switch {
		case err != nil:
			return err
		case found.JoinedAt != nil:
			return errInvitationUsed
		case found.RevokedAt != nil:
			return nil
		}
		if err := revokeInvitation(ctx, tx, invitation, clock.Real()); err != nil {
			return err
		}
		return Note(ctx, tx, actorOf(by), "staff.uninvite", invitation.String(), nil)
	})
}

// Invited is the store and the invitation of a code that is still good: what
// its holder sees before they join.
func (s *Service) Invited(ctx context.Context, code string) (Store, Invitation, error) {
	store, row, err := s.invitationOf(ctx, code)
	if err == nil {
		err = row.usable(clock.Real())
	}
	return store, row.invitation(), err
}

// Joining is what somebody says who holds a code.
type Joining struct {
	Code            string
	Login, Password string
	Register        bool   // make an account if the login is new
	Name            string // of a new account
}

// Join makes the holder of a code one of the staff and logs them in. Whoever
// lost the answer asks again with the same code and login and is logged in.
func (s *Service) Join(ctx context.Context, in Joining, address string) (Session, error) {
	// The code is looked at first: without one nobody makes accounts here.
	store, row, err := s.invitationOf(ctx, in.Code)
	if err != nil {
		return Session{}, err
	}
	person, err := s.joiner(ctx, row, in, address)
	if err != nil {
		return Session{}, err
	}
	var role string
	err = s.db.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) error {
		role, err = join(ctx, tx, row.ID, person)
		return err
	})
	if err != nil {
		return Session{}, err
	}
	s.sessions.clear()
	return s.open(ctx, store, RealmMerchant, person, role)
}

// joiner proves an account, or makes one. By a code that was used nobody makes
// an account; whoever used it proves who they are.
func (s *Service) joiner(ctx context.Context, row invitationRow, in Joining, address string) (Person, error) {
	if row.JoinedAt != nil {
		person, err := s.prove(ctx, in.Login, in.Password, address)
		if errors.Is(err, errLoginWrong) {
			return Person{}, errInvitationUsed
		}
		return person, err
	}
	if err := row.usable(clock.Real()); err != nil {
		return Person{}, err
	}
	if !in.Register {
		return s.prove(ctx, in.Login, in.Password, address)
	}
	name := strings.TrimSpace(in.Name)
	if name == "" {
		return Person{}, errNameEmpty
	}
	return s.account(ctx, in.Login, in.Password, name, address)
}

// join uses the invitation up, under its lock: of two at once one joins.
func join(ctx context.Context, tx *pg.Tx, invitation InvitationID, person Person) (role string, err error) {
	found, err := lockInvitation(ctx, tx, invitation)
	if err != nil {
		return "", err
	}
	if found.JoinedAt != nil && found.JoinedBy == person.ID {
		role, err = staffRole(ctx, tx, person.ID)
		if errors.Is(err, pg.ErrNoRows) {
			return "", errInvitationUsed // removed since: the code does not bring them back
		}
		return role, err
	}
	if err := found.usable(clock.Real()); err != nil {
		return "", err
	}
	joined, err := joinStaff(ctx, tx, person.ID, found.Role)
	if err != nil {
		return "", err
	}
	if !joined {
		return "", errStaffAlready // the code stays good for whom it was meant
	}
	if err := useInvitation(ctx, tx, invitation, person.ID, clock.Real()); err != nil {
		return "", err
	}
	return found.Role, Note(ctx, tx, actorOf(person.ID), "staff.join", person.ID.String(), map[string]string{"role": found.Role, "invitation": invitation.String()})
}

// withdrawInvitationsOf ends what somebody has given out and nobody has used:
// who is no owner any more lets nobody in.
func (s *Service) withdrawInvitationsOf(ctx context.Context, tx *pg.Tx, by, person PersonID) error {
	ended, err := revokeInvitationsBy(ctx, tx, person, clock.Real())
	if err != nil {
		return err
	}
	for _, invitation := range ended {
		if err := Note(ctx, tx, actorOf(by), "staff.uninvite", invitation.String(), nil); err != nil {
			return err
		}
	}
	return nil
}

// invitationOf finds a code behind the wall of the store that it names. What
// is wrong with a code that never was is not said.
func (s *Service) invitationOf(ctx context.Context, code string) (Store, invitationRow, error) {
	tenant, ok := tenantIn(strings.TrimSpace(code), "fi")
	if !ok {
		return Store{}, invitationRow{}, errInvitationCode
	}
	store, err := s.ByID(ctx, tenant)
	if errors.Is(err, errStoreUnknown) {
		return Store{}, invitationRow{}, errInvitationCode
	}
	if err != nil {
		return Store{}, invitationRow{}, err
	}
	hash := secret.HashToken(strings.TrimSpace(code))
	var row invitationRow
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		row, err = pg.CollectOne[invitationRow](ctx, tx, invitationColumns+`and i.code_hash = $2`, tx.Tenant(), hash)
		return err
	})
	if errors.Is(err, pg.ErrNoRows) {
		return Store{}, invitationRow{}, errInvitationCode
	}
	return store, row, err
}

type invitationRow struct {
	ID        InvitationID `db:"id"`
	Name      string       `db:"name"`
	Role      string       `db:"role"`
	InvitedBy PersonID     `db:"invited_by"`
	Inviter   string       `db:"inviter"`
	CreatedAt time.Time    `db:"created_at"`
	ExpiresAt time.Time    `db:"expires_at"`
	JoinedBy  PersonID     `db:"joined_by"`
	JoinedAt  *time.Time   `db:"joined_at"`
	RevokedAt *time.Time   `db:"revoked_at"`
}

// usable says why a code is not good any more.
func (r invitationRow) usable(now time.Time) error {
	switch r.state(now) {
	case InvitationJoined:
		return errInvitationUsed
	case InvitationRevoked:
		return errInvitationRevoked
	case InvitationExpired:
		return errInvitationExpired
	}
	return nil
}

func (r invitationRow) state(now time.Time) string {
	switch {
	case r.JoinedAt != nil:
		return InvitationJoined
	case r.RevokedAt != nil:
		return InvitationRevoked
	case !now.Before(r.ExpiresAt):
		return InvitationExpired
	}
	return InvitationOpen
}

func (r invitationRow) invitation() Invitation {
	return Invitation{ID: r.ID, Name: r.Name, Role: r.Role, By: Person{r.InvitedBy, r.Inviter}, State: r.state(clock.Real()),
		CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), JoinedBy: r.JoinedBy}
}

const invitationColumns = `
	select i.id, i.name, i.role, i.invited_by, p.name as inviter, i.created_at, i.expires_at, i.joined_by, i.joined_at, i.revoked_at
	  from registry_invitation i join registry_person p on p.id = i.invited_by
	 where i.tenant_id = $1 `

func insertInvitation(ctx context.Context, tx *pg.Tx, i Invitation, hash []byte) error {
	_, err := tx.Exec(ctx, `
		insert into registry_invitation (tenant_id, id, code_hash, name, role, invited_by, created_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`, tx.Tenant(), i.ID, hash, i.Name, i.Role, i.By.ID, i.CreatedAt, i.ExpiresAt)
	return err
}

func listInvitations(ctx context.Context, tx *pg.Tx, before InvitationID, limit int) ([]Invitation, error) {
	rows, err := pg.Collect[invitationRow](ctx, tx, invitationColumns+`and ($2::uuid is null or i.id < $2) order by i.id desc limit $3`, tx.Tenant(), before, limit)
	list := make([]Invitation, len(rows))
	for i, r := range rows {
		list[i] = r.invitation()
	}
	return list, err
}

func lockInvitation(ctx context.Context, tx *pg.Tx, invitation InvitationID) (invitationRow, error) {
	row, err := pg.CollectOne[invitationRow](ctx, tx, invitationColumns+`and i.id = $2 for update of i`, tx.Tenant(), invitation)
	if errors.Is(err, pg.ErrNoRows) {
		return row, errInvitationUnknown
	}
	return row, err
}

func useInvitation(ctx context.Context, tx *pg.Tx, invitation InvitationID, person PersonID, at time.Time) error {
	_, err := tx.Exec(ctx, `update registry_invitation set joined_by = $3, joined_at = $4 where tenant_id = $1 and id = $2`, tx.Tenant(), invitation, person, at)
	return err
}

func revokeInvitation(ctx context.Context, tx *pg.Tx, invitation InvitationID, at time.Time) error {
	_, err := tx.Exec(ctx, `update registry_invitation set revoked_at = $3 where tenant_id = $1 and id = $2`, tx.Tenant(), invitation, at)
	return err
}

func revokeInvitationsBy(ctx context.Context, tx *pg.Tx, person PersonID, at time.Time) ([]InvitationID, error) {
	type endedRow struct {
		ID InvitationID `db:"id"`
	}
	rows, err := pg.Collect[endedRow](ctx, tx, `
		update registry_invitation set revoked_at = $3
		 where tenant_id = $1 and invited_by = $2 and joined_at is null and revoked_at is null returning id`, tx.Tenant(), person, at)
	ended := make([]InvitationID, len(rows))
	for i, r := range rows {
		ended[i] = r.ID
	}
	return ended, err
}
