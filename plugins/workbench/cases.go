package workbench

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	"google.golang.org/protobuf/encoding/protojson"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

// ReadCases reads golden cases. What is wrong with the file names its line.
func ReadCases(path string) ([]stest.Case, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, Flaw{"golden.unreadable", err.Error(), "name a file of golden cases", path}
	}
	var cases []stest.Case
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&cases); err != nil {
		at := d.InputOffset()
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		if errors.As(err, &syntax) {
			at = syntax.Offset
		} else if errors.As(err, &kind) {
			at = kind.Offset
		}
		return nil, Flaw{"golden.not_json", err.Error(), "write an array of cases: name, config, order, pays …", fmt.Sprintf("%s, line %d", path, 1+bytes.Count(raw[:min(int(at), len(raw))], []byte("\n")))}
	}
	for i, c := range cases {
		if err := readable(c); err != nil {
			return nil, Flaw{"golden.bad_case", err.Error(), "write the order, or the period, as the contract's JSON", fmt.Sprintf("%s, case %d %q", path, i+1, c.Name)}
		}
	}
	return cases, nil
}

func readable(c stest.Case) error {
	var err error
	switch {
	case isPeriod(c):
		_, err = periodOf(c)
	case isTier(c):
		_, err = tierOf(c)
	case isProgress(c):
		_, err = progressOf(c)
	default:
		_, err = orderOf(c)
	}
	return err
}

func isPeriod(c stest.Case) bool { return len(c.Period) > 0 }

