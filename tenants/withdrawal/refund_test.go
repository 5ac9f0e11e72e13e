package withdrawal_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// refunded is an order that comes back piece by piece.
type refunded struct {
	id      order.ID
	left    []int64
	parts   int // how many refunds it has yet to see
	refunds int
}

func (o *refunded) remains() (sum int64) {
	for _, l := range o.left {
		sum += l
	}
	return sum
}

// next draws a refund: of a line, of the order as a whole, or of all that is
// left when it is the last.
func (o *refunded) next(r *rand.Rand) order.RefundRequest {
	o.refunds++
	o.parts--
	req := order.RefundRequest{ExternalID: fmt.Sprint("R", o.refunds), Freight: r.Int64N(3)}
	if o.parts <= 0 {
		req.Amount = o.remains()
		clear(o.left)
		return req
	}
	if line := r.IntN(len(o.left)); r.IntN(3) > 0 && o.left[line] > 0 {
		req.Line, req.Amount = fmt.Sprint(line+1), 1+r.Int64N(o.left[line])
		o.left[line] -= req.Amount
		return req
	}
	req.Amount = 1 + r.Int64N(o.remains())
	for i, back := range parts(req.Amount, o.left) {
		o.left[i] -= back
	}
	return req
}

// M7, M8: orders come back in 1 to 20 refunds of any size and order, before and
// after receipt, settlement and payout, by either policy. Meanwhile nobody has
// debt beside money; when everything has come back, nobody has gained or lost a
// fen: whatever has left is owed.
func TestRefund_EverythingThatComesBackNetsToNothing(t *testing.T) {
	t.Parallel()
	soak.Seeds(t, 2, func(t *testing.T, seed uint64) {
		r := soak.Rand(seed, 0)
		s := openTown(t, []string{"frozen", "recompute"}[seed%2])
		team := s.Team(t, s.A, "d", "c", "b", "a")
		names := []string{"a", "b", "c", "d"}
		var open []*refunded
		for i := range 8 {
			o := &refunded{parts: 1 + r.IntN(20)}
			for range 1 + r.IntN(4) {
				o.left = append(o.left, 1+r.Int64N([]int64{9, 999, 99_999, 99_999_999}[r.IntN(4)]))
			}
			id, err := s.sell(t.Context(), fmt.Sprint("O", i), team[names[r.IntN(3)]], o.left...)
			if err != nil {
				t.Fatal(err)
			}
			o.id = id
			open = append(open, o)
		}
		for len(open) > 0 {
			at := r.IntN(len(open))
			switch step := r.IntN(10); {
			case step < 5:
				o := open[at]
				if err := s.refundIn(t.Context(), o.id, o.next(r)); err != nil {
					t.Fatal(err)
				}
				if o.remains() == 0 {
					open = append(open[:at], open[at+1:]...)
				}
			case step < 6:
				s.expected("receive", s.receiveIn(t.Context(), open[at].id))
			case step < 7:
				s.Clock.Advance(time.Duration(1+r.IntN(5)) * 24 * time.Hour)
				s.settle()
				s.eachHas(team)
			case step < 8:
				s.drain()
			default:
				who := team[names[r.IntN(4)]]
				if has := s.Balance(t, s.A, who).Available; has > 0 {
					w, err := s.ask(t.Context(), who, 1+r.Int64N(has))
					if s.expected("ask", err); err == nil && r.IntN(3) > 0 {
						s.expected("pay", s.payOut(t.Context(), w.ID))
					}
				}
			}
		}
		s.settle()
		s.comesToNothing(team)
	})
}

// comesToNothing is how it ends when every order has come back in full.
func (s *town) comesToNothing(team map[string]distributor.ID) {
	s.t.Helper()
	s.eachHas(team)
	for name, who := range team {
		b := s.Balance(s.t, s.A, who)
		if b.Held != 0 || b.Available != 0 || b.Reserved != 0 || b.Paid != b.Owed() || b.Expense != 0 {
			s.t.Errorf("%s has %+v when everything has come back", name, b)
		}
	}
	if stands := s.Int(s.t, `select count(*) from commission_award where standing <> 0 or points <> 0`); stands > 0 {
		s.t.Errorf("%d awards stand", stands)
	}
	s.MustBalance(s.t)
}

// A refund never takes another award's held money: it becomes a debt, which the
// other award pays when it has matured.
func TestRefund_LeavesWhatOtherOrdersHold(t *testing.T) {
	t.Parallel()
	s := openTown(t, "frozen")
	a := s.Team(t, s.A, "a")["a"]
	back := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: a, Nets: []int64{10000}})
	s.Receive(t, s.A, back)
	s.settle()
	s.Clock.Advance(7 * 24 * time.Hour)
	s.settle()
	w, err := s.ask(t.Context(), a, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.payOut(t.Context(), w.ID); err != nil {
		t.Fatal(err)
	}
	kept := s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: a, Nets: []int64{30000}})
	s.Receive(t, s.A, kept)
	s.settle()
	s.Refund(t, s.A, back, "R1", 10000, "")
	s.settle()
	if b := s.Balance(t, s.A, a); b.Held != 3000 || b.Owed() != 1000 {
		t.Fatalf("%+v", b)
	}
	s.Clock.Advance(7 * 24 * time.Hour)
	s.settle()
	if b := s.Balance(t, s.A, a); b.Available != 2000 || b.Owed() != 0 || b.Held != 0 {
		t.Fatalf("%+v", b)
	}
	s.MustBalance(t)
}
