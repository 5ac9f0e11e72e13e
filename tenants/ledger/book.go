package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
)

// Book is the open balances of some parties, locked until the transaction
// ends. A transaction opens one book, for all parties it may move, after it
// has locked its orders and the mark.
type Book struct {
	tx       *pg.Tx
	balances map[key]*Balance
	legs     []leg
}

type key struct {
	party Party
	asset Asset
}

var errFloor = fault.New(fault.Conflict, "ledger.below_floor",
	"{account} 余额不足：还差 {short}", "the {account} balance is too small by {short}")

// Open locks the parties' balances in one order that all transactions share,
// making rows for parties that have none.
func Open(ctx context.Context, tx *pg.Tx, parties []Party, assets ...Asset) (*Book, error) {
	if len(assets) == 0 {
		assets = []Asset{Money}
	}
	b := &Book{tx: tx, balances: make(map[key]*Balance, len(parties)*len(assets))}
	parties = distinct(parties)
	for _, asset := range assets {
		if err := b.lock(ctx, parties, asset); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *Book) lock(ctx context.Context, parties []Party, asset Asset) error {
	if len(parties) == 0 {
		return nil
	}
	if _, err := b.tx.Exec(ctx, `
		insert into ledger_balance (tenant_id, party, asset)
		select $1, p, $3 from unnest($2::uuid[]) p order by p
		on conflict do nothing`, b.tx.Tenant(), parties, asset); err != nil {
		return fmt.Errorf("ledger: open balances: %w", err)
	}
	rows, err := pg.Collect[balanceRow](ctx, b.tx, `
		select party, expense, adjustment, fees, tax, held, available, reserved, debt, paid
		  from ledger_balance
		 where tenant_id = $1 and asset = $3 and party = any($2::uuid[])
		 order by party for update`, b.tx.Tenant(), parties, asset)
	if err != nil {
		return fmt.Errorf("ledger: lock balances: %w", err)
	}
	for _, r := range rows {
		balance := r.Balance
		b.balances[key{r.Party, asset}] = &balance
	}
	return nil
}

// Balance is the party's money as it will stand once the book is posted.
func (b *Book) Balance(p Party) Balance { return b.of(p, Money) }

// Points is the party's points as they will stand once the book is posted.
func (b *Book) Points(p Party) Balance { return b.of(p, Points) }

func (b *Book) of(p Party, a Asset) Balance {
	if at := b.balances[key{p, a}]; at != nil {
		return *at
	}
	return Balance{}
}

// Move enters a movement. An amount of zero moves nothing; a movement that
// would bring an account below its floor is refused with ledger.below_floor
// and leaves the book as it was.
func (b *Book) Move(m Movement) error {
	l := m.leg()
	if l.amount == 0 {
		return nil
	}
	if l.amount < 0 {
		return fmt.Errorf("ledger: %s of %d", l.kind, l.amount)
	}
	at := b.balances[key{l.party, l.asset}]
	if at == nil {
		return fmt.Errorf("ledger: %s: the balance of %s is not open", l.kind, l.party)
	}
	next := *at
	*next.account(l.from) -= l.amount
	*next.account(l.to) += l.amount
	if account, short := next.belowFloor(l.asset); short > 0 {
		return errFloor.With("account", account).With("short", short)
	}
	*at = next
	b.legs = append(b.legs, l)
	return nil
}

// Post writes the movements and the balances, each in one statement.
func (b *Book) Post(ctx context.Context) error {
	if len(b.legs) == 0 {
		return nil
	}
	if err := b.insertMovements(ctx); err != nil {
		return fmt.Errorf("ledger: post: %w", err)
	}
	if err := b.updateBalances(ctx); err != nil {
		return fmt.Errorf("ledger: balances: %w", err)
	}
	b.legs = b.legs[:0]
	return nil
}

func distinct(parties []Party) []Party {
	sorted := slices.Clone(parties)
	slices.SortFunc(sorted, func(a, b Party) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(sorted)
}
