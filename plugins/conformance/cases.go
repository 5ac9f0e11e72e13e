package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

// Case is a golden case of the SDK's own kit, so one file serves the author's
// test and every check over the wire. Those about orders and periods are tried
// here.
type Case = stest.Case

// Cases reads a file of golden cases: a JSON array of [Case]. Fields that it
// does not know belong to tools that know more and are left alone.
func Cases(raw []byte) ([]Case, error) {
	var cases []Case
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(&cases); err != nil {
		return nil, fmt.Errorf("conformance: golden cases: %w", err)
	}
	return cases, nil
}

func closes(c Case) bool { return len(c.Period) > 0 }

// asks reports whether a case is about an order that can be decided.
func asks(c Case) bool { return len(c.Order) > 0 && !closes(c) && c.Failed == "" }

func rulesOf(c Case) *strategyv1.Rules {
	r := &strategyv1.Rules{Rounding: strategyv1.Rounding_ROUNDING_FLOOR, Levels: 3}
	if c.Rounding == "half_up" {
		r.Rounding = strategyv1.Rounding_ROUNDING_HALF_UP
	}
	if c.ByPaying {
		r.CampaignClock = strategyv1.CampaignClock_CAMPAIGN_CLOCK_PAID_AT
	}
	if c.Levels > 0 {
		r.Levels = c.Levels
	}
	return r
}

func orderOf(c Case) (*strategyv1.Order, error) {
	o := &strategyv1.Order{}
	if err := protojson.Unmarshal(c.Order, o); err != nil {
		return nil, fmt.Errorf("%s: order: %w", c.Name, err)
	}
	for i, m := range o.Chain {
		if m.Level == 0 {
			m.Level = int32(i) + 1
		}
	}
	if o.Currency == "" {
		o.Currency, o.MinorDigits = "CNY", 2
	}
	return o, nil
}

func periodOf(c Case) (*strategyv1.ClosePeriodRequest, error) {
	req := &strategyv1.ClosePeriodRequest{}
	if err := protojson.Unmarshal(c.Period, req); err != nil {
		return nil, fmt.Errorf("%s: period: %w", c.Name, err)
	}
	req.Config, req.Rules = c.Config, rulesOf(c)
	if req.Currency == "" {
		req.Currency, req.MinorDigits = "CNY", 2
	}
	if req.Period == nil {
		req.Period = &strategyv1.Period{Key: "2026-03", FromMs: 1772294400000, ToMs: 1774972800000}
	}
	return req, nil
}

// checkOrder says how a decision differs from what the case wants; "" for not.
func checkOrder(c Case, o *strategyv1.Order, d *strategyv1.Decision) string {
	switch {
	case c.Failed != "":
		return differs("failed", c.Failed, d.GetFailed().GetCode())
	case c.None != "":
		if flaw := differs("none", c.None, d.GetNoCommission().GetWhy().GetKey()); flaw != "" {
			return flaw
		}
		return differs("declined", c.Declined, declinedKeys(o, d.GetNoCommission().GetDeclined()))
	case d.GetPaid() == nil:
		return "a payment is wanted"
	}
	if flaw := differs("pays", c.Pays, sums(o, d)); flaw != "" {
		return flaw
	}
	first := map[string]string{}
	for _, a := range d.GetPaid().GetAwards() {
		if who := handleOf(o, a.Recipient); first[who] == "" {
			first[who] = a.Why.GetKey()
		}
	}
	for who, key := range c.Why {
		if first[who] != key {
			return fmt.Sprintf("why of %s: %q is wanted, not %q", who, key, first[who])
		}
	}
	return differs("declined", c.Declined, declinedKeys(o, d.GetPaid().GetDeclined()))
}

// checkPeriod is checkOrder for a case with a period.
func checkPeriod(c Case, req *strategyv1.ClosePeriodRequest, out *strategyv1.ClosePeriodResponse) string {
	switch {
	case c.Failed != "":
		return differs("failed", c.Failed, out.GetFailed().GetCode())
	case c.None != "":
		if flaw := differs("none", c.None, out.GetNothingToClose().GetWhy().GetKey()); flaw != "" {
			return flaw
		}
		return differs("declined", c.Declined, periodDeclinedKeys(req, out.GetNothingToClose().GetDeclined()))
	case out.GetClosed() == nil:
		return "a payment is wanted"
	}
	if flaw := differs("pays", c.Pays, periodSums(req, out)); flaw != "" {
		return flaw
	}
	return differs("declined", c.Declined, periodDeclinedKeys(req, out.GetClosed().GetDeclined()))
}

// differs compares by what is printed: maps print in the order of their keys.
func differs(what string, want, got any) string {
	if w, g := fmt.Sprint(want), fmt.Sprint(got); w != g {
		return fmt.Sprintf("%s: %s is wanted, not %s", what, w, g)
	}
	return ""
}

func sums(o *strategyv1.Order, d *strategyv1.Decision) map[string]int64 {
	total := map[string]int64{}
	for _, a := range d.GetPaid().GetAwards() {
		total[handleOf(o, a.Recipient)] += a.Amount
	}
	return total
}

func declinedKeys(o *strategyv1.Order, list []*strategyv1.Declined) map[string]string {
	keys := map[string]string{}
	for _, d := range list {
		keys[handleOf(o, d.Recipient)] = d.Why.GetKey()
	}
	return keys
}

func handleOf(o *strategyv1.Order, recipient int32) string {
	at := int(recipient)
	switch {
	case at >= 0 && at < len(o.Chain):
		return o.Chain[at].Handle
	case at >= 0 && at < len(o.Chain)+len(o.Roles):
		return o.Roles[at-len(o.Chain)].Handle
	}
	return fmt.Sprintf("stranger %d", recipient)
}

func memberOf(req *strategyv1.ClosePeriodRequest, at int32) string {
	if at >= 0 && int(at) < len(req.Members) {
		return req.Members[at].Handle
	}
	return fmt.Sprintf("stranger %d", at)
}

func periodSums(req *strategyv1.ClosePeriodRequest, out *strategyv1.ClosePeriodResponse) map[string]int64 {
	total := map[string]int64{}
	for _, a := range out.GetClosed().GetAwards() {
		total[memberOf(req, a.Member)] += a.Amount
	}
	return total
}

func periodDeclinedKeys(req *strategyv1.ClosePeriodRequest, list []*strategyv1.PeriodDeclined) map[string]string {
	keys := map[string]string{}
	for _, d := range list {
		keys[memberOf(req, d.Member)] = d.Why.GetKey()
	}
	return keys
}
