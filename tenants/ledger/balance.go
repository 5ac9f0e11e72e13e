package ledger

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/platform/pg"
)

// Balance is what stands in each account of a party. The accounts sum to zero.
type Balance struct {
	Expense    int64
	Adjustment int64
	Fees       int64
	Tax        int64
	Held       int64
	Available  int64
	Reserved   int64
	Debt       int64 // zero or below
	Paid       int64
}

// Owed is the debt as a positive number.
func (b Balance) Owed() int64 { return -b.Debt }

// Withdrawn is gross: what left for the payee, the tax office and the store.
func (b Balance) Withdrawn() int64 { return b.Paid + b.Tax + b.Fees }

func (b *Balance) account(a Account) *int64 {
	switch a {
	case Expense:
		return &b.Expense
	case Adjustment:
		return &b.Adjustment
	case Fees:
		return &b.Fees
	case Tax:
		return &b.Tax
	case Held:
		return &b.Held
	case Available:
		return &b.Available
	case Reserved:
		return &b.Reserved
	case Debt:
		return &b.Debt
	case Paid:
		return &b.Paid
	}
	panic("ledger: no account " + string(a)) // accounts are constants of this package
}

// belowFloor names an account below its floor and by how much. The database
// has the same floors as constraints.
func (b Balance) belowFloor(asset Asset) (Account, int64) {
	floored := []Account{Held, Reserved, Paid}
	if asset == Money {
		floored = append(floored, Available)
	}
	for _, a := range floored {
		if v := *b.account(a); v < 0 {
			return a, -v
		}
	}
	if b.Debt > 0 {
		return Debt, b.Debt
	}
	return "", 0
}

// BalanceOf reads one party's balance without locking it.
func BalanceOf(ctx context.Context, tx *pg.Tx, p Party, asset Asset) (Balance, error) {
	all, err := BalancesOf(ctx, tx, []Party{p}, asset)
	return all[p], err
}

// BalancesOf reads balances without locking them. A party without a row has
// the zero balance.
func BalancesOf(ctx context.Context, tx *pg.Tx, parties []Party, asset Asset) (map[Party]Balance, error) {
	rows, err := pg.Collect[balanceRow](ctx, tx, `
		select party, expense, adjustment, fees, tax, held, available, reserved, debt, paid
		  from ledger_balance
		 where tenant_id = $1 and asset = $3 and party = any($2::uuid[])`, tx.Tenant(), parties, asset)
	if err != nil {
		return nil, fmt.Errorf("ledger: read balances: %w", err)
	}
	all := make(map[Party]Balance, len(rows))
	for _, r := range rows {
		all[r.Party] = r.Balance
	}
	return all, nil
}

// Totals sums the store's balances of an asset.
func Totals(ctx context.Context, tx *pg.Tx, asset Asset) (Balance, error) {
	row, err := pg.CollectOne[Balance](ctx, tx, `
		select coalesce(sum(expense), 0)::bigint as expense, coalesce(sum(adjustment), 0)::bigint as adjustment,
		       coalesce(sum(fees), 0)::bigint as fees, coalesce(sum(tax), 0)::bigint as tax,
		       coalesce(sum(held), 0)::bigint as held, coalesce(sum(available), 0)::bigint as available,
		       coalesce(sum(reserved), 0)::bigint as reserved, coalesce(sum(debt), 0)::bigint as debt,
		       coalesce(sum(paid), 0)::bigint as paid
		  from ledger_balance where tenant_id = $1 and asset = $2`, tx.Tenant(), asset)
	if err != nil {
		return Balance{}, fmt.Errorf("ledger: totals: %w", err)
	}
	return row, nil
}
