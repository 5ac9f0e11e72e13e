package stest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// ladder is the store's grades when a case names none.
var ladder = []string{"bronze", "silver", "gold"}

// tier is the case's question.
func (c Case) tier(t *testing.T) *strategyv1.EvaluateTierRequest {
	t.Helper()
	req := &strategyv1.EvaluateTierRequest{}
	if err := protojson.Unmarshal(c.Tier, req); err != nil {
		t.Fatalf("%s: tier: %v", c.Name, err)
	}
	req.Config, req.Rules = c.Config, c.rules()
	if req.Currency == "" {
		req.Currency, req.MinorDigits = "CNY", 2
	}
	if len(req.Grades) == 0 {
		req.Grades = ladder
	}
	if req.Window == nil {
		req.Window = march()
	}
	return req
}

func (k *kit) goldenTier(t *testing.T, c Case) {
	req := c.tier(t)
	list := k.grade(t, req)
	becomes, next, reasons := map[string]string{}, map[string]string{}, map[string]string{}
	for i, d := range list {
		who := req.Members[i].GetDid().GetHandle()
		if c.Failed != "" {
			if d.GetFailed().GetCode() != c.Failed {
				t.Errorf("%s: want failed %q, got %v", who, c.Failed, d)
			}
			continue
		}
		becomes[who], reasons[who] = gradeAfter(req.Members[i], d), whyGraded(d).GetKey()
		if d.Next != nil {
			next[who] = d.Next.Grade
		}
	}
	if c.Failed != "" {
		return
	}
	if err := same("becomes", c.Becomes, becomes); err != nil {
		t.Errorf("%v in %v", err, list)
	}
	if c.Next != nil {
		if err := same("next", c.Next, next); err != nil {
			t.Errorf("%v in %v", err, list)
		}
	}
	for who, key := range c.Why {
		if reasons[who] != key {
			t.Errorf("why: %s: want %q, got %q", who, key, reasons[who])
		}
	}
}

// gradeAfter is the member's grade from now on, or the failure's code.
func gradeAfter(m *strategyv1.TierMember, d *strategyv1.TierDecision) string {
	switch out := d.Outcome.(type) {
	case *strategyv1.TierDecision_Change:
		return out.Change.To
	case *strategyv1.TierDecision_Failed:
		return "failed: " + out.Failed.Code
	}
	return m.GetDid().GetGrade()
}

func whyGraded(d *strategyv1.TierDecision) *strategyv1.Why {
	if c := d.GetChange(); c != nil {
		return c.Why
	}
	return d.GetKeep().GetWhy()
}

