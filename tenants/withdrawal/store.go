package withdrawal

import (
	"context"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
)

const columns = `id, distributor_id, gross, tax, fee, net, method, profile_revision, account_revision, state, reason, voucher,
	requested_at, decided_at, decided_by, sent_at, paid_at, paid_by, changed_at`

// Get reads one withdrawal; [ErrUnknown] when the store has none of that id.
func Get(ctx context.Context, tx *pg.Tx, which ID) (Withdrawal, error) {
	return one(ctx, tx, `select `+columns+` from withdrawal_request where tenant_id = $1 and id = $2`, which)
}

func lock(ctx context.Context, tx *pg.Tx, which ID) (Withdrawal, error) {
	return one(ctx, tx, `select `+columns+` from withdrawal_request where tenant_id = $1 and id = $2 for update`, which)
}

func one(ctx context.Context, tx *pg.Tx, sql string, which ID) (Withdrawal, error) {
	w, err := pg.CollectOne[Withdrawal](ctx, tx, sql, tx.Tenant(), which)
	if errors.Is(err, pg.ErrNoRows) {
		return w, ErrUnknown
	}
	return w, err
}

// Filter chooses withdrawals of a list; empty fields choose all.
type Filter struct {
	State       State
	Distributor distributor.ID
	After       ID // the last id of the page before
	Limit       int
}

// List reads a page of withdrawals, the newest first.
func List(ctx context.Context, tx *pg.Tx, f Filter) ([]Withdrawal, error) {
	if f.State != "" && !f.State.known() {
		return nil, ErrUnknownState.With("state", f.State)
	}
	q := tx.Select("withdrawal_request", columns).Order("id DESC").Limit(int64(f.Limit))
	if f.State != "" {
		q.Where("state = ?", string(f.State))
	}
	if !f.Distributor.IsZero() {
		q.Where("distributor_id = ?", f.Distributor)
	}
	if !f.After.IsZero() {
		q.Where("id < ?", f.After)
	}
	return pg.Find[Withdrawal](ctx, tx, q)
}

func insert(ctx context.Context, tx *pg.Tx, w Withdrawal) error {
	_, err := tx.Exec(ctx, `
		insert into withdrawal_request (tenant_id, id, distributor_id, gross, tax, fee, net, method, profile_revision, account_revision, state, requested_at, changed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)`,
		tx.Tenant(), w.ID, w.Distributor, w.Gross, w.Tax, w.Fee, w.Net, w.Method, w.ProfileRevision, w.AccountRevision, w.State, w.RequestedAt)
	if err != nil {
		return err
	}
	return note(ctx, tx, w, "", "")
}

// save writes down what a withdrawal has become, who made it so, and what was
// said.
func save(ctx context.Context, tx *pg.Tx, w *Withdrawal, by, words string) error {
	w.ChangedAt = tx.Now()
	_, err := tx.Exec(ctx, `
		update withdrawal_request
		   set method = $3, state = $4, reason = $5, voucher = $6, decided_at = $7, decided_by = $8, sent_at = $9, paid_at = $10, paid_by = $11, changed_at = $12
		 where tenant_id = $1 and id = $2`,
		tx.Tenant(), w.ID, w.Method, w.State, w.Reason, w.Voucher, w.DecidedAt, w.DecidedBy, w.SentAt, w.PaidAt, w.PaidBy, w.ChangedAt)
	if err != nil {
		return err
	}
	return note(ctx, tx, *w, by, words)
}

// note adds a step to the history, under the lock of the withdrawal's row.
func note(ctx context.Context, tx *pg.Tx, w Withdrawal, by, words string) error {
	_, err := tx.Exec(ctx, `
		insert into withdrawal_event (tenant_id, withdrawal_id, nth, at, state, actor, words)
		select $1, $2, coalesce(max(nth), 0) + 1, $3, $4, $5, $6 from withdrawal_event where tenant_id = $1 and withdrawal_id = $2`,
		tx.Tenant(), w.ID, tx.Now(), w.State, by, words)
	return err
}

// History is every step of a withdrawal, the first first.
func History(ctx context.Context, tx *pg.Tx, which ID) ([]Event, error) {
	return pg.Collect[Event](ctx, tx, `
		select nth, at, state, actor, words from withdrawal_event where tenant_id = $1 and withdrawal_id = $2 order by nth`, tx.Tenant(), which)
}

// askedBetween sums what was asked for and not given back.
func askedBetween(ctx context.Context, tx *pg.Tx, who distributor.ID, from, to time.Time) (sum int64, err error) {
	err = tx.QueryRow(ctx, `
		select coalesce(sum(gross), 0)::bigint from withdrawal_request
		 where tenant_id = $1 and distributor_id = $2 and state in ('requested', 'approved', 'sending', 'waiting_for_user', 'manual', 'paid') and requested_at >= $3 and requested_at < $4`,
		tx.Tenant(), who, from, to).Scan(&sum)
	return sum, err
}

func lockUnsent(ctx context.Context, tx *pg.Tx, who distributor.ID) ([]Withdrawal, error) {
	return pg.Collect[Withdrawal](ctx, tx, `
		select `+columns+` from withdrawal_request
		 where tenant_id = $1 and distributor_id = $2 and state in ('requested', 'approved') order by id for update`, tx.Tenant(), who)
}

func waitingPayees(ctx context.Context, tx *pg.Tx) ([]distributor.ID, error) {
	return pg.Column[distributor.ID](ctx, tx, `
		select distinct distributor_id from withdrawal_request
		 where tenant_id = $1 and state in ('requested', 'approved') order by 1`, tx.Tenant())
}
