package conformance

import (
	"context"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// InProcess is a strategy in this process as [Asked]. Questions and answers
// still pass through their wire form, so neither side can reach into the
// other's memory and an answer that is not valid protobuf is an error. Every
// artifact is this one.
func InProcess(server strategyv1.StrategyServer) Asked { return inProcess{server} }

type inProcess struct{ server strategyv1.StrategyServer }

func (p inProcess) Describe(ctx context.Context, _ string) (*strategyv1.DescribeResponse, error) {
	return over(ctx, &strategyv1.DescribeRequest{}, &strategyv1.DescribeRequest{}, &strategyv1.DescribeResponse{}, p.server.Describe)
}

func (p inProcess) ValidateConfig(ctx context.Context, _ string, config []byte, rules *strategyv1.Rules) (*strategyv1.ValidateConfigResponse, error) {
	return over(ctx, &strategyv1.ValidateConfigRequest{Config: config, Rules: rules}, &strategyv1.ValidateConfigRequest{}, &strategyv1.ValidateConfigResponse{}, p.server.ValidateConfig)
}

func (p inProcess) Evaluate(ctx context.Context, _ string, r *strategyv1.EvaluateRequest) (*strategyv1.EvaluateResponse, error) {
	return over(ctx, r, &strategyv1.EvaluateRequest{}, &strategyv1.EvaluateResponse{}, p.server.Evaluate)
}

func (p inProcess) ClosePeriod(ctx context.Context, _ string, r *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error) {
	return over(ctx, r, &strategyv1.ClosePeriodRequest{}, &strategyv1.ClosePeriodResponse{}, p.server.ClosePeriod)
}

func (p inProcess) EvaluateTier(ctx context.Context, _ string, r *strategyv1.EvaluateTierRequest) (*strategyv1.EvaluateTierResponse, error) {
	return over(ctx, r, &strategyv1.EvaluateTierRequest{}, &strategyv1.EvaluateTierResponse{}, p.server.EvaluateTier)
}

func (p inProcess) Incentives(ctx context.Context, _ string, r *strategyv1.IncentivesRequest) (*strategyv1.IncentivesResponse, error) {
	return over(ctx, r, &strategyv1.IncentivesRequest{}, &strategyv1.IncentivesResponse{}, p.server.Incentives)
}

// over calls through the wire form: sent is a copy of the question, came of
// the answer.
func over[Q, A proto.Message](ctx context.Context, asks, sent Q, came A, call func(context.Context, Q) (A, error)) (nothing A, err error) {
	if err := copyOver(asks, sent); err != nil {
		return nothing, err
	}
	answer, err := call(ctx, sent)
	if err != nil {
		return nothing, err
	}
	if err := copyOver(answer, came); err != nil {
		return nothing, err
	}
	return came, nil
}

func copyOver(from, to proto.Message) error {
	raw, err := proto.Marshal(from)
	if err != nil {
		return err
	}
	return proto.Unmarshal(raw, to)
}
