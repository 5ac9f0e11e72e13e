package strategy_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"

	strategy "github.com/fenli-io/fenli/plugins/sdk"
	"github.com/fenli-io/fenli/plugins/sdk/handshake"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// The test binary is also the strategy's process.
func TestMain(m *testing.M) {
	if os.Getenv(handshake.Config.MagicCookieKey) != "" {
		fmt.Println("a line that nobody asked for, before the handshake")
		strategy.Serve(club)
		return
	}
	os.Exit(m.Run())
}

func TestServe(t *testing.T) {
	t.Parallel()
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: handshake.Config, Plugins: goplugin.PluginSet{handshake.Name: handshake.Strategy{}},
		Cmd: exec.Command(os.Args[0]), AutoMTLS: true, AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC}, Logger: hclog.NewNullLogger(),
	})
	t.Cleanup(client.Kill)
	conn, err := client.Client()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := conn.Dispense(handshake.Name)
	if err != nil {
		t.Fatal(err)
	}
	asked := raw.(strategyv1.StrategyClient)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	t.Run("Describe", func(t *testing.T) {
		d, err := asked.Describe(ctx, &strategyv1.DescribeRequest{})
		if err != nil || d.Sdk != strategy.SDK || !d.ClosesPeriods || !d.GradesMembers || !d.HasIncentives {
			t.Error(d, err)
		}
	})
	t.Run("Evaluate", func(t *testing.T) {
		out, err := asked.Evaluate(ctx, &strategyv1.EvaluateRequest{Config: settings(clubSettings), Orders: []*strategyv1.Order{{}, {}}})
		if err != nil || len(out.Decisions) != 2 || out.Decisions[1].GetNoCommission().GetWhy().GetKey() != "at_the_close" {
			t.Error(out, err)
		}
	})
	t.Run("EvaluateTier", func(t *testing.T) {
		out, err := asked.EvaluateTier(ctx, &strategyv1.EvaluateTierRequest{
			Config: settings(clubSettings), Grades: []string{"silver", "gold"}, Members: []*strategyv1.TierMember{{Did: clubMembers[0]}, {Did: clubMembers[1]}}})
		if err != nil || len(out.Decisions) != 2 || out.Decisions[0].GetChange().GetTo() != "gold" || out.Decisions[1].GetNext().GetGrade() != "gold" {
			t.Error(out, err)
		}
	})
	t.Run("Incentives", func(t *testing.T) {
		out, err := asked.Incentives(ctx, &strategyv1.IncentivesRequest{Config: settings(clubSettings), Members: clubMembers})
		if err != nil || len(out.Progress) != 2 || out.Progress[1].Reward.GetAmount() != 8_800 {
			t.Error(out, err)
		}
	})
}
