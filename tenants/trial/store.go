package trial

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

type row struct {
	ID        ID
	Kind      Kind
	State     State
	Title     string
	Author    string
	Plan      *json.RawMessage
	FromAt    time.Time
	ToAt      time.Time
	Total     int
	Done      int
	CursorSeq int64
	LastSeq   int64
	Tally     json.RawMessage
	Code      string
	Note      string
	Attempts  int
	CreatedAt time.Time
	EndedAt   *time.Time
}

const columns = "id, kind, state, title, author, plan, from_at, to_at, total, done, cursor_seq, last_seq, tally, code, note, attempts, created_at, ended_at"

func (r row) trial() (Trial, error) {
	t := Trial{ID: r.ID, Kind: r.Kind, State: r.State, Title: r.Title, Author: r.Author, From: r.FromAt.UTC(), To: r.ToAt.UTC(),
		Total: r.Total, Done: r.Done, Cursor: r.CursorSeq, Last: r.LastSeq, Code: r.Code, Note: r.Note, CreatedAt: r.CreatedAt.UTC(), attempts: r.Attempts}
	if r.EndedAt != nil {
		t.EndedAt = r.EndedAt.UTC()
	}
	if r.Plan != nil {
		var p plan
		if err := json.Unmarshal(*r.Plan, &p); err != nil {
			return t, fmt.Errorf("trial: plan of %s: %w", r.ID, err)
		}
		rev := p.program()
		t.Plan = &rev
	}
	var into any = &t.Tally
	if r.Kind == Proof {
		into = &t.Proof
	}
	if err := json.Unmarshal(r.Tally, into); err != nil {
		return t, fmt.Errorf("trial: tally of %s: %w", r.ID, err)
	}
	return t, nil
}

// result is what is kept of a trial's findings.
func (t Trial) result() ([]byte, error) {
	if t.Kind == Proof {
		return json.Marshal(t.Proof)
	}
	return json.Marshal(t.Tally)
}

func insert(ctx context.Context, tx *pg.Tx, t Trial) error {
	var kept any
	if t.Plan != nil {
		b, err := json.Marshal(planOf(*t.Plan))
		if err != nil {
			return fmt.Errorf("trial: %w", err)
		}
		kept = b
	}
	found, err := t.result()
	if err != nil {
		return fmt.Errorf("trial: %w", err)
	}
	_, err = tx.Exec(ctx, `
		insert into trial_run (tenant_id, id, kind, state, title, author, plan, from_at, to_at, total, cursor_seq, last_seq, tally, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		tx.Tenant(), t.ID, t.Kind, t.State, t.Title, t.Author, kept, t.From, t.To, t.Total, t.Cursor, t.Last, found, t.CreatedAt)
	if err != nil {
		return fmt.Errorf("trial: insert: %w", err)
	}
	return nil
}

func read(ctx context.Context, tx *pg.Tx, which ID) (Trial, error) {
	r, err := pg.CollectOne[row](ctx, tx, `select `+columns+` from trial_run where tenant_id = $1 and id = $2`, tx.Tenant(), which)
	if errors.Is(err, pg.ErrNoRows) {
		return Trial{}, ErrUnknown
	}
	if err != nil {
		return Trial{}, fmt.Errorf("trial: read: %w", err)
	}
	return r.trial()
}

func list(ctx context.Context, tx *pg.Tx, kind Kind, before ID, limit int) ([]Trial, error) {
	rows, err := pg.Collect[row](ctx, tx, `
		select `+columns+` from trial_run
		 where tenant_id = $1 and ($2 = '' or kind = $2) and ($3::uuid is null or id < $3) order by id desc limit $4`,
		tx.Tenant(), string(kind), before, limit)
	return trials(rows, err)
}

// open lists what has not ended.
func open(ctx context.Context, tx *pg.Tx) ([]Trial, error) {
	rows, err := pg.Collect[row](ctx, tx, `
		select `+columns+` from trial_run where tenant_id = $1 and state in ('queued', 'running') order by id`, tx.Tenant())
	return trials(rows, err)
}

func trials(rows []row, err error) ([]Trial, error) {
	if err != nil {
		return nil, fmt.Errorf("trial: list: %w", err)
	}
	all := make([]Trial, len(rows))
	for i, r := range rows {
		if all[i], err = r.trial(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// lock keeps two starts of one store from overtaking one another.
func lock(ctx context.Context, tx *pg.Tx) error {
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('trial_run' || $1::text, 0))`, tx.Tenant().UUID())
	return err
}

type holderKind struct{}

func (holderKind) Prefix() string { return "trw" }

type holderID = id.Of[holderKind]

