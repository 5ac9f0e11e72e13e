package stest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// period is the case's question.
func (c Case) period(t *testing.T) *strategyv1.ClosePeriodRequest {
	t.Helper()
	req := &strategyv1.ClosePeriodRequest{}
	if err := protojson.Unmarshal(c.Period, req); err != nil {
		t.Fatalf("%s: period: %v", c.Name, err)
	}
	req.Config, req.Rules = c.Config, c.rules()
	if req.Currency == "" {
		req.Currency, req.MinorDigits = "CNY", 2
	}
	if req.Period == nil {
		req.Period = march()
	}
	return req
}

// march is the period when a case names none.
func march() *strategyv1.Period {
	return &strategyv1.Period{Key: "2026-03", FromMs: 1772294400000, ToMs: 1774972800000}
}

func (k *kit) goldenPeriod(t *testing.T, c Case) {
	req := c.period(t)
	if err := c.checkPeriod(req, k.close(t, req)); err != nil {
		t.Error(err)
	}
}

// close asks about a period and checks that the answer has the shape of the
// contract.
func (k *kit) close(t *testing.T, req *strategyv1.ClosePeriodRequest) *strategyv1.ClosePeriodResponse {
	t.Helper()
	before := proto.Clone(req)
	out, err := k.server.ClosePeriod(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(before, req) {
		t.Fatal("the strategy changed its request")
	}
	if err := k.soundPeriod(req, out); err != nil {
		t.Fatalf("%v\nperiod: %v\nanswer: %v", err, req, out)
	}
	return out
}

// checkPeriod compares an answer with what the case wants.
func (c Case) checkPeriod(req *strategyv1.ClosePeriodRequest, out *strategyv1.ClosePeriodResponse) error {
	switch {
	case c.Failed != "":
		if out.GetFailed().GetCode() != c.Failed {
			return fmt.Errorf("want failed %q, got %v", c.Failed, out)
		}
		return nil
	case c.None != "":
		if out.GetNothingToClose().GetWhy().GetKey() != c.None {
			return fmt.Errorf("want nothing to close because %q, got %v", c.None, out)
		}
		return same("declined", c.Declined, declinedIn(req, out.GetNothingToClose().GetDeclined()))
	case out.GetClosed() == nil:
		return fmt.Errorf("want a closed period, got %v", out)
	}
	if err := same("pays", c.Pays, periodSums(req, out)); err != nil {
		return fmt.Errorf("%w in %v", err, out)
	}
	reasons := map[string]string{}
	for _, a := range out.GetClosed().GetAwards() {
		if who := req.Members[a.Member].Handle; reasons[who] == "" {
			reasons[who] = a.Why.GetKey()
		}
	}
	for who, key := range c.Why {
		if reasons[who] != key {
			return fmt.Errorf("why: %s: want %q, got %q", who, key, reasons[who])
		}
	}
	return same("declined", c.Declined, declinedIn(req, out.GetClosed().GetDeclined()))
}

func declinedIn(req *strategyv1.ClosePeriodRequest, list []*strategyv1.PeriodDeclined) map[string]string {
	keys := map[string]string{}
	for _, d := range list {
		keys[req.Members[d.Member].Handle] = d.Why.GetKey()
	}
	return keys
}

func periodSums(req *strategyv1.ClosePeriodRequest, out *strategyv1.ClosePeriodResponse) map[string]int64 {
	total := map[string]int64{}
	for _, a := range out.GetClosed().GetAwards() {
		total[req.Members[a.Member].Handle] += a.Amount
	}
	return total
}

// soundPeriod checks an answer against everything the contract says about it.
func (k *kit) soundPeriod(req *strategyv1.ClosePeriodRequest, out *strategyv1.ClosePeriodResponse) error {
	named := map[int32]bool{}
	switch o := out.Outcome.(type) {
	case *strategyv1.ClosePeriodResponse_Closed:
		if len(o.Closed.Awards) == 0 {
			return fmt.Errorf("closed, but nobody is paid")
		}
		for _, a := range o.Closed.Awards {
			switch {
			case a.Member < 0 || int(a.Member) >= len(req.Members):
				return fmt.Errorf("award to a stranger: %v", a)
			case a.Amount <= 0 || a.Base < 0 || a.RatePpm < 0:
				return fmt.Errorf("amount, base or rate out of bounds: %v", a)
			case a.Kind == "":
				return fmt.Errorf("award without a kind: %v", a)
			}
			if err := soundShares(a, req.Members[a.Member]); err != nil {
				return err
			}
			named[a.Member] = true
			if err := k.sentence(a.Why); err != nil {
				return err
			}
		}
		if err := k.soundDeclined(req, o.Closed.Declined, named); err != nil {
			return err
		}
		if len(named) != len(req.Members) {
			return fmt.Errorf("%d of %d members are neither paid nor declined", len(req.Members)-len(named), len(req.Members))
		}
		return nil
	case *strategyv1.ClosePeriodResponse_NothingToClose:
		if err := k.soundDeclined(req, o.NothingToClose.Declined, named); err != nil {
			return err
		}
		return k.sentence(o.NothingToClose.Why)
	case *strategyv1.ClosePeriodResponse_Failed:
		if o.Failed.Code == "" {
			return fmt.Errorf("failed without a code")
		}
		return nil
	}
	return fmt.Errorf("an answer without an outcome")
}

// soundShares wants all of an award divided among its member's orders, or none.
func soundShares(a *strategyv1.PeriodAward, m *strategyv1.PeriodMember) error {
	if len(a.Shares) == 0 {
		return nil
	}
	if len(a.Shares) != len(m.Sold) {
		return fmt.Errorf("shares of %d orders where %d were sold: %v", len(a.Shares), len(m.Sold), a)
	}
	var sum int64
	for i, share := range a.Shares {
		if sum += share; share < 0 || share > 0 && m.Sold[i].Net <= 0 {
			return fmt.Errorf("a share of %d of an order of %d: %v", share, m.Sold[i].Net, a)
		}
	}
	if sum != a.Amount {
		return fmt.Errorf("the shares sum to %d: %v", sum, a)
	}
	return nil
}

func (k *kit) soundDeclined(req *strategyv1.ClosePeriodRequest, list []*strategyv1.PeriodDeclined, named map[int32]bool) error {
	for _, d := range list {
		if d.Member < 0 || int(d.Member) >= len(req.Members) || named[d.Member] {
			return fmt.Errorf("declined %d: a stranger, or named twice", d.Member)
		}
		named[d.Member] = true
		if err := k.sentence(d.Why); err != nil {
			return err
		}
	}
	return nil
}

// periods runs on periods made from the golden ones: the same answer twice,
// whoever stands first in the list, and in any currency.
func (k *kit) periods(t *testing.T) {
	golden, grades := k.of(asksPeriod), []string{"", "stranger"}
	for _, c := range golden {
		for _, m := range c.period(t).Members {
			grades = append(grades, m.Grade)
		}
	}
	if len(golden) == 0 {
		t.Fatal("stest: a strategy that closes periods needs a golden case with one")
	}
	for _, c := range golden {
		t.Run(c.Name, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(20260301, 7))
			for range rounds {
				k.samePeriod(t, dice, periodOfChance(dice, c.period(t), grades))
			}
		})
	}
}

