package distributor

import (
	"context"
	"errors"

	"github.com/fenli-io/fenli/platform/pg"
)

const columns = `id, coalesce(external_id, '') as external_id, person_id, code, name, grade, state, state_reason,
	upline_id, ancestors, profile, applied_at, joined_at`

// Get reads one member; [ErrUnknown] when the store has none of that id.
func Get(ctx context.Context, tx *pg.Tx, who ID) (Member, error) {
	return one(ctx, tx, `select `+columns+` from distributor_member where tenant_id = $1 and id = $2`, who)
}

// ByCode finds the owner of a link. A drawn code that was typed in small
// letters finds its owner too.
func ByCode(ctx context.Context, tx *pg.Tx, code string) (Member, error) {
	return one(ctx, tx, `select `+columns+` from distributor_member where tenant_id = $1 and code in ($2, upper($2)) order by code = $2 desc limit 1`, code)
}

// ByExternal finds a member by the merchant's own id.
func ByExternal(ctx context.Context, tx *pg.Tx, externalID string) (Member, error) {
	return one(ctx, tx, `select `+columns+` from distributor_member where tenant_id = $1 and external_id = $2`, externalID)
}

// ByPerson finds the member behind an account.
func ByPerson(ctx context.Context, tx *pg.Tx, person PersonID) (Member, error) {
	return one(ctx, tx, `select `+columns+` from distributor_member where tenant_id = $1 and person_id = $2`, person)
}

func lockMember(ctx context.Context, tx *pg.Tx, who ID) (Member, error) {
	return one(ctx, tx, `select `+columns+` from distributor_member where tenant_id = $1 and id = $2 for no key update`, who)
}

func one(ctx context.Context, tx *pg.Tx, sql string, key any) (Member, error) {
	m, err := pg.CollectOne[Member](ctx, tx, sql, tx.Tenant(), key)
	if errors.Is(err, pg.ErrNoRows) {
		return m, ErrUnknown
	}
	return m, err
}

func asUpline(err error) error {
	if errors.Is(err, ErrUnknown) {
		return ErrUnknownUpline.At("upline_id")
	}
	return err
}

func insert(ctx context.Context, tx *pg.Tx, m Member) error {
	_, err := tx.Exec(ctx, `
		insert into distributor_member (tenant_id, id, external_id, person_id, code, name, grade, state, state_reason, upline_id, ancestors, profile, applied_at, joined_at)
		values ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8, $9, $10, $11::uuid[], $12, $13, $14)`,
		tx.Tenant(), m.ID, m.ExternalID, m.PersonID, m.Code, m.Name, m.Grade, m.State, m.StateReason, m.UplineID, ids(m.Ancestors), m.Profile, m.AppliedAt, m.JoinedAt)
	switch {
	case pg.Violates(err, "distributor_member_tenant_id_code_key"):
		return ErrCodeTaken.At("code").With("code", m.Code)
	case pg.Violates(err, "distributor_member_tenant_id_external_id_key"):
		return ErrExternalIDTaken.At("external_id").With("external_id", m.ExternalID)
	case pg.Violates(err, "distributor_member_tenant_id_person_id_key"):
		return ErrAlreadyJoined
	case err != nil:
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into distributor_closure (tenant_id, ancestor_id, depth, descendant_id)
		select $1, a.id, a.nth - 1, $2 from unnest($3::uuid[]) with ordinality a (id, nth)`,
		tx.Tenant(), m.ID, m.line())
	return err
}

func saveState(ctx context.Context, tx *pg.Tx, m Member) error {
	_, err := tx.Exec(ctx, `
		update distributor_member set state = $3, state_reason = $4, applied_at = $5, joined_at = $6
		 where tenant_id = $1 and id = $2`,
		tx.Tenant(), m.ID, m.State, m.StateReason, m.AppliedAt, m.JoinedAt)
	return err
}

func saveGrade(ctx context.Context, tx *pg.Tx, m Member) error {
	_, err := tx.Exec(ctx, `update distributor_member set grade = $3, graded_at = $4 where tenant_id = $1 and id = $2`, tx.Tenant(), m.ID, m.Grade, tx.Now())
	return err
}

func saveName(ctx context.Context, tx *pg.Tx, who ID, name string) error {
	n, err := tx.Exec(ctx, `update distributor_member set name = $3 where tenant_id = $1 and id = $2`, tx.Tenant(), who, name)
	if err == nil && n == 0 {
		return ErrUnknown
	}
	return err
}

// ids never is NULL, which an array column and unnest take for something else.
func ids(list []ID) []ID {
	if list == nil {
		return []ID{}
	}
	return list
}
