package program

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Use is a store that has had some executable in its programme.
type Use struct {
	Store    tenancy.ID
	Artifact string
	Since    time.Time // of the latest revision with it
	InForce  bool      // orders placed now freeze it; else only earlier ones keep it
}

// Uses lists which stores use executables, by hash, for operators. It runs in
// a transaction of the platform's and reads nothing else of a programme.
func Uses(ctx context.Context, tx *pg.Tx, artifacts []string, after tenancy.ID, limit int) ([]Use, error) {
	rows, err := pg.Collect[struct {
		TenantID tenancy.ID
		Artifact string
		Since    time.Time
		InForce  bool
	}](ctx, tx, `
		select r.tenant_id, (array_agg(r.artifact order by r.revision desc))[1] as artifact, max(r.effective_at) as since,
		       max(r.revision) = (select max(l.revision) from program_revision l where l.tenant_id = r.tenant_id) as in_force
		  from program_revision r
		 where r.artifact = any($1) and ($2::uuid is null or r.tenant_id > $2)
		 group by r.tenant_id order by r.tenant_id limit $3`, artifacts, after, limit)
	if err != nil {
		return nil, fmt.Errorf("program: uses: %w", err)
	}
	uses := make([]Use, len(rows))
	for i, r := range rows {
		uses[i] = Use{r.TenantID, r.Artifact, r.Since, r.InForce}
	}
	return uses, nil
}

// CountUses counts the stores that have executables in force, and those whose
// earlier orders alone may keep them.
func CountUses(ctx context.Context, tx *pg.Tx, artifacts []string) (inForce, before int, err error) {
	err = tx.QueryRow(ctx, `
		select count(*) filter (where last = any($1)), count(*) filter (where last <> all($1))
		  from (select (array_agg(artifact order by revision desc))[1] as last, bool_or(artifact = any($1)) as ever
		          from program_revision group by tenant_id) s
		 where ever`, artifacts).Scan(&inForce, &before)
	return inForce, before, err
}