func periodOfChance(dice *rand.Rand, req *strategyv1.ClosePeriodRequest, grades []string) *strategyv1.ClosePeriodRequest {
	req.Sales = salesOfChance(dice)
	req.Members = nil
	for i := range dice.IntN(batch) {
		req.Members = append(req.Members, memberOfChance(dice, fmt.Sprintf("m%d", i+1), pick(dice, grades)))
	}
	return req
}

func memberOfChance(dice *rand.Rand, handle, grade string) *strategyv1.PeriodMember {
	m := &strategyv1.PeriodMember{
		Handle: handle, Grade: grade, Sales: salesOfChance(dice), Orders: dice.Int64N(50), Team: salesOfChance(dice),
		NewCustomers: dice.Int64N(20), Recruits: dice.Int64N(20), Awarded: amount(dice),
	}
	for left := m.Sales.Paid; left > 0 && len(m.Sold) < 5; { // less than its sales: not every order is the strategy's
		net := dice.Int64N(left + 1)
		m.Sold = append(m.Sold, &strategyv1.PeriodOrder{Net: net, Awarded: dice.Int64N(net + 1)})
		left -= net
	}
	return m
}

func salesOfChance(dice *rand.Rand) *strategyv1.PeriodSales {
	paid := amount(dice)
	return &strategyv1.PeriodSales{Paid: paid, Settled: paid - dice.Int64N(paid+1)}
}

func (k *kit) samePeriod(t *testing.T, dice *rand.Rand, req *strategyv1.ClosePeriodRequest) {
	t.Helper()
	first := k.close(t, req)
	if f := first.GetFailed(); f != nil {
		t.Fatalf("failed: %v\nperiod: %v", f, req)
	}
	if again := k.close(t, req); !proto.Equal(first, again) {
		t.Fatalf("asked twice, answered differently:\n%v\n%v", first, again)
	}
	var sum int64
	for _, a := range first.GetClosed().GetAwards() {
		if sum += a.Amount; sum > money.MaxMinor {
			t.Fatalf("the awards sum to more than can be represented: %v", first)
		}
	}
	shuffled, foreign := proto.Clone(req).(*strategyv1.ClosePeriodRequest), proto.Clone(req).(*strategyv1.ClosePeriodRequest)
	dice.Shuffle(len(req.Members), func(a, b int) {
		shuffled.Members[a], shuffled.Members[b] = shuffled.Members[b], shuffled.Members[a]
	})
	foreign.Currency, foreign.MinorDigits = "JPY", 0
	for what, other := range map[string]*strategyv1.ClosePeriodRequest{"the order of members": shuffled, "the currency": foreign} {
		if got := k.close(t, other); !maps.Equal(periodSums(req, first), periodSums(other, got)) {
			t.Fatalf("the answer depends on %s:\n%v\n%v", what, first, got)
		}
	}
}
