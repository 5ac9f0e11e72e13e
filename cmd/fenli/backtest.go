package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/trial"
)

type backtestCommand struct {
	Store    string    `required:"" help:"The store's address."`
	From     time.Time `required:"" format:"2006-01-02" help:"First day of payment, in the store's time."`
	To       time.Time `required:"" format:"2006-01-02" help:"Last day of payment."`
	Strategy string    `help:"Its id, or the SHA-256 of one artifact; left out: the one in force."`
	Config   string    `type:"existingfile" help:"A file with its configuration; left out: the one in force."`
	Cap      string    `help:"Another order cap, a share of what was paid: 0.3."`
	CSV      string    `name:"csv" help:"Write every order to this file."`
}

func (backtestCommand) Help() string {
	return `Says what another programme would have given for the orders paid within a period: in all, by month,
by distributor, and where it leaves the merchant least. Nothing is paid. Orders that it could not
decide are counted apart and are in no sum.`
}

func (c backtestCommand) Run(ctx context.Context) error {
	l, store, err := startFor(ctx, c.Store)
	if err != nil {
		return err
	}
	defer l.Close()
	draft, err := c.draft(ctx, l, store)
	if err != nil {
		return err
	}
	plan, err := l.Commission.Plan(ctx, store.ID, draft)
	if err != nil {
		return err
	}
	day := func(t time.Time) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, store.Location())
	}
	made, err := l.Trials.StartBacktest(ctx, store.ID, trial.Wish{Author: "command line"}, plan, day(c.From), day(c.To).AddDate(0, 0, 1))
	if err != nil {
		return err
	}
	t, err := follow(ctx, l, store.ID, made.ID)
	if err != nil {
		return err
	}
	if err := c.print(ctx, l, store, t); err != nil {
		return err
	}
	return c.write(ctx, l, store, t)
}

// draft lays what was said over the programme in force.
func (c backtestCommand) draft(ctx context.Context, l *local, store registry.Store) (d program.Draft, err error) {
	err = l.DB.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) error {
		now, err := l.Programs.InForce(ctx, tx, tx.Now())
		d = program.Draft{Settings: now.Settings, Strategy: now.Strategy, Config: now.Config, Author: "command line"}
		return err
	})
	if err != nil {
		return d, err
	}
	if c.Strategy != "" {
		d.Strategy = c.Strategy
	}
	if c.Config != "" {
		if d.Config, err = os.ReadFile(c.Config); err != nil {
			return d, err
		}
	}
	if c.Cap != "" {
		d.Settings.OrderCap, err = money.ParseRate(c.Cap)
	}
	return d, err
}

func (c backtestCommand) print(ctx context.Context, l *local, store registry.Store, t trial.Trial) error {
	say := func(minor int64) string { return money.Format(minor, store.Currency) }
	x := t.Tally
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "month\torders\tsales\twas\twould\tdifference\tundecided\t")
	for _, m := range x.Months {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%d\t\n", m.Month, m.Orders, say(m.Sales), say(m.Was.Granted), say(m.Would.Granted), say(m.Would.Granted-m.Was.Granted), m.Undecided)
	}
	fmt.Fprintf(w, "all\t%d\t%s\t%s\t%s\t%s\t%d\t\n", x.Compared, say(x.Sales), say(x.Was.Granted), say(x.Would.Granted), say(x.Would.Granted-x.Was.Granted), x.Orders-x.Compared)
	fmt.Fprintf(w, "after refunds\t\t\t%s\t%s\t%s\t\t\n", say(x.Was.Standing), say(x.Would.Standing), say(x.Would.Standing-x.Was.Standing))
	if err := w.Flush(); err != nil {
		return err
	}
	for _, m := range x.Closes {
		was := "not closed"
		if m.Closed {
			was = say(m.Was)
		}
		fmt.Printf("closing %s: %s → %s to %d people %s\n", m.Month, was, say(m.Would), m.People, m.Code)
	}
	if g := x.Grading; g.Promoted+g.Demoted+g.Held > 0 {
		fmt.Printf("grades: %d promoted, %d demoted, %d days without an answer %s\n", g.Promoted, g.Demoted, g.Held, g.Why)
	}
	if x.Waiting > 0 {
		fmt.Printf("%d orders of the period have never been decided and are left out\n", x.Waiting)
	}
	for _, u := range x.Undecided {
		fmt.Printf("%d orders could not be decided: %s %s (they were granted %s)\n", u.Orders, u.Code, u.Note, say(u.Was))
	}
	for _, side := range []struct {
		title string
		more  bool
	}{{"would get more", true}, {"would get less", false}} {
		if err := printPeople(ctx, l, store, t.ID, side.title, side.more); err != nil {
			return err
		}
	}
	if len(x.Worst) > 0 {
		fmt.Printf("\nleast left: line %s of %s, %s paid, %s cost, %s commission: %s\n", x.Worst[0].Line, x.Worst[0].Order, say(x.Worst[0].Net), say(x.Worst[0].Cost), say(x.Worst[0].Commission), say(x.Worst[0].Left))
	}
	return nil
}

func printPeople(ctx context.Context, l *local, store registry.Store, which trial.ID, title string, more bool) error {
	return l.DB.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) error {
		people, err := trial.People(ctx, tx, which, more, nil, 5)
		if err != nil || len(people) == 0 {
			return err
		}
		who := make([]distributor.ID, len(people))
		for i, p := range people {
			who[i] = p.Payee
		}
		labels, err := distributor.Labels(ctx, tx, who)
		if err != nil {
			return err
		}
		fmt.Println("\n" + title + ":")
		for _, p := range people {
			fmt.Printf("  %-24s %s → %s (%d orders)\n", labels[p.Payee].Name, money.Format(p.Was, store.Currency), money.Format(p.Would, store.Currency), p.Orders)
		}
		return nil
	})
}

// write leaves empty what could not be decided: a gap is not zero.
func (c backtestCommand) write(ctx context.Context, l *local, store registry.Store, t trial.Trial) (err error) {
	if c.CSV == "" {
		return nil
	}
	f, err := os.Create(c.CSV)
	if err != nil {
		return fmt.Errorf("--csv: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := csv.NewWriter(f)
	if err := w.Write([]string{"seq", "order_id", "goods", "was", "would", "code"}); err != nil {
		return err
	}
	for after := int64(-1); ; {
		var rows []trial.OrderResult
		err := l.DB.Within(ctx, store.ID, func(ctx context.Context, tx *pg.Tx) (err error) {
			rows, err = trial.Orders(ctx, tx, t.ID, false, after, 10_000)
			return err
		})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			w.Flush()
			return w.Error()
		}
		for _, o := range rows {
			after = o.Seq
			would := ""
			if o.Would != nil {
				would = money.Format(*o.Would, store.Currency)
			}
			if err := w.Write([]string{strconv.FormatInt(o.Seq, 10), o.OrderID.String(), money.Format(o.Goods, store.Currency), money.Format(o.Was, store.Currency), would, o.Code}); err != nil {
				return err
			}
		}
	}
}
