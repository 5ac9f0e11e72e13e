package order_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// An order that is not paid closes by itself, except where the goods are on
// their way or with the buyer: then the money is still to come.
func TestUnpaid(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "a")
	place := func(t *testing.T, id string) (o order.Order) {
		t.Helper()
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			o, err = s.Place(ctx, tx, storetest.Sale{ID: id, Buyer: "lin", Via: team["a"], Nets: []int64{10000}})
			return err
		})
		return o
	}
	wait := func(t *testing.T) {
		t.Helper()
		s.Clock.Advance(31 * time.Minute)
		if _, err := s.Orders.RunDue(t.Context(), s.A); err != nil {
			t.Fatal(err)
		}
	}
	pay := func(o order.ID, at time.Time) error {
		return s.Within(t.Context(), s.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := s.Orders.Pay(ctx, tx, o, at)
			return err
		})
	}
	t.Run("ReceivedGoodsMayBePaidLater", func(t *testing.T) {
		o := place(t, "O1")
		s.Receive(t, s.A, o.ID)
		wait(t)
		if err := pay(o.ID, time.Time{}); err != nil {
			t.Error(err)
		}
	})
	t.Run("ShippingThatRacesTheClockWins", func(t *testing.T) {
		o := place(t, "O2")
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			if _, err := s.Orders.Ship(ctx, tx, o.ID, time.Time{}); err != nil {
				return err
			}
			// The clock has read this row before the shipping took it away.
			_, err := tx.Exec(ctx, `insert into order_due (tenant_id, order_id, kind, due_at) values ($1, $2, 'close_unpaid', $3)`,
				tx.Tenant(), o.ID, tx.Now())
			return err
		})
		wait(t)
		if err := pay(o.ID, time.Time{}); err != nil {
			t.Error(err)
		}
	})
	t.Run("APaymentFromBeforeTheCloseThatIsReportedLateCounts", func(t *testing.T) {
		o := place(t, "O3")
		paidAt := o.PlacedAt.Add(5 * time.Minute)
		wait(t)
		if err := pay(o.ID, paidAt); err != nil {
			t.Fatal(err)
		}
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			after, err := order.Get(ctx, tx, o.ID)
			if after.State != order.Paid || !after.PaidAt.Equal(paidAt) {
				t.Errorf("%s, paid %s", after.State, after.PaidAt)
			}
			return err
		})
	})
	t.Run("ALaterPaymentDoesNotRaiseTheDead", func(t *testing.T) {
		o := place(t, "O4")
		wait(t)
		if err := pay(o.ID, time.Time{}); err == nil {
			t.Error("a closed order was paid")
		}
	})
}
