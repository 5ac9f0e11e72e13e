package attribution_test

import (
	"context"
	"errors"
	"testing"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/distributor"
)

func (s *shop) apply(buyer, code string, approve bool) (m distributor.Member, err error) {
	b := s.buyer(buyer)
	err = s.Within(s.t.Context(), s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		m, err = s.svc.Join(ctx, tx, attribution.Application{Buyer: b.ID, Name: buyer, Code: code, Grade: "normal", Approve: approve})
		return err
	})
	return m, err
}

func (s *shop) joins(buyer, code, upline string) distributor.Member {
	s.t.Helper()
	m, err := s.apply(buyer, code, true)
	if err != nil || s.name(m.UplineID) != upline {
		s.t.Fatalf("%s joins under %s, want %s; %v", buyer, s.name(m.UplineID), upline, err)
	}
	return m
}

func TestJoin(t *testing.T) {
	t.Parallel()
	t.Run("UnderTheRecruitLinkElseTheBindElseNobody", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("a")
		s.sells("b")
		for _, buyer := range []string{"one", "two", "three"} {
			s.touch(buyer, "a")
		}
		s.joins("one", "code-b", "b")
		s.joins("two", "", "a")
		s.joins("three", "no-such-code", "a")
		s.joins("four", "", "nobody")
		s.moves("b", distributor.Banned)
		s.joins("five", "code-b", "nobody")
		s.day(30)
		s.touch("six", "a")
		s.day(60)
		s.joins("six", "", "nobody") // the bind has run out
	})
	t.Run("ABindUnderProtectionIsHonouredUntilItEnds", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("a")
		s.sells("c", "b")
		s.touch("lin", "a")
		s.day(5)
		s.joins("lin", "code-b", "b")
		c := s.behind("lin", "a1", attribution.BehindHonoured)
		s.pay("lin", c) // does not start again
		s.touches("lin", "a", attribution.OwnChain, "a")
		s.day(14.999)
		s.behind("lin", "a1", attribution.BehindHonoured)
		s.day(15)
		s.behind("lin", "b1 c2", attribution.BehindSelf)
	})
	t.Run("ABindOutOfProtectionEnds", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("a")
		s.sells("b")
		s.touch("lin", "a")
		s.day(16)
		s.joins("lin", "code-b", "b")
		s.behind("lin", "b1", attribution.BehindSelf)
		if n := s.Int(t, `select count(*) from attribution_bind where ended_cause = 'joined'`); n != 1 {
			t.Fatal(n)
		}
	})
	t.Run("AnApplicantIsACustomerUntilApproved", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("b", "a")
		s.touch("lin", "a")
		s.day(20)
		m, err := s.apply("lin", "", false)
		if err != nil || m.State != distributor.Applied || m.JoinedAt != nil {
			t.Fatal(m, err)
		}
		s.behind("lin", "a1 b2", attribution.BehindBound)
		if _, err := s.apply("lin", "", false); !errors.Is(err, distributor.ErrAlreadyJoined) {
			t.Fatal(err)
		}
		if _, err := s.sellers.Approve(t.Context(), s.A, m.ID); err != nil {
			t.Fatal(err)
		}
		s.behind("lin", "a1 b2", attribution.BehindSelf)
	})
	t.Run("TheRejectedMayApplyAgainUnderAnother", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("a")
		s.sells("b")
		m, err := s.apply("lin", "code-a", false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.sellers.Reject(t.Context(), s.A, m.ID, "no photograph"); err != nil {
			t.Fatal(err)
		}
		again := s.joins("lin", "code-b", "b")
		if again.ID != m.ID || again.State != distributor.Active {
			t.Fatalf("%+v", again)
		}
	})
	t.Run("SomebodyKnownAsABuyerIsLinkedWhenEnlisted", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("a")
		s.touch("lin", "a")
		s.day(20)
		s.sells("lin")
		s.behind("lin", "", attribution.BehindSelf)
	})
	t.Run("TheTeamMovesAndTheBindsStay", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("b", "a")
		s.sells("c")
		s.touch("lin", "a")
		s.behind("lin", "a1 b2", attribution.BehindBound)
		s.under("a", "c")
		s.behind("lin", "a1 c2", attribution.BehindBound)
	})
}
