package withdrawal

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/payer"
)

const columns = `id, distributor_id, gross, tax, fee, net, method, profile_revision, account_revision, state, reason, voucher,
	whole, split_id, part, parts, payer_id, taxpayer, tax_month, tax_basis, first_approved_by, first_approved_at,
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
	States      []State
	Method      Method
	Distributor distributor.ID
	From, To    time.Time // requested, half-open
	Least, Most int64     // gross
	SecondBy    string    // what waits for a second person who is not this one
	After       ID        // the last id of the page before
	Limit       int
}

func (f Filter) check() error {
	for _, s := range f.States {
		if !s.known() {
			return ErrUnknownState.With("state", s)
		}
	}
	if f.Method != "" && !f.Method.known() {
		return ErrMethod.With("method", f.Method)
	}
	return nil
}

// List reads a page of withdrawals, the newest first.
func List(ctx context.Context, tx *pg.Tx, f Filter) ([]Withdrawal, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	q := tx.Select("withdrawal_request", columns).Order("id DESC").Limit(int64(f.Limit))
	if len(f.States) > 0 {
		q.Where("state in (?)", bun.List(f.States))
	}
	if f.Method != "" {
		q.Where("method = ?", string(f.Method))
	}
	if !f.Distributor.IsZero() {
		q.Where("distributor_id = ?", f.Distributor)
	}
	if !f.From.IsZero() {
		q.Where("requested_at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q.Where("requested_at < ?", f.To)
	}
	if f.Least > 0 {
		q.Where("gross >= ?", f.Least)
	}
	if f.Most > 0 {
		q.Where("gross <= ?", f.Most)
	}
	if f.SecondBy != "" {
		q.Where("state = 'requested' and first_approved_by <> '' and first_approved_by <> ?", f.SecondBy)
	}
	if !f.After.IsZero() {
		q.Where("id < ?", f.After)
	}
	return pg.Find[Withdrawal](ctx, tx, q)
}

// Sum is how many stand in a state and what they come to.
type Sum struct {
	State State `db:"state"`
	Count int64 `db:"count"`
	Gross int64 `db:"gross"`
	Tax   int64 `db:"tax"`
	Fee   int64 `db:"fee"`
	Net   int64 `db:"net"`
}

// Sums are the store's withdrawals by state; of the past, what was asked for
// since an instant.
func Sums(ctx context.Context, tx *pg.Tx, since time.Time) ([]Sum, error) {
	return pg.Collect[Sum](ctx, tx, `
		select state, count(*) as count, sum(gross)::bigint as gross, sum(tax)::bigint as tax, sum(fee)::bigint as fee, sum(net)::bigint as net
		  from withdrawal_request
		 where tenant_id = $1 and (state in ('requested', 'approved', 'sending', 'waiting_for_user', 'manual') or requested_at >= $2)
		 group by state order by state`, tx.Tenant(), since)
}

func insert(ctx context.Context, tx *pg.Tx, w Withdrawal) error {
	_, err := tx.Exec(ctx, `
		insert into withdrawal_request (tenant_id, id, distributor_id, gross, tax, fee, net, method, profile_revision, account_revision, state,
		       whole, split_id, part, parts, payer_id, taxpayer, tax_month, tax_basis, requested_at, changed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20)`,
		tx.Tenant(), w.ID, w.Distributor, w.Gross, w.Tax, w.Fee, w.Net, w.Method, w.ProfileRevision, w.AccountRevision, w.State,
		w.Whole, w.Split, w.Part, w.Parts, w.Payer, w.Taxpayer, w.TaxMonth, w.Basis, w.RequestedAt)
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
		   set method = $3, state = $4, reason = $5, voucher = $6, decided_at = $7, decided_by = $8, sent_at = $9, paid_at = $10, paid_by = $11, changed_at = $12,
		       tax = $13, net = $14, payer_id = $15, taxpayer = $16, tax_month = $17, tax_basis = $18, first_approved_by = $19, first_approved_at = $20
		 where tenant_id = $1 and id = $2`,
		tx.Tenant(), w.ID, w.Method, w.State, w.Reason, w.Voucher, w.DecidedAt, w.DecidedBy, w.SentAt, w.PaidAt, w.PaidBy, w.ChangedAt,
		w.Tax, w.Net, w.Payer, w.Taxpayer, w.TaxMonth, w.Basis, w.FirstApprovedBy, w.FirstApprovedAt)
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

