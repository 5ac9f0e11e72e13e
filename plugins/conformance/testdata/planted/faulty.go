package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/fenli-io/fenli/plugins/conformance/testdata/planted/early"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// faulty spoils the sound strategy's answers.
type faulty struct {
	strategyv1.StrategyServer
	calls   atomic.Int64
	scratch atomic.Int64
}

var born = rand.Int64N(1 << 40)

func (f *faulty) Describe(ctx context.Context, req *strategyv1.DescribeRequest) (*strategyv1.DescribeResponse, error) {
	d, err := f.StrategyServer.Describe(ctx, req)
	if err != nil {
		return nil, err
	}
	schema := func(old, with string) { d.ConfigSchema = bytes.Replace(d.ConfigSchema, []byte(old), []byte(with), 1) }
	switch fault {
	case "an id with a blank":
		d.Id = "planted strategy"
	case "a version that is none":
		d.Version = "v1"
	case "an unknown fact":
		d.Facts = append(d.Facts, &strategyv1.Fact{Name: "buyer.phone", Purpose: "needs"})
	case "a fact without a purpose":
		d.Facts[0].Purpose = "nowhere"
	case "a sentence in one language":
		for _, l := range d.Locales {
			if l.Tag == "en" {
				delete(l.Messages, "month")
			}
		}
	case "other arguments in the other language":
		d.Locales[0].Messages["rate"] = "{level} {ratio}"
	case "no English":
		d.Locales = d.Locales[1:]
	case "floating point in the settings":
		schema(`"type":"array"`, `"type":["array","number"]`)
	case "a form that lets unknown settings pass":
		schema(`"additionalProperties":false`, `"additionalProperties":true`)
	case "a schema that is none":
		schema(`"type":"array"`, `"type":"list"`)
	case "a form that refuses what it accepts":
		schema(`"maxItems":3`, `"maxItems":1`)
	case "describes itself anew":
		d.Sdk = fmt.Sprint(born)
	}
	return d, nil
}

func (f *faulty) ValidateConfig(ctx context.Context, req *strategyv1.ValidateConfigRequest) (*strategyv1.ValidateConfigResponse, error) {
	out, err := f.StrategyServer.ValidateConfig(ctx, req)
	switch {
	case err != nil:
		return nil, err
	case fault == "accepts unknown settings":
		out.Problems = nil
		fallthrough
	case fault == "accepts what its form refuses" && !bytes.Contains(req.Config, []byte("no_such")):
		var any map[string]json.RawMessage
		if json.Unmarshal(req.Config, &any) == nil {
			out.Problems = nil
		}
	case fault == "a problem without a sentence":
		for _, p := range out.Problems {
			p.Why.Key = "nowhere"
		}
	case fault == "a problem nowhere":
		for _, p := range out.Problems {
			p.Path = "$.rates"
		}
	}
	return out, nil
}

func (f *faulty) Evaluate(ctx context.Context, req *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	if fault == "accepts unknown settings" {
		req.Config = onlyRates(req.Config)
	}
	if fault == "crashes on a broken configuration" && !json.Valid(req.Config) {
		os.Exit(3)
	}
	for _, o := range req.Orders {
		f.endOn(o)
	}
	out, err := f.StrategyServer.Evaluate(ctx, req)
	if err != nil {
		return nil, err
	}
	if err := f.spoilBatch(req, out); err != nil {
		return nil, err
	}
	for _, d := range out.Decisions {
		if int(d.Order) < len(req.Orders) {
			f.spoil(req, req.Orders[d.Order], d)
		}
	}
	return out, nil
}

func onlyRates(config []byte) []byte {
	var any map[string]json.RawMessage
	if json.Unmarshal(config, &any) != nil || any["rates"] == nil {
		return config
	}
	return []byte(`{"rates":` + string(any["rates"]) + `}`)
}

// endOn is what never comes back.
func (f *faulty) endOn(o *strategyv1.Order) {
	switch {
	case fault == "crashes on an empty chain" && len(o.Chain) == 0:
		os.Exit(3)
	case fault == "hangs on a huge amount" && len(o.Chain) == 1 && len(o.Lines) == 1 && o.Lines[0].Net > 1<<52:
		select {}
	case fault == "prints while it thinks":
		fmt.Fprintln(early.Stdout, "thinking")
	}
}

// spoilBatch is what is wrong with an answer as a whole.
func (f *faulty) spoilBatch(req *strategyv1.EvaluateRequest, out *strategyv1.EvaluateResponse) error {
	last := len(out.Decisions) - 1
	switch fault {
	case "leaves an order out":
		out.Decisions = out.Decisions[:last]
	case "decides an order twice":
		out.Decisions = append(out.Decisions, out.Decisions[last])
	case "decides an order that nobody asked about":
		out.Decisions[last].Order = int32(last) + 7
	case "answers another order":
		for _, d := range out.Decisions {
			d.Order = int32((int(d.Order) + 1) % len(out.Decisions))
		}
	case "answers with an error":
		return status.Error(codes.Internal, "no")
	case "a huge answer":
		out.Decisions[0].Outcome = &strategyv1.Decision_NoCommission{NoCommission: &strategyv1.NoCommission{Why: &strategyv1.Why{Key: strings.Repeat("x", 20<<20)}}}
	case "shares a scratch pad":
		mine := f.scratch.Add(1)
		time.Sleep(8 * time.Millisecond)
		if f.scratch.Load() != mine {
			out.Decisions[0] = &strategyv1.Decision{Outcome: &strategyv1.Decision_Failed{Failed: &strategyv1.Failed{Code: "planted.raced"}}}
		}
	}
	return nil
}

