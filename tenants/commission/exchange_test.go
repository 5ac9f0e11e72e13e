package commission_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
)

const day = 24 * time.Hour

// An exchange moves the award to the replacement: it waits for its receipt, and
// only the difference in price changes what it comes to.
func TestExchange(t *testing.T) {
	t.Parallel()
	exchange := func(t *testing.T, s *storetest.Stores, o order.ID, r order.ExchangeRequest) (x order.Exchange) {
		t.Helper()
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			x, err = s.Orders.Exchange(ctx, tx, o, r)
			return err
		})
		s.Work(t, s.A)
		return x
	}
	sold := func(t *testing.T) (*storetest.Stores, order.ID, func() [2]int64) {
		s := storetest.Open(t)
		a := s.Team(t, s.A, "a")["a"]
		o := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: a, Nets: []int64{10000, 5000}})
		s.Receive(t, s.A, o)
		s.Work(t, s.A)
		s.Clock.Advance(6 * day) // a day before it matures
		return s, o, func() [2]int64 {
			b := s.Balance(t, s.A, a)
			return [2]int64{b.Held, b.Available}
		}
	}
	wants := func(t *testing.T, s *storetest.Stores, has func() [2]int64, want [2]int64) {
		t.Helper()
		if got := has(); got != want {
			t.Errorf("held and available are %v, want %v", got, want)
		}
		s.MustBalance(t)
	}
	t.Run("TheWindowRestartsAtTheReceiptOfTheReplacement", func(t *testing.T) {
		t.Parallel()
		s, o, has := sold(t)
		exchange(t, s, o, order.ExchangeRequest{ExternalID: "X1", Line: "1", SKU: "S9"})
		s.Clock.Advance(2 * day)
		s.Work(t, s.A)
		wants(t, s, has, [2]int64{1500, 0})
		s.Receive(t, s.A, o)
		s.Work(t, s.A)
		s.Clock.Advance(7*day - time.Second)
		s.Work(t, s.A)
		wants(t, s, has, [2]int64{1500, 0})
		s.Clock.Advance(time.Second)
		s.Work(t, s.A)
		wants(t, s, has, [2]int64{0, 1500})
	})
	t.Run("ACheaperReplacementGivesTheDifferenceBack", func(t *testing.T) {
		t.Parallel()
		s, o, has := sold(t)
		for range 2 { // and once, however often it is said
			if x := exchange(t, s, o, order.ExchangeRequest{ExternalID: "X1", Line: "1", Difference: -4000}); x.RefundID.IsZero() {
				t.Errorf("%+v", x)
			}
		}
		wants(t, s, has, [2]int64{1100, 0})
	})
	t.Run("ADearerOneIsAnOrderOfTheSamePeopleAndProgramme", func(t *testing.T) {
		t.Parallel()
		s, o, has := sold(t)
		s.Propose(t, s.A, func(p *program.Settings) { p.OrderCap = 0 }) // a later programme gives nothing
		x := exchange(t, s, o, order.ExchangeRequest{ExternalID: "X1", Line: "2", SKU: "S9", Difference: 3000})
		wants(t, s, has, [2]int64{1800, 0})
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			extra, err := order.Get(ctx, tx, x.ExtraID)
			if extra.Source != order.SourceExchange || extra.Goods != 3000 || extra.Revision == 0 || extra.State != order.Shipped {
				t.Errorf("%+v", extra)
			}
			return err
		})
	})
	t.Run("ACorrectedPriceSendsNothing", func(t *testing.T) {
		t.Parallel()
		s, o, has := sold(t)
		exchange(t, s, o, order.ExchangeRequest{ExternalID: "down", Line: "1", Difference: -1000, PriceOnly: true})
		exchange(t, s, o, order.ExchangeRequest{ExternalID: "up", Line: "2", Difference: 2000, PriceOnly: true})
		wants(t, s, has, [2]int64{1600, 0})
		s.Clock.Advance(day)
		s.Work(t, s.A)
		wants(t, s, has, [2]int64{200, 1400}) // what was paid more has a window of its own
	})
	t.Run("WhatIsSettledStays", func(t *testing.T) {
		t.Parallel()
		s, o, has := sold(t)
		s.Clock.Advance(day)
		s.Work(t, s.A)
		exchange(t, s, o, order.ExchangeRequest{ExternalID: "X1", Line: "1"})
		wants(t, s, has, [2]int64{0, 1500})
	})
	t.Run("Refuses", func(t *testing.T) {
		t.Parallel()
		s, o, _ := sold(t)
		for code, r := range map[string]order.ExchangeRequest{
			"order.unknown_line":      {ExternalID: "X1", Line: "7"},
			"order.no_external_id":    {Line: "1"},
			"order.no_difference":     {ExternalID: "X1", Line: "1", PriceOnly: true},
			"order.refund_above_paid": {ExternalID: "X1", Line: "2", Difference: -5001},
		} {
			err := s.Within(t.Context(), s.A, func(ctx context.Context, tx *pg.Tx) error {
				_, err := s.Orders.Exchange(ctx, tx, o, r)
				return err
			})
			if fault.Of(err).Code != code {
				t.Errorf("%+v: %v, want %s", r, err, code)
			}
		}
	})
}
