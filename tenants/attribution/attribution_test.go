package attribution_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

// shop is store A with people known by their names.
type shop struct {
	*pgtest.Database
	t       *testing.T
	rules   attribution.Rules
	sellers *distributor.Service
	svc     *attribution.Service
}

func open(t *testing.T) *shop {
	db := pgtest.Open(t)
	sellers := distributor.New(db.DB)
	s := &shop{db, t, attribution.Defaults(), sellers, attribution.New(sellers)}
	s.in(distributor.OnSignUp)
	return s
}

func (s *shop) in(fn func(context.Context, *pg.Tx) error) {
	s.t.Helper()
	if err := s.Within(s.t.Context(), s.A, fn); err != nil {
		s.t.Fatal(err)
	}
}

// sells enlists people, each above the next: sells("b", "a") puts b over a.
func (s *shop) sells(names ...string) {
	s.t.Helper()
	s.in(func(ctx context.Context, tx *pg.Tx) error {
		up := distributor.ID{}
		for _, n := range names {
			m, err := s.sellers.Enlist(ctx, tx, distributor.Enlistment{ExternalID: n, Name: n, Grade: "normal", Code: "code-" + n, Upline: up})
			if err != nil {
				return err
			}
			up = m.ID
		}
		return nil
	})
}

func (s *shop) seller(name string) (m distributor.Member) {
	s.t.Helper()
	s.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		m, err = distributor.ByExternal(ctx, tx, name)
		return err
	})
	return m
}

func (s *shop) name(who distributor.ID) (name string) {
	if who.IsZero() {
		return "nobody"
	}
	s.in(func(ctx context.Context, tx *pg.Tx) error {
		names, err := distributor.Names(ctx, tx, []distributor.ID{who})
		name = names[who]
		return err
	})
	return name
}

func (s *shop) buyer(name string) (b customer.Buyer) {
	s.t.Helper()
	s.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = customer.Register(ctx, tx, customer.Registration{ExternalID: name, Name: name})
		return err
	})
	return b
}

func (s *shop) touch(buyer, by string) attribution.Outcome {
	s.t.Helper()
	return s.touchFrom(buyer, by, attribution.Source{})
}

func (s *shop) touchFrom(buyer, by string, from attribution.Source) (o attribution.Outcome) {
	s.t.Helper()
	b, m := s.buyer(buyer), s.seller(by)
	s.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		o, err = attribution.Touch(ctx, tx, b.ID, m.ID, from, s.rules)
		return err
	})
	return o
}

// touches checks the verdict and who holds the buyer then.
func (s *shop) touches(buyer, by string, want attribution.Verdict, holder string) {
	s.t.Helper()
	o := s.touch(buyer, by)
	if o.Verdict != want || s.name(o.Holder) != holder {
		s.t.Fatalf("%s touches %s: %s, held by %s; want %s, %s", buyer, by, o.Verdict, s.name(o.Holder), want, holder)
	}
}

func (s *shop) place(buyer string) (c attribution.Chain) {
	s.t.Helper()
	b := s.buyer(buyer)
	s.in(func(ctx context.Context, tx *pg.Tx) (err error) {
		c, err = attribution.Resolve(ctx, tx, b.ID, s.rules)
		return err
	})
	return c
}

// behind checks an order's chain, written "a1 b2!" (b is at level 2 and may
// not earn), and why.
func (s *shop) behind(buyer, want string, why attribution.Reason) attribution.Chain {
	s.t.Helper()
	c := s.place(buyer)
	var got []string
	for _, m := range c.Members {
		word := fmt.Sprint(s.name(m.ID), m.Level)
		if !m.State.MayEarn() {
			word += "!"
		}
		got = append(got, word)
	}
	if strings.Join(got, " ") != want || c.Reason != why {
		s.t.Fatalf("behind %s: %v %q, want %s %q", buyer, got, c.Reason, want, why)
	}
	return c
}

func (s *shop) pay(buyer string, c attribution.Chain) {
	s.t.Helper()
	b := s.buyer(buyer)
	s.in(func(ctx context.Context, tx *pg.Tx) error { return attribution.OnPaid(ctx, tx, b.ID, c, s.rules) })
}

func (s *shop) day(n float64) {
	s.Clock.Set(pgtest.Start.Add(time.Duration(n * 86_400 * float64(time.Second))))
}

