package withdrawal_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/storetest"
	. "github.com/fenli-io/fenli/tenants/withdrawal"
)

// town is a store with everything from an order to its payout.
type town struct {
	*storetest.Stores
	t     *testing.T
	money *Service
}

func openTown(t *testing.T, refund string, opts ...pg.Option) *town {
	t.Helper()
	s := storetest.Open(t, opts...)
	s.Propose(t, s.A, func(p *program.Settings) { p.Refund = refund })
	return &town{s, t, New(s.DB, func(context.Context, *pg.Tx) (Rules, error) { return Rules{Currency: "CNY", Zone: time.UTC}, nil })}
}

// expected are refusals that a person may meet; everything else fails the test.
func (s *town) expected(what string, err error) {
	if err != nil && !errors.Is(err, commission.ErrBusy) && fault.Of(err).Kind == fault.Internal {
		s.t.Errorf("%s: %v", what, err)
	}
}

func (s *town) sell(ctx context.Context, id string, via distributor.ID, nets ...int64) (o order.ID, err error) {
	err = s.Within(ctx, s.A, func(ctx context.Context, tx *pg.Tx) error {
		placed, err := s.Place(ctx, tx, storetest.Sale{ID: id, Buyer: "buyer of " + via.String(), Via: via, Nets: nets})
		if err != nil {
			return err
		}
		o = placed.ID
		_, err = s.Orders.Pay(ctx, tx, o, time.Time{})
		return err
	})
	return o, err
}

func (s *town) refundIn(ctx context.Context, o order.ID, r order.RefundRequest) error {
	return s.Within(ctx, s.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Orders.Refund(ctx, tx, o, r)
		return err
	})
}

func (s *town) receiveIn(ctx context.Context, o order.ID) error {
	return s.Within(ctx, s.A, func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.Orders.Receive(ctx, tx, o, time.Time{})
		return err
	})
}

func (s *town) ask(ctx context.Context, who distributor.ID, amount int64) (w Withdrawal, err error) {
	err = s.Within(ctx, s.A, func(ctx context.Context, tx *pg.Tx) error {
		w, err = s.money.Request(ctx, tx, Ask{Distributor: who, Amount: amount})
		return err
	})
	return w, err
}

// payOut approves a request and records its payment.
func (s *town) payOut(ctx context.Context, which ID) error {
	return s.Within(ctx, s.A, func(ctx context.Context, tx *pg.Tx) error {
		w, err := s.money.Approve(ctx, tx, which, "staff:1")
		if err != nil || w.State != Approved {
			return err
		}
		_, err = s.money.Pay(ctx, tx, which, "V", "staff:1")
		return err
	})
}

// drain works the lane until nothing is left in it.
func (s *town) drain() {
	s.t.Helper()
	for deadline := clock.Real().Add(30 * time.Second); s.Int(s.t, `select count(*) from order_change`) > 0; {
		if clock.Real().After(deadline) {
			s.t.Fatal("orders are left in the lane")
		}
		_, err := s.Commission.Drain(s.t.Context(), s.A)
		s.expected("drain", err)
		if errors.Is(err, commission.ErrBusy) {
			time.Sleep(20 * time.Millisecond)
		}
	}
}

// settle lets everything happen that is due by now.
func (s *town) settle() {
	s.t.Helper()
	s.drain()
	if _, err := s.Settlement.Mature(s.t.Context(), s.A); err != nil {
		s.t.Fatal(err)
	}
	if err := s.money.SettleDebts(s.t.Context(), s.A); err != nil {
		s.t.Fatal(err)
	}
}

// eachHas asks what must hold of everybody's money at rest.
func (s *town) eachHas(team map[string]distributor.ID) {
	s.t.Helper()
	for name, who := range team {
		b := s.Balance(s.t, s.A, who)
		if b.Owed() > 0 && b.Available > 0 {
			s.t.Errorf("%s is in debt and in money: %+v", name, b)
		}
		unsent := s.Int(s.t, `select coalesce(sum(gross), 0) from withdrawal_request where distributor_id = $1 and state in ('requested', 'approved', 'sending', 'waiting_for_user', 'manual')`, who)
		if b.Reserved != unsent {
			s.t.Errorf("%s: %d are asked for, %d are reserved", name, unsent, b.Reserved)
		}
	}
}
