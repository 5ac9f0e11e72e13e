package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"text/tabwriter"

	"github.com/fenli-io/fenli/cmd/internal/demo"
	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/config"
	"github.com/fenli-io/fenli/platform/embedded"
)

type demoCommand struct {
	Reset bool `help:"Forget the private servers' data and begin afresh."`
	Once  bool `help:"Stop when the stores are there, instead of staying up."`
}

func (demoCommand) Help() string {
	return `Starts everything on this machine (private PostgreSQL and Redis in FENLI_DIR unless
DATABASE_URL and REDIS_URL are set), makes two stores with sample data through the
public API, prints addresses and logins, and stays up until Ctrl-C.`
}

func (c demoCommand) Run(ctx context.Context) error {
	cfg, err := config.Load()
	if err != nil {
		return err
	}
	if c.Reset {
		if err := embedded.Remove(cfg.Dir); err != nil {
			return err
		}
	}
	say := func(line string) { fmt.Println("·", line) }
	l, err := startLocal(ctx, cfg.Addr, slog.LevelWarn, say)
	if err != nil {
		return err
	}
	defer l.Close()
	if err := demo.Fill(ctx, l.Base, l.Operator, clock.Real(), say); err != nil {
		return err
	}
	l.welcome(cfg.BaseDomain)
	if c.Once {
		return nil
	}
	<-ctx.Done()
	fmt.Println("\nstopping")
	return nil
}

func (l *local) welcome(domain string) {
	fmt.Printf("\nFenli 分利 is running. All data are samples; payment is pretended. Ctrl-C stops everything.\n\n")
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	slugs, names := demo.Stores()
	for i, slug := range slugs {
		fmt.Fprintf(w, "%s\tshop 商城\thttp://%s.%s:%s\n", names[i], slug, domain, l.Port)
		fmt.Fprintf(w, "\tconsole 后台\thttp://%s.%s:%s/admin/\n", slug, domain, l.Port)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "store 店铺\twho\tlogin 账号\tpassword 密码")
	for _, login := range demo.Logins() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", login.Store, login.Who, login.Login, login.Password)
	}
	_ = w.Flush()
	fmt.Printf("\noperator 平台运营  http://localhost:%s/admin/operator  token 令牌 %s\n", l.Port, l.Operator)
	fmt.Printf("developer 开发者  http://localhost:%s/admin/developer\n\n", l.Port)
}
