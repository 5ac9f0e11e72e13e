package distributor

import (
	"context"

	"github.com/fenli-io/fenli/platform/pg"
)

// Roots tells, for each, who stands at the top of their line: themselves when
// nobody is above. Unknown ones are absent.
func Roots(ctx context.Context, tx *pg.Tx, who []ID) (map[ID]ID, error) {
	rows, err := pg.Collect[struct{ ID, Root ID }](ctx, tx, `
		select id, coalesce(ancestors[cardinality(ancestors)], id) as root
		  from distributor_member where tenant_id = $1 and id = any($2::uuid[])`, tx.Tenant(), ids(who))
	all := make(map[ID]ID, len(rows))
	for _, r := range rows {
		all[r.ID] = r.Root
	}
	return all, err
}
