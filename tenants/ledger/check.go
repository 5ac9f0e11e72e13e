package ledger

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
)

// Check compares every balance of the store with the sum of its movements and
// describes what differs; nothing means the journal balances.
func Check(ctx context.Context, tx *pg.Tx) ([]string, error) {
	type difference struct {
		Party   Party
		Asset   string
		Account string
		Sum     int64
		Balance int64
	}
	found, err := pg.Collect[difference](ctx, tx, `
		with legs as (
		  select party, asset, target as account, amount from ledger_movement where tenant_id = $1
		  union all
		  select party, asset, source, -amount from ledger_movement where tenant_id = $1
		), sums as (
		  select party, `+namedInSQL(assetNames[:], "asset")+` as asset, `+namedInSQL(accountNames[:], "account")+` as account, sum
		    from (select party, asset, account, sum(amount)::bigint as sum from legs group by 1, 2, 3) coded
		), balances as (
		  select party, asset, v.account, v.balance
		    from ledger_balance, lateral (values
		      ('expense', expense), ('adjustment', adjustment), ('fees', fees), ('tax', tax), ('held', held),
		      ('available', available), ('reserved', reserved), ('debt', debt), ('paid', paid)) as v(account, balance)
		   where tenant_id = $1
		)
		select party, asset, account, coalesce(sum, 0) as sum, coalesce(balance, 0) as balance
		  from sums full join balances using (party, asset, account)
		 where coalesce(sum, 0) <> coalesce(balance, 0)
		 order by party, asset, account limit 100`, tx.Tenant())
	if err != nil {
		return nil, fmt.Errorf("ledger: check: %w", err)
	}
	lines := make([]string, len(found))
	for i, d := range found {
		lines[i] = fmt.Sprintf("%s of %s in %s: postings sum to %d, the balance says %d", d.Account, d.Party, d.Asset, d.Sum, d.Balance)
	}
	return lines, nil
}

// belowFloors describes balances that no movement can have made: an account
// below its floor, or accounts that do not sum to zero. The database refuses
// both, unless somebody took its checks away.
func belowFloors(ctx context.Context, tx *pg.Tx) ([]string, error) {
	lines, err := pg.Column[string](ctx, tx, `
		select format('the balance of %s in %s is below a floor or does not sum to zero', party, asset)
		  from ledger_balance
		 where tenant_id = $1
		   and (held < 0 or reserved < 0 or paid < 0 or debt > 0 or (available < 0 and asset = 'money')
		        or expense + adjustment + fees + tax + held + available + reserved + debt + paid <> 0)
		 order by party, asset limit 100`, tx.Tenant())
	if err != nil {
		return nil, fmt.Errorf("ledger: floors: %w", err)
	}
	totals, err := pg.Column[string](ctx, tx, `
		select format('the store''s %s sums to %s and not to zero', asset, sum)
		  from (select asset, sum(expense + adjustment + fees + tax + held + available + reserved + debt + paid) as sum
		          from ledger_balance where tenant_id = $1 group by asset) totals
		 where sum <> 0 order by asset`, tx.Tenant())
	if err != nil {
		return nil, fmt.Errorf("ledger: totals: %w", err)
	}
	return append(lines, totals...), nil
}
