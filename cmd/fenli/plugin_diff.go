package main

import (
	"context"
	"errors"
	"os"

	"github.com/fenli-io/fenli/plugins/workbench"
)

type pluginDiff struct {
	A       string `arg:"" help:"A folder, a binary, or the id of a reference strategy."`
	B       string `arg:"" help:"The other one; the same again to compare two configurations."`
	Orders  string `required:"" help:"Golden cases, recorded decisions or an EvaluateRequest: a file, or a folder of them."`
	ConfigA string `name:"config-a" help:"Configuration of A as JSON, or @FILE; that of each case when left out."`
	ConfigB string `name:"config-b" help:"Configuration of B."`
	Lang    string `default:"en" enum:"en,zh" help:"Language of the reasons."`
	JSON    bool   `help:"Print the differences as JSON."`
}

func (pluginDiff) Help() string {
	return `Asks two strategies, or one under two configurations, about the same orders and shows who would
get more or less, by person and order, with both reasons and the totals. The exit status is 1 when
anybody gets another amount.

  fenli plugin diff three-level ./bin/spring-sale --orders testdata/golden.json
  fenli plugin diff three-level three-level --orders testdata --config-a '{"rates":["0.10"]}' --config-b '{"rates":["0.12"]}'`
}

var errDifferent = errors.New("they pay differently")

func (c pluginDiff) Run(ctx context.Context) error {
	configA, err := inlineOrFile(c.ConfigA)
	if err != nil {
		return err
	}
	configB, err := inlineOrFile(c.ConfigB)
	if err != nil {
		return err
	}
	cases, err := workbench.ReadOrders(c.Orders)
	if err != nil {
		return err
	}
	bench, err := openBench()
	if err != nil {
		return err
	}
	defer bench.Close()
	a, err := bench.Load(ctx, c.A)
	if err != nil {
		return err
	}
	b, err := bench.Load(ctx, c.B)
	if err != nil {
		return err
	}
	d, err := workbench.Compare(ctx, a, b, cases, configA, configB, workbench.Language(c.Lang))
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(d)
	} else {
		d.Write(os.Stdout)
	}
	if err == nil && !d.Same() {
		return errDifferent
	}
	return err
}
