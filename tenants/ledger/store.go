package ledger

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
)

type balanceRow struct {
	Party Party
	Balance
}

// insertMovements writes the movements and, for the sealing, which they are.
func (b *Book) insertMovements(ctx context.Context) error {
	n := len(b.legs)
	kinds, assets, sources, targets := make([]int16, n), make([]int16, n), make([]int16, n), make([]int16, n)
	parties, refs, amounts := make([]Party, n), make([]Ref, n), make([]int64, n)
	for i, l := range b.legs {
		kinds[i], assets[i], sources[i], targets[i] = kindCodes[l.kind], assetCodes[l.asset], accountCodes[l.from], accountCodes[l.to]
		parties[i], refs[i], amounts[i] = l.party, l.ref, l.amount
	}
	ids, err := pg.Column[int64](ctx, b.tx, `
		insert into ledger_movement (tenant_id, month, kind, party, asset, source, target, amount, ref, recorded_at)
		select $1, $2::date, k, p, a, s, t, m, r, $10
		  from unnest($3::smallint[], $4::uuid[], $5::smallint[], $6::smallint[], $7::smallint[], $8::bigint[], $9::uuid[]) as x(k, p, a, s, t, m, r)
		returning id`,
		b.tx.Tenant(), b.tx.Month(), kinds, parties, assets, sources, targets, amounts, refs, b.tx.Now())
	if err != nil {
		return err
	}
	b.tx.Later("ledger: post", `insert into ledger_unsealed (tenant_id, month, ids) values ($1, $2::date, $3)`, b.tx.Tenant(), b.tx.Month(), ids)
	return nil
}

// updateBalances writes absolute values: the rows are locked and this book
// knows what stands in them.
func (b *Book) updateBalances() {
	touched := map[key]bool{}
	var parties []Party
	var assets []string
	columns := make([][]int64, 9)
	for _, l := range b.legs {
		k := key{l.party, l.asset}
		if touched[k] {
			continue
		}
		touched[k] = true
		parties, assets = append(parties, k.party), append(assets, string(k.asset))
		v := b.balances[k]
		for i, n := range []int64{v.Expense, v.Adjustment, v.Fees, v.Tax, v.Held, v.Available, v.Reserved, v.Debt, v.Paid} {
			columns[i] = append(columns[i], n)
		}
	}
	b.tx.Later("ledger: balances", `
		update ledger_balance b
		   set expense = x.expense, adjustment = x.adjustment, fees = x.fees, tax = x.tax, held = x.held,
		       available = x.available, reserved = x.reserved, debt = x.debt, paid = x.paid
		  from unnest($2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
		              $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])
		       as x(party, asset, expense, adjustment, fees, tax, held, available, reserved, debt, paid)
		 where b.tenant_id = $1 and b.party = x.party and b.asset = x.asset`,
		b.tx.Tenant(), parties, assets, columns[0], columns[1], columns[2], columns[3], columns[4],
		columns[5], columns[6], columns[7], columns[8])
}

// Entry is a movement as it was recorded.
type Entry struct {
	ID         int64
	Kind       string
	Party      Party
	Asset      Asset
	Source     Account
	Target     Account
	Amount     int64
	Ref        Ref
	RecordedAt time.Time
}

// Entries lists a party's movements, newest first, below the given id (0 for
// the newest).
func Entries(ctx context.Context, tx *pg.Tx, p Party, below int64, limit int) ([]Entry, error) {
	return readEntries(ctx, tx, `
		 where tenant_id = $1 and party = $2 and ($3 = 0 or id < $3)
		 order by id desc limit $4`, tx.Tenant(), p, below, limit)
}
