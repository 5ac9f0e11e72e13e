package importing

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// begin tells how many steps of the history are done, writing the store's row
// of progress on the first run. A store of another history is refused.
func (s *Service) begin(ctx context.Context, tenant tenancy.ID, h *history) (done int, err error) {
	plan := h.fingerprint()
	err = s.DB.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		known, at, err := readProgress(ctx, tx)
		if errors.Is(err, pg.ErrNoRows) {
			return insertProgress(ctx, tx, plan, len(h.steps))
		}
		if err == nil && !bytes.Equal(known, plan) {
			return errOtherFiles.With("store", h.slug)
		}
		done = at
		return err
	})
	return done, err
}

func readProgress(ctx context.Context, tx *pg.Tx) (plan []byte, done int, err error) {
	err = tx.QueryRow(ctx, `select plan, done from importing_progress where tenant_id = $1 and source = $2`,
		tx.Tenant(), Source).Scan(&plan, &done)
	return plan, done, err
}

func insertProgress(ctx context.Context, tx *pg.Tx, plan []byte, total int) error {
	_, err := tx.Exec(ctx, `
		insert into importing_progress (tenant_id, source, plan, total, done, started_at, moved_at)
		values ($1, $2, $3, $4, 0, $5, $5)`, tx.Tenant(), Source, plan, total, tx.Now())
	if err != nil {
		return fmt.Errorf("importing: progress: %w", err)
	}
	return nil
}

// finish counts steps as done, in the transaction that does them. It fails when
// the first was not the next: another process is at it.
func finish(ctx context.Context, tx *pg.Tx, slug string, nth, steps int) error {
	n, err := tx.Exec(ctx, `
		update importing_progress set done = done + $5, moved_at = $4
		 where tenant_id = $1 and source = $2 and done = $3`, tx.Tenant(), Source, nth, tx.Now(), steps)
	if err != nil {
		return fmt.Errorf("importing: progress: %w", err)
	}
	if n == 0 {
		return errElsewhere.With("store", slug)
	}
	return nil
}
