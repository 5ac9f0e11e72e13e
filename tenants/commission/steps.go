package commission

import (
	"time"

	"github.com/fenli-io/fenli/tenants/order"
)

// What happened to an award.
const (
	StepGranted  = "granted"
	StepRefunded = "refunded" // a refund or a corrected price took a part back
	StepBorne    = "borne"    // it came so late that the store bears it
)

// Step is one thing that happened to an award, and what stood after it.
type Step struct {
	Kind     string
	Refund   order.Refund // zero for what was granted
	Amount   int64        // below zero when taken back; of what the store bears, what it would have been
	Standing int64
	At       time.Time
}

// Steps is how an award came to stand where it stands: the last one's Standing
// is the award's. What closed periods gave for the order is not part of it.
func (x Explanation) Steps(a Explained) []Step {
	if x.Ruling == nil {
		return nil
	}
	steps := []Step{{Kind: StepGranted, Amount: a.Granted, Standing: a.Granted, At: x.Ruling.DecidedAt}}
	for _, r := range x.Reversed {
		if took := r.Amount - r.Shared; r.Payee.ID == a.Payee.ID && took > 0 {
			steps = reversedBy(steps, r, took)
		}
	}
	return steps
}

// reversedBy adds what a refund took; of somebody at two positions it is one step.
func reversedBy(steps []Step, r Reversal, took int64) []Step {
	kind := StepRefunded
	if r.Borne {
		kind = StepBorne
	}
	last := &steps[len(steps)-1]
	if last.Refund.ID != r.Refund.ID || last.Kind != kind {
		steps = append(steps, Step{Kind: kind, Refund: r.Refund, Standing: last.Standing, At: r.Refund.OccurredAt})
		last = &steps[len(steps)-1]
	}
	last.Amount -= took
	if !r.Borne {
		last.Standing -= took
	}
	return steps
}
