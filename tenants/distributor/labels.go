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
	Grade      string `db:"-"` // of somebody in a sample alone: nobody knows them otherwise
}

const labelled = `
	select id, name, coalesce(external_id, '') as external_id
	  from distributor_member where tenant_id = $1`

// Labels reads the labels of members; unknown ones are absent.
func Labels(ctx context.Context, tx *pg.Tx, who []ID) (map[ID]Label, error) {
	return AskLabels(tx, who)(ctx)
}

// AskLabels is [Labels] for whoever does not wait for the answer yet.
func AskLabels(tx *pg.Tx, who []ID) func(context.Context) (map[ID]Label, error) {
	if len(who) == 0 {
		return func(context.Context) (map[ID]Label, error) { return nil, nil }
	}
	asked := pg.Ask[Label](tx, labelled+` and id = any($2::uuid[])`, tx.Tenant(), ids(who))
	return func(ctx context.Context) (map[ID]Label, error) {
		rows, err := asked.All(ctx)
		labels := make(map[ID]Label, len(rows))
		for _, r := range rows {
			labels[r.ID] = r
		}
		return labels, err
	}
}

// AskByExternal asks for members by the merchant's own ids; unknown ones are
// absent.
func AskByExternal(tx *pg.Tx, externalIDs []string) func(context.Context) (map[string]Label, error) {
	if len(externalIDs) == 0 {
		return func(context.Context) (map[string]Label, error) { return nil, nil }
	}
	asked := pg.Ask[Label](tx, labelled+` and external_id = any($2::text[])`, tx.Tenant(), externalIDs)
	return func(ctx context.Context) (map[string]Label, error) {
		rows, err := asked.All(ctx)
		all := make(map[string]Label, len(rows))
		for _, r := range rows {
			all[r.ExternalID] = r
		}
		return all, err
	}
}
