package dispute_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/dispute"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/storetest"
)

type stall struct {
	*storetest.Stores
	team map[string]distributor.ID
	sold order.ID
}

func open(t *testing.T) stall {
	t.Helper()
	s := stall{Stores: storetest.Open(t)}
	s.team = s.Team(t, s.A, "b", "a")
	s.sold = s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: s.team["a"], Nets: []int64{10000}})
	s.Work(t, s.A)
	return s
}

// try runs a verb in a store's transaction.
func try(t *testing.T, s stall, tenant tenancy.ID, do func(context.Context, *pg.Tx) (dispute.Dispute, error)) (d dispute.Dispute, err error) {
	t.Helper()
	err = s.Within(t.Context(), tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		d, err = do(ctx, tx)
		return err
	})
	return d, err
}

func begin(t *testing.T, s stall, who string, about dispute.Subject, words string) (dispute.Dispute, error) {
	t.Helper()
	return try(t, s, s.A, func(ctx context.Context, tx *pg.Tx) (dispute.Dispute, error) {
		return dispute.Begin(ctx, tx, s.team[who], about, words)
	})
}

func TestDispute_FromOpeningToClosing(t *testing.T) {
	t.Parallel()
	s := open(t)
	d, err := begin(t, s, "a", dispute.Subject{Order: s.sold}, "应该是 20%")
	if err != nil || d.State != dispute.Open {
		t.Fatalf("%+v %v", d, err)
	}
	for _, step := range []struct {
		do      func(context.Context, *pg.Tx) (dispute.Dispute, error)
		state   dispute.State
		outcome dispute.Outcome
	}{
		{func(ctx context.Context, tx *pg.Tx) (dispute.Dispute, error) {
			return dispute.Answer(ctx, tx, d.ID, dispute.Rejected, "您的等级是普通", "staff")
		}, dispute.Answered, dispute.Rejected},
		{func(ctx context.Context, tx *pg.Tx) (dispute.Dispute, error) {
			return dispute.Reply(ctx, tx, d.ID, s.team["a"], "三月已升级")
		}, dispute.Open, dispute.Rejected},
		{func(ctx context.Context, tx *pg.Tx) (dispute.Dispute, error) {
			return dispute.Answer(ctx, tx, d.ID, dispute.Upheld, "抱歉，已补发", "staff")
		}, dispute.Answered, dispute.Upheld},
		{func(ctx context.Context, tx *pg.Tx) (dispute.Dispute, error) {
			return dispute.Close(ctx, tx, d.ID, s.team["a"], "", "")
		}, dispute.Closed, dispute.Upheld},
		{func(ctx context.Context, tx *pg.Tx) (dispute.Dispute, error) { // said twice
			return dispute.Close(ctx, tx, d.ID, s.team["a"], "", "")
		}, dispute.Closed, dispute.Upheld},
	} {
		now, err := try(t, s, s.A, step.do)
		if err != nil || now.State != step.state || now.Outcome != step.outcome {
			t.Fatalf("%+v %v, want %s %s", now, err, step.state, step.outcome)
		}
	}
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		said, err := dispute.History(ctx, tx, d.ID)
		got := ""
		for _, e := range said {
			got += fmt.Sprint(e.Nth, e.Side, e.Verb, " ")
		}
		if want := "1distributoropened 2merchantrejected 3distributorreplied 4merchantupheld 5distributorclosed "; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		return err
	})
	if _, err := try(t, s, s.A, func(ctx context.Context, tx *pg.Tx) (dispute.Dispute, error) {
		return dispute.Reply(ctx, tx, d.ID, s.team["a"], "还有")
	}); !errors.Is(err, dispute.ErrWrongState) {
		t.Errorf("a closed one: %v", err)
	}
	if _, err := begin(t, s, "a", dispute.Subject{Order: s.sold}, "又有问题"); err != nil {
		t.Errorf("a new one after the old one is closed: %v", err)
	}
	s.MustBalance(t)
}

func TestBegin_Refuses(t *testing.T) {
	t.Parallel()
	s := open(t)
	other := s.Team(t, s.A, "x")
	s.team["x"] = other["x"]
	first, err := begin(t, s, "a", dispute.Subject{Order: s.sold}, "为什么")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		who   string
		about dispute.Subject
		words string
		want  error
	}{
		"NoSubject":           {"a", dispute.Subject{}, "x", dispute.ErrSubjectMissing},
		"TwoSubjects":         {"a", dispute.Subject{Order: s.sold, Claimed: "O9"}, "x", dispute.ErrSubjectMissing},
		"NoWords":             {"b", dispute.Subject{Order: s.sold}, "", dispute.ErrWordsMissing},
		"AnotherChain":        {"x", dispute.Subject{Order: s.sold}, "x", order.ErrUnknown},
		"AnUnknownOrder":      {"a", dispute.Subject{Order: order.ID{1}}, "x", order.ErrUnknown},
		"TheSameInOtherWords": {"a", dispute.Subject{Order: s.sold}, "y", dispute.ErrAlreadyOpen},
	} {
		if _, err := begin(t, s, c.who, c.about, c.words); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	again, err := begin(t, s, "a", dispute.Subject{Order: s.sold}, "为什么")
	if err != nil || again.ID != first.ID {
		t.Errorf("the same again: %v %v", again.ID, err)
	}
	if _, err := begin(t, s, "x", dispute.Subject{Claimed: "O1"}, "这单是我推广的"); err != nil {
		t.Errorf("a claim: %v", err)
	}
	if _, err := try(t, s, s.A, func(ctx context.Context, tx *pg.Tx) (dispute.Dispute, error) {
		return dispute.Reply(ctx, tx, first.ID, s.team["b"], "x")
	}); !errors.Is(err, dispute.ErrUnknown) {
		t.Errorf("somebody else's: %v", err)
	}
	if _, err := try(t, s, s.B, func(ctx context.Context, tx *pg.Tx) (dispute.Dispute, error) {
		return dispute.Get(ctx, tx, first.ID)
	}); !errors.Is(err, dispute.ErrUnknown) {
		t.Errorf("another store: %v", err)
	}
}

func TestBegin_TwoAtOnceAreOneDispute(t *testing.T) {
	t.Parallel()
	s := open(t)
	var wait sync.WaitGroup
	ids := make([]dispute.ID, 6)
	for i := range ids {
		wait.Go(func() {
			d, err := begin(t, s, "a", dispute.Subject{Order: s.sold}, "为什么")
			if err != nil {
				t.Error(err)
			}
			ids[i] = d.ID
		})
	}
	wait.Wait()
	for _, got := range ids {
		if got != ids[0] {
			t.Errorf("%v", ids)
		}
	}
}

func TestBegin_AtMostTwentyUnsettled(t *testing.T) {
	t.Parallel()
	s := open(t)
	for i := range 20 {
		if _, err := begin(t, s, "a", dispute.Subject{Claimed: fmt.Sprint("N", i)}, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := begin(t, s, "a", dispute.Subject{Order: s.sold}, "x"); !errors.Is(err, dispute.ErrTooMany) {
		t.Error(err)
	}
}