// lease takes a trial for whoever works at it; found is false when it has
// ended or somebody else is at it.
func lease(ctx context.Context, tx *pg.Tx, which ID, by holderID, now, until time.Time) (t Trial, found bool, err error) {
	rows, err := pg.Collect[row](ctx, tx, `
		update trial_run set state = 'running', holder = $3, leased_until = $5
		 where tenant_id = $1 and id = $2 and state in ('queued', 'running') and leased_until < $4
		returning `+columns, tx.Tenant(), which, by, now, until)
	if err != nil || len(rows) == 0 {
		return Trial{}, false, err
	}
	t, err = rows[0].trial()
	return t, err == nil, err
}

// errLost says that the trial was cancelled or taken over: what is at hand is
// void.
var errLost = errors.New("trial: no longer ours")

// keep writes how far a trial has come. The lease is renewed, or given up with
// until in the past.
func keep(ctx context.Context, tx *pg.Tx, t Trial, by holderID, until time.Time) error {
	found, err := t.result()
	if err != nil {
		return fmt.Errorf("trial: %w", err)
	}
	var ended *time.Time
	if t.State.ended() {
		at := tx.Now()
		ended = &at
	}
	n, err := tx.Exec(ctx, `
		update trial_run
		   set state = $4, done = $5, cursor_seq = $6, tally = $7, code = $8, note = $9, attempts = $10, ended_at = $11, leased_until = $12
		 where tenant_id = $1 and id = $2 and holder = $3 and state = 'running'`,
		tx.Tenant(), t.ID, by, t.State, t.Done, t.Cursor, found, t.Code, t.Note, t.attempts, ended, until)
	if err != nil {
		return fmt.Errorf("trial: keep: %w", err)
	}
	if n == 0 {
		return errLost
	}
	return nil
}

// end cancels what has not ended.
func end(ctx context.Context, tx *pg.Tx, which ID) (ended bool, err error) {
	n, err := tx.Exec(ctx, `
		update trial_run set state = 'cancelled', ended_at = $3
		 where tenant_id = $1 and id = $2 and state in ('queued', 'running')`, tx.Tenant(), which, tx.Now())
	if err != nil {
		return false, fmt.Errorf("trial: cancel: %w", err)
	}
	return n > 0, nil
}

// yield gives up the lease of what was cancelled under way, so that going on
// need not wait for it.
func yield(ctx context.Context, tx *pg.Tx, which ID, by holderID) error {
	_, err := tx.Exec(ctx, `
		update trial_run set leased_until = '1970-01-01T00:00:00Z'
		 where tenant_id = $1 and id = $2 and holder = $3 and state <> 'running'`, tx.Tenant(), which, by)
	return err
}

// again queues what was cancelled or has failed, from the seq it had reached.
func again(ctx context.Context, tx *pg.Tx, which ID) (queued bool, err error) {
	n, err := tx.Exec(ctx, `
		update trial_run set state = 'queued', code = '', note = '', attempts = 0, ended_at = null
		 where tenant_id = $1 and id = $2 and kind <> 'shadow' and state in ('cancelled', 'failed')`, tx.Tenant(), which)
	if err != nil {
		return false, fmt.Errorf("trial: continue: %w", err)
	}
	return n > 0, nil
}

func insertOrders(ctx context.Context, tx *pg.Tx, which ID, page []commission.Compared) error {
	n := len(page)
	seqs, ids, goods := make([]int64, n), make([]order.ID, n), make([]int64, n)
	was, wasStanding, codes := make([]int64, n), make([]int64, n), make([]string, n)
	would, wouldStanding := make([]*int64, n), make([]*int64, n)
	for i, c := range page {
		seqs[i], ids[i], goods[i] = c.Seq, c.Order.ID, c.Order.Goods
		was[i], wasStanding[i], codes[i] = c.Was.Granted, c.Was.Standing, c.Would.Code
		if c.Would.Decided {
			would[i], wouldStanding[i] = &page[i].Would.Granted, &page[i].Would.Standing
		}
	}
	_, err := tx.Exec(ctx, `
		insert into trial_order (tenant_id, trial_id, seq, order_id, goods, was, was_standing, would, would_standing, code)
		select $1, $2, s, o, g, a, b, c, d, e
		  from unnest($3::bigint[], $4::uuid[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[])
		       as x(s, o, g, a, b, c, d, e)`,
		tx.Tenant(), which, seqs, ids, goods, was, wasStanding, would, wouldStanding, codes)
	if err != nil {
		return fmt.Errorf("trial: orders: %w", err)
	}
	return nil
}

