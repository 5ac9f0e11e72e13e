package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/fenli-io/fenli/cmd/internal/app"
	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/config"
	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/importing"
	"github.com/fenli-io/fenli/tenants/registry"
)

type importCommand struct {
	OnlineRetail onlineRetail `cmd:"" help:"Replay the Online Retail history: one store per country."`
}

type onlineRetail struct {
	Files  []string `arg:"" type:"existingfile" help:"CSV files, gzipped or not."`
	As     string   `required:"" help:"Prefix of the stores' addresses: PREFIX-country."`
	Report string   `help:"Write every line that was not used, with its reason, to this file."`
	Lang   string   `default:"en" enum:"en,zh" help:"Language of the reasons."`
}

func (onlineRetail) Help() string {
	return `Replays a shop's real order history as if it happened now, on each store's own clock:
orders, refunds, receipts, commissions, settlement and some withdrawals. Lines that cannot be
used are reported by reason. It may be stopped at any time and goes on where it was; a second
run changes nothing.`
}

func (c onlineRetail) Run(ctx context.Context) error {
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	l, err := startLocal(ctx, "127.0.0.1:0", slog.LevelError, func(line string) { fmt.Fprintln(os.Stderr, line) }, unhurried)
	if err != nil {
		return err
	}
	defer l.Close()
	password, err := app.Kept(filepath.Join(cfg.Dir, "import-password"), randomToken)
	if err != nil {
		return err
	}
	owner := owner{l.Registry, "owner@" + c.As + ".import", password}
	service := importing.New(importing.Parts{
		DB: l.DB, Programs: l.Programs, Distributors: l.Distributors, Orders: l.Orders, Withdrawals: l.Withdrawals,
		Clock: l.Clockwork, SignUp: owner.signUp,
	})
	started := clock.Real()
	bar := progressbar.NewOptions(1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionShowCount(),
		progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	result, err := service.Run(ctx, importing.Job{Files: c.Files, Prefix: c.As, Progress: func(p importing.Progress) {
		bar.ChangeMax(p.Total)
		bar.Describe(p.Store)
		_ = bar.Set(p.Done)
	}})
	_ = bar.Finish()
	if err != nil {
		return err
	}
	if err := c.writeReport(result.Report); err != nil {
		return err
	}
	c.print(result)
	fmt.Printf("\ndone in %s; owner of the stores: %s, password in %s\n", clock.Real().Sub(started).Round(time.Millisecond),
		owner.login, filepath.Join(cfg.Dir, "import-password"))
	return nil
}

// unhurried lets an import's commits not wait for the disk: its place in the
// history is committed with what was done, so a power cut sets it back and no
// more, and it waits for the disk before it calls a store finished.
func unhurried(c *app.Config) { c.Unhurried = true }

// owner signs stores up, or finds those of an earlier run.
type owner struct {
	registry *registry.Service
	login    string
	password string
}

func (o owner) signUp(ctx context.Context, slug, name, currency, zone string, at time.Time) (tenancy.ID, error) {
	store, err := o.registry.BySlug(ctx, slug)
	if err == nil {
		return store.ID, nil
	}
	if fault.Of(err).Kind != fault.NotFound {
		return tenancy.ID{}, err
	}
	session, err := o.registry.SignUp(ctx, registry.SignUp{Slug: slug, Name: name, Currency: currency, TimeZone: zone,
		OwnerName: "import", Login: o.login, Password: o.password, TestClockAt: &at}, "import")
	return session.Store.ID, err
}

func (c onlineRetail) print(r importing.Result) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "store\torders\tsales\trefunds\theld\tavailable\tpaid\towed\twaiting\t")
	for _, s := range r.Stores {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t\n", s.Slug, s.Orders, pounds(s.Sales), pounds(s.Refunds),
			pounds(s.Held), pounds(s.Available), pounds(s.Paid), pounds(s.Owed), s.Waiting)
	}
	_ = w.Flush()
	fmt.Println("\ntop five by commission")
	w = tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, s := range r.Stores {
		for i, t := range s.Top {
			fmt.Fprintf(w, "%s\t%d\t%s\t%d orders\tsold %s\tcommission %s\n", s.Slug, i+1, t.Name, t.Orders, pounds(t.Net), pounds(t.Commission))
		}
	}
	_ = w.Flush()
	fmt.Printf("\nlines: %d read = %d used + %d reported\n", r.Report.Read, r.Report.Used, r.Report.Reported)
	for _, n := range r.Report.ByReason() {
		fmt.Printf("  %6d  %s\n", n.Lines, n.Reason.Sentence(c.Lang))
	}
}

func pounds(minor int64) string { return money.Format(minor, importing.Currency) }

func (c onlineRetail) writeReport(r importing.Report) (err error) {
	if c.Report == "" {
		return nil
	}
	f, err := os.Create(c.Report)
	if err != nil {
		return fmt.Errorf("--report: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, p := range r.Problems {
		if _, err := fmt.Fprintf(f, "%s:%d\t%s\t%s\t%s\n", p.File, p.Line, p.Reason, p.Reason.Sentence(c.Lang), p.Detail); err != nil {
			return err
		}
	}
	return nil
}
