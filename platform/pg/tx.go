package pg

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"github.com/fenli-io/fenli/platform/tenancy"
)

// Tx is one transaction of one store at one instant of the store's time.
type Tx struct {
	tx     pgx.Tx
	bun    bun.IDB
	tenant tenancy.ID
	now    time.Time
	after  []func()
}

// Tenant is the store. Every statement also names it.
func (tx *Tx) Tenant() tenancy.ID { return tx.tenant }

// Now is the store's time, one value for the whole transaction.
func (tx *Tx) Now() time.Time { return tx.now }

// Month is the partition of what this transaction books.
func (tx *Tx) Month() time.Time { return Month(tx.now) }

// Bun is the same transaction for whoever builds statements of their own.
func (tx *Tx) Bun() bun.IDB { return tx.bun }

// Pgx is for River's InsertTx.
func (tx *Tx) Pgx() pgx.Tx { return tx.tx }

// AfterCommit runs f once the transaction has committed: doorbells, caches.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Exec, Query and QueryRow run a statement with $1-style arguments as a cached
// prepared statement: for hot paths, and for arrays with unnest.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := tx.tx.Exec(ctx, sql, cached(args)...)
	return tag.RowsAffected(), err
}

func (tx *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return tx.tx.Query(ctx, sql, cached(args)...)
}

func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return tx.tx.QueryRow(ctx, sql, cached(args)...)
}

// Collect reads all rows of a query into structs, columns to fields by name
// (the db tag, or the name without underscores).
func Collect[T any](ctx context.Context, tx *Tx, sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}

// Column reads all rows of a query of one column.
func Column[T any](ctx context.Context, tx *Tx, sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[T])
}

// CollectOne reads exactly one row; none is [ErrNoRows].
func CollectOne[T any](ctx context.Context, tx *Tx, sql string, args ...any) (T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		var zero T
		return zero, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
}

// Select begins a query of one of the store's tables, the store already named.
// It is for lists whose conditions come and go: what nobody asked for is not in
// the statement, so the planner sees the index. Find runs it.
func (tx *Tx) Select(table, columns string) *bun.SelectQuery {
	return tx.bun.NewSelect().TableExpr(table).ColumnExpr(columns).Where("tenant_id = ?", tx.tenant)
}

// Find reads all rows of a query that Select began into structs, as Collect
// does.
func Find[T any](ctx context.Context, tx *Tx, q *bun.SelectQuery) ([]T, error) {
	rows, err := tx.tx.Query(ctx, q.String())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[T])
}

// ErrNoRows is what a read of one row says when there is none.
var ErrNoRows = pgx.ErrNoRows

// Violates reports whether err is the violation of the named constraint or
// unique index.
func Violates(err error, constraint string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.ConstraintName == constraint
}

func cached(args []any) []any {
	return append([]any{pgx.QueryExecModeCacheStatement}, args...)
}
