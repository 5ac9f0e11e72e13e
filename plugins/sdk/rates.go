package strategy

import "github.com/fenli-io/fenli/plugins/sdk/money"

// Rates is a list of rates by level: the first is level 1.
type Rates []money.Rate

// At is the rate of a level. It is false for a level beyond the list, which
// differs from a rate of zero.
func (r Rates) At(level int) (rate money.Rate, given bool) {
	if level < 1 || level > len(r) {
		return 0, false
	}
	return r[level-1], true
}