func (s *shop) moves(name string, to distributor.State) {
	s.t.Helper()
	m := s.seller(name)
	s.in(func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.sellers.Move(ctx, tx, m.ID, to, "why")
		return err
	})
}

func (s *shop) under(name, upline string) {
	s.t.Helper()
	m, up := s.seller(name), s.seller(upline)
	s.in(func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.sellers.Reparent(ctx, tx, m.ID, up.ID)
		return err
	})
}

func TestBind(t *testing.T) {
	t.Parallel()
	t.Run("AnUnknownBuyerComesThroughALinkRegistersAndOrders", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("c", "b", "a")
		s.touches("lin", "a", attribution.Binds, "a")
		s.behind("lin", "a1 b2 c3", attribution.BehindBound)
	})
	t.Run("NobodyWithoutATouch", func(t *testing.T) {
		t.Parallel()
		open(t).behind("lin", "", attribution.NobodyTouched)
	})
	t.Run("LifeOfABind", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("a")
		s.sells("b")
		s.touches("lin", "a", attribution.Binds, "a")
		s.day(14)
		s.touches("lin", "b", attribution.Protected, "a")
		s.touches("lin", "a", attribution.Renews, "a") // validity to day 44, protection still to day 15
		s.day(15)
		s.touches("lin", "b", attribution.Challenges, "a")
		c := s.behind("lin", "b1", attribution.BehindTaken)
		s.touches("lin", "a", attribution.Renews, "a") // the last touch is the holder's again
		s.behind("lin", "a1", attribution.BehindBound)
		s.touches("lin", "b", attribution.Challenges, "a")
		s.pay("lin", c) // taken: protection to day 30
		s.day(29.9)
		s.touches("lin", "a", attribution.Protected, "b")
		s.behind("lin", "b1", attribution.BehindBound)
	})
	t.Run("ItEndsAtTheInstant", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("a")
		s.touch("lin", "a")
		s.Clock.Set(pgtest.Start.Add(30*86_400*time.Second - time.Microsecond))
		s.behind("lin", "a1", attribution.BehindBound)
		s.Clock.Advance(time.Microsecond)
		s.behind("lin", "", attribution.NobodyExpired)
	})
	t.Run("APaidOrderRestartsBoth", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("a")
		s.sells("b")
		s.touch("lin", "a")
		s.day(20)
		s.touches("lin", "b", attribution.Challenges, "a")
		s.rules.Take = attribution.TakeNever
		c := s.behind("lin", "a1", attribution.BehindBound)
		s.rules.Take = attribution.TakeByPaying
		s.pay("lin", c)
		s.day(34.9)
		s.touches("lin", "b", attribution.Protected, "a")
		s.day(49.9)
		s.behind("lin", "a1", attribution.BehindBound) // b's challenge was before the restart
		s.day(50)
		s.behind("lin", "", attribution.NobodyExpired)
	})
	t.Run("AnUnpaidOrderThroughANewLinkTakesNobody", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("a")
		s.sells("b")
		s.touch("lin", "a")
		s.day(16)
		old := s.behind("lin", "a1", attribution.BehindBound)
		s.touch("lin", "b")
		s.behind("lin", "b1", attribution.BehindTaken) // never paid
		s.pay("lin", old)                              // placed before the challenge, paid after: a's bind starts again
		s.behind("lin", "a1", attribution.BehindBound)
	})
	t.Run("TakenAtTheTouch", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.rules.Take = attribution.TakeByTouch
		s.sells("a")
		s.sells("b")
		s.touch("lin", "a")
		s.day(15)
		s.touches("lin", "b", attribution.Takes, "b")
		s.touches("lin", "a", attribution.Protected, "b")
	})
	t.Run("TheFrozenOrderStaysWithWhomItWasPlaced", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.rules.Take = attribution.TakeByTouch
		s.sells("a")
		s.sells("b")
		s.touch("lin", "a")
		s.day(15)
		c := s.behind("lin", "a1", attribution.BehindBound)
		s.touches("lin", "b", attribution.Takes, "b")
		s.pay("lin", c)
		s.behind("lin", "b1", attribution.BehindBound)
	})
	t.Run("OnTheFirstOrder", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.rules.BindOn = attribution.OnFirstOrder
		s.sells("a")
		s.sells("b")
		s.touches("lin", "a", attribution.Waits, "nobody")
		s.touches("lin", "b", attribution.Waits, "nobody")
		s.behind("lin", "b1", attribution.BehindBound)
		s.touches("lin", "a", attribution.Protected, "b")
	})
	t.Run("OnTheFirstPayment", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.rules.BindOn = attribution.OnFirstPayment
		s.sells("a")
		s.sells("b")
		s.touches("lin", "a", attribution.Waits, "nobody")
		c := s.behind("lin", "a1", attribution.BehindTouched)
		s.touches("lin", "b", attribution.Waits, "nobody")
		s.pay("lin", c)
		s.touches("lin", "b", attribution.Protected, "a")
	})
	t.Run("OnlyNewCustomers", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.rules.Who = attribution.NewCustomers
		s.sells("a")
		s.pay("lin", s.behind("lin", "", attribution.NobodyTouched))
		s.touches("lin", "a", attribution.NotNew, "nobody")
		s.behind("lin", "", attribution.NobodyNew)
		s.touches("mei", "a", attribution.Binds, "a")
	})
	t.Run("AWaitingTouchGrowsOld", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.rules.BindOn = attribution.OnFirstPayment
		s.sells("a")
		s.touch("lin", "a")
		s.day(30)
		s.behind("lin", "", attribution.NobodyLate)
	})
	t.Run("ACouponBeatsALaterLink", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.rules.BindOn = attribution.OnFirstOrder
		s.sells("a")
		s.sells("b")
		s.touchFrom("lin", "a", attribution.Source{Coupon: true})
		s.touch("lin", "b")
		s.behind("lin", "a1", attribution.BehindBound)
	})
	t.Run("EveryTouchIsKeptWithWhatWasSaid", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("a")
		s.sells("b")
		s.touchFrom("lin", "a", attribution.Source{Channel: "wechat", Material: "poster-1", Campaign: "spring"})
		s.touch("lin", "b")
		b := s.buyer("lin")
		s.in(func(ctx context.Context, tx *pg.Tx) error {
			touches, binds, err := attribution.Timeline(ctx, tx, b.ID, 10)
			if err != nil || len(touches) != 2 || len(binds) != 1 {
				t.Fatal(touches, binds, err)
			}
			first := touches[1]
			if first.Channel != "wechat" || first.Material != "poster-1" || first.Campaign != "spring" || first.Verdict != attribution.Binds || touches[0].Verdict != attribution.Protected || !first.At.Equal(pgtest.Start) {
				t.Fatalf("%+v", touches)
			}
			held, err := attribution.CustomersOf(ctx, tx, first.Distributor, tx.Now(), attribution.BindID{}, 5)
			if err != nil || len(held) != 1 || held[0].Buyer != b.ID {
				t.Fatal(held, err)
			}
			return nil
		})
	})
	t.Run("StoresShareNoBind", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("a")
		s.touch("lin", "a")
		a, lin := s.seller("a"), s.buyer("lin")
		err := s.Within(t.Context(), s.B, func(ctx context.Context, tx *pg.Tx) error {
			theirs, err := customer.Register(ctx, tx, customer.Registration{ExternalID: "lin"})
			if err != nil {
				return err
			}
			c, err := attribution.Resolve(ctx, tx, theirs.ID, s.rules)
			if err != nil || c.Reason != attribution.NobodyTouched {
				t.Error(c, err)
			}
			if _, err := attribution.Resolve(ctx, tx, lin.ID, s.rules); !errors.Is(err, customer.ErrUnknown) {
				t.Error(err)
			}
			_, err = attribution.Touch(ctx, tx, theirs.ID, a.ID, attribution.Source{}, s.rules)
			return err
		})
		if !errors.Is(err, distributor.ErrUnknown) {
			t.Fatal(err)
		}
	})
}

