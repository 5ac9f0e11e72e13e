package withdrawal_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// M3: sixty-four at once ask for everything, pay out, lose awards to refunds and
// gain others; no balance falls below its floor, and what is left is the sum of
// what happened.
func TestBalance_SixtyFourAtOnce(t *testing.T) {
	t.Parallel()
	soak.Seeds(t, 3, func(t *testing.T, seed uint64) {
		s := open(t)
		s.rules.Min = 1
		const start = 100_000
		wang, li := s.member(start), s.member(start)
		var gained [2]atomic.Int64 // matured less taken back
		var all sync.WaitGroup
		for i := range uint64(64) {
			all.Go(func() {
				r := soak.Rand(seed, i)
				for range 3 {
					at := r.IntN(2)
					who := []distributor.ID{wang, li}[at]
					var err error
					switch r.IntN(5) {
					case 0, 1: // everything there is
						amount := max(s.balance(who).Available, 1)
						_, err = s.request(who, amount)
					case 2: // a refund after settlement
						amount := 1 + r.Int64N(start/4)
						if err = s.clawBack(who, amount); err == nil {
							gained[at].Add(-amount)
						}
					case 3: // an award matures
						amount := 1 + r.Int64N(start/4)
						s.mature(who, amount)
						gained[at].Add(amount)
					case 4:
						err = s.SettleDebts(t.Context(), s.db.A)
					}
					if err != nil && fault.Of(err).Kind == fault.Internal {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		s.must(s.SettleDebts(t.Context(), s.db.A))
		for i, who := range []distributor.ID{wang, li} {
			b := s.balance(who)
			if has := b.Available + b.Reserved + b.Debt; has != start+gained[i].Load() {
				t.Errorf("person %d has %d, %d came and went: %+v", i, has, gained[i].Load(), b)
			}
			if b.Available < 0 || b.Reserved < 0 || b.Owed() > 0 && b.Available > 0 {
				t.Errorf("%+v", b)
			}
			if unsent := s.db.Int(t, `select coalesce(sum(gross), 0) from withdrawal_request where distributor_id = $1 and state in ('requested', 'approved')`, who); unsent != b.Reserved {
				t.Errorf("%d are asked for, %d are reserved", unsent, b.Reserved)
			}
		}
	})
}

// clawBack takes an award back as a refund does: from what is available, else
// as a debt.
func (s *shop) clawBack(who distributor.ID, amount int64) error {
	return s.within(func(ctx context.Context, tx *pg.Tx) error {
		p := ledger.Party(who)
		book, err := ledger.Open(ctx, tx, []ledger.Party{p})
		if err != nil {
			return err
		}
		free := min(amount, book.Balance(p).Available)
		if err := book.Move(ledger.ReverseAvailable{Payee: p, Amount: free}); err != nil {
			return err
		}
		if err := book.Move(ledger.ReverseIntoDebt{Payee: p, Amount: amount - free}); err != nil {
			return err
		}
		return book.Post(ctx)
	})
}

// mature makes an award available and nets what is owed, as a cut-off does.
func (s *shop) mature(who distributor.ID, amount int64) {
	s.must(s.within(func(ctx context.Context, tx *pg.Tx) error {
		p := ledger.Party(who)
		book, err := ledger.Open(ctx, tx, []ledger.Party{p})
		if err != nil {
			return err
		}
		for _, m := range []ledger.Movement{ledger.HoldCommission{Payee: p, Amount: amount}, ledger.Mature{Payee: p, Amount: amount}} {
			if err := book.Move(m); err != nil {
				return err
			}
		}
		b := book.Balance(p)
		if err := book.Move(ledger.NetDebt{Payee: p, Amount: min(b.Owed(), b.Available)}); err != nil {
			return err
		}
		return book.Post(ctx)
	}))
}
