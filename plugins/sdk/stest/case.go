package stest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Case is one question and what a strategy must answer: about an order, a
// period that is over, the grades of members, or their tasks. People go by
// their handles. A case is data, so the same file drives strategies in any
// language.
type Case struct {
	Name     string          `json:"name"`
	Config   json.RawMessage `json:"config"`
	Rounding string          `json:"rounding,omitempty"`  // "floor", or "half_up"
	Levels   int32           `json:"levels,omitempty"`    // 3 when absent
	ByPaying bool            `json:"by_paying,omitempty"` // campaigns go by the time of paying
	Order    json.RawMessage `json:"order,omitempty"`     // strategyv1.Order as JSON
	Period   json.RawMessage `json:"period,omitempty"`    // instead of an order: strategyv1.ClosePeriodRequest as JSON
	Tier     json.RawMessage `json:"tier,omitempty"`      // or strategyv1.EvaluateTierRequest as JSON
	Progress json.RawMessage `json:"progress,omitempty"`  // or strategyv1.IncentivesRequest as JSON

	Pays     map[string]int64  `json:"pays,omitempty"`     // handle: sum over lines
	Why      map[string]string `json:"why,omitempty"`      // handle: message key of their first award
	Declined map[string]string `json:"declined,omitempty"` // handle: message key
	None     string            `json:"none,omitempty"`     // message key: nobody earns
	Failed   string            `json:"failed,omitempty"`   // code

	Becomes map[string]string   `json:"becomes,omitempty"` // of a tier, handle: the grade from now on, of everybody
	Next    map[string]string   `json:"next,omitempty"`    // handle: the grade above, of everybody who has one; absent: not looked at
	Tasks   map[string][]string `json:"tasks,omitempty"`   // of progress, handle: "ten 3/10 pays 500 points 9 badge b", as told
}

// question is what a case asks about.
type question int8

const (
	asksOrder question = iota
	asksPeriod
	asksTier
	asksProgress
)

func (c Case) asks() question {
	switch {
	case len(c.Period) > 0:
		return asksPeriod
	case len(c.Tier) > 0:
		return asksTier
	case len(c.Progress) > 0:
		return asksProgress
	}
	return asksOrder
}

// of are the cases that ask something and do not want a failure.
func (k *kit) of(q question) (list []Case) {
	for _, c := range k.cases {
		if c.asks() == q && c.Failed == "" {
			list = append(list, c)
		}
	}
	return list
}

// Golden reads cases from a JSON file: an array of [Case].
func Golden(path string) Option {
	return func(t *testing.T, k *kit) {
		t.Helper()
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		var cases []Case
		if err := d.Decode(&cases); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		k.cases = append(k.cases, cases...)
	}
}

// Cases gives cases from Go.
func Cases(cases ...Case) Option {
	return func(_ *testing.T, k *kit) { k.cases = append(k.cases, cases...) }
}

func (c Case) order() (*strategyv1.Order, error) {
	o := &strategyv1.Order{}
	if err := protojson.Unmarshal(c.Order, o); err != nil {
		return nil, fmt.Errorf("order: %w", err)
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

func (c Case) rules() *strategyv1.Rules {
	r := &strategyv1.Rules{Rounding: strategyv1.Rounding_ROUNDING_FLOOR, Levels: c.Levels}
	if c.Rounding == "half_up" {
		r.Rounding = strategyv1.Rounding_ROUNDING_HALF_UP
	}
	if c.ByPaying {
		r.CampaignClock = strategyv1.CampaignClock_CAMPAIGN_CLOCK_PAID_AT
	}
	if r.Levels == 0 {
		r.Levels = 3
	}
	return r
}

// check compares a decision with what the case wants.
func (c Case) check(o *strategyv1.Order, d *strategyv1.Decision) error {
	switch {
	case c.Failed != "":
		if d.GetFailed().GetCode() != c.Failed {
			return fmt.Errorf("want failed %q, got %v", c.Failed, d)
		}
		return nil
	case c.None != "":
		if d.GetNoCommission().GetWhy().GetKey() != c.None {
			return fmt.Errorf("want no commission because %q, got %v", c.None, d)
		}
		return c.checkDeclined(o, d.GetNoCommission().GetDeclined())
	case d.GetPaid() == nil:
		return fmt.Errorf("want a payment, got %v", d)
	}
	if err := same("pays", c.Pays, sums(o, d)); err != nil {
		return fmt.Errorf("%w in %v", err, d)
	}
	for handle, key := range c.Why {
		if got := firstWhy(o, d, handle); got != key {
			return fmt.Errorf("why: %s: want %q, got %q", handle, key, got)
		}
	}
	return c.checkDeclined(o, d.GetPaid().GetDeclined())
}

func (c Case) checkDeclined(o *strategyv1.Order, list []*strategyv1.Declined) error {
	got := map[string]string{}
	for _, d := range list {
		got[handleOf(o, d.Recipient)] = d.Why.GetKey()
	}
	return same("declined", c.Declined, got)
}

func same[V comparable](what string, want, got map[string]V) error {
	for k, v := range want {
		if g, ok := got[k]; !ok || g != v {
			return fmt.Errorf("%s: %s: want %v, got %v", what, k, v, g)
		}
	}
	for k, v := range got {
		if _, ok := want[k]; !ok {
			return fmt.Errorf("%s: %s: want nothing, got %v", what, k, v)
		}
	}
	return nil
}

func sums(o *strategyv1.Order, d *strategyv1.Decision) map[string]int64 {
	total := map[string]int64{}
	for _, a := range d.GetPaid().GetAwards() {
		total[handleOf(o, a.Recipient)] += a.Amount
	}
	return total
}

func firstWhy(o *strategyv1.Order, d *strategyv1.Decision, handle string) string {
	for _, a := range d.GetPaid().GetAwards() {
		if handleOf(o, a.Recipient) == handle {
			return a.Why.GetKey()
		}
	}
	return ""
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
