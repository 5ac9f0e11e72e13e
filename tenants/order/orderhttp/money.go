package orderhttp

import (
	"fmt"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

var errForeign = fault.New(fault.Invalid, "money.foreign_currency",
	"本店使用 {currency}，不接受其他币种", "this store uses {currency} and no other currency")

// purse reads the amounts of a request and remembers the first that is in
// another currency than the store's.
type purse struct {
	currency string
	err      error
}

func (p *purse) minor(a money.Amount, field string) int64 {
	if a.Currency != p.currency && p.err == nil {
		p.err = errForeign.With("currency", p.currency).At(field + ".currency")
	}
	return a.Minor
}

// optional is an amount that may be left out: then it is otherwise.
func (p *purse) optional(a *money.Amount, field string, otherwise int64) int64 {
	if a == nil {
		return otherwise
	}
	return p.minor(*a, field)
}

func at(i int, field string) string { return fmt.Sprintf("lines[%d].%s", i, field) }
