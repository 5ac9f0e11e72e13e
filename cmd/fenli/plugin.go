package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/fenli-io/fenli/platform/config"
	"github.com/fenli-io/fenli/plugins/host"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/program"
)

type pluginCommand struct {
	New      pluginNew      `cmd:"" help:"Start a strategy of your own."`
	Test     pluginTest     `cmd:"" help:"Run golden cases and the contract's checks over the wire."`
	Validate pluginValidate `cmd:"" help:"Check a strategy's form, sentences and facts, and a configuration."`
	Dev      pluginDev      `cmd:"" help:"Show a strategy on a page of this machine while you write it."`
	Diff     pluginDiff     `cmd:"" help:"Show who would get more or less from another strategy or configuration."`
	Record   pluginRecord   `cmd:"" help:"Take a decision of a store, with nobody in it."`
	Replay   pluginReplay   `cmd:"" help:"Ask a recorded question again."`
	Run      pluginRun      `cmd:"" help:"Ask a strategy about orders, in the sandbox it has in production."`

	Keys     pluginKeys     `cmd:"" help:"Make, show and register the keys that packages are signed with."`
	Pack     pluginPack     `cmd:"" help:"Make a package of a strategy."`
	Sign     pluginSign     `cmd:"" help:"Sign a package."`
	Inspect  pluginInspect  `cmd:"" help:"Show what a package holds, who signed it and what is wrong with it."`
	Publish  pluginPublish  `cmd:"" help:"Send a package to a platform, or put it into a registry of one's own."`
	Registry pluginRegistry `cmd:"" help:"Withdraw versions and renew the index of a registry of one's own."`
}

type pluginRun struct {
	Strategy string `arg:"" help:"A strategy's binary, or the id of a reference strategy."`
	Config   string `help:"Configuration as JSON, or @FILE. Left out: the strategy's own defaults."`
	Orders   string `type:"existingfile" help:"An EvaluateRequest in protobuf's JSON, of which the orders are taken. Left out: one order of 199.00 behind which three people stand."`
	Lang     string `default:"en" enum:"en,zh" help:"Language of the reasons."`
	JSON     bool   `help:"Print the answer as protobuf's JSON."`
}

func (pluginRun) Help() string {
	return `Starts the strategy as the platform would (own process, sandbox, deadlines), validates the
configuration, asks about the orders and prints who earns what, and why. No database is needed.

  fenli plugin run three-level --config '{"rates": ["0.10", "0.05", "0.03"]}'`
}

var errConfigRefused = errors.New("the strategy refuses the configuration")

func (c pluginRun) Run(ctx context.Context) error {
	path, err := c.binary()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("/var/tmp", "fenli-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil { // the strategy's own user passes through
		return err
	}
	h, err := host.New(host.Config{Dir: dir, Development: true}, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return err
	}
	defer h.Close(context.WithoutCancel(ctx))
	artifact, described, err := h.Install(ctx, path)
	if err != nil {
		return err
	}
	request, err := c.request()
	if err != nil {
		return err
	}
	checked, err := h.ValidateConfig(ctx, artifact.SHA256, request.Config, request.Rules)
	if err != nil {
		return err
	}
	for _, p := range checked.GetProblems() {
		fmt.Fprintf(os.Stderr, "config%s: %s\n", p.GetPath(), program.Sentence(described, p.GetWhy(), c.Lang))
	}
	if len(checked.GetProblems()) > 0 {
		return errConfigRefused
	}
	answer, err := h.Evaluate(ctx, artifact.SHA256, request)
	if err != nil {
		return err
	}
	if c.JSON {
		fmt.Println(protojson.Format(answer))
		return nil
	}
	fmt.Printf("%s %s, sha256 %s\n", artifact.ID, artifact.Version, artifact.SHA256[:12])
	for _, d := range answer.GetDecisions() {
		c.print(os.Stdout, described, request.GetOrders()[d.GetOrder()], d)
	}
	return nil
}

