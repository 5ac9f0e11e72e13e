package httpapi

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// AnswersKept is how long an answer is kept under its Idempotency-Key: longer
// than anybody repeats a request.
const AnswersKept = 30 * 24 * time.Hour

// StoresWithOldAnswers is the sweep: stores that may have answers to forget at
// the given real time.
func StoresWithOldAnswers(ctx context.Context, tx *pg.Tx, now time.Time) ([]tenancy.ID, error) {
	all, err := pg.Column[tenancy.ID](ctx, tx, `select distinct tenant_id from httpapi_idempotency where created_at < $1`, now.Add(-AnswersKept))
	if err != nil {
		return nil, fmt.Errorf("httpapi: stores with old answers: %w", err)
	}
	return all, nil
}

// ForgetAnswers deletes the store's old answers, so many in a transaction.
func ForgetAnswers(ctx context.Context, db *pg.DB, tenant tenancy.ID, atOnce int) (forgotten int, err error) {
	for {
		var n int64
		err := db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
			n, err = tx.Exec(ctx, `
				delete from httpapi_idempotency where tenant_id = $1 and (scope, key) in (
				  select scope, key from httpapi_idempotency where tenant_id = $1 and created_at < $2 limit $3)`,
				tenant, tx.Now().Add(-AnswersKept), atOnce)
			return err
		})
		if err != nil {
			return forgotten, fmt.Errorf("httpapi: forget answers: %w", err)
		}
		if forgotten += int(n); int(n) < atOnce {
			return forgotten, nil
		}
	}
}
