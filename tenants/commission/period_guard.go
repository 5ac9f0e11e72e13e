package commission

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// maxPeriodAnswer bounds what is kept for ever of a month's answer, in bytes;
// the host passes on no more than 8 MiB.
const maxPeriodAnswer = 8 << 20

// auditPeriod holds an answer against the rails. It returns nil for one that
// can be booked.
func auditPeriod(q *strategyv1.ClosePeriodRequest, share money.Rate, answer *strategyv1.ClosePeriodResponse) *violation {
	if size := proto.Size(answer); size > maxPeriodAnswer {
		return &violation{"plugin.too_large", fmt.Sprintf("an answer of %d bytes", size)}
	}
	words := words{}
	for _, m := range q.GetMembers() {
		words[m.GetGrade()] = true
	}
	switch out := answer.GetOutcome().(type) {
	case *strategyv1.ClosePeriodResponse_Closed:
		return auditClosed(words, q, share, out.Closed)
	case *strategyv1.ClosePeriodResponse_NothingToClose:
		if v := auditWhy(words, out.NothingToClose.GetWhy()); v != nil {
			return v
		}
		return auditPeriodDeclined(words, q, out.NothingToClose.GetDeclined(), map[int32]bool{})
	case *strategyv1.ClosePeriodResponse_Failed:
		v := failureOf(out.Failed)
		return &v
	}
	return &violation{"plugin.malformed_answer", "an answer without an outcome"}
}

func auditClosed(words words, q *strategyv1.ClosePeriodRequest, share money.Rate, c *strategyv1.Closed) *violation {
	if len(c.GetAwards()) == 0 {
		return &violation{"plugin.malformed_answer", "the strategy closes the period, but pays nobody"}
	}
	if most := maxAwardsPerPlace * len(q.GetMembers()); len(c.GetAwards()) > most {
		return &violation{"commission.rail_too_many", fmt.Sprintf("%d awards where at most %d make sense", len(c.GetAwards()), most)}
	}
	named, shared := map[int32]bool{}, map[int32]bool{}
	var sum int64
	for i, a := range c.GetAwards() {
		if v := auditPeriodAward(words, q, a); v != nil {
			return v.at("award", i)
		}
		if v := auditShares(q, a, shared); v != nil {
			return v.at("award", i)
		}
		if sum += a.GetAmount(); sum > money.MaxMinor {
			return &violation{"commission.rail_amount", "the awards sum to more than can be represented"}
		}
		named[a.GetMember()] = true
	}
	sales := max(q.GetSales().GetPaid(), q.GetSales().GetSettled(), 0) // what settled late is in the second alone
	most, err := share.Of(sales, money.Floor)
	if err != nil {
		return &violation{"commission.rail_amount", err.Error()}
	}
	if sum > most {
		return &violation{codePeriodCap, fmt.Sprintf("%d where at most %d is allowed: %s of sales of %d", sum, most, share.Percent(), sales)}
	}
	return auditPeriodDeclined(words, q, c.GetDeclined(), named)
}

func auditPeriodAward(words words, q *strategyv1.ClosePeriodRequest, a *strategyv1.PeriodAward) *violation {
	if to := int(a.GetMember()); to < 0 || to >= len(q.GetMembers()) {
		return &violation{"commission.rail_stranger", fmt.Sprintf("member %d of %d", to, len(q.GetMembers()))}
	}
	if v := auditMoney(a.GetAmount(), a.GetBase(), a.GetRatePpm()); v != nil {
		return v
	}
	if !clean(a.GetKind(), maxKind) {
		return &violation{"commission.rail_text", "its kind"}
	}
	return auditWhy(words, a.GetWhy())
}

func auditPeriodDeclined(words words, q *strategyv1.ClosePeriodRequest, list []*strategyv1.PeriodDeclined, named map[int32]bool) *violation {
	for i, d := range list {
		if v := auditNamed(d.GetMember(), len(q.GetMembers()), named); v != nil {
			return v.at("declined", i)
		}
		if v := auditWhy(words, d.GetWhy()); v != nil {
			return v.at("declined", i)
		}
	}
	return nil
}
