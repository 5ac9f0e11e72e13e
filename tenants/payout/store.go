package payout

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

const columns = `id, withdrawal_id, distributor_id, account_id, method, number, amount, state, standing, asked, tries, submits,
	provider_id, confirm, code, words, trouble, trouble_at, batch_id, cancel_by, created_at, sent_at, waits_since, ended_at, changed_at`

// Get reads one transfer; [ErrUnknown] when the store has none of that id.
func Get(ctx context.Context, tx *pg.Tx, which ID) (Transfer, error) {
	t, err := pg.CollectOne[Transfer](ctx, tx, `select `+columns+` from payout_transfer where tenant_id = $1 and id = $2`, tx.Tenant(), which)
	if errors.Is(err, pg.ErrNoRows) {
		return t, ErrUnknown
	}
	return t, err
}

// ByNumber reads the transfer a provider knows by a number.
func ByNumber(ctx context.Context, tx *pg.Tx, number string) (Transfer, error) {
	t, err := pg.CollectOne[Transfer](ctx, tx, `select `+columns+` from payout_transfer where tenant_id = $1 and number = $2`, tx.Tenant(), number)
	if errors.Is(err, pg.ErrNoRows) {
		return t, ErrUnknown
	}
	return t, err
}

func lockTransfer(ctx context.Context, tx *pg.Tx, which ID) (Transfer, error) {
	t, err := pg.CollectOne[Transfer](ctx, tx, `select `+columns+` from payout_transfer where tenant_id = $1 and id = $2 for update`, tx.Tenant(), which)
	if errors.Is(err, pg.ErrNoRows) {
		return t, ErrUnknown
	}
	return t, err
}

// Of reads the transfer of a withdrawal; nil when it has none.
func Of(ctx context.Context, tx *pg.Tx, w withdrawal.ID) (*Transfer, error) {
	t, err := pg.CollectOne[Transfer](ctx, tx, `select `+columns+` from payout_transfer where tenant_id = $1 and withdrawal_id = $2`, tx.Tenant(), w)
	if errors.Is(err, pg.ErrNoRows) {
		return nil, nil
	}
	return &t, err
}

// Filter chooses transfers of a list; empty fields choose all.
type Filter struct {
	State       State
	Method      withdrawal.Method
	Distributor distributor.ID
	Troubled    bool
	Number      string
	After       ID // the last id of the page before
	Limit       int
}

// List reads a page of transfers, the newest first.
func List(ctx context.Context, tx *pg.Tx, f Filter) ([]Transfer, error) {
	q := tx.Select("payout_transfer", columns).Order("id DESC").Limit(int64(f.Limit))
	if f.State != "" {
		q.Where("state = ?", string(f.State))
	}
	if f.Method != "" {
		q.Where("method = ?", string(f.Method))
	}
	if !f.Distributor.IsZero() {
		q.Where("distributor_id = ?", f.Distributor)
	}
	if f.Troubled {
		q.Where("trouble <> ''")
	}
	if f.Number != "" {
		q.Where("number = ?", f.Number)
	}
	if !f.After.IsZero() {
		q.Where("id < ?", f.After)
	}
	return pg.Find[Transfer](ctx, tx, q)
}

// History is everything that was done and heard about a transfer.
func History(ctx context.Context, tx *pg.Tx, which ID) ([]Step, error) {
	return pg.Collect[Step](ctx, tx, `
		select nth, at, source, standing, state, code, words from payout_step where tenant_id = $1 and transfer_id = $2 order by nth`, tx.Tenant(), which)
}

// Figures are how many transfers stand where, and what they amount to.
type Figures struct {
	State  State `db:"state"`
	Count  int   `db:"count"`
	Amount int64 `db:"amount"`
}

// Standings counts the transfers that have not ended, by state.
func Standings(ctx context.Context, tx *pg.Tx) (all []Figures, troubled int, err error) {
	all, err = pg.Collect[Figures](ctx, tx, `
		select state, count(*)::int as count, sum(amount)::bigint as amount from payout_transfer
		 where tenant_id = $1 and state in ('queued', 'sending', 'waiting_for_user') group by state`, tx.Tenant())
	if err != nil {
		return nil, 0, err
	}
	err = tx.QueryRow(ctx, `select count(*) from payout_transfer where tenant_id = $1 and trouble <> ''`, tx.Tenant()).Scan(&troubled)
	return all, troubled, err
}

