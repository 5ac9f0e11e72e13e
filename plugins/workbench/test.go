package workbench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/fenli-io/fenli/plugins/conformance"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

// Tested is what a test of a strategy found.
type Tested struct {
	ID          string              `json:"id"`
	Version     string              `json:"version"`
	SHA256      string              `json:"sha256"`
	SDK         string              `json:"sdk"`
	Golden      []CaseResult        `json:"golden"`
	Conformance *conformance.Report `json:"conformance,omitempty"`
	TookMS      int64               `json:"took_ms"`
}

// CaseResult is how one golden case ended.
type CaseResult struct {
	Name    string   `json:"name"`
	Passed  bool     `json:"passed"`
	Skipped string   `json:"skipped,omitempty"` // why it could not be asked; it has not passed then, nor failed
	Wrong   []string `json:"wrong,omitempty"`
}

// Passed reports whether everything did. A test without a single case or
// check proves nothing and has not passed.
func (t Tested) Passed() bool {
	for _, c := range t.Golden {
		if !c.Passed && c.Skipped == "" {
			return false
		}
	}
	if t.Conformance != nil {
		return t.Conformance.Passed()
	}
	return slices.ContainsFunc(t.Golden, func(c CaseResult) bool { return c.Passed })
}

// TestGolden asks about every case over the wire.
func (s *Strategy) TestGolden(ctx context.Context, cases []stest.Case) ([]CaseResult, error) {
	results := make([]CaseResult, 0, len(cases))
	for _, c := range cases {
		got, err := s.AskCase(ctx, c)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r := CaseResult{Name: c.Name}
		switch {
		case errors.Is(err, errNotAsked):
			r.Skipped = errNotAsked.Cause
		case err != nil:
			r.Wrong = []string{err.Error()}
		default:
			r.Wrong = differences(c, got, inCurrency(currencyOf(c)))
		}
		r.Passed = len(r.Wrong) == 0 && r.Skipped == ""
		results = append(results, r)
	}
	return results, nil
}

// Conform runs the conformance checks, with the golden cases' configurations.
func (s *Strategy) Conform(ctx context.Context, cases []stest.Case, heard func(conformance.Result)) (*conformance.Report, error) {
	options := conformance.Options{Cases: cases, Progress: heard, Fresh: func(context.Context) (conformance.Asked, func(), error) {
		h, err := s.bench.another()
		if err != nil {
			return nil, nil, err
		}
		return h, func() { _ = h.Close(context.Background()) }, nil
	}}
	report, err := conformance.Check(ctx, s.bench.Host, s.SHA256, options)
	if err != nil {
		return nil, err
	}
	return &report, nil
}

// Test runs golden cases and, when asked to, the conformance checks.
func (s *Strategy) Test(ctx context.Context, cases []stest.Case, conform bool, heard func(conformance.Result)) (Tested, error) {
	began := time.Now()
	t := Tested{ID: s.ID, Version: s.Version, SHA256: s.SHA256, SDK: s.Described.GetSdk()}
	var err error
	if t.Golden, err = s.TestGolden(ctx, cases); err != nil {
		return t, err
	}
	if conform {
		t.Conformance, err = s.Conform(ctx, cases, heard)
	}
	t.TookMS = time.Since(began).Milliseconds()
	return t, err
}

// Write prints it for people.
func (t Tested) Write(w io.Writer) {
	passed := 0
	for _, c := range t.Golden {
		if c.Passed {
			passed++
			continue
		}
		if c.Skipped != "" {
			fmt.Fprintf(w, "SKIP golden/%s: %s\n", c.Name, c.Skipped)
			continue
		}
		fmt.Fprintf(w, "FAIL golden/%s\n", c.Name)
		for _, what := range c.Wrong {
			fmt.Fprintf(w, "     %s\n", what)
		}
	}
	fmt.Fprintf(w, "golden: %d of %d cases pass\n", passed, len(t.Golden))
	if t.Conformance == nil {
		return
	}
	ok, skipped := 0, 0
	for _, r := range t.Conformance.Results {
		switch r.Status {
		case conformance.Pass:
			ok++
		case conformance.Skipped:
			skipped++
		default:
			fmt.Fprintf(w, "FAIL %s: %s\n     %s\n", r.Name, r.Title.EN, strings.ReplaceAll(r.Detail, "\n", "\n     "))
			if len(r.Request) > 0 {
				fmt.Fprintf(w, "     asked: %s\n     answer: %s\n", shorten(r.Request), shorten(r.Answer))
			}
		}
	}
	fmt.Fprintf(w, "conformance: %d of %d checks pass, %d skipped (%d questions about %d orders)\n", ok, len(t.Conformance.Results)-skipped, skipped, t.Conformance.Asked, t.Conformance.Orders)
}

func shorten(raw json.RawMessage) string {
	if len(raw) > 600 {
		return string(raw[:600]) + "… (--json has all of it)"
	}
	return string(raw)
}

func currencyOf(c stest.Case) string {
	if isTier(c) || isProgress(c) {
		return "CNY"
	}
	if isPeriod(c) {
		if req, err := periodOf(c); err == nil {
			return req.Currency
		}
	} else if o, err := orderOf(c); err == nil {
		return o.Currency
	}
	return "CNY"
}

func inCurrency(currency string) func(int64) string {
	return func(minor int64) string { return money.Format(minor, currency) }
}
