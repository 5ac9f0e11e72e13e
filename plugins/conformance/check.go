package conformance

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// check is one promise and the way to try it.
type check struct {
	name   string
	zh, en string
	try    func(*session) finding
}

// finding is what a check came to; the zero finding passes.
type finding struct {
	status Status
	detail string
	asked  *question
}

func failed(q *question, format string, args ...any) finding {
	return finding{Fail, fmt.Sprintf(format, args...), q}
}

func skipped(format string, args ...any) finding {
	return finding{status: Skipped, detail: fmt.Sprintf(format, args...)}
}

// checks are all there are, in the order they run and are read.
var checks = slices.Concat(describeChecks, configChecks, answerChecks, compareChecks, periodChecks, tierChecks, incentiveChecks)

// Names lists the checks.
func Names() []string {
	names := make([]string, len(checks))
	for i, c := range checks {
		names[i] = c.name
	}
	return names
}

// Check tries every promise of the contract on an artifact. It returns an
// error only when nothing can be said: the context ended, or the golden cases
// are no questions. A strategy that cannot be asked fails its checks.
func Check(ctx context.Context, asked Asked, artifact string, options Options) (Report, error) {
	if options.Apart == 0 {
		options.Apart = 1100 * time.Millisecond
	}
	s := &session{ctx: ctx, asked: asked, artifact: artifact, options: options, began: time.Now()}
	report := Report{Artifact: artifact}
	var err error
	if s.described, err = asked.Describe(ctx, artifact); err != nil {
		return report, fmt.Errorf("conformance: describe: %w", err)
	}
	report.Strategy, report.Version, report.SDK = s.described.GetId(), s.described.GetVersion(), s.described.GetSdk()
	defer s.close()
	s.prepare()
	for _, c := range checks {
		if len(options.Only) > 0 && !slices.Contains(options.Only, c.name) {
			continue
		}
		f := c.try(s)
		if err := ctx.Err(); err != nil {
			return report, err
		}
		r := f.result(c)
		report.Results = append(report.Results, r)
		if options.Progress != nil {
			options.Progress(r)
		}
	}
	report.Asked, report.Orders = s.questions, s.orders
	return report, nil
}
