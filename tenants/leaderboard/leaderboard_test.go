package leaderboard_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/redis"
	"github.com/fenli-io/fenli/platform/redistest"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/distributor"
	. "github.com/fenli-io/fenli/tenants/leaderboard"
	"github.com/fenli-io/fenli/tenants/performance"
)

type anybody struct{}

func (anybody) Prefix() string { return "any" }

func people(n int) (list []distributor.ID) {
	for range n {
		list = append(list, distributor.ID(id.New[anybody](pgtest.Start)))
	}
	return list
}

var today = performance.Date{Year: 2026, Month: time.March, Day: 1} // a Sunday

type hall struct {
	t     testing.TB
	db    *pgtest.Database
	redis *redis.Client
	*Service
}

func open(t testing.TB) *hall {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{t: t, db: pgtest.Open(t, pg.MaxConns(8)), redis: redistest.Open(t)}
	h.Service = New(h.db.DB, h.redis, func(context.Context, tenancy.ID) (*time.Location, error) { return shanghai, nil })
	return h
}

func (h *hall) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// add does what the lane does.
func (h *hall) add(tenant tenancy.ID, changes ...performance.Change) {
	h.t.Helper()
	h.must(h.db.Within(context.WithoutCancel(h.t.Context()), tenant, func(_ context.Context, tx *pg.Tx) error {
		performance.Add(tx, changes)
		Mark(tx, DirtyOf(changes))
		return nil
	}))
}

func (h *hall) top(tenant tenancy.ID, m Metric, p Period, limit int) []Place {
	h.t.Helper()
	r, err := h.Top(h.t.Context(), tenant, m, p, today, limit)
	h.must(err)
	return r.Places
}

func (h *hall) mustEqualTheSums(tenant tenancy.ID) {
	h.t.Helper()
	differences, err := h.Check(h.t.Context(), tenant)
	h.must(err)
	for _, d := range differences {
		h.t.Error(d)
	}
}

func TestPeriod_Window(t *testing.T) {
	t.Parallel()
	for p, want := range map[Period]string{Day: "2026-03-01 2026-03-01", Week: "2026-02-23 2026-03-01", Month: "2026-03-01 2026-03-31", All: "0001-01-01 9999-12-31"} {
		if from, to := p.Window(today); fmt.Sprint(from, " ", to) != want {
			t.Errorf("the %s is %s to %s", p, from, to)
		}
	}
}

