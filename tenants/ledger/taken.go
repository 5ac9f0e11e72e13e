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
	list, err := pg.Collect[Taken](ctx, tx, `
		select party, source, amount, recorded_at from ledger_movement
		 where tenant_id = $1 and month >= $2::date and party = any($3::uuid[]) and ref = $4
		   and asset = 'money' and target = 'expense' order by id`, tx.Tenant(), since, parties, cause)
	if err != nil {
		return nil, fmt.Errorf("ledger: taken back: %w", err)
	}
	return list, nil
}

// Debts lists the movements of a party's debt, newest first, below the given
// id (0 for the newest): how it came about, and how it was netted.
func Debts(ctx context.Context, tx *pg.Tx, p Party, below int64, limit int) ([]Entry, error) {
	list, err := pg.Collect[Entry](ctx, tx, `
		select id, kind, party, asset, source, target, amount, ref, recorded_at
		  from ledger_movement
		 where tenant_id = $1 and party = $2 and ($3 = 0 or id < $3) and (source = 'debt' or target = 'debt')
		 order by id desc limit $4`, tx.Tenant(), p, below, limit)
	if err != nil {
		return nil, fmt.Errorf("ledger: debts: %w", err)
	}
	return list, nil
}
