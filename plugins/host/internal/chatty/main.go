// Command chatty is a well-meaning strategy whose author prints wherever it
// pleases, and which takes its time. The host's tests use it to try what the
// SDK does for a process.
package main

import (
	"fmt"
	"os"
	"syscall"
	"time"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
)

func init() { fmt.Println("1|1|tcp|127.0.0.1:1|grpc|") }

// Config has the pause that an evaluation takes.
type Config struct {
	Millis int `json:"millis" title:"毫秒" title_en:"Milliseconds"`
}

func main() {
	fmt.Println("starting")
	_, _ = syscall.Write(1, []byte("written past os.Stdout\n"))
	strategy.Serve(strategy.Plugin[Config]{
		ID: "chatty", Version: "1.0.0",
		Needs:   []strategy.Need{strategy.Lines.For("why"), strategy.Chain.For("why")},
		Locales: strategy.Locales{"zh-CN": {"title": "话多", "why": "用"}, "en": {"title": "Chatty", "why": "to use"}},
		Evaluate: func(c Config, o strategy.Order, out *strategy.Awards) error {
			fmt.Println("evaluating", o.Seq())
			fmt.Fprintln(os.Stderr, "evaluating", o.Seq())
			_, _ = syscall.Write(2, []byte("thinking\n")) // past go-plugin, into the host's log
			time.Sleep(time.Duration(c.Millis) * time.Millisecond)
			for l, m := range o.Each() {
				out.Pay(m, l, 1).Because("why")
			}
			return nil
		},
	})
}