func TestWhoMayNotEarn(t *testing.T) {
	t.Parallel()
	t.Run("FrozenBindsStayAndTheChainSaysSo", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("c", "b", "a")
		s.touch("lin", "a")
		s.moves("a", distributor.Frozen)
		s.behind("lin", "a1! b2 c3", attribution.BehindBound)
		s.touches("mei", "a", attribution.Binds, "a")
	})
	t.Run("TheChainGoesOnUntilThreeMayEarn", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("e", "d", "c", "b", "a")
		s.moves("b", distributor.Frozen)
		s.touch("lin", "a")
		s.behind("lin", "a1 b2! c3 d4", attribution.BehindBound)
	})
	for _, gone := range []struct {
		state distributor.State
		why   attribution.Reason
	}{{distributor.Banned, attribution.NobodyBanned}, {distributor.Left, attribution.NobodyLeft}} {
		t.Run(string(gone.state)+" EarnsByNoPath", func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.sells("a")
			s.sells("b")
			s.touch("lin", "a")
			s.moves("a", gone.state)
			s.behind("lin", "", gone.why)
			s.touches("mei", "a", attribution.DeadLink, "nobody")
			s.behind("mei", "", attribution.NobodyDeadLink)
			s.touches("lin", "b", attribution.Binds, "b") // released: free for the next
		})
		t.Run(string(gone.state)+" BeforePayingBindsNobody", func(t *testing.T) {
			t.Parallel()
			s := open(t)
			s.rules.BindOn = attribution.OnFirstPayment
			s.sells("a")
			s.touch("lin", "a")
			c := s.behind("lin", "a1", attribution.BehindTouched)
			s.moves("a", gone.state)
			s.pay("lin", c)
			if n := s.Int(t, `select count(*) from attribution_bind`); n != 0 {
				t.Fatal(n, "binds")
			}
		})
	}
}

