package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"github.com/fenli-io/fenli/plugins/workbench"
)

type pluginDev struct {
	Strategy string `arg:"" default:"." help:"A strategy's folder, or its binary."`
	Port     int    `default:"0" help:"Port on this machine; a free one when left out."`
}

func (pluginDev) Help() string {
	return `Builds the strategy, runs it in the sandbox it has in production and shows it on a page of this
machine: the settings form, the golden cases and an order of your own, who earns what and why in
both languages, the facts it declares, what it prints, and the contract's checks. Saving a file
builds it again and shows whose money has changed. No database is needed; Ctrl-C ends it.

  fenli plugin dev
  fenli plugin dev ./spring-sale --port 7070`
}

func (c pluginDev) Run(ctx context.Context) error {
	log := &workbench.Log{}
	b, err := workbench.Open(slog.New(log))
	if err != nil {
		return err
	}
	defer b.Close()
	b.Named = func(id string) (string, error) { return pluginRun{Strategy: id}.binary() }
	ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", c.Port))
	if err != nil {
		return workbench.Flaw{Code: "dev.port_taken", Cause: err.Error(), Fix: "leave --port out, or name another", Place: "--port"}
	}
	fmt.Printf("http://%s\n", ln.Addr())
	return workbench.NewDev(b, c.Strategy, log).Serve(ctx, ln)
}
