package commission_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/soak"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// spoil changes something of an answer, sometimes for good reasons.
func spoil(r *rand.Rand, d *strategyv1.Decision) {
	paid := d.GetPaid()
	numbers := []int64{0, 1, -1, 7, math.MaxInt64, math.MinInt64, 1 << 53, 1_000_000, -1_000_000}
	number := func() int64 { return numbers[r.IntN(len(numbers))] }
	words := []string{"", "because", "level_rate", "NaN", "1e400", "<b>", "\u202e", strings.Repeat("x", 5000), "tier:\x00"}
	word := func() string { return words[r.IntN(len(words))] }
	small := func() int32 { return int32(r.IntN(9) - 3) }
	if paid == nil || len(paid.Awards) == 0 {
		d.Order = small()
		return
	}
	a := paid.Awards[r.IntN(len(paid.Awards))]
	switch r.IntN(14) {
	case 0:
		a.Amount = number()
	case 1:
		a.Amount = r.Int64N(40_000)
	case 2:
		a.Recipient = small()
	case 3:
		a.Line = small()
	case 4:
		a.Level = small()
	case 5:
		a.Base = number()
	case 6:
		a.RatePpm = number()
	case 7:
		a.Kind = word()
	case 8:
		a.Why = &strategyv1.Why{Key: word()}
	case 9:
		for range 1 << r.IntN(12) {
			paid.Awards = append(paid.Awards, proto.CloneOf(a))
		}
	case 10:
		paid.Awards = paid.Awards[:r.IntN(len(paid.Awards))]
	case 11:
		d.Order = small()
	case 12:
		paid.Declined = append(paid.Declined, &strategyv1.Declined{Recipient: small(), Why: &strategyv1.Why{Key: word()}})
	case 13:
		d.Outcome = nil
	}
}

// M10: whatever a strategy answers, money goes to people of the order alone, in
// amounts above nothing and within the cap, or none moves and the order waits
// with the reason; once the strategy is sound again it is paid, once.
func TestGuard_RandomAnswersMoveNothingWrong(t *testing.T) {
	t.Parallel()
	soak.Seeds(t, 2, func(t *testing.T, seed uint64) {
		r := soak.Rand(seed, 0)
		s := storetest.Open(t)
		team := s.Team(t, s.A, "d", "c", "b", "a")
		waits := 0
		for i := range soak.Size(20, 200) {
			nets := []int64{10000, 1 + r.Int64N(20000)}
			o := s.Sell(t, s.A, storetest.Sale{ID: fmt.Sprint("O", i), Buyer: "lin", Via: team["a"], Nets: nets})
			var said string
			s.Strategy.After = func(answer *strategyv1.EvaluateResponse) {
				for _, d := range answer.GetDecisions() {
					for range 1 + r.IntN(3) {
						spoil(r, d)
					}
					if said = fmt.Sprint(d); len(said) > 500 {
						said = said[:500]
					}
				}
			}
			s.Work(t, s.A)
			blocked := s.Int(t, `select count(*) from order_change where order_id = $1 and blocked_code <> ''`, o)
			decided := s.Int(t, `select count(*) from commission_decision where order_id = $1`, o)
			granted := s.Int(t, `select coalesce(sum(granted), 0) from commission_award where order_id = $1`, o)
			wrong := s.Int(t, `select count(*) from commission_award where order_id = $1 and (granted <= 0 or payee not in ($2, $3, $4))`, o, team["a"], team["b"], team["c"])
			switch {
			case blocked+decided != 1:
				t.Fatalf("order %d waits %d times and is decided %d times after %s", i, blocked, decided, said)
			case blocked == 1 && granted > 0 || wrong > 0 || granted > (nets[0]+nets[1])/2:
				t.Fatalf("order %d: %d granted, %d wrong awards, waits %d, after %s", i, granted, wrong, blocked, said)
			}
			if waits += int(blocked); blocked == 0 {
				continue
			}
			s.Strategy.After = nil
			if err := s.Orders.RetryNow(t.Context(), s.A); err != nil {
				t.Fatal(err)
			}
			s.Work(t, s.A)
			s.Work(t, s.A)
			want := nets[0]/10 + nets[0]/20 + nets[0]*3/100 + nets[1]/10 + nets[1]/20 + nets[1]*3/100
			if now := s.Int(t, `select sum(granted) from commission_award where order_id = $1`, o); now != want {
				t.Fatalf("order %d is paid %d when the strategy is sound again, want %d, after %s", i, now, want, said)
			}
		}
		if waits == 0 {
			t.Error("every answer was sound")
		}
		s.MustBalance(t)
	})
}
