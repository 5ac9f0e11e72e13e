package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/trial"
)

type decisionCommand struct {
	Replay decisionReplay `cmd:"" help:"Ask about one order again."`
	Prove  decisionProve  `cmd:"" help:"Ask about everything decided for a month again."`
}

type decisionReplay struct {
	Order string `arg:"" help:"The order: ord_…"`
	Store string `required:"" help:"The store's address."`
}

func (decisionReplay) Help() string {
	return `Asks the very strategy that decided an order once more, with the stored bytes, and runs the
rails, eligibility and caps again. Prints "equal" or what differs; then the exit status is 1.`
}

var (
	errDiffers = errors.New("the decision comes out differently")
	errProof   = errors.New("the month is not proven")
)

func (c decisionReplay) Run(ctx context.Context) error {
	l, store, err := startFor(ctx, c.Store)
	if err != nil {
		return err
	}
	defer l.Close()
	which, err := order.ParseID(c.Order)
	if err != nil {
		return err
	}
	again, err := l.Commission.Replay(ctx, store.ID, which)
	if err != nil {
		return err
	}
	if again.Equal() {
		how := "no strategy had to be asked"
		if again.Asked {
			how = "to the byte"
		}
		fmt.Printf("equal: seq %d, %s granted, %s\n", again.Seq, money.Format(again.Granted, store.Currency), how)
		return nil
	}
	for _, d := range again.Differs {
		fmt.Printf("DIFFERS %s: was %s, now %s\n", d.What, d.Was, d.Now)
	}
	return errDiffers
}

// startFor starts the platform here and finds a store.
func startFor(ctx context.Context, slug string) (*local, registry.Store, error) {
	l, err := startLocal(ctx, "127.0.0.1:0", slog.LevelError, func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		return nil, registry.Store{}, err
	}
	store, err := l.Registry.BySlug(ctx, slug)
	if err != nil {
		l.Close()
		return nil, store, err
	}
	return l, store, nil
}

type decisionProve struct {
	Store string `required:"" help:"The store's address."`
	Month string `required:"" help:"Of payment, in the store's time: 2026-03."`
}

func (decisionProve) Help() string {
	return `Asks the strategies of the time again about every order paid in a month, compares every byte,
and holds the sum of what stands against the awards and the journal. It may be stopped at any
time: asked for the same month, it goes on where it was. The exit status is 1 when something differs.`
}

func (c decisionProve) Run(ctx context.Context) error {
	l, store, err := startFor(ctx, c.Store)
	if err != nil {
		return err
	}
	defer l.Close()
	found, err := unfinished(ctx, l, store.ID, func(t trial.Trial) bool { return t.Kind == trial.Proof && t.Title == c.Month })
	if err != nil {
		return err
	}
	if found == nil {
		made, err := l.Trials.StartProof(ctx, store.ID, trial.Wish{Author: "command line"}, c.Month)
		if err != nil {
			return err
		}
		found = &made
	}
	t, err := follow(ctx, l, store.ID, found.ID)
	if err != nil {
		return err
	}
	p, say := t.Proof, func(minor int64) string { return money.Format(minor, store.Currency) }
	for _, d := range p.Differs {
		fmt.Printf("DIFFERS %s seq %d %s: was %s, now %s\n", d.Order, d.Seq, d.What, d.Was, d.Now)
	}
	fmt.Printf("%d decisions, %d asked again, %d equal, %d orders without a decision\n", p.Decisions, p.Asked, p.Equal, p.Waiting)
	fmt.Printf("granted %s; standing after refunds: replayed %s, awards %s, journal %s\n", say(p.Granted), say(p.Replayed), say(p.Awards), say(p.Journal))
	if !p.Proven {
		return errProof
	}
	fmt.Println("proven")
	return nil
}

// unfinished finds a trial that an earlier run has left; nil when there is none.
func unfinished(ctx context.Context, l *local, tenant tenancy.ID, wanted func(trial.Trial) bool) (found *trial.Trial, err error) {
	err = l.DB.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		list, err := trial.List(ctx, tx, "", trial.ID{}, 20)
		for _, t := range list {
			if (t.State == trial.Queued || t.State == trial.Running) && wanted(t) {
				found = &t
				break
			}
		}
		return err
	})
	return found, err
}

// follow shows how far a trial is until it has ended. The work is the
// worker's, which goes on in the next run when this one is stopped.
func follow(ctx context.Context, l *local, tenant tenancy.ID, which trial.ID) (t trial.Trial, err error) {
	bar := progressbar.NewOptions(1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(), progressbar.OptionSetItsString("orders"),
		progressbar.OptionShowIts(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	for {
		err = l.DB.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
			t, err = trial.Get(ctx, tx, which)
			return err
		})
		if err != nil {
			return t, err
		}
		bar.ChangeMax(max(t.Total, 1))
		_ = bar.Set(t.Done)
		switch t.State {
		case trial.Done, trial.Cancelled:
			_ = bar.Finish()
			return t, nil
		case trial.Failed:
			_ = bar.Finish()
			return t, fmt.Errorf("the trial failed: %s: %s", t.Code, t.Note)
		}
		select {
		case <-ctx.Done():
			return t, ctx.Err()
		case <-look.C:
		}
	}
}