// spoil is what is wrong with one decision.
func (f *faulty) spoil(req *strategyv1.EvaluateRequest, o *strategyv1.Order, d *strategyv1.Decision) {
	p := d.GetPaid()
	if fault == "says nothing" {
		d.Outcome = nil
	}
	if p == nil {
		return
	}
	a := p.Awards[0]
	fixed := func(amount int64) { a.Base, a.RatePpm, a.Amount = 0, 0, amount }
	switch fault {
	case "the order of a map":
		byLine := map[int]*strategyv1.Award{}
		for i, a := range p.Awards {
			byLine[i] = a
		}
		p.Awards = nil
		for _, a := range byLine {
			p.Awards = append(p.Awards, a)
		}
	case "chance":
		fixed(1 + rand.Int64N(1000))
	case "the clock":
		fixed(1 + time.Now().Unix()%1000)
	case "a counter":
		fixed(f.calls.Add(1))
	case "its birth":
		fixed(1 + born)
	case "the place in the batch":
		fixed(1 + int64(d.Order))
	case "the size of the batch":
		fixed(1 + int64(len(req.Orders)))
	case "the first line counts double":
		if a.Line == 0 {
			fixed(a.Amount + o.Lines[0].Net/100 + 1)
		}
	case "a narrow product":
		for _, a := range p.Awards {
			a.Amount = a.Base * a.RatePpm / 1_000_000
		}
	case "floating point":
		for _, a := range p.Awards {
			a.Amount = int64(float64(a.Base) * (float64(a.RatePpm) / 1e6))
		}
		keepPositive(d)
	case "rounds up":
		for _, a := range p.Awards {
			if a.Base*10%100 != 0 && a.Base < 1e9 {
				a.Amount++
			}
		}
	case "more than was paid":
		for _, a := range p.Awards {
			a.RatePpm, a.Amount = 600_000, o.Lines[a.Line].Net*3/5
			a.Base = o.Lines[a.Line].Net
		}
		keepPositive(d)
	case "two decimals everywhere":
		for _, a := range p.Awards {
			setArg(a.Why, "of", fmt.Sprintf("%d.%02d", a.Base/100, a.Base%100))
		}
	case "a currency of its own":
		for _, a := range p.Awards {
			setArg(a.Why, "of", "¥"+money.Format(a.Base, o.Currency))
		}
	case "yen are a hundredth":
		if o.Currency == "JPY" {
			for _, a := range p.Awards {
				a.Base, a.RatePpm, a.Amount = 0, 0, a.Amount/100+1
			}
		}
	case "a stranger":
		a.Recipient = int32(len(o.Chain) + len(o.Roles))
	case "a wrong level":
		a.Level++
	case "a line that is not there":
		a.Line = int32(len(o.Lines))
	case "nobody above is named":
		p.Declined = nil
	case "an award of nothing":
		fixed(0)
	case "pays nobody":
		p.Awards = nil
	case "a negative award":
		a.Amount = -a.Amount
	case "no reason":
		a.Why = nil
	case "a reason that nobody wrote":
		a.Why.Key = "nowhere"
	case "an argument is missing":
		a.Why.Args = a.Why.Args[:1]
	case "control signs":
		setArg(a.Why, "of", "\x1b[31mred\x07")
	case "an endless argument":
		setArg(a.Why, "of", strings.Repeat("x", 5000))
	case "no kind":
		a.Kind = ""
	case "paid and declined":
		p.Declined = append(p.Declined, &strategyv1.Declined{Recipient: a.Recipient, Why: &strategyv1.Why{Key: "sdk.no_award"}})
	case "the channel, though undeclared":
		if o.Channel != "" {
			a.Kind = "by_channel"
		}
	case "fields of a later contract":
		if len(o.ProtoReflect().GetUnknown()) > 0 {
			a.Kind = "later"
		}
	case "the length of the configuration":
		a.Kind = fmt.Sprintf("k%d", len(req.Config))
	}
}

// keepPositive takes out what became nothing.
func keepPositive(d *strategyv1.Decision) {
	p := d.GetPaid()
	var kept []*strategyv1.Award
	for _, a := range p.Awards {
		if a.Amount > 0 {
			kept = append(kept, a)
		}
	}
	if p.Awards = kept; len(kept) == 0 {
		d.Outcome = &strategyv1.Decision_NoCommission{NoCommission: &strategyv1.NoCommission{Why: &strategyv1.Why{Key: "sdk.no_award"}}}
	}
}

func setArg(w *strategyv1.Why, name, value string) {
	for _, a := range w.Args {
		if a.Name == name {
			a.Value = value
		}
	}
}

func (f *faulty) ClosePeriod(ctx context.Context, req *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error) {
	if fault == "crashes on a period of nobody" && len(req.Members) == 0 {
		os.Exit(3)
	}
	out, err := f.StrategyServer.ClosePeriod(ctx, req)
	c := out.GetClosed()
	if err != nil || c == nil {
		return out, err
	}
	switch a := c.Awards[0]; fault {
	case "a stranger in a period":
		a.Member = int32(len(req.Members))
	case "a period with chance":
		a.Amount = 1 + rand.Int64N(1000)
	case "a period of its birth":
		a.Amount = 1 + born
	case "a period in yen is a hundredth":
		if req.Currency == "JPY" {
			a.Amount = a.Amount/100 + 1
		}
	case "the first member counts double":
		a.Amount *= 2
	case "a period in the dark":
		c.Declined = nil
	case "a negative share":
		a.Amount = -a.Amount
	case "a share without a reason":
		a.Why = nil
	case "the team, though undeclared":
		if req.Members[a.Member].GetTeam() != nil {
			a.Amount++
		}
	}
	return out, nil
}
