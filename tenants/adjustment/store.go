package adjustment

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

const columns = `id, distributor_id, kind, amount, cause, reason, note, corrects, state, month, from_available, into_debt,
	proposed_by, proposed_at, decided_by, decided_at, refusal`

// ReadRules reads the store's rules.
func ReadRules(ctx context.Context, tx *pg.Tx) (Rules, error) {
	rows, err := pg.Collect[Rules](ctx, tx, `select budget, second_above from adjustment_rules where tenant_id = $1`, tx.Tenant())
	if err != nil || len(rows) == 0 {
		return Rules{}, wrapped("rules", err)
	}
	return rows[0], nil
}

// SetRules changes the store's rules. What waits already goes on waiting.
func SetRules(ctx context.Context, tx *pg.Tx, r Rules) error {
	_, err := tx.Exec(ctx, `
		insert into adjustment_rules (tenant_id, budget, second_above) values ($1, $2, $3)
		on conflict (tenant_id) do update set budget = excluded.budget, second_above = excluded.second_above`, tx.Tenant(), r.Budget, r.SecondAbove)
	return wrapped("set rules", err)
}

func lockRules(ctx context.Context, tx *pg.Tx) (Rules, error) {
	if _, err := tx.Exec(ctx, `insert into adjustment_rules (tenant_id) values ($1) on conflict do nothing`, tx.Tenant()); err != nil {
		return Rules{}, wrapped("lock rules", err)
	}
	r, err := pg.CollectOne[Rules](ctx, tx, `select budget, second_above from adjustment_rules where tenant_id = $1 for update`, tx.Tenant())
	return r, wrapped("lock rules", err)
}

// Get reads one; [ErrUnknown] when the store has none of that id.
func Get(ctx context.Context, tx *pg.Tx, which ID) (Adjustment, error) {
	return one(ctx, tx, `select `+columns+` from adjustment_record where tenant_id = $1 and id = $2`, which)
}

func lock(ctx context.Context, tx *pg.Tx, which ID) (Adjustment, error) {
	return one(ctx, tx, `select `+columns+` from adjustment_record where tenant_id = $1 and id = $2 for update`, which)
}

func one(ctx context.Context, tx *pg.Tx, sql string, which ID) (Adjustment, error) {
	a, err := pg.CollectOne[Adjustment](ctx, tx, sql, tx.Tenant(), which)
	if errors.Is(err, pg.ErrNoRows) {
		return a, ErrUnknown
	}
	return a, wrapped("read", err)
}

// Filter chooses adjustments of a list; empty fields choose all.
type Filter struct {
	State       State
	Distributor distributor.ID
	After       ID // the last id of the page before
	Limit       int
}

// List reads a page of adjustments, the newest first.
func List(ctx context.Context, tx *pg.Tx, f Filter) ([]Adjustment, error) {
	if f.State != "" && !f.State.known() {
		return nil, ErrUnknownState.With("state", f.State)
	}
	q := tx.Select("adjustment_record", columns).Order("id DESC").Limit(int64(f.Limit))
	if f.State != "" {
		q.Where("state = ?", string(f.State))
	}
	if !f.Distributor.IsZero() {
		q.Where("distributor_id = ?", f.Distributor)
	}
	if !f.After.IsZero() {
		q.Where("id < ?", f.After)
	}
	list, err := pg.Find[Adjustment](ctx, tx, q)
	return list, wrapped("list", err)
}

// Reasons are what movements by hand were for, by what they refer to.
func Reasons(ctx context.Context, tx *pg.Tx, refs []ledger.Ref) (map[ledger.Ref]string, error) {
	rows, err := pg.Collect[struct {
		ID     ID
		Reason string
	}](ctx, tx, `select id, reason from adjustment_record where tenant_id = $1 and id = any($2::uuid[])`, tx.Tenant(), refs)
	if err != nil {
		return nil, wrapped("reasons", err)
	}
	all := make(map[ledger.Ref]string, len(rows))
	for _, r := range rows {
		all[ledger.Ref(r.ID)] = r.Reason
	}
	return all, nil
}

// usedIn sums the bonuses of a month that are booked or may still be.
// Corrections give back what had been taken, and are not of the budget.
func usedIn(ctx context.Context, tx *pg.Tx, month string) (sum int64, err error) {
	err = tx.QueryRow(ctx, `
		select coalesce(sum(amount), 0)::bigint from adjustment_record
		 where tenant_id = $1 and month = $2 and kind = 'bonus' and corrects is null and state in ('waiting', 'booked')`, tx.Tenant(), month).Scan(&sum)
	return sum, wrapped("budget", err)
}

// correctedOf sums what takes back an adjustment, or may still.
func correctedOf(ctx context.Context, tx *pg.Tx, which ID) (sum int64, err error) {
	err = tx.QueryRow(ctx, `
		select coalesce(sum(amount), 0)::bigint from adjustment_record
		 where tenant_id = $1 and corrects = $2 and state in ('waiting', 'booked')`, tx.Tenant(), which).Scan(&sum)
	return sum, wrapped("corrections", err)
}

func insert(ctx context.Context, tx *pg.Tx, a Adjustment) error {
	_, err := tx.Exec(ctx, `
		insert into adjustment_record (tenant_id, id, distributor_id, kind, amount, cause, reason, note, corrects, state, month, proposed_by, proposed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		tx.Tenant(), a.ID, a.DistributorID, string(a.Kind), a.Amount, string(a.Cause), a.Reason, a.Note, a.Corrects, string(a.State), a.Month, a.ProposedBy, a.ProposedAt)
	return wrapped("propose", err)
}

func save(ctx context.Context, tx *pg.Tx, a Adjustment) error {
	_, err := tx.Exec(ctx, `
		update adjustment_record set state = $3, from_available = $4, into_debt = $5, decided_by = $6, decided_at = $7, refusal = $8
		 where tenant_id = $1 and id = $2`,
		tx.Tenant(), a.ID, string(a.State), a.FromAvailable, a.IntoDebt, a.DecidedBy, a.DecidedAt, a.Refusal)
	return wrapped("decide", err)
}

// Check compares booked adjustments with the journal: each moved its amount
// once, and nothing is moved by hand without one.
func Check(ctx context.Context, tx *pg.Tx) (found []string, err error) {
	moved, err := ledger.MovedByHand(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := pg.Collect[struct {
		ID     ID
		Amount int64
	}](ctx, tx, `
		select id, case kind when 'bonus' then amount else -amount end as amount
		  from adjustment_record where tenant_id = $1 and state = 'booked'`, tx.Tenant())
	if err != nil {
		return nil, wrapped("check", err)
	}
	for _, r := range rows {
		if is := moved[ledger.Ref(r.ID)]; is != r.Amount {
			found = append(found, fmt.Sprintf("adjustment %s is booked with %d, the journal says %d", r.ID, r.Amount, is))
		}
		delete(moved, ledger.Ref(r.ID))
	}
	for ref, amount := range moved {
		found = append(found, fmt.Sprintf("%d was moved by hand for %s, which is no booked adjustment", amount, ref.UUID()))
	}
	slices.Sort(found)
	return found, nil
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("adjustment: %s: %w", what, err)
	}
	return nil
}