func orderOf(c stest.Case) (*strategyv1.Order, error) {
	o := &strategyv1.Order{}
	if err := protojson.Unmarshal(c.Order, o); err != nil {
		return nil, err
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

func periodOf(c stest.Case) (*strategyv1.ClosePeriodRequest, error) {
	req := &strategyv1.ClosePeriodRequest{}
	if err := protojson.Unmarshal(c.Period, req); err != nil {
		return nil, err
	}
	req.Config, req.Rules = c.Config, rulesOf(c)
	if req.Currency == "" {
		req.Currency, req.MinorDigits = "CNY", 2
	}
	if req.Period == nil {
		req.Period = march()
	}
	return req, nil
}

func rulesOf(c stest.Case) *strategyv1.Rules {
	r := &strategyv1.Rules{Rounding: strategyv1.Rounding_ROUNDING_FLOOR, Levels: cmp.Or(c.Levels, 3)}
	if c.Rounding == "half_up" {
		r.Rounding = strategyv1.Rounding_ROUNDING_HALF_UP
	}
	if c.ByPaying {
		r.CampaignClock = strategyv1.CampaignClock_CAMPAIGN_CLOCK_PAID_AT
	}
	return r
}

// Answer is a decision about an order or a period, in the words of a case:
// people by their handles, sums, and reasons.
type Answer struct {
	Pays     map[string]int64  `json:"pays,omitempty"` // minor units
	Why      map[string]string `json:"why,omitempty"`  // message key of the first award
	Declined map[string]string `json:"declined,omitempty"`
	None     string            `json:"none,omitempty"`
	Failed   string            `json:"failed,omitempty"`
	Message  string            `json:"message,omitempty"` // of a failure

	told
	reasons map[string]*strategyv1.Why // by handle: of the first award, or of the refusal
	none    *strategyv1.Why
}

func answerOf(o *strategyv1.Order, d *strategyv1.Decision) Answer {
	a := newAnswer()
	for _, x := range d.GetPaid().GetAwards() {
		a.pay(handleOf(o, x.Recipient), x.Amount, x.Why)
	}
	for _, x := range slices.Concat(d.GetPaid().GetDeclined(), d.GetNoCommission().GetDeclined()) {
		a.decline(handleOf(o, x.Recipient), x.Why)
	}
	a.end(d.GetNoCommission().GetWhy(), d.GetFailed())
	return a
}

func answerOfPeriod(req *strategyv1.ClosePeriodRequest, d *strategyv1.ClosePeriodResponse) Answer {
	a := newAnswer()
	who := func(at int32) string {
		if at < 0 || int(at) >= len(req.Members) {
			return fmt.Sprint("stranger ", at)
		}
		return req.Members[at].Handle
	}
	for _, x := range d.GetClosed().GetAwards() {
		a.pay(who(x.Member), x.Amount, x.Why)
	}
	for _, x := range slices.Concat(d.GetClosed().GetDeclined(), d.GetNothingToClose().GetDeclined()) {
		a.decline(who(x.Member), x.Why)
	}
	a.end(d.GetNothingToClose().GetWhy(), d.GetFailed())
	return a
}

func newAnswer() Answer {
	return Answer{Pays: map[string]int64{}, Why: map[string]string{}, Declined: map[string]string{}, reasons: map[string]*strategyv1.Why{}}
}

func (a *Answer) pay(who string, amount int64, why *strategyv1.Why) {
	if a.reasons[who] == nil {
		a.Why[who], a.reasons[who] = why.GetKey(), why
	}
	a.Pays[who] += amount
}

func (a *Answer) decline(who string, why *strategyv1.Why) {
	a.Declined[who], a.reasons[who] = why.GetKey(), why
}

func (a *Answer) end(none *strategyv1.Why, failed *strategyv1.Failed) {
	a.none, a.None = none, none.GetKey()
	a.Failed, a.Message = failed.GetCode(), failed.GetMessage()
	if failed != nil && a.Failed == "" {
		a.Failed = "without a code"
	}
}

func handleOf(o *strategyv1.Order, recipient int32) string {
	at := int(recipient)
	switch {
	case at >= 0 && at < len(o.Chain):
		return o.Chain[at].Handle
	case at >= 0 && at < len(o.Chain)+len(o.Roles):
		return o.Roles[at-len(o.Chain)].Handle
	}
	return fmt.Sprint("stranger ", recipient)
}

// AskCase asks a strategy about a case.
func (s *Strategy) AskCase(ctx context.Context, c stest.Case) (Answer, error) {
	switch {
	case isTier(c):
		return s.askTier(ctx, c)
	case isProgress(c):
		return s.askProgress(ctx, c)
	case isPeriod(c):
		req, err := periodOf(c)
		if err != nil {
			return Answer{}, err
		}
		out, err := s.Close(ctx, req)
		return answerOfPeriod(req, out), err
	}
	o, err := orderOf(c)
	if err != nil {
		return Answer{}, err
	}
	decisions, err := s.Ask(ctx, c.Config, rulesOf(c), o)
	if err != nil {
		return Answer{}, err
	}
	return answerOf(o, decisions[0]), nil
}

// differences are where an answer is not what a case wants, one sentence each.
func differences(c stest.Case, got Answer, amount func(int64) string) (list []string) {
	if isTier(c) || isProgress(c) {
		return differencesTold(c, got)
	}
	if c.Failed != "" {
		if got.Failed != c.Failed {
			list = append(list, fmt.Sprintf("it must fail with %s, and %s", c.Failed, got.inShort(amount)))
		}
		return list
	}
	if got.Failed != "" {
		return []string{fmt.Sprintf("it failed with %s: %s", got.Failed, got.Message)}
	}
	for _, who := range people(c.Pays, got.Pays) {
		if want, has := c.Pays[who], got.Pays[who]; want != has {
			list = append(list, fmt.Sprintf("%s: %s is wanted, %s is paid%s", who, amount(want), amount(has), reasonIn(got, who)))
		}
	}
	if c.None != got.None {
		list = append(list, fmt.Sprintf("nobody earns because %s is wanted, and it says %s", orNothing(c.None), orNothing(got.None)))
	}
	for _, who := range sortedKeys(c.Why) {
		if c.Why[who] != got.Why[who] {
			list = append(list, fmt.Sprintf("%s: the reason %s is wanted, and it says %s", who, c.Why[who], orNothing(got.Why[who])))
		}
	}
	for _, who := range people(c.Declined, got.Declined) {
		if want, has := c.Declined[who], got.Declined[who]; want != has && (want == "" || got.Pays[who] == 0) {
			list = append(list, fmt.Sprintf("%s: declined with %s is wanted, and it says %s", who, orNothing(want), orNothing(has)))
		}
	}
	return list
}

func (a Answer) inShort(amount func(int64) string) string {
	if a.Failed != "" {
		return "it fails with " + a.Failed
	}
	if a.None != "" {
		return "nobody earns: " + a.None
	}
	text := "it pays"
	for _, who := range sortedKeys(a.Pays) {
		text += fmt.Sprintf(" %s %s", who, amount(a.Pays[who]))
	}
	return text
}

func reasonIn(a Answer, who string) string {
	if w := a.reasons[who]; w != nil {
		return " (" + w.GetKey() + ")"
	}
	return ""
}

func orNothing(key string) string {
	if key == "" {
		return "nothing"
	}
	return key
}

func people[V any](a, b map[string]V) []string {
	all := map[string]bool{}
	for who := range a {
		all[who] = true
	}
	for who := range b {
		all[who] = true
	}
	return sortedKeys(all)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// AddCase writes a case to the end of a golden file, which may be absent. A
// case of the same name is refused: it would hide the other.
func AddCase(path string, c stest.Case) error {
	var cases []stest.Case
	if isFile(path) {
		var err error
		if cases, err = ReadCases(path); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(cases, func(other stest.Case) bool { return other.Name == c.Name }) {
		return Flaw{"golden.name_taken", fmt.Sprintf("there is a case %q already", c.Name), "give another --name", path}
	}
	raw, err := writeCases(append(cases, c))
	if err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o644)
}
