package commission

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/order"
)

// guardVersion is part of every decision: a replay uses the guard of its time.
// The second brought the cap on the margin of a line, the third the one on what
// a person gets in a period (capsOf).
const guardVersion = 3

// knownGuard reports whether decisions of a version can still be made again.
func knownGuard(version int) bool { return version >= 1 && version <= guardVersion }

// maxAwardsPerPlace bounds an answer: several awards of different kinds for one
// person and line are normal, hundreds are not.
const maxAwardsPerPlace = 8

// maxAnswer bounds what is kept for ever of one order's answer, in bytes.
const maxAnswer = 1 << 20

// violation is a broken rail: an answer that is wrong, not merely generous. No
// money moves; the order waits and the merchant sees which award offends.
type violation struct {
	code string // "commission.rail_stranger"
	note string
}

// audit holds an answer against the rails. It returns nil for a sound one.
func audit(o order.Order, list []recipient, d *strategyv1.Decision) *violation {
	if size := proto.Size(d); size > maxAnswer {
		return &violation{"plugin.too_large", fmt.Sprintf("an answer of %d bytes", size)}
	}
	words := wordsOf(o, list)
	if none := d.GetNoCommission(); none != nil {
		if v := auditWhy(words, none.GetWhy()); v != nil {
			return v
		}
		return auditDeclined(words, len(list), none.GetDeclined(), map[int32]bool{})
	}
	return auditPaid(words, len(shown(o)), list, d.GetPaid())
}

func auditPaid(words words, lines int, list []recipient, p *strategyv1.Paid) *violation {
	awards := p.GetAwards()
	if len(awards) == 0 { // not "nobody earns", which has a reason
		return &violation{"plugin.malformed_answer", "the strategy pays, but nobody"}
	}
	if most := maxAwardsPerPlace * (lines + 1) * max(len(list), 1); len(awards) > most {
		return &violation{"commission.rail_too_many", fmt.Sprintf("%d awards where at most %d make sense", len(awards), most)}
	}
	named := map[int32]bool{}
	var sum int64
	for i, a := range awards {
		if v := auditAward(words, lines, list, a); v != nil {
			return v.at("award", i)
		}
		if sum += a.GetAmount(); sum > money.MaxMinor {
			return &violation{"commission.rail_amount", "the awards sum to more than can be represented"}
		}
		named[a.GetRecipient()] = true
	}
	return auditDeclined(words, len(list), p.GetDeclined(), named)
}

func auditAward(words words, lines int, list []recipient, a *strategyv1.Award) *violation {
	to, line := int(a.GetRecipient()), int(a.GetLine())
	switch {
	case to < 0 || to >= len(list):
		return &violation{"commission.rail_stranger", fmt.Sprintf("recipient %d of %d", to, len(list))}
	case line < -1 || line >= lines:
		return &violation{"commission.rail_line", fmt.Sprintf("line %d of %d", line, lines)}
	case int(a.GetLevel()) != list[to].level:
		return &violation{"commission.rail_level", fmt.Sprintf("level %d for somebody at level %d", a.GetLevel(), list[to].level)}
	}
	if v := auditMoney(a.GetAmount(), a.GetBase(), a.GetRatePpm()); v != nil {
		return v
	}
	if !clean(a.GetKind(), maxKind) {
		return &violation{"commission.rail_text", "its kind"}
	}
	return auditWhy(words, a.GetWhy())
}

// auditMoney bounds what people and other programs read: amounts and rates
// that JSON keeps exactly. Nothing is no award; it has a reason instead.
func auditMoney(amount, base, rate int64) *violation {
	switch {
	case amount < 0:
		return &violation{"commission.rail_negative", fmt.Sprintf("amount %d", amount)}
	case amount == 0:
		return &violation{"commission.rail_amount", "an award of nothing"}
	case amount > money.MaxMinor || base < 0 || base > money.MaxMinor || rate < 0 || rate > money.MaxMinor:
		return &violation{"commission.rail_amount", fmt.Sprintf("amount %d, base %d, rate %d", amount, base, rate)}
	}
	return nil
}

// auditDeclined wants everybody who is declined to be of the order, to have a
// reason, and to be neither paid nor declined before.
func auditDeclined(words words, people int, list []*strategyv1.Declined, named map[int32]bool) *violation {
	for i, d := range list {
		if v := auditNamed(d.GetRecipient(), people, named); v != nil {
			return v.at("declined", i)
		}
		if v := auditWhy(words, d.GetWhy()); v != nil {
			return v.at("declined", i)
		}
	}
	return nil
}

func auditNamed(who int32, people int, named map[int32]bool) *violation {
	switch {
	case who < 0 || int(who) >= people:
		return &violation{"commission.rail_stranger", fmt.Sprintf("recipient %d of %d", who, people)}
	case named[who]:
		return &violation{"commission.rail_contradiction", fmt.Sprintf("recipient %d is paid or declined already", who)}
	}
	named[who] = true
	return nil
}

// at says where in the answer a rail is broken.
func (v *violation) at(what string, i int) *violation {
	return &violation{v.code, fmt.Sprintf("%s %d: %s", what, i, v.note)}
}
