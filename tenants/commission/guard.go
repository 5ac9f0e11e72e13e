package commission

import (
	"fmt"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/order"
)

// guardVersion is part of every decision: a replay uses the guard of its time.
const guardVersion = 1

// maxAwardsPerPlace bounds an answer: several awards of different kinds for one
// person and line are normal, hundreds are not.
const maxAwardsPerPlace = 8

// violation is a broken rail: an answer that is wrong, not merely generous. No
// money moves; the order waits and the merchant sees which award offends.
type violation struct {
	code string // "commission.rail_stranger"
	note string
}

// audit holds an answer against the rails. It returns nil for a sound one.
func audit(o order.Order, list []recipient, d *strategyv1.Decision) *violation {
	awards, lines := d.GetPaid().GetAwards(), len(shown(o))
	if most := maxAwardsPerPlace * (lines + 1) * max(len(list), 1); len(awards) > most {
		return &violation{"commission.rail_too_many", fmt.Sprintf("%d awards where at most %d make sense", len(awards), most)}
	}
	var sum int64
	for i, a := range awards {
		if v := auditAward(lines, list, a); v != nil {
			v.note = fmt.Sprintf("award %d: %s", i, v.note)
			return v
		}
		if sum += a.GetAmount(); sum > money.MaxMinor {
			return &violation{"commission.rail_amount", "the awards sum to more than can be represented"}
		}
	}
	for i, r := range d.GetPaid().GetDeclined() {
		if int(r.GetRecipient()) < 0 || int(r.GetRecipient()) >= len(list) {
			return &violation{"commission.rail_stranger", fmt.Sprintf("declined %d: recipient %d of %d", i, r.GetRecipient(), len(list))}
		}
	}
	return nil
}

func auditAward(lines int, list []recipient, a *strategyv1.Award) *violation {
	to, line := int(a.GetRecipient()), int(a.GetLine())
	switch {
	case to < 0 || to >= len(list):
		return &violation{"commission.rail_stranger", fmt.Sprintf("recipient %d of %d", to, len(list))}
	case line < -1 || line >= lines:
		return &violation{"commission.rail_line", fmt.Sprintf("line %d of %d", line, lines)}
	case int(a.GetLevel()) != list[to].level:
		return &violation{"commission.rail_level", fmt.Sprintf("level %d for somebody at level %d", a.GetLevel(), list[to].level)}
	case a.GetAmount() < 0:
		return &violation{"commission.rail_negative", fmt.Sprintf("amount %d", a.GetAmount())}
	case a.GetAmount() > money.MaxMinor || a.GetBase() < 0 || a.GetRatePpm() < 0:
		return &violation{"commission.rail_amount", fmt.Sprintf("amount %d, base %d, rate %d", a.GetAmount(), a.GetBase(), a.GetRatePpm())}
	case a.GetWhy().GetKey() == "":
		return &violation{"commission.rail_no_reason", "an award without a reason"}
	}
	return nil
}
