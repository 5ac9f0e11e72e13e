// Command liar is a strategy that pays the seller 10 %, and lies, dies or
// hangs about orders whose channel says so.
package main

import (
	"context"
	"math"
	"os"
	"strconv"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/fenli-io/fenli/plugins/sdk/handshake"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// born differs from process to process, as the number of one in a namespace of
// its own does not.
var born = strconv.FormatInt(time.Now().UnixNano(), 10)

func main() {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake.Config,
		Plugins:         plugin.PluginSet{handshake.Name: handshake.Strategy{Serves: liar{}}},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(handshake.MaxMessage), grpc.MaxSendMsgSize(handshake.MaxMessage))...)
		},
	})
}

type liar struct {
	strategyv1.UnimplementedStrategyServer
}

func (liar) Describe(context.Context, *strategyv1.DescribeRequest) (*strategyv1.DescribeResponse, error) {
	return &strategyv1.DescribeResponse{Id: "liar", Version: "1.0.0", ConfigSchema: []byte(`{"type": "object"}`), Facts: []*strategyv1.Fact{
		{Name: "order.lines", Purpose: "p"}, {Name: "order.channel", Purpose: "p"}, {Name: "chain", Purpose: "p"},
	}}, nil
}

func (liar) ValidateConfig(context.Context, *strategyv1.ValidateConfigRequest) (*strategyv1.ValidateConfigResponse, error) {
	return &strategyv1.ValidateConfigResponse{}, nil
}

func (liar) Evaluate(_ context.Context, r *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	out := &strategyv1.EvaluateResponse{}
	for i, o := range r.GetOrders() {
		d := answer(o)
		if d != nil {
			d.Order += int32(i)
			out.Decisions = append(out.Decisions, d)
		}
	}
	return out, nil
}

func answer(o *strategyv1.Order) *strategyv1.Decision {
	net := o.GetLines()[0].GetNet()
	award := &strategyv1.Award{Level: 1, Kind: "level", Base: net, RatePpm: 100_000, Amount: net / 10, Why: &strategyv1.Why{Key: "w"}}
	paid := &strategyv1.Paid{Awards: []*strategyv1.Award{award}}
	d := &strategyv1.Decision{Outcome: &strategyv1.Decision_Paid{Paid: paid}}
	switch o.GetChannel() {
	case "greedy":
		award.Amount = 100 * net
	case "stranger":
		award.Recipient = 7
	case "negative":
		award.Amount = -award.Amount
	case "astronomic":
		award.Amount = math.MaxInt64
	case "level":
		award.Level = 3
	case "line":
		award.Line = 5
	case "reason":
		award.Why = nil
	case "flood":
		for range 1000 {
			paid.Awards = append(paid.Awards, award)
		}
	case "elsewhere":
		d.Order = 1000
	case "silent":
		return nil
	case "crash":
		os.Exit(4)
	case "hang":
		select {}
	case "moody":
		award.Why.Args = []*strategyv1.Arg{{Name: "mood", Value: born}}
	}
	return d
}
