package distributor

import (
	"context"
	"slices"

	"github.com/fenli-io/fenli/platform/pg"
)

// Reparent puts a member, with everybody below, under another upline; a zero
// upline makes the member a top. It counts for later orders. [ErrLoop] when
// the upline is the member or stands below them at any depth.
//
// It holds the store's tree alone: of two opposite moves the second sees the
// first, which a check under ordinary row locks does not.
func (s *Service) Reparent(ctx context.Context, tx *pg.Tx, who, upline ID) (Member, error) {
	if err := lockTree(ctx, tx, "update"); err != nil {
		return Member{}, err
	}
	before, err := lockMember(ctx, tx, who)
	if err != nil || before.UplineID == upline {
		return before, err
	}
	after := before
	after.UplineID, after.Ancestors = upline, nil
	if !upline.IsZero() {
		up, err := Get(ctx, tx, upline)
		if err != nil {
			return Member{}, asUpline(err)
		}
		if up.ID == who || slices.Contains(up.Ancestors, who) {
			return Member{}, ErrLoop.At("upline_id")
		}
		after.Ancestors = up.line()
	}
	if err := replant(ctx, tx, before, after); err != nil {
		return Member{}, err
	}
	return after, s.tell(ctx, tx, Change{What: UplineMoved, Before: before, After: after})
}

// lockTree takes the store's tree: "share" to join, "update" to move.
func lockTree(ctx context.Context, tx *pg.Tx, mode string) error {
	sql := `select tenant_id from distributor_tree where tenant_id = $1 for share`
	if mode == "update" {
		sql = `select tenant_id from distributor_tree where tenant_id = $1 for update`
	}
	n, err := tx.Exec(ctx, sql, tx.Tenant())
	if err != nil || n == 1 {
		return err
	}
	// A store that signed up without its tree: plant it and lock again.
	if err := OnSignUp(ctx, tx); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sql, tx.Tenant())
	return err
}

// replant moves the sub-tree of a member from the old line to the new one.
func replant(ctx context.Context, tx *pg.Tx, before, after Member) error {
	_, err := tx.Exec(ctx, `update distributor_member set upline_id = $3 where tenant_id = $1 and id = $2`,
		tx.Tenant(), after.ID, after.UplineID)
	if err != nil {
		return err
	}
	// A descendant at depth d keeps the d ancestors up to the member.
	_, err = tx.Exec(ctx, `
		update distributor_member m set ancestors = m.ancestors[1:c.depth] || $3::uuid[]
		  from distributor_closure c
		 where c.tenant_id = $1 and c.ancestor_id = $2
		   and m.tenant_id = $1 and m.id = c.descendant_id`,
		tx.Tenant(), after.ID, ids(after.Ancestors))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		delete from distributor_closure c using distributor_closure s
		 where s.tenant_id = $1 and s.ancestor_id = $2
		   and c.tenant_id = $1 and c.descendant_id = s.descendant_id and c.ancestor_id = any($3::uuid[])`,
		tx.Tenant(), after.ID, ids(before.Ancestors))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		insert into distributor_closure (tenant_id, ancestor_id, depth, descendant_id)
		select $1, a.id, a.nth + s.depth, s.descendant_id
		  from unnest($3::uuid[]) with ordinality a (id, nth)
		  cross join distributor_closure s
		 where s.tenant_id = $1 and s.ancestor_id = $2`,
		tx.Tenant(), after.ID, ids(after.Ancestors))
	return err
}
