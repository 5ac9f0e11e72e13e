package commission

import (
	"fmt"

	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
)

// declined is everybody of the chain who gets nothing, each with the first
// reason that held: the strategy's own, a rule of the store, or the host's.
func (a account) declined(awards []Explained) (list []Declined) {
	said := map[distributor.ID]bool{}
	for _, x := range awards {
		said[x.Payee.ID] = true
	}
	lost := map[distributor.ID]int64{}
	people := a.people()
	for _, l := range a.decision.grants.lost {
		lost[people[l.to].id] += a.decision.answer.GetPaid().GetAwards()[l.award].GetAmount()
	}
	add := func(who distributor.ID, code, why string) {
		if !said[who] {
			said[who] = true
			l := a.label(who)
			list = append(list, Declined{Who: &l, Code: code, Why: why, Lost: lost[who]})
		}
	}
	a.lost(add)
	a.declinedByStrategy(add)
	for _, c := range a.personCaps() {
		if c.Cut == c.Asked {
			lost[c.Payee.ID] += c.Cut
			add(c.Payee.ID, codePeriodFull, say(codePeriodFull, a.lang, "period", sayPeriod(c.Period, a.lang), "most", plain(c.Most, a.currency), "used", plain(c.Used, a.currency)))
		}
	}
	for _, m := range a.order.Chain.Members {
		code := a.decision.reason // decided without asking
		switch {
		case code != "":
		case a.revision.Settings.IneligibleUpline == "compress" && !m.State.MayEarn():
			code = codeCompressed
		case a.plan != nil && !a.plan.has(program.FactChain) && a.decision.facts > 1:
			code = codeNoChain
		case !a.asked(m.ID):
			code = codeBeyondLevels
		case !a.wasAwarded(m.ID):
			code = codeUnexplained
		default:
			code = codeCutToZero
		}
		add(m.ID, code, say(code, a.lang, "levels", fmt.Sprint(a.revision.Settings.Levels), "state", sayState(m.State, a.lang)))
	}
	if len(a.order.Chain.Members) == 0 && len(awards) == 0 && len(list) == 0 {
		list = append(list, Declined{Code: codeNobody, Why: say(codeNobody, a.lang)})
	}
	return list
}

// wasAwarded reports whether the strategy gave them something, whatever the cap
// has left of it.
func (a account) wasAwarded(who distributor.ID) bool {
	people := a.people()
	for _, g := range a.decision.grants.given {
		if people[g.to].id == who {
			return true
		}
	}
	return false
}

func (a account) asked(who distributor.ID) bool {
	for _, p := range a.people() {
		if p.id == who {
			return true
		}
	}
	return false
}

// lost are the shares that a rule of the store took from people whom the
// strategy would have paid.
func (a account) lost(add func(distributor.ID, string, string)) {
	people := a.people()
	for _, l := range a.decision.grants.lost {
		p := people[l.to]
		code := "commission." + l.code
		if l.code == "stop" && !p.mayEarn() {
			code = codeForfeit
		}
		add(p.id, code, say(code, a.lang, "state", sayState(p.state, a.lang)))
	}
}

func (a account) declinedByStrategy(add func(distributor.ID, string, string)) {
	people, answer := a.people(), a.decision.answer
	declined := answer.GetPaid().GetDeclined()
	if none := answer.GetNoCommission(); none != nil {
		declined = none.GetDeclined()
	}
	for _, d := range declined {
		if at := int(d.GetRecipient()); at >= 0 && at < len(people) {
			add(people[at].id, d.GetWhy().GetKey(), a.sentence(d.GetWhy()))
		}
	}
	if none := answer.GetNoCommission(); none != nil {
		for _, p := range people {
			add(p.id, none.GetWhy().GetKey(), a.sentence(none.GetWhy()))
		}
	}
}
