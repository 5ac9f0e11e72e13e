package order

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Change is a work row: this order has changed and the lane has not yet dealt
// with it. A blocked one says why it waits.
type Change struct {
	OrderID     ID
	NotedAt     time.Time
	Attempts    int
	NextTryAt   time.Time // real time
	BlockedCode string
	BlockedNote string
}

// note says that an order has changed. The caller has locked the order, so a
// lane that deals with it now either sees the change or finds the row again.
func (s *Service) note(tx *pg.Tx, o ID) {
	tx.Later("order: note a change", noteChanges+` on conflict (tenant_id, order_id) do update set next_try_at = default`,
		tx.Tenant(), []ID{o}, tx.Now())
	s.ring(tx)
}

// noteNew is note of orders that this transaction places: none of them can have
// a work row, and not looking for one is cheaper.
func (s *Service) noteNew(tx *pg.Tx, list []Order) {
	ids := make([]ID, len(list))
	for i, o := range list {
		ids[i] = o.ID
	}
	tx.Later("order: note new orders", noteChanges, tx.Tenant(), ids, tx.Now())
	s.ring(tx)
}

const noteChanges = `insert into order_change (tenant_id, order_id, noted_at) select $1, o, $3 from unnest($2::uuid[]) o`

func (s *Service) ring(tx *pg.Tx) {
	if s.Doorbell != nil {
		tenant := tx.Tenant()
		tx.AfterCommit(func() { s.Doorbell(tenant) })
	}
}

// Changed is an order that the lane has to deal with.
type Changed struct {
	Change Change
	Order  Order
	// Again tells of an order without a seq whether its buyer has one with one.
	Again bool
}

// AskChanged asks what the lane has to deal with, oldest first. Each order is
// looked up on its own: a plan for every size of a batch would read them all.
func AskChanged(tx *pg.Tx, now time.Time, limit int) func(context.Context) ([]Changed, error) {
	asked := pg.Ask[changedRow](tx, `
		select c.*, o.* from (`+selectNoted+`) c cross join lateral (
		  select `+columns+`, n.seq is null and exists (
		         select 1 from order_record e join order_number en on en.tenant_id = $1 and en.order_id = e.id
		          where e.tenant_id = $1 and e.buyer_id = o.buyer_id) as again
		  `+numbered+`and id = c.order_id limit 1) o
		 order by c.noted_at, c.order_id`, tx.Tenant(), now, limit)
	return func(ctx context.Context) ([]Changed, error) {
		rows, err := asked.All(ctx)
		if err != nil {
			return nil, fmt.Errorf("order: changed: %w", err)
		}
		list := make([]Changed, len(rows))
		for i, r := range rows {
			o, err := r.order()
			if err != nil {
				return nil, err
			}
			list[i] = Changed{r.Change, o, r.Again}
		}
		return list, nil
	}
}

const (
	oldest      = ` from order_change where tenant_id = $1 and next_try_at <= $2 order by noted_at, order_id limit $3`
	selectNoted = `select order_id, noted_at, attempts, next_try_at, blocked_code, blocked_note` + oldest
)

// Noted lists what a lane has to deal with, oldest first.
func Noted(ctx context.Context, tx *pg.Tx, now time.Time, limit int) ([]Change, error) {
	return pg.Collect[Change](ctx, tx, selectNoted, tx.Tenant(), now, limit)
}

type changedRow struct {
	Change
	row
	Again bool
}

// Waiting lists the orders that a strategy could not decide, oldest first,
// after the given order (zero for the first page).
func Waiting(ctx context.Context, tx *pg.Tx, after ID, limit int) ([]Change, error) {
	return pg.Collect[Change](ctx, tx, `
		select order_id, noted_at, attempts, next_try_at, blocked_code, blocked_note from order_change
		 where tenant_id = $1 and blocked_code <> '' and ($2::uuid is null or order_id > $2)
		 order by order_id limit $3`, tx.Tenant(), after, limit)
}

