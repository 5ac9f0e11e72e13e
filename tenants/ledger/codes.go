package ledger

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
)

// A movement is stored with numbers for its kind, asset and accounts: a name's
// place in these tables, counted from 1. They are added to at the end and never
// changed, since every row of every journal reads through them. What is sealed,
// exported and told is made of the names.
var (
	kindNames = [...]string{"hold_commission", "reverse_held", "reverse_available", "reverse_into_debt", "book_period_award",
		"book_bonus", "book_deduction", "deduct_into_debt", "mature", "net_debt", "reserve", "return_reserved", "pay_out",
		"withhold_tax", "keep_fee", "earn_points", "reverse_points"}
	assetNames   = [...]Asset{Money, Points}
	accountNames = [...]Account{Expense, Adjustment, Fees, Tax, Held, Available, Reserved, Debt, Paid}
)

var (
	kindCodes    = codesOf(kindNames[:])
	assetCodes   = codesOf(assetNames[:])
	accountCodes = codesOf(accountNames[:])
)

func codesOf[N ~string](names []N) map[N]int16 {
	codes := make(map[N]int16, len(names))
	for i, name := range names {
		codes[name] = int16(i + 1)
	}
	return codes
}

// nameOf is what a number stands for. One that stands for nothing has been put
// there by somebody else, and is told as it is.
func nameOf[N ~string](names []N, code int16) N {
	if code < 1 || int(code) > len(names) {
		return N(fmt.Sprint(code))
	}
	return names[code-1]
}

// namedInSQL is nameOf as an expression about a column.
func namedInSQL[N ~string](names []N, column string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = "'" + string(name) + "'"
	}
	return fmt.Sprintf("coalesce((array[%s])[%s], %s::text)", strings.Join(quoted, ", "), column, column)
}

// KindCode is the number under which movements of a kind are stored.
func KindCode(m Movement) int16 { return kindCodes[m.leg().kind] }

// entryRow is an Entry as it is stored.
type entryRow struct {
	ID         int64
	Kind       int16
	Party      Party
	Asset      int16
	Source     int16
	Target     int16
	Amount     int64
	Ref        Ref
	RecordedAt time.Time
}

const entryColumns = "id, kind, party, asset, source, target, amount, ref, recorded_at"

func (r entryRow) entry() Entry {
	return Entry{ID: r.ID, Kind: nameOf(kindNames[:], r.Kind), Party: r.Party, Asset: nameOf(assetNames[:], r.Asset),
		Source: nameOf(accountNames[:], r.Source), Target: nameOf(accountNames[:], r.Target),
		Amount: r.Amount, Ref: r.Ref, RecordedAt: r.RecordedAt}
}

// readEntries reads movements; which is what follows the table's name.
func readEntries(ctx context.Context, tx *pg.Tx, which string, args ...any) ([]Entry, error) {
	rows, err := pg.Collect[entryRow](ctx, tx, "select "+entryColumns+" from ledger_movement "+which, args...)
	if err != nil {
		return nil, err
	}
	list := make([]Entry, len(rows))
	for i, r := range rows {
		list[i] = r.entry()
	}
	return list, nil
}
