// Package conformance asks a strategy, through whoever can ask it, whether it
// keeps the contract, and tells which promise it breaks, with the question that
// shows it.
//
// It knows nothing of how a strategy is written: everything goes over the wire,
// so the same checks hold a Go binary in its sandbox, a TypeScript program and
// a strategy in this process. Nothing is believed because the SDK would see to
// it.
package conformance

import (
	"context"
	"encoding/json"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Asked is somebody who can be asked in the name of an artifact: the host of
// the plugins, or [InProcess].
type Asked interface {
	Describe(ctx context.Context, artifact string) (*strategyv1.DescribeResponse, error)
	ValidateConfig(ctx context.Context, artifact string, config []byte, rules *strategyv1.Rules) (*strategyv1.ValidateConfigResponse, error)
	Evaluate(ctx context.Context, artifact string, request *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error)
	ClosePeriod(ctx context.Context, artifact string, request *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error)
}

// Grader can be asked about grades as well. A strategy that grades_members is
// checked about them when whoever is asked is one.
type Grader interface {
	EvaluateTier(ctx context.Context, artifact string, request *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error)
}

// Teller can be asked about tasks and bonuses as well.
type Teller interface {
	Incentives(ctx context.Context, artifact string, request *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error)
}

// Options say what a check may use. All of them are optional.
type Options struct {
	// Cases are the strategy's golden cases, as [Cases] reads them: their
	// configurations are tried, and what they want must come true. A strategy
	// whose settings have no complete defaults needs at least one.
	Cases []Case
	// Configs are further configurations, by name.
	Configs map[string]json.RawMessage
	// Fresh opens somebody who asks the artifact in a process of its own: a
	// second host on the same directory. Without it the checks that need one
	// are skipped. The function it returns closes.
	Fresh func(ctx context.Context) (Asked, func(), error)
	// Apart is the least time between the first question and its last
	// repetition, which shows a clock; 1.1 s.
	Apart time.Duration
	// Only names the checks to run; all when empty.
	Only []string
	// Progress hears every result as it is known.
	Progress func(Result)
}

// Status is how a check ended.
type Status string

// A skipped check was not run; its detail says why.
const (
	Pass    Status = "pass"
	Fail    Status = "fail"
	Skipped Status = "skipped"
)

// Title is the sentence that a check claims.
type Title struct {
	ZH string `json:"zh-CN"`
	EN string `json:"en"`
}

// In is the sentence in a language, Chinese unless it is English.
func (t Title) In(lang string) string {
	if len(lang) >= 2 && lang[:2] == "en" {
		return t.EN
	}
	return t.ZH
}

// Result is one check's.
type Result struct {
	Name   string `json:"name"` // "pure.twice"
	Title  Title  `json:"title"`
	Status Status `json:"status"`
	Detail string `json:"detail,omitempty"` // what was wrong, or why it was skipped; English
	// RPC and Request are the question that shows it, as protojson; Config is
	// its configuration, readable, when it is JSON; Answer what came back.
	RPC     string          `json:"rpc,omitempty"` // "Evaluate"
	Config  json.RawMessage `json:"config,omitempty"`
	Request json.RawMessage `json:"request,omitempty"`
	Answer  json.RawMessage `json:"answer,omitempty"`
}

// Report is what a check of an artifact found.
type Report struct {
	Artifact string   `json:"artifact"`
	Strategy string   `json:"strategy"`
	Version  string   `json:"version"`
	SDK      string   `json:"sdk"`
	Asked    int      `json:"asked"`  // questions
	Orders   int      `json:"orders"` // orders in them
	Results  []Result `json:"checks"`
}

// Passed reports whether nothing failed. A report without a single passed
// check has not passed.
func (r Report) Passed() bool {
	passed := false
	for _, c := range r.Results {
		if c.Status == Fail {
			return false
		}
		passed = passed || c.Status == Pass
	}
	return passed
}

// Of is the result of one check; its status is "" for one that was not asked.
func (r Report) Of(name string) Result {
	for _, c := range r.Results {
		if c.Name == name {
			return c
		}
	}
	return Result{}
}

// Failures are the checks that failed.
func (r Report) Failures() (list []Result) {
	for _, c := range r.Results {
		if c.Status == Fail {
			list = append(list, c)
		}
	}
	return list
}
