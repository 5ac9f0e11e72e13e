// Package bench measures the product as a shop would feel it: the real binary
// over HTTP, with PostgreSQL that syncs to disk, Redis and strategies in their
// sandboxes, and beside it, in the same run, what the machine could do at best.
//
// Absolute figures swing from machine to machine and from hour to hour, so the
// unit is CPU time per order (the product, PostgreSQL, Redis and strategies;
// the load is not counted), and a figure is compared with one of its own run.
// Every scenario ends by asking the books whether they are right: a fast wrong
// answer is worth nothing.
package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Options say what to measure.
type Options struct {
	Full   bool     // everything, in tens of minutes; otherwise under three
	Only   []string // scenario names; none is all
	Binary string   // fenli itself
	Env    []string // of the server, beside its own settings
	// Profile is a folder for profiles of each scenario: where the product and
	// PostgreSQL spend their time. Watching costs some itself.
	Profile string
	Say     func(string)
}

// scenario measures one thing. It returns figures; a check that fails is an
// error.
type scenario struct {
	name string
	what string
	run  func(context.Context, *place) ([]Figure, error)
}

var scenarios = []scenario{
	{"start", "how soon it serves, and what it holds when idle", measureStart},
	{"orders", "an order from HTTP to the leaderboard, beside the floors", measureOrders},
	{"single", "orders that come one by one", measureSingle},
	{"open", "half of the most, arriving on their own clock", measureOpenLoop},
	{"sync", "a slower disk", measureSync},
	{"bulk", "many orders at once, as a migration brings them", measureBulk},
	{"disk", "what an order leaves on disk", measureDisk},
	{"tenants", "few stores and many", measureTenants},
	{"strategy", "asking a strategy, in its process and in ours", measureStrategy},
	{"settle", "a cut-off with many awards", measureSettle},
	{"board", "a large leaderboard beside bare Redis", measureBoard},
	{"idle", "stores in which nothing happens", measureIdle},
}

// Names lists the scenarios and what they are about.
func Names() []string {
	var names []string
	for _, s := range scenarios {
		names = append(names, fmt.Sprintf("%-9s %s", s.name, s.what))
	}
	return names
}

// Run measures and reports. What had been measured when something failed is
// reported beside the error.
func Run(ctx context.Context, o Options) (Report, error) {
	r := Report{At: time.Now().UTC().Truncate(time.Second), Full: o.Full, Machine: machine()}
	for _, n := range o.Only {
		if !slices.ContainsFunc(scenarios, func(s scenario) bool { return s.name == n }) {
			return r, fmt.Errorf("bench: no scenario %q; there are\n  %s", n, strings.Join(Names(), "\n  "))
		}
	}
	if o.Profile != "" {
		if err := os.MkdirAll(o.Profile, 0o755); err != nil {
			return r, fmt.Errorf("bench: %w", err)
		}
	}
	p, err := openPlace(ctx, o)
	if err != nil {
		return r, err
	}
	defer p.Close()
	var failures []error
	for _, s := range scenarios {
		if len(o.Only) > 0 && !slices.Contains(o.Only, s.name) {
			continue
		}
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		o.Say(s.name + ": " + s.what)
		begun := time.Now()
		figures, err := p.profiled(ctx, s)
		for i := range figures {
			figures[i].Scenario, figures[i].Verdict = s.name, figures[i].verdict()
		}
		r.Figures = append(r.Figures, figures...)
		if err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", s.name, err))
		}
		o.Say(fmt.Sprintf("%s took %s", s.name, time.Since(begun).Round(time.Millisecond)))
	}
	if err := p.healthy(ctx); err != nil {
		failures = append(failures, err)
	}
	return r, errors.Join(failures...)
}
