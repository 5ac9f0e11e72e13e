package workbench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

// Difference is what two strategies pay differently on the same orders.
type Difference struct {
	A       string           `json:"a"`
	B       string           `json:"b"`
	Asked   int              `json:"asked"` // orders and periods
	Orders  []OrderDiffers   `json:"orders"`
	TotalsA map[string]int64 `json:"totals_a"` // by currency, over everything asked, minor units
	TotalsB map[string]int64 `json:"totals_b"`
}

// OrderDiffers is one order, or period, that is decided differently.
type OrderDiffers struct {
	Name     string          `json:"name"`
	Currency string          `json:"currency"`
	People   []PersonDiffers `json:"people,omitempty"`
	Outcome  [2]string       `json:"outcome"` // of A and B, in short
}

// PersonDiffers is what somebody gets of an order from A and from B.
type PersonDiffers struct {
	Who  string `json:"who"`
	A    int64  `json:"a"`
	B    int64  `json:"b"`
	WhyA string `json:"why_a,omitempty"`
	WhyB string `json:"why_b,omitempty"`
}

// Same reports whether nobody gets another amount and nothing fails that did not.
func (d Difference) Same() bool { return len(d.Orders) == 0 }

// Compare asks both about every case, each under its own configuration when
// one is given, else under the case's.
func Compare(ctx context.Context, a, b *Strategy, cases []stest.Case, configA, configB []byte, lang string) (Difference, error) {
	d := Difference{A: a.Title(), B: b.Title(), TotalsA: map[string]int64{}, TotalsB: map[string]int64{}, Orders: []OrderDiffers{}}
	for _, c := range cases {
		said, err := a.AskCase(ctx, under(c, configA))
		if err != nil {
			return d, err
		}
		says, err := b.AskCase(ctx, under(c, configB))
		if err != nil {
			return d, err
		}
		d.Asked++
		currency := currencyOf(c)
		d.TotalsA[currency] += sumOf(said.Pays)
		d.TotalsB[currency] += sumOf(says.Pays)
		if o, differs := compareAnswers(c.Name, currency, said, says, a, b, lang); differs {
			d.Orders = append(d.Orders, o)
		}
	}
	return d, nil
}

func under(c stest.Case, config []byte) stest.Case {
	if config != nil {
		c.Config = config
	}
	if len(c.Config) == 0 {
		c.Config = json.RawMessage("{}")
	}
	return c
}

// compareAnswers holds two answers against each other; the strategies give the words.
func compareAnswers(name, currency string, said, says Answer, a, b *Strategy, lang string) (OrderDiffers, bool) {
	in := inCurrency(currency)
	o := OrderDiffers{Name: name, Currency: currency, Outcome: [2]string{said.inShort(in), says.inShort(in)}}
	for _, who := range people(said.Pays, says.Pays) {
		if said.Pays[who] != says.Pays[who] {
			o.People = append(o.People, PersonDiffers{who, said.Pays[who], says.Pays[who], said.because(a, who, lang), says.because(b, who, lang)})
		}
	}
	return o, len(o.People) > 0 || said.Failed != says.Failed
}

// because is the reason somebody gets what they get, in words.
func (a Answer) because(s *Strategy, who, lang string) string {
	switch {
	case a.reasons[who] != nil:
		return s.Sentence(a.reasons[who], lang)
	case a.none != nil:
		return s.Sentence(a.none, lang)
	}
	return a.Failed
}

func sumOf(pays map[string]int64) (sum int64) {
	for _, v := range pays {
		sum += v
	}
	return sum
}

// Write prints it for people.
func (d Difference) Write(w io.Writer) {
	fmt.Fprintf(w, "A  %s\nB  %s\n", d.A, d.B)
	for _, o := range d.Orders {
		fmt.Fprintf(w, "%s\n", o.Name)
		if len(o.People) == 0 {
			fmt.Fprintf(w, "  A: %s; B: %s\n", o.Outcome[0], o.Outcome[1])
		}
		for _, p := range o.People {
			fmt.Fprintf(w, "  %-12s %12s → %12s  %s\n", p.Who, money.Format(p.A, o.Currency), money.Format(p.B, o.Currency), signed(p.B-p.A, o.Currency))
			fmt.Fprintf(w, "    A: %s\n    B: %s\n", p.WhyA, p.WhyB)
		}
	}
	fmt.Fprintf(w, "%d of %d differ\n", len(d.Orders), d.Asked)
	for _, currency := range sortedKeys(d.TotalsA) {
		a, b := d.TotalsA[currency], d.TotalsB[currency]
		fmt.Fprintf(w, "total %s: %s → %s  %s\n", currency, money.Format(a, currency), money.Format(b, currency), signed(b-a, currency))
	}
}

func signed(minor int64, currency string) string {
	if minor > 0 {
		return "+" + money.Format(minor, currency)
	}
	return money.Format(minor, currency)
}

// ReadOrders reads what can be asked about: golden cases, recorded decisions or
// an EvaluateRequest, of a file or of every JSON file of a folder.
func ReadOrders(path string) ([]stest.Case, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, Flaw{"orders.unreadable", err.Error(), "name a file of orders or a folder of them", path}
	}
	if !info.IsDir() {
		return readOrders(path)
	}
	names, err := filepath.Glob(filepath.Join(path, "*.json"))
	if err == nil && len(names) == 0 {
		names, err = filepath.Glob(filepath.Join(path, "testdata", "*.json"))
	}
	if err != nil || len(names) == 0 {
		return nil, Flaw{"orders.none", "there is no JSON file in the folder", "name a file of orders or a folder of them", path}
	}
	slices.Sort(names)
	var all []stest.Case
	for _, name := range names {
		some, err := readOrders(name)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func readOrders(path string) ([]stest.Case, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, Flaw{"orders.unreadable", err.Error(), "name a file of orders", path}
	}
	var probe struct {
		Format string            `json:"format"`
		Orders []json.RawMessage `json:"orders"`
	}
	switch err := json.Unmarshal(raw, &probe); {
	case err == nil && probe.Format == recordFormat:
		r, err := ReadRecord(path)
		return []stest.Case{r.Case}, err
	case err == nil && probe.Orders != nil:
		return casesOfRequest(path, raw)
	}
	return ReadCases(path)
}

// casesOfRequest makes a case of every order of an EvaluateRequest.
func casesOfRequest(path string, raw []byte) ([]stest.Case, error) {
	req := &strategyv1.EvaluateRequest{}
	if err := protojson.Unmarshal(raw, req); err != nil {
		return nil, Flaw{"orders.not_a_request", err.Error(), "write an EvaluateRequest in protobuf's JSON, or golden cases", path}
	}
	cases := make([]stest.Case, len(req.Orders))
	for i, o := range req.Orders {
		order, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(o)
		if err != nil {
			return nil, err
		}
		cases[i] = caseUnder(req.Rules)
		cases[i].Name, cases[i].Config, cases[i].Order = fmt.Sprintf("order %d", o.Seq), req.Config, order
	}
	return cases, nil
}

// caseUnder is a case with a store's rules and nothing else.
func caseUnder(r *strategyv1.Rules) (c stest.Case) {
	if r.GetRounding() == strategyv1.Rounding_ROUNDING_HALF_UP {
		c.Rounding = "half_up"
	}
	if n := r.GetLevels(); n >= 1 && n < 3 {
		c.Levels = n
	}
	c.ByPaying = r.GetCampaignClock() == strategyv1.CampaignClock_CAMPAIGN_CLOCK_PAID_AT
	return c
}
