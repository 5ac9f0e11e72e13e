package main

import (
	"context"
	"fmt"

	"github.com/fenli-io/fenli/plugins/workbench"
)

type pluginReplay struct {
	File     string `arg:"" type:"existingfile" help:"What fenli plugin record wrote."`
	Strategy string `arg:"" help:"A folder, a binary, or the id of a reference strategy."`
	JSON     bool   `help:"Print the outcome as JSON."`
}

func (pluginReplay) Help() string {
	return `Asks a strategy a recorded question again. The same binary must give the same bytes; another
version may not, and then the difference is shown. The exit status is 1 when the answers differ.

  fenli plugin replay ord_01k.json ./bin/spring-sale`
}

func (c pluginReplay) Run(ctx context.Context) error {
	r, err := workbench.ReadRecord(c.File)
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
	out, err := s.Replay(ctx, r)
	if err != nil {
		return err
	}
	if c.JSON {
		err = printJSON(out)
	} else {
		fmt.Print(out.Text(r, s))
	}
	if err == nil && !out.Equal {
		return errDifferent
	}
	return err
}
