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
	ctx    context.Context // of the transaction, for those who need it outside of a call
	conn   *pgx.Conn
	tracer pgx.QueryTracer
	bun    bun.IDB
	tenant tenancy.ID
	now    time.Time
	after  []func()

	begin   []*statement // what it begins with
	begun   bool         // they have been sent
	waiting []*statement
	failed  error // what has failed the transaction
}

// Tenant is the store. Every statement also names it.
func (tx *Tx) Tenant() tenancy.ID { return tx.tenant }

// Now is the store's time, one value for the whole transaction.
func (tx *Tx) Now() time.Time { return tx.now }

// Month is the partition of what this transaction books.
func (tx *Tx) Month() time.Time { return Month(tx.now) }

// Bun is the same transaction for whoever builds statements of their own.
func (tx *Tx) Bun() bun.IDB {
	tx.sayAll()
	return tx.bun
}

// Pgx is for River's InsertTx.
func (tx *Tx) Pgx() (pgx.Tx, error) {
	if tx.sayAll(); tx.failed != nil {
		return nil, tx.failed
	}
	return tx.conn.BeginTx(tx.ctx, pgx.TxOptions{BeginQuery: "select 1"}) // this transaction has begun
}

// sayAll sends what waits, the beginning in any case.
func (tx *Tx) sayAll() {
	if !tx.begun && len(tx.waiting) == 0 {
		tx.waiting = append(tx.waiting, &statement{sql: "select 1"})
	}
	_ = tx.flush(tx.ctx) // the commit will say so
}

// AfterCommit runs f once the transaction has committed: doorbells, caches.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Keep lets this transaction's commit wait for the disk, and so for all that
// was committed before, where a process does not wait otherwise ([Unhurried]).
// The transaction has to write something.
func (tx *Tx) Keep() {
	tx.waiting = append(tx.waiting, &statement{what: "pg: keep", sql: "set local synchronous_commit = on", plain: true})
}

// Exec and QueryRow run a statement with $1-style arguments as a prepared
// statement, and wait for it.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (int64, error) {
	s := &statement{sql: sql, args: args}
	err := tx.run(ctx, s)
	return s.tag.RowsAffected(), err
}

// QueryRow reads one row; without one Scan says [ErrNoRows].
func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return row{ctx, tx, sql, args}
}

type row struct {
	ctx  context.Context
	tx   *Tx
	sql  string
	args []any
}

// Scan runs the query.
func (r row) Scan(into ...any) error {
	return r.tx.run(r.ctx, &statement{sql: r.sql, args: r.args, read: func(rows pgx.Rows) error {
		if !rows.Next() {
			if rows.Err() != nil {
				return rows.Err()
			}
			return ErrNoRows
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		rows.Close()
		return rows.Err()
	}})
}

// Collect reads all rows of a query into structs, columns to fields by name
// (the db tag, or the name without underscores).
func Collect[T any](ctx context.Context, tx *Tx, sql string, args ...any) ([]T, error) {
	return Ask[T](tx, sql, args...).All(ctx)
}

// Column reads all rows of a query of one column.
func Column[T any](ctx context.Context, tx *Tx, sql string, args ...any) ([]T, error) {
	return AskColumn[T](tx, sql, args...).All(ctx)
}

// CollectOne reads exactly one row; none is [ErrNoRows].
func CollectOne[T any](ctx context.Context, tx *Tx, sql string, args ...any) (one T, err error) {
	err = tx.run(ctx, &statement{sql: sql, args: args, read: func(rows pgx.Rows) (err error) {
		one, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
		return err
	}})
	return one, err
}

// Select begins a query of one of the store's tables, the store already named.
// It is for lists whose conditions come and go: what nobody asked for is not in
// the statement, so the planner sees the index. Find runs it.
func (tx *Tx) Select(table, columns string) *bun.SelectQuery {
	return tx.bun.NewSelect().TableExpr(table).ColumnExpr(columns).Where("tenant_id = ?", tx.tenant)
}

// Find reads all rows of a query that Select began into structs, as Collect
// does.
func Find[T any](ctx context.Context, tx *Tx, q *bun.SelectQuery) (all []T, err error) {
	err = tx.run(ctx, &statement{sql: q.String(), plain: true, read: func(rows pgx.Rows) (err error) {
		all, err = pgx.CollectRows(rows, pgx.RowToStructByName[T])
		return err
	}})
	return all, err
}

// ErrNoRows is what a read of one row says when there is none.
var ErrNoRows = pgx.ErrNoRows

// Violates reports whether err is the violation of the named constraint or
// unique index.
func Violates(err error, constraint string) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.ConstraintName == constraint
}

// Deadlocked reports whether the database has undone the transaction because
// it and another waited for one another: it is worth running again.
func Deadlocked(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "40P01"
}
