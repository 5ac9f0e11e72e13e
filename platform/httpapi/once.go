package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
)

// Idempotent is embedded in requests that create or move money.
type Idempotent struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"200" doc:"The caller's name for this attempt; the same key and body has one effect"`
}

var (
	errKeyMissing = fault.New(fault.Malformed, "idempotency.key_required", "请带上 Idempotency-Key", "an Idempotency-Key is required").At("Idempotency-Key")
	errKeyReused  = fault.New(fault.Invalid, "idempotency.key_reused", "这个 Idempotency-Key 已用于另一个请求", "this Idempotency-Key belongs to another request").At("Idempotency-Key")
)

// Once runs work in a transaction of the caller's store and keeps its answer
// there under the key: whoever comes again with the same key and body gets the
// same answer and has no effect, and whoever comes meanwhile waits. A work
// that fails leaves no trace, so the key may be used again.
//
// scope is the operation; keys of different callers never meet. body is what
// makes the request what it is, path parameters included. O must survive JSON,
// and must hold no secret, because it is kept as it is.
func Once[O any](ctx context.Context, db *pg.DB, scope, key string, body any, work func(ctx context.Context, tx *pg.Tx) (O, error)) (O, error) {
	var out O
	if key == "" {
		return out, errKeyMissing
	}
	c := callOf(ctx)
	hash, err := hashOf(body)
	if err != nil {
		return out, err
	}
	scope += " " + c.caller.Actor
	var answer []byte
	err = db.Within(ctx, c.tenant, func(ctx context.Context, tx *pg.Tx) error {
		// The row goes in before the work: a second one waits here until the
		// first has committed, and does the work if the first gave up.
		inserted, err := tx.Exec(ctx, `
			insert into httpapi_idempotency (tenant_id, scope, key, body_hash, status, answer, created_at)
			values ($1, $2, $3, $4, $5, '', $6) on conflict do nothing`,
			c.tenant, scope, key, hash, c.status, tx.Now())
		if err != nil {
			return err
		}
		if inserted == 0 {
			answer, err = earlierAnswer(ctx, tx, scope, key, hash)
			return err
		}
		done, err := work(ctx, tx)
		if err != nil {
			return err
		}
		if answer, err = json.Marshal(done); err != nil {
			return fmt.Errorf("httpapi: the answer of %s: %w", scope, err)
		}
		_, err = tx.Exec(ctx, `update httpapi_idempotency set answer = $4 where tenant_id = $1 and scope = $2 and key = $3`,
			c.tenant, scope, key, answer)
		return err
	})
	if err != nil {
		return out, err
	}
	// The first caller's answer also comes back out of its bytes, so that the
	// second cannot differ.
	return out, json.Unmarshal(answer, &out)
}

func earlierAnswer(ctx context.Context, tx *pg.Tx, scope, key string, hash []byte) (answer []byte, err error) {
	var stored []byte
	err = tx.QueryRow(ctx, `select body_hash, answer from httpapi_idempotency where tenant_id = $1 and scope = $2 and key = $3`,
		tx.Tenant(), scope, key).Scan(&stored, &answer)
	if err == nil && !bytes.Equal(stored, hash) {
		err = errKeyReused
	}
	return answer, err
}

func hashOf(body any) ([]byte, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("httpapi: the body: %w", err)
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}
