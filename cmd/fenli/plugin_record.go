package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/fenli-io/fenli/cmd/internal/app"
	"github.com/fenli-io/fenli/platform/config"
	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/plugins/workbench"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
)

type pluginRecord struct {
	Store    string        `required:"" help:"The store's address (slug)."`
	Order    string        `required:"" help:"The order's id: ord_…"`
	Out      string        `help:"File to write; standard output when left out."`
	Golden   string        `help:"Add the case to this file of golden cases as well."`
	Name     string        `help:"Name of the case; the order's id when left out, which says whose it was."`
	KeepSKUs bool          `name:"keep-skus" help:"Keep SKUs, categories and regions. Otherwise they become SKU-1, cat-1 …, in the settings as well."`
	Shift    time.Duration `help:"Move the order's times: --shift=-720h."`
}

func (pluginRecord) Help() string {
	return `Reads a decision of a store from the database and writes it with nobody in it: people become a, b, c,
goods become SKU-1 and cat-1, the amounts stay. The file holds the question, the answer and a golden
case; fenli plugin replay asks it again. Nothing is written to the database.

  DATABASE_URL=postgres://… fenli plugin record --store tea --order ord_01k… --out refund.json
  fenli plugin replay refund.json ./bin/spring-sale`
}

func (c pluginRecord) Run(ctx context.Context) error {
	which, err := order.ParseID(c.Order)
	if err != nil {
		return workbench.Flaw{Code: "record.bad_order", Cause: fmt.Sprintf("%q is no order's id", c.Order), Fix: "copy it from the console: ord_ and 26 letters and digits", Place: "--order"}
	}
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	ground, err := app.Prepare(ctx, cfg, func(line string) { fmt.Fprintln(os.Stderr, line) })
	if err != nil {
		return err
	}
	defer ground.Close()
	decided, by, err := app.RecordedDecision(ctx, ground, c.Store, which)
	if err != nil {
		return c.explain(err)
	}
	if decided.Request == nil {
		return workbench.Flaw{Code: "record.nobody_asked", Cause: "no strategy was asked about this order: " + decided.Reason, Fix: "record an order that somebody stands behind", Place: c.Order}
	}
	name := c.Name
	if name == "" {
		name = c.Order
	}
	how := workbench.Redaction{Name: name, KeepSKUs: c.KeepSKUs, Form: by.Description.GetConfigSchema(), Shift: c.Shift}
	r, err := workbench.MakeRecord(workbench.RecordedBy{ID: by.Strategy, Version: by.Version, SHA256: by.SHA256}, decided.Request, decided.Answer, how)
	if err != nil {
		return err
	}
	return c.write(r)
}

// explain says in the words of a tool what the platform says in its own.
func (c pluginRecord) explain(err error) error {
	var f *fault.Error
	switch {
	case errors.Is(err, commission.ErrUndecided):
		return workbench.Flaw{Code: "record.undecided", Cause: "nothing has been decided about this order yet", Fix: "wait until it is paid and decided; the console says what it waits for", Place: c.Order}
	case errors.As(err, &f):
		return workbench.Flaw{Code: f.Code, Cause: err.Error(), Fix: "check --store and --order; DATABASE_URL says which platform is read", Place: c.Store + " " + c.Order}
	}
	return err
}

func (c pluginRecord) write(r workbench.Record) error {
	if c.Golden != "" {
		if err := workbench.AddCase(c.Golden, r.Case); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s has one case more: %s\n", c.Golden, r.Case.Name)
	}
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if c.Out == "" {
		_, err = fmt.Println(string(raw))
		return err
	}
	return os.WriteFile(c.Out, append(raw, '\n'), 0o644)
}