// binary is the file itself, or the reference strategy of that id.
func (c pluginRun) binary() (string, error) {
	if strings.ContainsRune(c.Strategy, os.PathSeparator) {
		return c.Strategy, nil
	}
	cfg, err := config.Load()
	if err != nil {
		return "", err
	}
	dir := cfg.Strategies
	if dir == "" {
		exe, err := os.Executable()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(filepath.Dir(exe), "strategies")
	}
	path := filepath.Join(dir, c.Strategy)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("no strategy %q in %s: run `make build`, or name the binary by its path", c.Strategy, dir)
	}
	return path, nil
}

func (c pluginRun) request() (*strategyv1.EvaluateRequest, error) {
	r := sampleRequest()
	if c.Orders != "" {
		raw, err := os.ReadFile(c.Orders)
		if err != nil {
			return nil, err
		}
		r = new(strategyv1.EvaluateRequest)
		if err := protojson.Unmarshal(raw, r); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Orders, err)
		}
	}
	if r.Rules == nil {
		r.Rules = sampleRequest().Rules
	}
	configured, err := c.configuration()
	if err != nil {
		return nil, err
	}
	if configured != nil {
		r.Config = configured
	}
	if len(r.Config) == 0 {
		r.Config = []byte("{}")
	}
	return r, nil
}

func (c pluginRun) configuration() ([]byte, error) {
	if file, named := strings.CutPrefix(c.Config, "@"); named {
		return os.ReadFile(file)
	}
	if c.Config == "" {
		return nil, nil
	}
	return []byte(c.Config), nil
}

func sampleRequest() *strategyv1.EvaluateRequest {
	return &strategyv1.EvaluateRequest{
		Rules: &strategyv1.Rules{Rounding: strategyv1.Rounding_ROUNDING_FLOOR, Levels: 3},
		Orders: []*strategyv1.Order{{
			Seq: 1, Currency: "CNY", MinorDigits: 2, Channel: "h5", PlacedAtMs: 1772330400000, PaidAtMs: 1772330460000,
			Lines: []*strategyv1.Line{{Sku: "X", Category: "sample", Quantity: 1, UnitPrice: 19900, Net: 19900}},
			Chain: []*strategyv1.Member{{Handle: "seller", Grade: "normal", Level: 1}, {Handle: "upline", Grade: "senior", Level: 2}, {Handle: "upline's upline", Grade: "partner", Level: 3}},
			Buyer: &strategyv1.Buyer{FirstOrder: true},
		}},
	}
}

func (c pluginRun) print(w io.Writer, described *strategyv1.DescribeResponse, o *strategyv1.Order, d *strategyv1.Decision) {
	who := func(position int32) string {
		if n := int(position); n < len(o.GetChain()) {
			return o.GetChain()[n].GetHandle()
		} else if n -= len(o.GetChain()); n < len(o.GetRoles()) {
			return o.GetRoles()[n].GetName()
		}
		return fmt.Sprint("recipient ", position)
	}
	why := func(y *strategyv1.Why) string { return program.Sentence(described, y, c.Lang) }
	fmt.Fprintf(w, "order %d\n", o.GetSeq())
	for _, a := range d.GetPaid().GetAwards() {
		fmt.Fprintf(w, "  %-16s %10s  line %d  %s\n", who(a.GetRecipient()), money.Format(a.GetAmount(), o.GetCurrency()), a.GetLine(), why(a.GetWhy()))
	}
	for _, x := range d.GetPaid().GetDeclined() {
		fmt.Fprintf(w, "  %-16s %10s  %s\n", who(x.GetRecipient()), "—", why(x.GetWhy()))
	}
	if none := d.GetNoCommission(); none != nil {
		fmt.Fprintf(w, "  nobody earns: %s\n", why(none.GetWhy()))
	}
	if failed := d.GetFailed(); failed != nil {
		fmt.Fprintf(w, "  undecided: %s: %s\n", failed.GetCode(), failed.GetMessage())
	}
}
