package dispute

import (
	"context"
	"errors"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

const columns = `id, distributor_id, order_id, claimed, state, outcome, opened_at, changed_at`

// Get reads one dispute; [ErrUnknown] when the store has none of that id.
func Get(ctx context.Context, tx *pg.Tx, which ID) (Dispute, error) {
	return one(ctx, tx, `select `+columns+` from dispute_case where tenant_id = $1 and id = $2`, which)
}

func lock(ctx context.Context, tx *pg.Tx, which ID) (Dispute, error) {
	return one(ctx, tx, `select `+columns+` from dispute_case where tenant_id = $1 and id = $2 for update`, which)
}

func one(ctx context.Context, tx *pg.Tx, sql string, which ID) (Dispute, error) {
	d, err := pg.CollectOne[Dispute](ctx, tx, sql, tx.Tenant(), which)
	if errors.Is(err, pg.ErrNoRows) {
		return Dispute{}, ErrUnknown
	}
	return d, err
}

// Filter chooses disputes of a list; empty fields choose all.
type Filter struct {
	State       State
	Distributor distributor.ID
	Order       order.ID
	After       ID // the last id of the page before
	Limit       int
}

// List reads a page of disputes, the newest first.
func List(ctx context.Context, tx *pg.Tx, f Filter) ([]Dispute, error) {
	if f.State != "" && !f.State.known() {
		return nil, ErrUnknownState.With("state", f.State)
	}
	q := tx.Select("dispute_case", columns).Order("id DESC").Limit(int64(f.Limit))
	if f.State != "" {
		q.Where("state = ?", string(f.State))
	}
	if !f.Distributor.IsZero() {
		q.Where("distributor_id = ?", f.Distributor)
	}
	if !f.Order.IsZero() {
		q.Where("order_id = ?", f.Order)
	}
	if !f.After.IsZero() {
		q.Where("id < ?", f.After)
	}
	return pg.Find[Dispute](ctx, tx, q)
}

// History is everything that was said, the first first.
func History(ctx context.Context, tx *pg.Tx, which ID) ([]Entry, error) {
	list, err := pg.Collect[Entry](ctx, tx, `
		select nth, side, actor, verb, words, at from dispute_entry where tenant_id = $1 and dispute_id = $2 order by nth`, tx.Tenant(), which)
	if err != nil {
		return nil, fmt.Errorf("dispute: history: %w", err)
	}
	return list, nil
}

func entryOf(ctx context.Context, tx *pg.Tx, which ID, nth int) (Entry, error) {
	return pg.CollectOne[Entry](ctx, tx, `
		select nth, side, actor, verb, words, at from dispute_entry where tenant_id = $1 and dispute_id = $2 and nth = $3`, tx.Tenant(), which, nth)
}

func listUnsettled(ctx context.Context, tx *pg.Tx, who distributor.ID) ([]Dispute, error) {
	return pg.Collect[Dispute](ctx, tx, `
		select `+columns+` from dispute_case where tenant_id = $1 and distributor_id = $2 and state <> 'closed' order by id`, tx.Tenant(), who)
}

// insert is false when there is an unsettled dispute about the same already.
func insert(ctx context.Context, tx *pg.Tx, d Dispute) (made bool, err error) {
	n, err := tx.Exec(ctx, `
		insert into dispute_case (tenant_id, id, distributor_id, order_id, claimed, state, outcome, opened_at, changed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
		tx.Tenant(), d.ID, d.Distributor, d.Order, d.Claimed, string(d.State), string(d.Outcome), d.OpenedAt, d.ChangedAt)
	if err != nil {
		return false, fmt.Errorf("dispute: open: %w", err)
	}
	return n == 1, nil
}

func save(ctx context.Context, tx *pg.Tx, d Dispute) error {
	_, err := tx.Exec(ctx, `
		update dispute_case set state = $3, outcome = $4, changed_at = $5 where tenant_id = $1 and id = $2`,
		tx.Tenant(), d.ID, string(d.State), string(d.Outcome), d.ChangedAt)
	if err != nil {
		return fmt.Errorf("dispute: save: %w", err)
	}
	return nil
}

// say adds an entry; the dispute's row is locked, or nobody knows it yet.
func say(ctx context.Context, tx *pg.Tx, d Dispute, e Entry) error {
	var nth int
	err := tx.QueryRow(ctx, `select coalesce(max(nth), 0) + 1 from dispute_entry where tenant_id = $1 and dispute_id = $2`, tx.Tenant(), d.ID).Scan(&nth)
	if err != nil {
		return fmt.Errorf("dispute: say: %w", err)
	}
	if nth > mostEntries || nth == mostEntries && d.State != Closed { // the last is kept for closing
		return ErrTooLong.With("most", mostEntries)
	}
	_, err = tx.Exec(ctx, `
		insert into dispute_entry (tenant_id, dispute_id, nth, side, actor, verb, words, at) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.Tenant(), d.ID, nth, string(e.Side), e.Actor, e.Verb, e.Words, tx.Now())
	if err != nil {
		return fmt.Errorf("dispute: say: %w", err)
	}
	return nil
}