func addPeople(ctx context.Context, tx *pg.Tx, which ID, all map[distributor.ID]person) error {
	if len(all) == 0 {
		return nil
	}
	payees, orders := make([]distributor.ID, 0, len(all)), make([]int32, 0, len(all))
	was, would := make([]int64, 0, len(all)), make([]int64, 0, len(all))
	for who, p := range all {
		payees, orders = append(payees, who), append(orders, int32(p.orders))
		was, would = append(was, p.was), append(would, p.would)
	}
	_, err := tx.Exec(ctx, `
		insert into trial_person as p (tenant_id, trial_id, payee, orders, was, would, difference)
		select $1, $2, w, n, a, b, b - a from unnest($3::uuid[], $4::int[], $5::bigint[], $6::bigint[]) as x(w, n, a, b)
		on conflict (tenant_id, trial_id, payee) do update
		   set orders = p.orders + excluded.orders, was = p.was + excluded.was, would = p.would + excluded.would,
		       difference = p.difference + excluded.difference`,
		tx.Tenant(), which, payees, orders, was, would)
	if err != nil {
		return fmt.Errorf("trial: people: %w", err)
	}
	return nil
}

// Person is somebody's part in a trial. Orders that could not be decided are
// left out of both sums.
type Person struct {
	Payee      distributor.ID
	Orders     int
	Was        int64 // after refunds
	Would      int64
	Difference int64
}

// People lists who would get more, the most first (winners), or who would get
// less, the most first; after is the last of the page before.
func People(ctx context.Context, tx *pg.Tx, which ID, winners bool, after *Person, limit int) ([]Person, error) {
	sign, beyond, last := int64(1), int64(1)<<62, distributor.ID{}
	if !winners {
		sign = -1
	}
	if after != nil {
		beyond, last = sign*after.Difference, after.Payee
	}
	all, err := pg.Collect[Person](ctx, tx, `
		select payee, orders, was, would, difference from trial_person
		 where tenant_id = $1 and trial_id = $2 and $3 * difference > 0
		   and ($3 * difference < $4 or $3 * difference = $4 and payee > coalesce($5, '00000000-0000-0000-0000-000000000000'::uuid))
		 order by $3 * difference desc, payee limit $6`, tx.Tenant(), which, sign, beyond, last, limit)
	if err != nil {
		return nil, fmt.Errorf("trial: people: %w", err)
	}
	return all, nil
}

// OrderResult is one order of a trial. Would is nil when it could not be
// decided.
type OrderResult struct {
	Seq           int64
	OrderID       order.ID
	Goods         int64
	Was           int64
	WasStanding   int64
	Would         *int64
	WouldStanding *int64
	Code          string
}

// Orders lists a trial's orders by seq, behind the given one. differing leaves
// out those that give the same.
func Orders(ctx context.Context, tx *pg.Tx, which ID, differing bool, after int64, limit int) ([]OrderResult, error) {
	all, err := pg.Collect[OrderResult](ctx, tx, `
		select seq, order_id, goods, was, was_standing, would, would_standing, code from trial_order
		 where tenant_id = $1 and trial_id = $2 and seq > $3 and (not $4 or would is distinct from was)
		 order by seq limit $5`, tx.Tenant(), which, after, differing, limit)
	if err != nil {
		return nil, fmt.Errorf("trial: orders: %w", err)
	}
	return all, nil
}

// StoresWaiting is the sweep: stores in which a trial waits for somebody to
// work at it, at the given real time.
func StoresWaiting(ctx context.Context, tx *pg.Tx, now time.Time) ([]tenancy.ID, error) {
	stores, err := pg.Column[tenancy.ID](ctx, tx, `
		select distinct tenant_id from trial_run where state in ('queued', 'running') and leased_until < $1`, now)
	if err != nil {
		return nil, fmt.Errorf("trial: sweep: %w", err)
	}
	return stores, nil
}

// idle lists the trials of the store that wait for somebody to work at them.
func idle(ctx context.Context, tx *pg.Tx, now time.Time) ([]Trial, error) {
	rows, err := pg.Collect[row](ctx, tx, `
		select `+columns+` from trial_run where tenant_id = $1 and state in ('queued', 'running') and leased_until < $2 order by id`, tx.Tenant(), now)
	return trials(rows, err)
}

// stumble writes that a try has failed and when the next may be; what was
// found before it stands.
func stumble(ctx context.Context, tx *pg.Tx, t Trial, by holderID, until time.Time) error {
	var ended *time.Time
	if t.State.ended() {
		at := tx.Now()
		ended = &at
	}
	_, err := tx.Exec(ctx, `
		update trial_run set state = $4, code = $5, note = $6, attempts = $7, ended_at = $8, leased_until = $9
		 where tenant_id = $1 and id = $2 and holder = $3 and state = 'running'`,
		tx.Tenant(), t.ID, by, t.State, t.Code, t.Note, t.attempts, ended, until)
	if err != nil {
		return fmt.Errorf("trial: %w", err)
	}
	return nil
}
