package commission

import (
	"context"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
)

// A month that closes takes what its orders have left of everybody's month. A
// cap by day or week bounds orders alone: a month belongs to none of its days.

// bounded reports whether counters bound what the month gives. Then all of its
// orders are decided first.
func (c *closing) bounded() bool {
	limit := c.revision.Settings.RecipientCap
	return limit.Amount > 0 && limit.Period == program.Month
}

func (c *closing) counter(who distributor.ID) counterKey {
	return counterKey{who, program.Month, c.from.Unix()}
}

// boundByCounters locks the payees' counters, cuts what is given to what they
// have left, and counts it.
func (c *closing) boundByCounters(ctx context.Context, tx *pg.Tx, payments []payment, shares []share) ([]share, error) {
	if !c.bounded() {
		return shares, nil
	}
	keys := counters{}
	for _, p := range payments {
		keys[c.counter(p.Payee)] = 0
	}
	stood, err := askCounters(tx, keys.sorted(), "for update of c")(ctx)
	if err != nil {
		return nil, err
	}
	for k := range keys {
		keys[k] = stood[k]
	}
	left, err := c.bound(payments, shares, keys)
	keys.keep(tx, keys.sorted())
	return left, err
}

// bound cuts payments to what counters have left, over each one's shares of
// single orders and the rest in proportion, and counts them.
func (c *closing) bound(payments []payment, shares []share, of counters) (left []share, err error) {
	if !c.bounded() {
		return shares, nil
	}
	byPayee := map[distributor.ID][]share{}
	for _, s := range shares {
		byPayee[s.Payee] = append(byPayee[s.Payee], s)
	}
	for i := range payments {
		p := &payments[i]
		key, theirs := c.counter(p.Payee), byPayee[p.Payee]
		used := of[key]
		parts := []int64{p.Amount} // the rest, then the shares
		for _, s := range theirs {
			parts = append(parts, s.Granted)
			parts[0] -= s.Granted
		}
		kept, err := fit(parts, max(c.revision.Settings.RecipientCap.Amount-used, 0))
		if err != nil {
			return nil, err
		}
		p.Used, p.Over = &used, p.Amount-sum(kept)
		p.Amount = sum(kept)
		of[key] += p.Amount
		for n, s := range theirs {
			if s.Granted = kept[n+1]; s.Granted > 0 {
				s.Standing = s.Granted
				left = append(left, s)
			}
		}
	}
	return left, nil
}
