package commission

import (
	"fmt"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// auditPeriod holds an answer against the rails. It returns nil for one that
// can be booked.
func auditPeriod(q *strategyv1.ClosePeriodRequest, share money.Rate, answer *strategyv1.ClosePeriodResponse) *violation {
	switch out := answer.GetOutcome().(type) {
	case *strategyv1.ClosePeriodResponse_Closed:
		return auditClosed(q, share, out.Closed)
	case *strategyv1.ClosePeriodResponse_NothingToClose:
		return auditDeclined(q, out.NothingToClose.GetDeclined())
	case *strategyv1.ClosePeriodResponse_Failed:
		code := out.Failed.GetCode()
		if code == "" {
			code = "strategy.failed"
		}
		return &violation{code, out.Failed.GetMessage()}
	}
	return &violation{"plugin.malformed_answer", "an answer without an outcome"}
}

func auditClosed(q *strategyv1.ClosePeriodRequest, share money.Rate, c *strategyv1.Closed) *violation {
	if most := maxAwardsPerPlace * len(q.GetMembers()); len(c.GetAwards()) > most {
		return &violation{"commission.rail_too_many", fmt.Sprintf("%d awards where at most %d make sense", len(c.GetAwards()), most)}
	}
	var sum int64
	for i, a := range c.GetAwards() {
		if v := auditPeriodAward(q, a); v != nil {
			v.note = fmt.Sprintf("award %d: %s", i, v.note)
			return v
		}
		if sum += a.GetAmount(); sum > money.MaxMinor {
			return &violation{"commission.rail_amount", "the awards sum to more than can be represented"}
		}
	}
	most, err := share.Of(max(q.GetSales().GetPaid(), 0), money.Floor)
	if err != nil {
		return &violation{"commission.rail_amount", err.Error()}
	}
	if sum > most {
		return &violation{codePeriodCap, fmt.Sprintf("%d where at most %d is allowed: %s of sales of %d", sum, most, share.Percent(), q.GetSales().GetPaid())}
	}
	return auditDeclined(q, c.GetDeclined())
}

func auditPeriodAward(q *strategyv1.ClosePeriodRequest, a *strategyv1.PeriodAward) *violation {
	switch to := int(a.GetMember()); {
	case to < 0 || to >= len(q.GetMembers()):
		return &violation{"commission.rail_stranger", fmt.Sprintf("member %d of %d", to, len(q.GetMembers()))}
	case a.GetAmount() < 0:
		return &violation{"commission.rail_negative", fmt.Sprintf("amount %d", a.GetAmount())}
	case a.GetAmount() > money.MaxMinor || a.GetBase() < 0 || a.GetRatePpm() < 0:
		return &violation{"commission.rail_amount", fmt.Sprintf("amount %d, base %d, rate %d", a.GetAmount(), a.GetBase(), a.GetRatePpm())}
	case a.GetWhy().GetKey() == "":
		return &violation{"commission.rail_no_reason", "an award without a reason"}
	}
	return nil
}

func auditDeclined(q *strategyv1.ClosePeriodRequest, list []*strategyv1.PeriodDeclined) *violation {
	for i, d := range list {
		if who := int(d.GetMember()); who < 0 || who >= len(q.GetMembers()) {
			return &violation{"commission.rail_stranger", fmt.Sprintf("declined %d: member %d of %d", i, who, len(q.GetMembers()))}
		}
	}
	return nil
}