// ChangeOf is the order's work row; found is false when it has none.
func ChangeOf(ctx context.Context, tx *pg.Tx, o ID) (c Change, found bool, err error) {
	rows, err := pg.Collect[Change](ctx, tx, `
		select order_id, noted_at, attempts, next_try_at, blocked_code, blocked_note from order_change
		 where tenant_id = $1 and order_id = $2`, tx.Tenant(), o)
	if err != nil || len(rows) == 0 {
		return Change{}, false, err
	}
	return rows[0], true, nil
}

// Done removes the work rows of orders that have been dealt with.
func Done(tx *pg.Tx, orders []ID) {
	if len(orders) > 0 {
		tx.Later("order: changes done", `delete from order_change where tenant_id = $1 and order_id = any($2::uuid[])`, tx.Tenant(), orders)
	}
}

// Block keeps an order's work row for a later try, with the reason people see.
func Block(ctx context.Context, tx *pg.Tx, o ID, code, note string, nextTry time.Time) error {
	_, err := tx.Exec(ctx, `
		update order_change set attempts = attempts + 1, next_try_at = $3, blocked_code = $4, blocked_note = $5
		 where tenant_id = $1 and order_id = $2`, tx.Tenant(), o, nextTry, code, note)
	if err != nil {
		return fmt.Errorf("order: block: %w", err)
	}
	return nil
}

// Blocked is an order that is to wait, and why.
type Blocked struct {
	Order   ID
	Code    string
	Note    string
	NextTry time.Time // real time
}

// BlockAll keeps the work rows of several orders for a later try.
func BlockAll(ctx context.Context, tx *pg.Tx, list []Blocked) error {
	if len(list) == 0 {
		return nil
	}
	n := len(list)
	ids, codes, notes, tries := make([]ID, n), make([]string, n), make([]string, n), make([]time.Time, n)
	for i, b := range list {
		ids[i], codes[i], notes[i], tries[i] = b.Order, b.Code, b.Note, b.NextTry
	}
	_, err := tx.Exec(ctx, `
		update order_change c set attempts = attempts + 1, next_try_at = x.try, blocked_code = x.code, blocked_note = x.note
		  from unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[]) as x(id, code, note, try)
		 where c.tenant_id = $1 and c.order_id = x.id`, tx.Tenant(), ids, codes, notes, tries)
	if err != nil {
		return fmt.Errorf("order: block: %w", err)
	}
	return nil
}

// Unblock lets the orders that wait with a code be tried at once.
func Unblock(ctx context.Context, tx *pg.Tx, code string) error {
	_, err := tx.Exec(ctx, `update order_change set next_try_at = default where tenant_id = $1 and blocked_code = $2`, tx.Tenant(), code)
	if err != nil {
		return fmt.Errorf("order: unblock: %w", err)
	}
	return nil
}

// RetryNow lets every waiting order of the store be tried at once.
func (s *Service) RetryNow(ctx context.Context, tenant tenancy.ID) error {
	return s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `update order_change set next_try_at = default where tenant_id = $1 and blocked_code <> ''`, tx.Tenant())
		if s.Doorbell != nil {
			tx.AfterCommit(func() { s.Doorbell(tenant) })
		}
		return err
	})
}

// StoresWithChanges is the sweep: stores that have work at the given real time.
func StoresWithChanges(ctx context.Context, tx *pg.Tx, now time.Time) ([]tenancy.ID, error) {
	return tenantsOf(ctx, tx, `select distinct tenant_id from order_change where next_try_at <= $1`, now)
}

// StoresWithDue is the sweep: stores whose clock has something to do by the
// given instant.
func StoresWithDue(ctx context.Context, tx *pg.Tx, now time.Time) ([]tenancy.ID, error) {
	return tenantsOf(ctx, tx, `select distinct tenant_id from order_due where due_at <= $1`, now)
}

func tenantsOf(ctx context.Context, tx *pg.Tx, sql string, args ...any) ([]tenancy.ID, error) {
	all, err := pg.Column[tenancy.ID](ctx, tx, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("order: sweep: %w", err)
	}
	return all, nil
}