// unsentOf is what a payer's taxpayer has asked this store for and was not
// sent yet, the first first.
func unsentOf(ctx context.Context, tx *pg.Tx, by payer.ID, taxpayer []byte) ([]Quote, error) {
	return pg.Collect[Quote](ctx, tx, `
		select gross, tax, fee, net from withdrawal_request
		 where tenant_id = $1 and state in ('requested', 'approved') and payer_id = $2 and taxpayer = $3 order by id`,
		tx.Tenant(), by, taxpayer)
}

// PartsOf are all parts of a request that was cut into several, the first
// first; of one that was not, itself.
func PartsOf(ctx context.Context, tx *pg.Tx, w Withdrawal) ([]Withdrawal, error) {
	if w.Split.IsZero() {
		return []Withdrawal{w}, nil
	}
	return pg.Collect[Withdrawal](ctx, tx, `
		select `+columns+` from withdrawal_request where tenant_id = $1 and distributor_id = $2 and split_id = $3 order by part`,
		tx.Tenant(), w.Distributor, w.Split)
}

func insertForfeit(ctx context.Context, tx *pg.Tx, f Forfeit) error {
	_, err := tx.Exec(ctx, `
		insert into withdrawal_forfeit (tenant_id, id, distributor_id, amount, reason, by, at) values ($1, $2, $3, $4, $5, $6, $7)`,
		tx.Tenant(), f.ID, f.Distributor, f.Amount, f.Reason, f.By, f.At)
	return err
}

func saveForfeit(ctx context.Context, tx *pg.Tx, f Forfeit) error {
	_, err := tx.Exec(ctx, `
		update withdrawal_forfeit set restored_at = $3, restored_by = $4, restored_why = $5 where tenant_id = $1 and id = $2`,
		tx.Tenant(), f.ID, f.RestoredAt, f.RestoredBy, f.RestoredWhy)
	return err
}

const forfeitColumns = `id, distributor_id, amount, reason, by, at, restored_at, restored_by, restored_why`

func getForfeit(ctx context.Context, tx *pg.Tx, which ForfeitID) (Forfeit, error) {
	f, err := pg.CollectOne[Forfeit](ctx, tx, `select `+forfeitColumns+` from withdrawal_forfeit where tenant_id = $1 and id = $2`, tx.Tenant(), which)
	if errors.Is(err, pg.ErrNoRows) {
		return f, ErrForfeitUnknown
	}
	return f, err
}

// Forfeits are a page of those of a person, the newest first; after is the last
// of the page before.
func Forfeits(ctx context.Context, tx *pg.Tx, who distributor.ID, after ForfeitID, limit int) ([]Forfeit, error) {
	return pg.Collect[Forfeit](ctx, tx, `
		select `+forfeitColumns+` from withdrawal_forfeit
		 where tenant_id = $1 and distributor_id = $2 and ($3::uuid is null or id < $3) order by id desc limit $4`, tx.Tenant(), who, after, limit)
}

// ForfeitReasons are why money was forfeited and, the second, why it was given
// back, by what both movements refer to.
func ForfeitReasons(ctx context.Context, tx *pg.Tx, refs []ledger.Ref) (map[ledger.Ref][2]string, error) {
	list, err := pg.Collect[Forfeit](ctx, tx, `select `+forfeitColumns+` from withdrawal_forfeit where tenant_id = $1 and id = any($2::uuid[])`, tx.Tenant(), refs)
	all := make(map[ledger.Ref][2]string, len(list))
	for _, f := range list {
		all[ledger.Ref(f.ID)] = [2]string{f.Reason, f.RestoredWhy}
	}
	return all, err
}

// unsentGross is what a person has asked for and was not sent yet.
func unsentGross(ctx context.Context, tx *pg.Tx, who distributor.ID) (sum int64, err error) {
	err = tx.QueryRow(ctx, `
		select coalesce(sum(gross), 0)::bigint from withdrawal_request
		 where tenant_id = $1 and distributor_id = $2 and state in ('requested', 'approved')`, tx.Tenant(), who).Scan(&sum)
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
