package distributor

import (
	"context"

	"github.com/fenli-io/fenli/platform/pg"
)

// Filter chooses members of a list; empty fields choose all.
type Filter struct {
	State State
	Grade string
	Leads bool   // team leads alone
	Query string // part of a name, code or external id
	After ID     // the last id of the page before
	Limit int
}

// List reads a page of members, the newest first.
func List(ctx context.Context, tx *pg.Tx, f Filter) ([]Member, error) {
	q := tx.Select("distributor_member", columns).Order("id DESC").Limit(int64(f.Limit))
	if f.State != "" {
		q.Where("state = ?", string(f.State))
	}
	if f.Grade != "" {
		q.Where("grade = ?", f.Grade)
	}
	if f.Leads {
		q.Where("id in (select l.member_id from distributor_lead l where l.tenant_id = ?)", tx.Tenant())
	}
	if f.Query != "" {
		q.Where("strpos(lower(name), lower(?0)) > 0 or strpos(lower(code), lower(?0)) > 0 or strpos(lower(coalesce(external_id, '')), lower(?0)) > 0", f.Query)
	}
	if !f.After.IsZero() {
		q.Where("id < ?", f.After)
	}
	return pg.Find[Member](ctx, tx, q)
}

// Count is how many members stand in a state.
func Count(ctx context.Context, tx *pg.Tx, s State) (n int, err error) {
	err = tx.QueryRow(ctx, `select count(*) from distributor_member where tenant_id = $1 and state = $2`, tx.Tenant(), string(s)).Scan(&n)
	return n, err
}

// Twig is a member with the size of what hangs below.
type Twig struct {
	Member
	Children int `db:"children"` // directly below
	Team     int `db:"team"`     // at any depth
}

// Team reads those who stand exactly `depth` below a member (1: the children),
// the oldest first. A zero root reads the tops of the store; depth is then 1.
func Team(ctx context.Context, tx *pg.Tx, root ID, depth int, after ID, limit int) ([]Twig, error) {
	where := `m.id in (select c.descendant_id from distributor_closure c where c.tenant_id = $1 and c.ancestor_id = $2 and c.depth = $3)`
	if root.IsZero() {
		where = `m.upline_id is null and $2::uuid is null and $3::int = 1`
	}
	return pg.Collect[Twig](ctx, tx, `
		select `+columns+`,
		       (select count(*) from distributor_closure c where c.tenant_id = $1 and c.ancestor_id = m.id and c.depth = 1)::int as children,
		       (select count(*) from distributor_closure c where c.tenant_id = $1 and c.ancestor_id = m.id and c.depth > 0)::int as team
		  from distributor_member m
		 where m.tenant_id = $1 and `+where+` and ($4::uuid is null or m.id > $4)
		 order by m.id limit $5`,
		tx.Tenant(), root, depth, after, limit)
}

// TeamSize is how many stand directly below a member, and at any depth.
func TeamSize(ctx context.Context, tx *pg.Tx, who ID) (children, team int, err error) {
	err = tx.QueryRow(ctx, `
		select count(*) filter (where depth = 1), count(*) from distributor_closure
		 where tenant_id = $1 and ancestor_id = $2 and depth > 0`, tx.Tenant(), who).Scan(&children, &team)
	return children, team, err
}

// IsBelow reports whether a member stands below another, at any depth.
func IsBelow(ctx context.Context, tx *pg.Tx, who, above ID) (below bool, err error) {
	err = tx.QueryRow(ctx, `
		select exists (select 1 from distributor_closure where tenant_id = $1 and descendant_id = $2 and ancestor_id = $3 and depth > 0)`,
		tx.Tenant(), who, above).Scan(&below)
	return below, err
}