func insertTransfer(ctx context.Context, tx *pg.Tx, t Transfer) error {
	_, err := tx.Exec(ctx, `
		insert into payout_transfer (tenant_id, id, withdrawal_id, distributor_id, account_id, method, number, amount, state, created_at, changed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
		tx.Tenant(), t.ID, t.Withdrawal, t.Distributor, t.Account, t.Method, t.Number, t.Amount, t.State, t.CreatedAt)
	return err
}

func saveTransfer(ctx context.Context, tx *pg.Tx, t Transfer) error {
	_, err := tx.Exec(ctx, `
		update payout_transfer
		   set state = $3, standing = $4, asked = $5, tries = $6, submits = $7, provider_id = $8, confirm = $9, code = $10, words = $11, trouble = $12, trouble_at = $13,
		       batch_id = $14, cancel_by = $15, sent_at = $16, waits_since = $17, ended_at = $18, changed_at = $19, amount = $20
		 where tenant_id = $1 and id = $2`,
		tx.Tenant(), t.ID, t.State, t.Standing, t.Asked, t.Tries, t.Submits, t.ProviderID, t.Confirm, t.Code, cut(t.Words), t.Trouble, t.TroubleAt,
		t.Batch, t.CancelBy, t.SentAt, t.WaitsSince, t.EndedAt, t.ChangedAt, t.Amount)
	return err
}

// cut bounds what a provider may make us keep.
func cut(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:300])
	}
	return s
}

func addStep(ctx context.Context, tx *pg.Tx, t Transfer, source, code, words string) error {
	_, err := tx.Exec(ctx, `
		insert into payout_step (tenant_id, transfer_id, nth, at, source, standing, state, code, words)
		select $1, $2, coalesce(max(nth), 0) + 1, $3, $4, $5, $6, $7, $8 from payout_step where tenant_id = $1 and transfer_id = $2`,
		tx.Tenant(), t.ID, tx.Now(), source, t.Standing, t.State, code, cut(words))
	return err
}

func hasRequest(ctx context.Context, tx *pg.Tx, which ID) (has bool, err error) {
	err = tx.QueryRow(ctx, `select request is not null from payout_transfer where tenant_id = $1 and id = $2`, tx.Tenant(), which).Scan(&has)
	return has, err
}

func requestOf(ctx context.Context, tx *pg.Tx, which ID) (sealed []byte, err error) {
	err = tx.QueryRow(ctx, `select request from payout_transfer where tenant_id = $1 and id = $2`, tx.Tenant(), which).Scan(&sealed)
	return sealed, err
}

func keepRequest(ctx context.Context, tx *pg.Tx, which ID, sealed []byte) error {
	_, err := tx.Exec(ctx, `update payout_transfer set request = $3 where tenant_id = $1 and id = $2`, tx.Tenant(), which, sealed)
	return err
}

// The thin table of what is looked at next.

// StoresDue is the sweep: stores with something to look at by the given
// instant.
func StoresDue(ctx context.Context, tx *pg.Tx, now time.Time) ([]tenancy.ID, error) {
	stores, err := pg.Column[tenancy.ID](ctx, tx, `select distinct tenant_id from payout_due where due_at <= $1`, now)
	if err != nil {
		return nil, fmt.Errorf("payout: sweep: %w", err)
	}
	return stores, nil
}

// StoresPaying is the sweep of stores that have an account.
func StoresPaying(ctx context.Context, tx *pg.Tx, _ time.Time) ([]tenancy.ID, error) {
	return pg.Column[tenancy.ID](ctx, tx, `select distinct tenant_id from payout_account`)
}

func lookAt(ctx context.Context, tx *pg.Tx, which ID, at time.Time) error {
	_, err := tx.Exec(ctx, `
		insert into payout_due (tenant_id, transfer_id, due_at) values ($1, $2, $3)
		on conflict (tenant_id, transfer_id) do update set due_at = excluded.due_at`, tx.Tenant(), which, at)
	return err
}

func notDue(ctx context.Context, tx *pg.Tx, which ID) error {
	_, err := tx.Exec(ctx, `delete from payout_due where tenant_id = $1 and transfer_id = $2`, tx.Tenant(), which)
	return err
}

func takeDue(ctx context.Context, tx *pg.Tx, now, until time.Time, most int) ([]ID, error) {
	return pg.Column[ID](ctx, tx, `
		update payout_due d set due_at = $3
		 where d.tenant_id = $1 and d.transfer_id in (
		       select transfer_id from payout_due where tenant_id = $1 and due_at <= $2 order by due_at limit $4 for update skip locked)
		returning d.transfer_id`, tx.Tenant(), now, until, most)
}

func startQueued(ctx context.Context, tx *pg.Tx, method withdrawal.Method, now time.Time) (int, error) {
	n, err := tx.Exec(ctx, `
		insert into payout_due (tenant_id, transfer_id, due_at)
		select tenant_id, id, $3 from payout_transfer where tenant_id = $1 and method = $2 and state = 'queued'
		on conflict (tenant_id, transfer_id) do nothing`, tx.Tenant(), method, now)
	return int(n), err
}

// Accounts.

const accountColumns = `id, method, name, active, auto, limit_per, settings, simulated, short_since, revision, changed_at`

type accountRow struct {
	Account
	Sealed []byte `db:"sealed"`
}

func getAccount(ctx context.Context, tx *pg.Tx, which AccountID) (accountRow, error) {
	return oneAccount(ctx, tx, ErrAccountUnknown, `id = $2`, which)
}

func activeAccount(ctx context.Context, tx *pg.Tx, m withdrawal.Method) (accountRow, error) {
	return oneAccount(ctx, tx, ErrNoAccount.With("method", m), `method = $2 and active`, m)
}

func accountByHook(ctx context.Context, tx *pg.Tx, hash []byte) (accountRow, error) {
	return oneAccount(ctx, tx, ErrHook, `hook_hash = $2`, hash)
}

func oneAccount(ctx context.Context, tx *pg.Tx, none error, where string, arg any) (accountRow, error) {
	a, err := pg.CollectOne[accountRow](ctx, tx, `select `+accountColumns+`, sealed from payout_account where tenant_id = $1 and `+where, tx.Tenant(), arg)
	if errors.Is(err, pg.ErrNoRows) {
		return a, none
	}
	return a, err
}

// GetAccount reads an account, without its secrets.
func GetAccount(ctx context.Context, tx *pg.Tx, which AccountID) (Account, error) {
	a, err := getAccount(ctx, tx, which)
	return a.Account, err
}

// Accounts are the store's, the newest first.
func Accounts(ctx context.Context, tx *pg.Tx) ([]Account, error) {
	return pg.Collect[Account](ctx, tx, `select `+accountColumns+` from payout_account where tenant_id = $1 order by id desc limit 200`, tx.Tenant())
}

func putAccount(ctx context.Context, tx *pg.Tx, a Account, sealed, hook []byte) error {
	_, err := tx.Exec(ctx, `
		insert into payout_account (tenant_id, id, method, name, active, auto, limit_per, settings, sealed, hook_hash, simulated, revision, changed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		on conflict (tenant_id, id) do update set name = excluded.name, active = excluded.active, auto = excluded.auto, limit_per = excluded.limit_per,
		       settings = excluded.settings, sealed = excluded.sealed, simulated = excluded.simulated, revision = excluded.revision, changed_at = excluded.changed_at`,
		tx.Tenant(), a.ID, a.Method, a.Name, a.Active, a.Auto, a.Limit, a.Settings, sealed, hook, a.Simulated, a.Revision, a.ChangedAt)
	return err
}

func setAside(ctx context.Context, tx *pg.Tx, m withdrawal.Method, except AccountID) error {
	_, err := tx.Exec(ctx, `update payout_account set active = false where tenant_id = $1 and method = $2 and id <> $3 and active`, tx.Tenant(), m, except)
	return err
}

func markShort(ctx context.Context, tx *pg.Tx, which AccountID, short bool) (err error) {
	if short {
		_, err = tx.Exec(ctx, `update payout_account set short_since = $3 where tenant_id = $1 and id = $2 and short_since is null`, tx.Tenant(), which, tx.Now())
	} else {
		_, err = tx.Exec(ctx, `update payout_account set short_since = null where tenant_id = $1 and id = $2 and short_since is not null`, tx.Tenant(), which)
	}
	return err
}
