// Command grader is a strategy that pays nobody, promotes whoever sold for
// 100.00 in the window, and knows one task.
package main

import (
	"context"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/fenli-io/fenli/plugins/sdk/handshake"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

func main() {
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig: handshake.Config,
		Plugins:         plugin.PluginSet{handshake.Name: handshake.Strategy{Serves: grader{}}},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(handshake.MaxMessage), grpc.MaxSendMsgSize(handshake.MaxMessage))...)
		},
	})
}

type grader struct {
	strategyv1.UnimplementedStrategyServer
}

func (grader) Describe(context.Context, *strategyv1.DescribeRequest) (*strategyv1.DescribeResponse, error) {
	return &strategyv1.DescribeResponse{Id: "grader", Version: "1.0.0", ConfigSchema: []byte(`{"type": "object"}`), GradesMembers: true, HasIncentives: true,
		Facts: []*strategyv1.Fact{{Name: "chain", Purpose: "p"}, {Name: "period.team", Purpose: "p"}},
		Locales: []*strategyv1.Locale{{Tag: "zh-CN", Messages: map[string]string{
			"p": "评定等级", "sold": "本人与团队销售额", "enough": "销售额达标", "not_yet": "销售额未达标", "nothing": "本方案不分佣", "ten": "本月成交 10 单"}}},
	}, nil
}

func (grader) ValidateConfig(context.Context, *strategyv1.ValidateConfigRequest) (*strategyv1.ValidateConfigResponse, error) {
	return &strategyv1.ValidateConfigResponse{}, nil
}

func (grader) Evaluate(_ context.Context, r *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	out := &strategyv1.EvaluateResponse{}
	for i := range r.GetOrders() {
		out.Decisions = append(out.Decisions, &strategyv1.Decision{Order: int32(i),
			Outcome: &strategyv1.Decision_NoCommission{NoCommission: &strategyv1.NoCommission{Why: &strategyv1.Why{Key: "nothing"}}}})
	}
	return out, nil
}

func (grader) EvaluateTier(_ context.Context, r *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error) {
	out := &strategyv1.EvaluateTierResponse{}
	for i, m := range r.GetMembers() {
		const target = 10_000
		sold := &strategyv1.Evidence{What: &strategyv1.Why{Key: "sold"}, Unit: strategyv1.Unit_UNIT_MONEY,
			Current: m.GetDid().GetSales().GetPaid() + m.GetDid().GetTeam().GetPaid(), Target: target}
		d := &strategyv1.TierDecision{Member: int32(i), Evidence: []*strategyv1.Evidence{sold},
			Outcome: &strategyv1.TierDecision_Keep{Keep: &strategyv1.KeepGrade{Why: &strategyv1.Why{Key: "not_yet"}}}}
		if m.GetDid().GetGrade() == r.GetGrades()[0] {
			d.Next = &strategyv1.NextGrade{Grade: r.GetGrades()[1], Missing: []*strategyv1.Evidence{sold}}
			if sold.Current >= target {
				d.Outcome = &strategyv1.TierDecision_Change{Change: &strategyv1.ChangeGrade{To: r.GetGrades()[1], Why: &strategyv1.Why{Key: "enough"}}}
			}
		}
		out.Decisions = append(out.Decisions, d)
	}
	return out, nil
}

func (grader) Incentives(_ context.Context, r *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error) {
	out := &strategyv1.IncentivesResponse{}
	for i, m := range r.GetMembers() {
		out.Progress = append(out.Progress, &strategyv1.Progress{Member: int32(i), Key: "ten", Title: &strategyv1.Why{Key: "ten"},
			Unit: strategyv1.Unit_UNIT_COUNT, Current: m.GetOrders(), Target: 10, Reward: &strategyv1.Reward{Amount: 5000}})
	}
	return out, nil
}