// grade asks about a batch and returns one sound decision for every member.
func (k *kit) grade(t *testing.T, req *strategyv1.EvaluateTierRequest) []*strategyv1.TierDecision {
	t.Helper()
	before := proto.Clone(req)
	out, err := k.server.EvaluateTier(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(before, req) {
		t.Fatal("the strategy changed its request")
	}
	list := make([]*strategyv1.TierDecision, len(req.Members))
	for _, d := range out.Decisions {
		if d.Member < 0 || int(d.Member) >= len(list) || list[d.Member] != nil {
			t.Fatalf("decision about member %d: unknown or twice", d.Member)
		}
		list[d.Member] = d
	}
	for i, d := range list {
		if d == nil {
			t.Fatalf("no decision about member %d", i)
		}
		if err := k.soundTier(req.Grades, req.Members[i], d); err != nil {
			t.Fatalf("%v\nmember: %v\ndecision: %v", err, req.Members[i], d)
		}
	}
	return list
}

// soundTier checks one decision against everything the contract says about it.
func (k *kit) soundTier(grades []string, m *strategyv1.TierMember, d *strategyv1.TierDecision) error {
	if f := d.GetFailed(); f != nil {
		if f.Code == "" {
			return fmt.Errorf("failed without a code")
		}
		return nil
	}
	after := gradeAfter(m, d)
	if c := d.GetChange(); c != nil && (!slices.Contains(grades, c.To) || c.To == m.GetDid().GetGrade()) {
		return fmt.Errorf("changed to %q, which is no grade of the store or the present one", c.To)
	}
	if d.Outcome == nil {
		return fmt.Errorf("a decision without an outcome")
	}
	if err := k.sentence(whyGraded(d)); err != nil {
		return err
	}
	evidence := slices.Concat(d.Evidence, d.Next.GetMissing())
	for _, e := range evidence {
		if e.Unit == strategyv1.Unit_UNIT_UNSPECIFIED {
			return fmt.Errorf("evidence without a unit: %v", e)
		}
		if err := k.sentence(e.What); err != nil {
			return err
		}
	}
	if n := d.Next; n != nil && slices.Index(grades, n.Grade) <= slices.Index(grades, after) {
		return fmt.Errorf("the next grade %q is not above %q", n.Grade, after)
	}
	return nil
}

// tiers runs on members made from the golden ones: the same answer twice,
// whoever stands first, in any batch, and in any currency.
func (k *kit) tiers(t *testing.T) {
	golden := k.of(asksTier)
	if len(golden) == 0 {
		t.Fatal("stest: a strategy that grades members needs a golden case with \"tier\"")
	}
	for _, c := range golden {
		t.Run(c.Name, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(20260301, 7))
			for range rounds {
				k.sameTier(t, dice, tierOfChance(dice, c.tier(t)))
			}
		})
	}
}

func tierOfChance(dice *rand.Rand, req *strategyv1.EvaluateTierRequest) *strategyv1.EvaluateTierRequest {
	grades := append([]string{"", "stranger"}, req.Grades...)
	req.Members = nil
	for i := range dice.IntN(batch) {
		joined := req.Window.ToMs - dice.Int64N(400*day)
		req.Members = append(req.Members, &strategyv1.TierMember{
			Did: memberOfChance(dice, fmt.Sprintf("m%d", i+1), pick(dice, grades)), JoinedAtMs: joined,
			GradedAtMs: joined + dice.Int64N(req.Window.ToMs-joined+1), Direct: int32(dice.IntN(40)), Team: int32(dice.IntN(4000)),
		})
	}
	return req
}

const day = 24 * 60 * 60 * 1000

func (k *kit) sameTier(t *testing.T, dice *rand.Rand, req *strategyv1.EvaluateTierRequest) {
	t.Helper()
	first, again := k.grade(t, req), k.grade(t, req)
	for i, d := range first {
		if f := d.GetFailed(); f != nil {
			t.Fatalf("failed: %v\nmember: %v", f, req.Members[i])
		}
		if !proto.Equal(d, again[i]) {
			t.Fatalf("asked twice, answered differently:\n%v\n%v", d, again[i])
		}
	}
	moved := dice.Perm(len(first))
	cut := dice.IntN(len(first) + 1)
	for _, part := range [][]int{moved[:cut], moved[cut:]} {
		some := proto.Clone(req).(*strategyv1.EvaluateTierRequest)
		some.Members = nil
		for _, at := range part {
			some.Members = append(some.Members, req.Members[at])
		}
		for i, d := range k.grade(t, some) {
			if d.Member = int32(part[i]); !proto.Equal(d, first[part[i]]) {
				t.Fatalf("the answer depends on who else is asked about:\n%v\n%v", first[part[i]], d)
			}
		}
	}
	foreign := proto.Clone(req).(*strategyv1.EvaluateTierRequest)
	foreign.Currency, foreign.MinorDigits = "JPY", 0
	for i, d := range k.grade(t, foreign) {
		if a, b := gradeAfter(req.Members[i], first[i]), gradeAfter(req.Members[i], d); a != b {
			t.Fatalf("the answer depends on the currency: %q and %q", a, b)
		}
	}
}
