package registry

import (
	"context"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Member is somebody who works in a store's console.
type Member struct {
	Person
	Role     string
	JoinedAt time.Time
}

// Staff lists who works in the store, the longest known account first.
func (s *Service) Staff(ctx context.Context, tenant tenancy.ID, after PersonID, limit int) (members []Member, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		members, err = listStaff(ctx, tx, after, limit)
		return err
	})
	return members, err
}

// SetRole gives somebody of the staff another role: their next request has
// it, here at once and elsewhere within a second. The role they have already
// changes nothing.
func (s *Service) SetRole(ctx context.Context, by PersonID, tenant tenancy.ID, person PersonID, role string) (member Member, err error) {
	if err := checkRole(role); err != nil {
		return Member{}, err
	}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if member, err = memberBefore(ctx, tx, by, person); err != nil || member.Role == role {
			return err
		}
		if by == person {
			return errOwnRole
		}
		before := member.Role
		member.Role = role
		if err := updateRole(ctx, tx, person, role); err != nil {
			return err
		}
		if err := s.withdrawInvitationsOf(ctx, tx, by, person); err != nil {
			return err
		}
		return Note(ctx, tx, actorOf(by), "staff.role", person.String(), map[string]string{"before": before, "role": role})
	})
	s.sessions.clear()
	return member, err
}

// Remove ends somebody's work here: their sessions in the console are gone,
// here at once and elsewhere within a second, and so are the invitations that
// they gave and nobody has used. What they are in the shop, and in other
// stores, stays.
func (s *Service) Remove(ctx context.Context, by PersonID, tenant tenancy.ID, person PersonID) error {
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		member, err := memberBefore(ctx, tx, by, person)
		if err != nil {
			return err
		}
		if err := deleteStaff(ctx, tx, person); err != nil {
			return err
		}
		if err := s.withdrawInvitationsOf(ctx, tx, by, person); err != nil {
			return err
		}
		return Note(ctx, tx, actorOf(by), "staff.remove", person.String(), map[string]string{"role": member.Role})
	})
	s.sessions.clear()
	return err
}

// memberBefore is who somebody is, with the owners locked until the
// transaction ends: two owners who remove each other go one after the other,
// and the second is no owner any more. What the session says is a moment old,
// so whoever acts is looked up again.
func memberBefore(ctx context.Context, tx *pg.Tx, by, person PersonID) (Member, error) {
	owners, err := lockOwners(ctx, tx)
	if err != nil {
		return Member{}, err
	}
	if !owners[by] {
		return Member{}, errNotOwner
	}
	member, err := readMember(ctx, tx, person)
	if errors.Is(err, pg.ErrNoRows) {
		return Member{}, errStaffUnknown
	}
	if err == nil && owners[person] && len(owners) == 1 {
		return Member{}, errLastOwner
	}
	return member, err
}

// PersonOf reads the person of a caller.
func PersonOf(uuid string) (PersonID, error) { return id.FromUUID[personKind](uuid) }

func checkRole(role string) error {
	switch role {
	case RoleOwner, RoleManager, RoleFinance, RoleSupport:
		return nil
	}
	return errRole.With("role", role)
}

func actorOf(person PersonID) string { return "staff:" + person.String() }

type memberRow struct {
	ID        PersonID  `db:"person_id"`
	Name      string    `db:"name"`
	Role      string    `db:"role"`
	CreatedAt time.Time `db:"created_at"`
}

func (r memberRow) member() Member { return Member{Person{r.ID, r.Name}, r.Role, r.CreatedAt.UTC()} }

const memberColumns = `
	select s.person_id, p.name, s.role, s.created_at
	  from registry_staff s join registry_person p on p.id = s.person_id
	 where s.tenant_id = $1 `

func listStaff(ctx context.Context, tx *pg.Tx, after PersonID, limit int) ([]Member, error) {
	rows, err := pg.Collect[memberRow](ctx, tx, memberColumns+`and ($2::uuid is null or s.person_id > $2) order by s.person_id limit $3`, tx.Tenant(), after, limit)
	members := make([]Member, len(rows))
	for i, r := range rows {
		members[i] = r.member()
	}
	return members, err
}

func readMember(ctx context.Context, tx *pg.Tx, person PersonID) (Member, error) {
	row, err := pg.CollectOne[memberRow](ctx, tx, memberColumns+`and s.person_id = $2 for update of s`, tx.Tenant(), person)
	return row.member(), err
}

// lockOwners reads the owners in one order, so that two who lock them wait
// instead of dying.
func lockOwners(ctx context.Context, tx *pg.Tx) (map[PersonID]bool, error) {
	type ownerRow struct {
		ID PersonID `db:"person_id"`
	}
	rows, err := pg.Collect[ownerRow](ctx, tx, `
		select person_id from registry_staff where tenant_id = $1 and role = 'owner' order by person_id for update`, tx.Tenant())
	owners := make(map[PersonID]bool, len(rows))
	for _, r := range rows {
		owners[r.ID] = true
	}
	return owners, err
}

// joinStaff is false for somebody who works there already.
func joinStaff(ctx context.Context, tx *pg.Tx, person PersonID, role string) (bool, error) {
	n, err := tx.Exec(ctx, `
		insert into registry_staff (tenant_id, person_id, role, created_at) values ($1, $2, $3, $4)
		on conflict (tenant_id, person_id) do nothing`, tx.Tenant(), person, role, tx.Now())
	return n == 1, err
}

func updateRole(ctx context.Context, tx *pg.Tx, person PersonID, role string) error {
	_, err := tx.Exec(ctx, `update registry_staff set role = $3 where tenant_id = $1 and person_id = $2`, tx.Tenant(), person, role)
	return err
}

// deleteStaff ends the sessions too: who is invited again logs in again.
func deleteStaff(ctx context.Context, tx *pg.Tx, person PersonID) error {
	if _, err := tx.Exec(ctx, `delete from registry_session where tenant_id = $1 and person_id = $2 and realm = 'merchant'`, tx.Tenant(), person); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from registry_staff where tenant_id = $1 and person_id = $2`, tx.Tenant(), person)
	return err
}
