package program

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

type tenantID = tenancy.ID

type revisionRow struct {
	Revision    int
	EffectiveAt time.Time
	Settings    json.RawMessage
	Strategy    string
	Version     string
	Artifact    string
	Config      json.RawMessage
	Author      string
	Note        string
	CreatedAt   time.Time
	Consent     []string
}

func (r revisionRow) revision() (Revision, error) {
	settings := Defaults() // settings that a later release adds have their default in old revisions
	if err := json.Unmarshal(r.Settings, &settings); err != nil {
		return Revision{}, fmt.Errorf("program: settings of revision %d: %w", r.Revision, err)
	}
	return Revision{r.Revision, r.EffectiveAt, settings, r.Strategy, r.Version, r.Artifact, r.Config, r.Author, r.Note, r.CreatedAt, r.Consent}, nil
}

const revisionColumns = "revision, effective_at, settings, strategy, version, artifact, config, author, note, created_at, consent"

func insertRevision(ctx context.Context, tx *pg.Tx, r Revision) error {
	settings, err := json.Marshal(r.Settings)
	if err != nil {
		return fmt.Errorf("program: %w", err)
	}
	_, err = tx.Exec(ctx, `
		insert into program_revision (tenant_id, `+revisionColumns+`)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		tx.Tenant(), r.Revision, r.EffectiveAt, settings, r.Strategy, r.Version, r.Artifact, r.Config, r.Author, r.Note, r.CreatedAt, append([]string{}, r.Consent...))
	if err != nil {
		return fmt.Errorf("program: insert revision: %w", err)
	}
	return nil
}

func readRevision(ctx context.Context, tx *pg.Tx, n int) (Revision, error) {
	row, err := pg.CollectOne[revisionRow](ctx, tx, `
		select `+revisionColumns+` from program_revision where tenant_id = $1 and revision = $2`, tx.Tenant(), n)
	if errors.Is(err, pg.ErrNoRows) {
		return Revision{}, errNone
	}
	if err != nil {
		return Revision{}, fmt.Errorf("program: read revision: %w", err)
	}
	return row.revision()
}

func listRevisions(ctx context.Context, tx *pg.Tx, below, limit int) ([]Revision, error) {
	rows, err := pg.Collect[revisionRow](ctx, tx, `
		select `+revisionColumns+` from program_revision
		 where tenant_id = $1 and ($2 = 0 or revision < $2) order by revision desc limit $3`, tx.Tenant(), below, limit)
	if err != nil {
		return nil, fmt.Errorf("program: list revisions: %w", err)
	}
	all := make([]Revision, len(rows))
	for i, r := range rows {
		if all[i], err = r.revision(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func revisionAt(ctx context.Context, tx *pg.Tx, at time.Time) (n int, err error) {
	return askRevisionAt(tx, at)(ctx)
}

func askRevisionAt(tx *pg.Tx, at time.Time) func(context.Context) (int, error) {
	asked := pg.AskColumn[int](tx, `
		select r.revision from program_revision r
		 where r.tenant_id = $1 and r.effective_at <= $2
		   and not exists (select 1 from program_cancelled c where c.tenant_id = $1 and c.revision = r.revision)
		 order by r.effective_at desc, r.revision desc limit 1`, tx.Tenant(), at)
	return func(ctx context.Context) (int, error) {
		found, err := asked.All(ctx)
		switch {
		case err != nil:
			return 0, fmt.Errorf("program: revision in force: %w", err)
		case len(found) == 0:
			return 0, errNone
		}
		return found[0], nil
	}
}

// askRevisionsAt is askRevisionAt of many instants, answered place by place.
func askRevisionsAt(tx *pg.Tx, instants []time.Time) func(context.Context) ([]int, error) {
	asked := pg.AskColumn[*int](tx, `
		select (select r.revision from program_revision r
		         where r.tenant_id = $1 and r.effective_at <= x.at
		           and not exists (select 1 from program_cancelled c where c.tenant_id = $1 and c.revision = r.revision)
		         order by r.effective_at desc, r.revision desc limit 1)
		  from unnest($2::timestamptz[]) with ordinality as x(at, nth) order by x.nth`, tx.Tenant(), instants)
	return func(ctx context.Context) ([]int, error) {
		found, err := asked.All(ctx)
		if err != nil {
			return nil, fmt.Errorf("program: revisions in force: %w", err)
		}
		numbers := make([]int, len(found))
		for i, n := range found {
			if n == nil {
				return nil, errNone
			}
			numbers[i] = *n
		}
		return numbers, nil
	}
}

// lastRevision serializes proposals: the second of two at once waits and takes
// the next number.
func lastRevision(ctx context.Context, tx *pg.Tx) (n int, err error) {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('program_revision' || $1::text, 0))`, tx.Tenant().UUID()); err != nil {
		return 0, fmt.Errorf("program: %w", err)
	}
	err = tx.QueryRow(ctx, `select coalesce(max(revision), 0) from program_revision where tenant_id = $1`, tx.Tenant()).Scan(&n)
	return n, err
}

type cacheKey struct {
	tenant   tenancy.ID
	revision int
}

// cache keeps the revisions that orders ask for again and again. It forgets
// everything when it is full, which is simple and rare.
type cache struct {
	mu   sync.RWMutex
	kept map[cacheKey]Revision
}

const cacheSize = 10_000

func (c *cache) get(k cacheKey) (Revision, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	r, ok := c.kept[k]
	return r, ok
}

func (c *cache) put(k cacheKey, r Revision) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= cacheSize {
		c.kept = map[cacheKey]Revision{}
	}
	c.kept[k] = r
}
