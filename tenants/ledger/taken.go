package ledger

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
)

// Taken is what a cause took back from a party, and from where.
type Taken struct {
	Party      Party
	Source     Account // Held, Available or Debt
	Amount     int64
	RecordedAt time.Time
}

// TakenBack lists what one cause took back from some parties, the oldest
// first. since is a month before which the cause did not exist.
func TakenBack(ctx context.Context, tx *pg.Tx, cause Ref, since time.Time, parties []Party) ([]Taken, error) {
	entries, err := readEntries(ctx, tx, `
		 where tenant_id = $1 and month >= $2::date and party = any($3::uuid[]) and ref = $4
		   and asset = $5 and target = $6 order by id`, tx.Tenant(), since, parties, cause, assetCodes[Money], accountCodes[Expense])
	if err != nil {
		return nil, fmt.Errorf("ledger: taken back: %w", err)
	}
	list := make([]Taken, len(entries))
	for i, e := range entries {
		list[i] = Taken{e.Party, e.Source, e.Amount, e.RecordedAt}
	}
	return list, nil
}

// Debts lists the movements of a party's debt, newest first, below the given
// id (0 for the newest): how it came about, and how it was netted.
func Debts(ctx context.Context, tx *pg.Tx, p Party, below int64, limit int) ([]Entry, error) {
	list, err := readEntries(ctx, tx, `
		 where tenant_id = $1 and party = $2 and ($3 = 0 or id < $3) and (source = $5 or target = $5)
		 order by id desc limit $4`, tx.Tenant(), p, below, limit, accountCodes[Debt])
	if err != nil {
		return nil, fmt.Errorf("ledger: debts: %w", err)
	}
	return list, nil
}
