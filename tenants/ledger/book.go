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
	return AskOpen(tx, parties, assets...)(ctx)
}

// AskOpen is [Open] for whoever does not wait yet; the balances are locked when
// the statements before it have run.
func AskOpen(tx *pg.Tx, parties []Party, assets ...Asset) func(context.Context) (*Book, error) {
	if len(assets) == 0 {
		assets = []Asset{Money}
	}
	b := &Book{tx: tx, balances: make(map[key]*Balance, len(parties)*len(assets))}
	parties = distinct(parties)
	locked := make([]func(context.Context) error, len(assets))
	for i, asset := range assets {
		locked[i] = b.lock(parties, asset)
	}
	return func(ctx context.Context) (*Book, error) {
		for _, wait := range locked {
			if err := wait(ctx); err != nil {
				return nil, err
			}
		}
		return b, nil
	}
}

// Also adds parties to a book of money that have turned out to be needed. They
// are locked out of order; should two transactions then wait for one another,
// the database ends one of them, and a lane tries again.
func (b *Book) Also(ctx context.Context, parties []Party) error {
	missing := slices.DeleteFunc(distinct(parties), func(p Party) bool { return b.balances[key{p, Money}] != nil })
	return b.lock(missing, Money)(ctx)
}

// OpenPoints adds the points of some parties to a book of money. Balances are
// locked by asset first: money before points, everywhere.
func (b *Book) OpenPoints(ctx context.Context, parties []Party) error {
	return b.lock(distinct(parties), Points)(ctx)
}

// Owing tells whether one of the book's parties is in debt.
func (b *Book) Owing() bool {
	for _, balance := range b.balances {
		if balance.Debt < 0 {
			return true
		}
	}
	return false
}

// lock reads and locks the balances, and makes rows for parties that have none
// yet. Those are few, so rows are made only where reading has found them
// missing. A row that another transaction makes in just that moment is locked
// out of order; should the two then wait for one another, the database ends
// one of them, and a lane tries again.
func (b *Book) lock(parties []Party, asset Asset) func(context.Context) error {
	there := b.lockThere(parties, asset)
	return func(ctx context.Context) error {
		missing, err := there(ctx)
		if err != nil || len(missing) == 0 {
			return err
		}
		b.tx.Later("ledger: open balances", `
			insert into ledger_balance (tenant_id, party, asset)
			select $1, p, $3 from unnest($2::uuid[]) p order by p
			on conflict do nothing`, b.tx.Tenant(), missing, asset)
		missing, err = b.lockThere(missing, asset)(ctx)
		if err == nil && len(missing) > 0 {
			err = fmt.Errorf("ledger: no balance of %s could be opened", missing[0])
		}
		return err
	}
}

// lockThere locks the balances that exist, in the order of their parties, and
// tells whose do not.
func (b *Book) lockThere(parties []Party, asset Asset) func(context.Context) (missing []Party, err error) {
	if len(parties) == 0 {
		return func(context.Context) ([]Party, error) { return nil, nil }
	}
	asked := pg.Ask[balanceRow](b.tx, `
		select party, expense, adjustment, fees, tax, held, available, reserved, debt, paid
		  from ledger_balance
		 where tenant_id = $1 and asset = $3 and party = any($2::uuid[])
		 order by party for update`, b.tx.Tenant(), parties, asset)
	return func(ctx context.Context) (missing []Party, err error) {
		rows, err := asked.All(ctx)
		if err != nil {
			return nil, fmt.Errorf("ledger: lock balances: %w", err)
		}
		for _, r := range rows {
			balance := r.Balance
			b.balances[key{r.Party, asset}] = &balance
		}
		for _, p := range parties {
			if b.balances[key{p, asset}] == nil {
				missing = append(missing, p)
			}
		}
		return missing, nil
	}
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
	b.updateBalances()
	b.legs = b.legs[:0]
	return nil
}

func distinct(parties []Party) []Party {
	sorted := slices.Clone(parties)
	slices.SortFunc(sorted, func(a, b Party) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(sorted)
}
