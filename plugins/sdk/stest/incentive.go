package stest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// progress is the case's question.
func (c Case) progress(t *testing.T) *strategyv1.IncentivesRequest {
	t.Helper()
	req := &strategyv1.IncentivesRequest{}
	if err := protojson.Unmarshal(c.Progress, req); err != nil {
		t.Fatalf("%s: progress: %v", c.Name, err)
	}
	req.Config, req.Rules = c.Config, c.rules()
	if req.Currency == "" {
		req.Currency, req.MinorDigits = "CNY", 2
	}
	if req.Period == nil {
		req.Period = march()
	}
	if req.AsOfMs == 0 {
		req.AsOfMs = req.Period.ToMs - day
	}
	return req
}

func (k *kit) goldenProgress(t *testing.T, c Case) {
	req := c.progress(t)
	out := k.tell(t, req)
	if c.Failed != "" {
		if out.GetFailed().GetCode() != c.Failed {
			t.Errorf("want failed %q, got %v", c.Failed, out)
		}
		return
	}
	want, got := map[string]string{}, map[string]string{}
	for who, list := range c.Tasks {
		want[who] = strings.Join(list, "; ")
	}
	for who, list := range tasksOf(req, out) {
		got[who] = strings.Join(list, "; ")
	}
	if err := same("tasks", want, got); err != nil {
		t.Errorf("%v in %v", err, out)
	}
}

// tasksOf writes every member's tasks in short: "ten 3/10 pays 500".
func tasksOf(req *strategyv1.IncentivesRequest, out *strategyv1.IncentivesResponse) map[string][]string {
	all := map[string][]string{}
	for _, p := range out.Progress {
		line := fmt.Sprintf("%s %d/%d", p.Key, p.Current, p.Target)
		if r := p.Reward; r.GetAmount() > 0 {
			line += fmt.Sprintf(" pays %d", r.Amount)
		}
		if r := p.Reward; r.GetPoints() > 0 {
			line += fmt.Sprintf(" points %d", r.Points)
		}
		if r := p.Reward; r.GetBadge() != "" {
			line += " badge " + r.Badge
		}
		who := req.Members[p.Member].Handle
		all[who] = append(all[who], line)
	}
	return all
}

// tell asks about tasks and checks that the answer has the shape of the
// contract.
func (k *kit) tell(t *testing.T, req *strategyv1.IncentivesRequest) *strategyv1.IncentivesResponse {
	t.Helper()
	before := proto.Clone(req)
	out, err := k.server.Incentives(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(before, req) {
		t.Fatal("the strategy changed its request")
	}
	if err := k.soundProgress(req, out); err != nil {
		t.Fatalf("%v\nquestion: %v\nanswer: %v", err, req, out)
	}
	return out
}

// soundProgress checks an answer against everything the contract says about it.
func (k *kit) soundProgress(req *strategyv1.IncentivesRequest, out *strategyv1.IncentivesResponse) error {
	if out.Failed != nil && (out.Failed.Code == "" || len(out.Progress) > 0) {
		return fmt.Errorf("failed without a code, or with tasks")
	}
	told, last := map[string]bool{}, int32(0)
	for _, p := range out.Progress {
		at := fmt.Sprintf("%d/%s", p.Member, p.Key)
		switch {
		case p.Member < last || int(p.Member) >= len(req.Members):
			return fmt.Errorf("a task of a stranger, or out of order: %v", p)
		case p.Key == "" || told[at]:
			return fmt.Errorf("a task without a name, or told twice: %v", p)
		case p.Target <= 0 || p.Unit == strategyv1.Unit_UNIT_UNSPECIFIED:
			return fmt.Errorf("a task without a target or a unit: %v", p)
		case p.Reward.GetAmount() < 0 || p.Reward.GetPoints() < 0:
			return fmt.Errorf("a negative reward: %v", p)
		}
		told[at], last = true, p.Member
		if err := k.sentence(p.Title); err != nil {
			return err
		}
		if badge := p.Reward.GetBadge(); badge != "" {
			if err := k.sentence(&strategyv1.Why{Key: badge}); err != nil {
				return fmt.Errorf("badge: %w", err)
			}
		}
	}
	return nil
}

// incentives runs on members made by chance: the same answer twice, and
// whoever else is asked about.
func (k *kit) incentives(t *testing.T) {
	golden := k.of(asksProgress)
	if len(golden) == 0 {
		t.Fatal("stest: a strategy that has incentives needs a golden case with \"progress\"")
	}
	for _, c := range golden {
		t.Run(c.Name, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(20260301, 7))
			for range rounds {
				req := c.progress(t)
				req.Sales, req.Members = salesOfChance(dice), nil
				for i := range dice.IntN(batch) {
					req.Members = append(req.Members, memberOfChance(dice, fmt.Sprintf("m%d", i+1), pick(dice, ladder)))
				}
				k.sameProgress(t, dice, req)
			}
		})
	}
}

func (k *kit) sameProgress(t *testing.T, dice *rand.Rand, req *strategyv1.IncentivesRequest) {
	t.Helper()
	first, again := k.tell(t, req), k.tell(t, req)
	if first.Failed != nil {
		t.Fatalf("failed: %v\nquestion: %v", first.Failed, req)
	}
	if !proto.Equal(first, again) {
		t.Fatalf("asked twice, answered differently:\n%v\n%v", first, again)
	}
	moved := dice.Perm(len(req.Members))
	cut := dice.IntN(len(moved) + 1)
	for _, part := range [][]int{moved[:cut], moved[cut:]} {
		some := proto.Clone(req).(*strategyv1.IncentivesRequest)
		some.Members = nil
		for _, at := range part {
			some.Members = append(some.Members, req.Members[at])
		}
		got := k.tell(t, some)
		for at, who := range part {
			if a, b := tasksOfMember(first, who), tasksOfMember(got, at); !proto.Equal(a, b) {
				t.Fatalf("the answer depends on who else is asked about:\n%v\n%v", a, b)
			}
		}
	}
}

// tasksOfMember is what one member is told, without their position.
func tasksOfMember(out *strategyv1.IncentivesResponse, member int) *strategyv1.IncentivesResponse {
	one := &strategyv1.IncentivesResponse{}
	for _, p := range out.Progress {
		if int(p.Member) == member {
			p = proto.Clone(p).(*strategyv1.Progress)
			p.Member = 0
			one.Progress = append(one.Progress, p)
		}
	}
	return one
}