func TestTop(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := people(5)
	h.add(h.db.A,
		performance.Change{Member: who[0], Day: today, Sales: 500, Orders: 1, Seq: 1},
		performance.Change{Member: who[1], Day: today, Sales: 900, Orders: 2, Seq: 2},
		performance.Change{Member: who[2], Day: today.AddDays(-1), Sales: 700, Orders: 1, Seq: 3})

	t.Run("BuildsABoardNobodyHasLookedAt", func(t *testing.T) {
		got := h.top(h.db.A, Sales, Day, 10)
		if !slices.Equal(got, []Place{{1, who[1], 900}, {2, who[0], 500}}) {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("FollowsWhatHappens", func(t *testing.T) {
		h.add(h.db.A, performance.Change{Member: who[0], Day: today, Sales: 600, Orders: 1, Seq: 4}, performance.Change{Member: who[3], Day: today, Sales: 10, Seq: 4})
		h.must(h.Sweep(t.Context()))
		if got := h.top(h.db.A, Sales, Day, 2); !slices.Equal(got, []Place{{1, who[0], 1100}, {2, who[1], 900}}) {
			t.Fatalf("%+v", got)
		}
		if n := h.db.Int(t, `select count(*) from leaderboard_dirty`); n != 0 {
			t.Fatalf("%d dirty rows are left", n)
		}
	})
	t.Run("SubtractsRefundsAndForgetsWhoHasNothing", func(t *testing.T) {
		h.add(h.db.A, performance.Change{Member: who[0], Day: today, Refunds: 1100, Seq: 5}, performance.Change{Member: who[3], Day: today, Refunds: 20, Seq: 5})
		h.must(h.Sweep(t.Context()))
		if got := h.top(h.db.A, Sales, Day, 10); !slices.Equal(got, []Place{{1, who[1], 900}}) {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("CountsTheWholePeriod", func(t *testing.T) {
		if got := h.top(h.db.A, Sales, Week, 10); !slices.Equal(got, []Place{{1, who[1], 900}, {2, who[2], 700}}) {
			t.Fatalf("%+v", got)
		}
		if got := h.top(h.db.A, Orders, All, 10); len(got) != 3 || got[0] != (Place{1, who[1], 2}) && got[0] != (Place{1, who[0], 2}) {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("ZeroDayIsTheStoresToday", func(t *testing.T) {
		r, err := h.Top(t.Context(), h.db.A, Sales, Day, performance.Date{}, 10)
		if err != nil || r.From != today || len(r.Places) != 1 {
			t.Fatalf("%+v %v", r, err)
		}
	})
	t.Run("StoresDoNotMix", func(t *testing.T) {
		if got := h.top(h.db.B, Sales, All, 10); len(got) != 0 {
			t.Fatalf("%+v", got)
		}
	})
	t.Run("KnowsItsMetricsAndPeriods", func(t *testing.T) {
		_, err := h.Top(t.Context(), h.db.A, "beauty", Day, today, 1)
		if fault.Of(err).Code != "leaderboard.unknown_metric" {
			t.Fatal(err)
		}
		_, err = h.Top(t.Context(), h.db.A, Sales, "hour", today, 1)
		if fault.Of(err).Code != "leaderboard.unknown_period" {
			t.Fatal(err)
		}
	})
	t.Run("IsExactToTheLastFen", func(t *testing.T) {
		const most = 1<<53 - 1
		h.add(h.db.B, performance.Change{Member: who[0], Day: today, Sales: most, Seq: 1}, performance.Change{Member: who[1], Day: today, Sales: most - 1, Seq: 2})
		h.must(h.Sweep(t.Context()))
		if got := h.top(h.db.B, Sales, All, 10); !slices.Equal(got, []Place{{1, who[0], most}, {2, who[1], most - 1}}) {
			t.Fatalf("%+v", got)
		}
	})
	h.mustEqualTheSums(h.db.A)
	h.mustEqualTheSums(h.db.B)
}

func TestTop_TiesAreWonByWhoWasFirstAtPageEdgesToo(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := people(9) // by time, which is neither the order of bytes nor its reverse
	for i := range who {
		j := (i * 5) % 9
		who[i], who[j] = who[j], who[i]
	}
	for i, w := range who {
		h.add(h.db.A, performance.Change{Member: w, Day: today, Sales: 100, Seq: int64(i + 1)})
	}
	// A commission does not move the moment at which sales were reached.
	h.add(h.db.A, performance.Change{Member: who[0], Day: today, Commission: 1, Seq: 99})
	for limit := 1; limit <= 9; limit++ {
		got := h.top(h.db.A, Sales, Day, limit)
		for i, p := range got {
			if len(got) != limit || p.Member != who[i] || p.Rank != i+1 {
				t.Fatalf("the first %d: %+v", limit, got)
			}
		}
	}
	for i, w := range who {
		alone, err := h.Rank(t.Context(), h.db.A, Sales, Day, today, w, 0)
		if err != nil || len(alone.Places) != 1 || alone.Places[0].Rank != i+1 || alone.Places[0].Member != w {
			t.Fatalf("place %d: %+v %v", i+1, alone.Places, err)
		}
		r, err := h.Rank(t.Context(), h.db.A, Sales, Day, today, w, 1)
		h.must(err)
		at := slices.IndexFunc(r.Places, func(p Place) bool { return p.Member == w })
		if at < 0 || r.Places[at].Rank != i+1 || len(r.Places) != min(i, 1)+1+min(8-i, 1) {
			t.Fatalf("around place %d: %+v", i+1, r.Places)
		}
	}
	if r, err := h.Rank(t.Context(), h.db.A, Sales, Day, today, people(1)[0], 2); err != nil || r.Places != nil {
		t.Fatalf("a stranger is at %+v, %v", r.Places, err)
	}
}

func TestRedisLost_NothingLost(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := people(3)
	h.add(h.db.A, performance.Change{Member: who[0], Day: today, Sales: 3, Seq: 1}, performance.Change{Member: who[1], Day: today, Sales: 2, Seq: 2})
	before := h.top(h.db.A, Sales, Month, 10)
	forget := func() { h.must(h.redis.FlushDB(t.Context()).Err()) }

	forget()
	if got := h.top(h.db.A, Sales, Month, 10); !slices.Equal(got, before) {
		t.Fatalf("after a loss: %+v", got)
	}
	// A flush after the loss must not leave a fragment that looks like a board.
	forget()
	h.add(h.db.A, performance.Change{Member: who[2], Day: today, Sales: 1, Seq: 3})
	h.must(h.Sweep(t.Context()))
	want := append(before, Place{3, who[2], 1})
	if got := h.top(h.db.A, Sales, Month, 10); !slices.Equal(got, want) {
		t.Fatalf("a fragment: %+v", got)
	}
	forget()
	h.must(h.Rebuild(t.Context(), h.db.A))
	if n := h.redis.DBSize(t.Context()).Val(); n < 9 {
		t.Fatalf("%d keys after a rebuild", n)
	}
	h.mustEqualTheSums(h.db.A)

	t.Run("WhileItIsAwayTheSumsAnswer", func(t *testing.T) {
		closed := redistest.Open(t)
		h.must(closed.Close())
		away := New(h.db.DB, closed, func(context.Context, tenancy.ID) (*time.Location, error) { return time.UTC, nil })
		r, err := away.Top(t.Context(), h.db.A, Sales, Month, today, 2)
		if err != nil || !slices.Equal(r.Places, want[:2]) {
			t.Fatalf("%+v, %v", r, err)
		}
		r, err = away.Rank(t.Context(), h.db.A, Sales, Month, today, who[2], 1)
		if err != nil || !slices.Equal(r.Places, want[1:]) {
			t.Fatalf("%+v, %v", r, err)
		}
		h.add(h.db.A, performance.Change{Member: who[2], Day: today, Sales: 5, Seq: 4})
		if err := away.Sweep(t.Context()); err == nil {
			t.Fatal("a flush without Redis succeeded")
		}
		if n := h.db.Int(t, `select count(*) from leaderboard_dirty`); n != 1 {
			t.Fatalf("%d dirty rows: the work was lost", n)
		}
	})
}

func TestCheck_FindsAForgedPlace(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := people(2)
	h.add(h.db.A, performance.Change{Member: who[0], Day: today, Sales: 3, Seq: 1})
	h.must(h.Rebuild(t.Context(), h.db.A))
	h.must(h.Sweep(t.Context())) // else the flush would put it right
	key := redis.Key(h.db.A, "board", "sales", "day", today.String())
	h.must(h.redis.Do(t.Context(), "zincrby", key, 1, who[0].UUID()).Err())
	differences, err := h.Check(t.Context(), h.db.A)
	if err != nil || len(differences) != 1 || !strings.Contains(differences[0], "sales day") {
		t.Fatalf("%q, %v", differences, err)
	}
}

func TestFlush_LosesNoChangeThatComesMeanwhile(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := people(4)
	h.must(h.Rebuild(t.Context(), h.db.A))
	done := make(chan struct{})
	var writers, flushers sync.WaitGroup
	for range 2 {
		flushers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					if err := h.Sweep(t.Context()); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	for w := range 4 {
		writers.Go(func() {
			for i := range 40 {
				h.add(h.db.A, performance.Change{Member: who[(w+i)%4], Day: today, Sales: 1, Seq: 7}) // the same seq: it is no counter
			}
		})
	}
	writers.Wait()
	close(done)
	flushers.Wait()
	h.must(h.Sweep(t.Context()))
	var sum int64
	for _, p := range h.top(h.db.A, Sales, Day, 10) {
		sum += p.Value
	}
	if n := h.db.Int(t, `select count(*) from leaderboard_dirty`); sum != 160 || n != 0 {
		t.Fatalf("the board shows %d of 160, %d rows are dirty", sum, n)
	}
	h.mustEqualTheSums(h.db.A)
}

// model is what a board should show, worked out from the changes alone.
func model(changes []performance.Change, m Metric, from, to performance.Date) (want []Place) {
	type figure struct{ value, reached int64 }
	figures := map[distributor.ID]figure{}
	for _, c := range changes {
		if c.Day.Compare(from) < 0 || c.Day.Compare(to) > 0 {
			continue
		}
		f := figures[c.Member]
		delta := map[Metric]int64{Sales: c.Sales - c.Refunds, Orders: int64(c.Orders), Commission: c.Commission}[m]
		if delta != 0 || m == Sales && c.Sales != 0 {
			f.value, f.reached = f.value+delta, c.Seq
		}
		figures[c.Member] = f
	}
	var who []distributor.ID
	for w, f := range figures {
		if f.value > 0 {
			who = append(who, w)
		}
	}
	slices.SortFunc(who, func(a, b distributor.ID) int {
		return cmp.Or(cmp.Compare(figures[b].value, figures[a].value), cmp.Compare(figures[a].reached, figures[b].reached))
	})
	for i, w := range who {
		want = append(want, Place{i + 1, w, figures[w].value})
	}
	return want
}

// Whatever happens, and whenever Redis forgets everything, the boards show what
// the changes add up to, ties included.
func TestBoards_AlwaysEqualTheChanges(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := people(6)
	rapid.Check(t, func(r *rapid.T) {
		store := tenancy.New(pgtest.Start) // an empty one
		h.must(h.redis.FlushDB(t.Context()).Err())
		var changes []performance.Change
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			switch rapid.IntRange(0, 9).Draw(r, "what") {
			case 0:
				h.must(h.redis.FlushDB(t.Context()).Err())
			case 1:
				h.must(h.Rebuild(t.Context(), store))
			case 2:
				h.must(h.Sweep(t.Context()))
			case 3:
				h.top(store, rapid.SampledFrom(Metrics).Draw(r, "metric"), rapid.SampledFrom(Periods).Draw(r, "period"), 3)
			default:
				c := performance.Change{
					Member: rapid.SampledFrom(who).Draw(r, "member"), Day: today.AddDays(rapid.IntRange(-2, 2).Draw(r, "day")),
					Sales: rapid.Int64Range(0, 2).Draw(r, "sales"), Refunds: rapid.Int64Range(0, 2).Draw(r, "refunds"),
					Orders: rapid.IntRange(0, 1).Draw(r, "orders"), Commission: rapid.Int64Range(-1, 2).Draw(r, "commission"), Seq: int64(len(changes) + 1),
				}
				changes = append(changes, c)
				h.add(store, c)
			}
		}
		h.must(h.Sweep(t.Context()))
		for _, m := range Metrics {
			for _, p := range Periods {
				from, to := p.Window(today)
				want := model(changes, m, from, to)
				limit := rapid.IntRange(1, 7).Draw(r, "limit")
				if got := h.top(store, m, p, limit); !slices.Equal(got, want[:min(limit, len(want))]) {
					r.Fatalf("%s of the %s: got %v, want %v", m, p, got, want)
				}
				for i, place := range want {
					around, err := h.Rank(t.Context(), store, m, p, today, place.Member, 1)
					h.must(err)
					if !slices.Equal(around.Places, want[max(0, i-1):min(i+2, len(want))]) {
						r.Fatalf("around %d of %s of the %s: got %v, want %v", i+1, m, p, around.Places, want)
					}
				}
			}
		}
		h.mustEqualTheSums(store)
	})
}