func TestDistributorBuys(t *testing.T) {
	t.Parallel()
	t.Run("ThroughTheirOwnChain", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("d", "c", "b", "a")
		s.sells("other")
		s.touches("a", "a", attribution.Self, "nobody")
		s.touches("a", "other", attribution.OwnChain, "nobody")
		s.touches("b", "a", attribution.Downline, "nobody")
		s.touches("d", "a", attribution.Downline, "nobody")
		if c := s.behind("a", "b1 c2 d3", attribution.BehindSelf); c.Seller != s.seller("b").ID || c.Self != s.seller("a").ID {
			t.Fatalf("%+v", c)
		}
		s.rules.SelfPurchase = attribution.SelfUplineSecond
		s.behind("a", "b2 c3 d4", attribution.BehindSelf)
		s.rules.SelfPurchase = attribution.SelfOn
		s.behind("a", "a1 b2 c3", attribution.BehindSelf)
		s.rules.SelfPurchase = attribution.SelfOff
		s.behind("d", "", attribution.BehindSelf)
		s.moves("a", distributor.Frozen)
		s.behind("a", "b1 c2 d3", attribution.BehindSelf)
	})
	t.Run("WhoHasLeftIsACustomerAgain", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		s.sells("b", "a", "low")
		s.moves("a", distributor.Left)
		s.behind("a", "", attribution.NobodyTouched)
		s.touches("a", "low", attribution.Downline, "nobody")
		s.touches("a", "b", attribution.Binds, "b")
		s.behind("a", "b1", attribution.BehindBound)
	})
}

func TestOnlyOneOpenBind(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.rules.ProtectionDays, s.rules.Take = 0, attribution.TakeByTouch
	var sellers []distributor.ID
	for i := range 4 {
		s.sells(fmt.Sprint("s", i))
		sellers = append(sellers, s.seller(fmt.Sprint("s", i)).ID)
	}
	for i := range 10 {
		lin := s.buyer(fmt.Sprint("lin", i))
		var wg sync.WaitGroup
		for _, by := range sellers {
			wg.Go(func() {
				err := s.Within(t.Context(), s.A, func(ctx context.Context, tx *pg.Tx) error {
					_, err := attribution.Touch(ctx, tx, lin.ID, by, attribution.Source{}, s.rules)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		open := s.Int(t, `select count(*) from attribution_bind where buyer_id = $1 and ended_at is null`, lin.ID)
		all := s.Int(t, `select count(*) from attribution_bind where buyer_id = $1`, lin.ID)
		touches := s.Int(t, `select max(nth) from attribution_touch where buyer_id = $1`, lin.ID)
		if open != 1 || all != 4 || touches != 4 {
			t.Fatalf("%d open binds of %d, %d touches", open, all, touches)
		}
	}
}
