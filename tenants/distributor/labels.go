package distributor

import (
	"context"

	"github.com/fenli-io/fenli/platform/pg"
)

// Label is how a member is shown where only a name is needed: to people by
// name, to the merchant's own system by its own id.
type Label struct {
	ID         ID     `db:"id"`
	Name       string `db:"name"`
	ExternalID string `db:"external_id"`
}

// Labels reads the labels of members; unknown ones are absent.
func Labels(ctx context.Context, tx *pg.Tx, who []ID) (map[ID]Label, error) {
	rows, err := pg.Collect[Label](ctx, tx, `
		select id, name, coalesce(external_id, '') as external_id
		  from distributor_member where tenant_id = $1 and id = any($2::uuid[])`, tx.Tenant(), ids(who))
	labels := make(map[ID]Label, len(rows))
	for _, r := range rows {
		labels[r.ID] = r
	}
	return labels, err
}
