// Command planted is a sound strategy that does one thing wrong. Which one is
// written behind the end of the binary, so one build serves every fault and
// each is an artifact of its own.
package main

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/fenli-io/fenli/plugins/conformance/testdata/planted/early"
	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/handshake"
	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Config is the settings.
type Config struct {
	Rates strategy.Rates `json:"rates" title:"各级比例" title_en:"Rates" max_items:"3"`
	From  *time.Time     `json:"from" title:"翻倍开始" title_en:"Doubled from"`
}

var fault = planted()

// planted reads what the test wrote behind the binary's end.
func planted() string {
	raw, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		return ""
	}
	const mark = "\nPLANTED:"
	at := bytes.LastIndex(raw, []byte(mark))
	if at < 0 || len(raw)-at > 100 {
		return ""
	}
	return string(raw[at+len(mark):])
}

var sound = strategy.Plugin[Config]{
	ID: "planted", Version: "1.0.0",
	Needs: []strategy.Need{strategy.Lines.For("needs"), strategy.Chain.For("needs")},
	Locales: strategy.Locales{
		"zh-CN": {"title": "植入", "summary": "只错一处", "needs": "用于计算", "rate": "第 {level} 级 {rate}，共 {of}", "month": "{rate}"},
		"en":    {"title": "Planted", "summary": "Wrong in one place", "needs": "to compute", "rate": "level {level}, {rate} of {of}", "month": "{rate}"},
	},
	Evaluate: func(c Config, o strategy.Order, out *strategy.Awards) error {
		switch {
		case fault == "reads an undeclared fact":
			_ = o.Channel()
		case fault == "panics on no lines" && len(o.Lines()) == 0:
			_ = o.Lines()[0]
		case fault == "always fails":
			return strategy.Fail("planted.never", "never")
		}
		for line, m := range o.Each() {
			if rate, given := c.Rates.At(m.Level()); given {
				pay(c, o, line, m, rate, out)
			}
		}
		return nil
	},
	ClosePeriod: func(c Config, p strategy.Period, out *strategy.PeriodAwards) error {
		rate := money.Rate(10_000)
		for _, m := range p.Members() {
			amount, err := rate.Of(max(m.Sales().Settled, 0), p.Rounding())
			if err != nil {
				return err
			}
			out.Pay(m, amount).Because("month", "rate", rate)
		}
		return nil
	},
}

func pay(c Config, o strategy.Order, line strategy.Line, m strategy.Member, rate money.Rate, out *strategy.Awards) {
	doubled := c.From != nil && !o.PlacedAt().Before(*c.From)
	if fault == "misses the first instant" {
		doubled = c.From != nil && o.PlacedAt().After(*c.From)
	}
	if doubled {
		rate *= 2
	}
	out.PayRate(m, line, rate).Because("rate", "level", m.Level(), "rate", rate, "of", o.Money(line.Net()))
}

func main() {
	if fault == "prints before the handshake" {
		fmt.Fprintln(early.Stdout, "hello")
	}
	os.Stdout = early.Stdout // go-plugin announces itself here
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake.Config,
		Plugins:         plugin.PluginSet{handshake.Name: handshake.Strategy{Serves: &faulty{StrategyServer: sound.Server()}}},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(64<<20), grpc.MaxSendMsgSize(64<<20))...)
		},
	})
}
