package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/fenli-io/fenli/plugins/conformance"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
	"github.com/fenli-io/fenli/plugins/workbench"
)

type pluginTest struct {
	Strategy      string `arg:"" default:"." help:"A folder to build, a binary, or the id of a reference strategy."`
	Golden        string `type:"existingfile" help:"Golden cases; testdata/golden.json beside the sources when left out."`
	NoConformance bool   `help:"Run the golden cases alone."`
	JSON          bool   `help:"Print the whole report as JSON."`
	Verbose       bool   `short:"v" help:"Name every check as it ends."`
}

func (pluginTest) Help() string {
	return `Builds the strategy, starts it as the platform would and asks it over the wire, whatever language
it is written in: first its golden cases, then whether it keeps the contract (the same answer twice,
in any batch and order, in a fresh process; huge amounts; currencies; a reason for everybody …).
The exit status is 1 when anything fails.

  fenli plugin test
  fenli plugin test ./bin/spring-sale --golden testdata/golden.json --json`
}

var errTestsFailed = errors.New("the strategy does not pass")

func (c pluginTest) Run(ctx context.Context) error {
	b, err := openBench()
	if err != nil {
		return err
	}
	defer b.Close()
	s, err := b.Load(ctx, c.Strategy)
	if err != nil {
		return err
	}
	cases, err := goldenCases(s, c.Golden)
	if err != nil {
		return err
	}
	tested, err := s.Test(ctx, cases, !c.NoConformance, c.hear())
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(tested)
	} else {
		fmt.Println(s.Title())
		tested.Write(os.Stdout)
	}
	if err == nil && !tested.Passed() {
		return errTestsFailed
	}
	return err
}

func (c pluginTest) hear() func(conformance.Result) {
	if !c.Verbose || c.JSON {
		return nil
	}
	return func(r conformance.Result) { fmt.Printf("%-8s%-28s%s\n", r.Status, r.Name, r.Title.EN) }
}

// goldenCases are those of the file, or those that lie beside the strategy.
func goldenCases(s *workbench.Strategy, file string) ([]stest.Case, error) {
	if file == "" {
		file = s.Golden
	}
	if file == "" {
		return nil, nil
	}
	return workbench.ReadCases(file)
}

type pluginValidate struct {
	Strategy string `arg:"" default:"." help:"A folder to build, a binary, or the id of a reference strategy."`
	Config   string `help:"A configuration as JSON, or @FILE, to check as well."`
	JSON     bool   `help:"Print what is wrong as JSON."`
}

func (pluginValidate) Help() string {
	return `Checks what a strategy says of itself: id and version, the settings form, the sentences of every
language, the facts it declares and why; and a configuration against the form and the strategy.
Everything wrong is told at once, each with a code, a cause, a fix and its place.

  fenli plugin validate
  fenli plugin validate three-level --config @config.json`
}

var errFlawed = errors.New("there are flaws")

func (c pluginValidate) Run(ctx context.Context) error {
	config, err := inlineOrFile(c.Config)
	if err != nil {
		return err
	}
	b, err := openBench()
	if err != nil {
		return err
	}
	defer b.Close()
	s, err := b.Load(ctx, c.Strategy)
	if err != nil {
		return err
	}
	flaws, err := s.Validate(ctx, config)
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		if flaws == nil {
			flaws = workbench.Flaws{}
		}
		err = printJSON(flaws)
	case len(flaws) == 0:
		fmt.Printf("%s: no flaws\n", s.Title())
	default:
		fmt.Println(s.Title())
		flaws.Write(os.Stdout)
	}
	if err == nil && len(flaws) > 0 {
		return errFlawed
	}
	return err
}
