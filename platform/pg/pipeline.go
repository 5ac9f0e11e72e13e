package pg

import (
	"context"
	"errors"
	"fmt"
	"math/bits"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A round trip to the database costs this process, the kernel and the database
// more than a small statement does. So a transaction keeps what nobody waits
// for (its beginning, writes by [Tx.Later], questions by [Ask]) until somebody
// waits for an answer, or it commits, and sends everything at once. The
// statements are run in the order in which they were given, as ever.

// statement is one that has not been sent, or whose answer has come.
type statement struct {
	what  string // for errors, "" for nothing to add
	sql   string
	args  []any
	plain bool // differs from time to time: not worth preparing
	read  func(pgx.Rows) error
	tag   pgconn.CommandTag
	err   error
	done  bool
}

// Later runs a statement whose outcome nobody waits for: it fails, naming what
// it was, the next statement that is waited for, or the commit.
func (tx *Tx) Later(what, sql string, args ...any) {
	tx.waiting = append(tx.waiting, &statement{what: what, sql: sql, args: args})
}

// Answer is what a question will have been answered with.
type Answer[T any] struct {
	tx   *Tx
	s    *statement
	rows []T
}

// Ask asks without waiting: questions that do not depend on one another travel
// together. Columns come to fields as in [Collect].
func Ask[T any](tx *Tx, sql string, args ...any) *Answer[T] {
	return ask(tx, pgx.RowToStructByName[T], sql, args)
}

// AskColumn is [Ask] for a query of one column.
func AskColumn[T any](tx *Tx, sql string, args ...any) *Answer[T] {
	return ask(tx, pgx.RowTo[T], sql, args)
}

func ask[T any](tx *Tx, to pgx.RowToFunc[T], sql string, args []any) *Answer[T] {
	a := &Answer[T]{tx: tx}
	a.s = &statement{sql: sql, args: args, read: func(rows pgx.Rows) (err error) {
		a.rows, err = pgx.CollectRows(rows, to)
		return err
	}}
	tx.waiting = append(tx.waiting, a.s)
	return a
}

// All waits for the answer.
func (a *Answer[T]) All(ctx context.Context) ([]T, error) {
	if !a.s.done {
		if err := a.tx.flush(ctx); err != nil {
			return nil, err
		}
	}
	return a.rows, a.s.err
}

// run runs a statement and whatever waits, and waits for its outcome.
func (tx *Tx) run(ctx context.Context, s *statement) error {
	tx.waiting = append(tx.waiting, s)
	if err := tx.flush(ctx); err != nil {
		return err
	}
	return s.err
}

// flush sends what waits. The first statement that fails fails the transaction,
// and all after it.
func (tx *Tx) flush(ctx context.Context) error {
	if tx.failed != nil || len(tx.waiting) == 0 {
		return tx.failed
	}
	list := tx.waiting
	if !tx.begun {
		list = append(tx.begin, list...)
		tx.begun = true
	}
	tx.waiting = nil
	tx.failed = tx.prepare(ctx, list)
	switch {
	case tx.failed != nil:
	case tx.tracer == nil:
		tx.failed = tx.send(ctx, list)
	default:
		tx.failed = tx.sendTraced(ctx, list)
	}
	return tx.failed
}

// prepare makes plans for statements that this connection has not met.
func (tx *Tx) prepare(ctx context.Context, list []*statement) error {
	for _, s := range list {
		if s.plain {
			continue
		}
		if _, err := tx.conn.Prepare(ctx, s.sql, s.sql); err != nil {
			return s.named(err)
		}
	}
	return nil
}

// send is one round trip.
func (tx *Tx) send(ctx context.Context, list []*statement) (err error) {
	var batch pgx.Batch
	for _, s := range list {
		batch.Queue(s.sql, s.args...)
	}
	results := tx.conn.SendBatch(ctx, &batch)
	for _, s := range list {
		if err = s.take(results.Query()); err != nil {
			break
		}
	}
	if closing := results.Close(); err == nil {
		err = closing
	}
	return err
}

// sendTraced lets whoever watches stand between any two statements.
func (tx *Tx) sendTraced(ctx context.Context, list []*statement) error {
	for _, s := range list {
		args := s.args
		if s.plain {
			args = append([]any{pgx.QueryExecModeSimpleProtocol}, args...)
		}
		if err := s.take(tx.conn.Query(ctx, s.sql, args...)); err != nil {
			return err
		}
	}
	return nil
}

// take reads what the database answers. An answer that is not what the reader
// wants is the reader's matter; an error of the database is everybody's.
func (s *statement) take(rows pgx.Rows, err error) error {
	var reading error
	if err == nil && s.read != nil {
		reading = s.read(rows)
	}
	if rows != nil {
		rows.Close()
		if err == nil {
			err = rows.Err()
		}
		s.tag = rows.CommandTag()
	}
	s.done = true
	if err == nil {
		s.err = s.named(reading)
		return nil
	}
	s.err = s.named(err)
	return s.err
}

func (s *statement) named(err error) error {
	if err == nil || s.what == "" {
		return err
	}
	return fmt.Errorf("%s: %w", s.what, err)
}

var errUndone = errors.New("pg: commit: the database has undone the transaction")

// commit sends what waits, and the end with it. A transaction in which nothing
// was said needs none.
func (tx *Tx) commit(ctx context.Context) error {
	if tx.failed != nil {
		return tx.failed
	}
	if !tx.begun && len(tx.waiting) == 0 {
		return nil
	}
	end := &statement{what: "pg: commit", sql: "commit"}
	if err := tx.run(ctx, end); err != nil {
		return err
	}
	if end.tag.String() == "ROLLBACK" {
		return errUndone
	}
	return nil
}

// plansKey is under which a connection counts the transactions that planned once.
const plansKey = "pg: often"

// outgrown reports whether a connection's plans are to be made anew: after
// four transactions of those that plan once, sixteen, sixty-four and so on. To
// a table that is nearly empty any index seems as good as the right one, and
// nobody looks at it again before its first statistics.
func outgrown(conn *pgx.Conn) bool {
	data := conn.PgConn().CustomData()
	n, _ := data[plansKey].(uint64)
	n++
	data[plansKey] = n
	return n > 1 && bits.OnesCount64(n) == 1 && bits.TrailingZeros64(n)%2 == 0
}

// forgetPlans lets a connection prepare anew after a migration has changed
// what a prepared statement answers with.
func forgetPlans(ctx context.Context, conn *pgx.Conn, err error) {
	var e *pgconn.PgError
	if errors.As(err, &e) && (e.Code == "0A000" || e.Code == "26000") {
		_ = conn.DeallocateAll(ctx)
	}
}
