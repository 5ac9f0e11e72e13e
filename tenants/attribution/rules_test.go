package attribution

import (
	"testing"
	"time"

	"github.com/fenli-io/fenli/tenants/distributor"
)

var (
	wang = distributor.ID{1}
	zhao = distributor.ID{2}
	sun  = distributor.ID{3}
	t0   = time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
)

func days(n float64) time.Time { return t0.Add(time.Duration(n * float64(day))) }

// with changes the default rules.
func with(f func(*Rules)) Rules {
	r := Defaults()
	f(&r)
	return r
}

// wangs is a bind to wang made at t0 under the rules.
func wangs(r Rules) *Bind {
	return &Bind{Distributor: wang, BoundAt: t0, ProtectedUntil: r.protectedUntil(t0), ValidUntil: r.validUntil(t0)}
}

// A sentence of the rules and what a touch by zhao (or wang) meets.
func TestOnTouch(t *testing.T) {
	t.Parallel()
	none := func(*Rules) {}
	bound := true
	for _, c := range []struct {
		sentence string
		rules    func(*Rules)
		bound    bool // to wang, at t0
		paid     bool // the buyer has paid before
		at       float64
		by       distributor.ID
		want     Verdict
	}{
		{"bind on the first touch of someone registered and unbound", none, false, false, 0, zhao, Binds},
		{"anyone not bound may be bound, old customers too", none, false, true, 0, zhao, Binds},
		{"only new customers: an old one is not bound", func(r *Rules) { r.Who = NewCustomers }, false, true, 0, zhao, NotNew},
		{"only new customers: a new one is", func(r *Rules) { r.Who = NewCustomers }, false, false, 0, zhao, Binds},
		{"only new customers: a bind that runs renews for an old one", func(r *Rules) { r.Who = NewCustomers }, bound, true, 5, wang, Renews},
		{"bind on first click: at once", func(r *Rules) { r.BindOn = OnClick }, false, false, 0, zhao, Binds},
		{"bind on first order: the touch waits", func(r *Rules) { r.BindOn = OnFirstOrder }, false, false, 0, zhao, Waits},
		{"bind on first payment: the touch waits", func(r *Rules) { r.BindOn = OnFirstPayment }, false, false, 0, zhao, Waits},
		{"inside protection the old one stays", none, bound, false, 14.999, zhao, Protected},
		{"protection is half-open: at its end it is over", none, bound, false, 15, zhao, Challenges},
		{"after protection, inside validity, the taking rule decides: by paying", none, bound, false, 29.999, zhao, Challenges},
		{"… at the touch", func(r *Rules) { r.Take = TakeByTouch }, bound, false, 20, zhao, Takes},
		{"… never", func(r *Rules) { r.Take = TakeNever }, bound, false, 20, zhao, Kept},
		{"protection comes before taking at the touch", func(r *Rules) { r.Take = TakeByTouch }, bound, false, 3, zhao, Protected},
		{"after validity, the new one; validity is half-open", none, bound, false, 30, zhao, Binds},
		{"after validity, the new one, though taking is never allowed", func(r *Rules) { r.Take = TakeNever }, bound, false, 30, zhao, Binds},
		{"permanent validity never runs out", func(r *Rules) { r.ValidityDays = Permanent }, bound, false, 3000, zhao, Challenges},
		{"validity of this visit", func(r *Rules) { r.ValidityDays, r.ProtectionDays = ThisVisit, 0 }, bound, false, 1, zhao, Binds},
		{"no protection", func(r *Rules) { r.ProtectionDays = 0 }, bound, false, 0, zhao, Challenges},
		{"protection always lasts as long as the bind", func(r *Rules) { r.ProtectionDays = Always }, bound, false, 29.999, zhao, Protected},
		{"… and no longer", func(r *Rules) { r.ProtectionDays = Always }, bound, false, 30, zhao, Binds},
		{"the same distributor again renews", none, bound, false, 5, wang, Renews},
		{"… also out of protection", none, bound, false, 20, wang, Renews},
		{"… and binds anew after validity", none, bound, false, 30, wang, Binds},
		{"first touch: a valid bind is never taken", func(r *Rules) { r.Model, r.Take = FirstTouch, TakeByTouch }, bound, false, 20, zhao, Kept},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			r := with(c.rules)
			h := holding{new: !c.paid}
			if c.bound {
				h.bind = wangs(r)
			}
			if got := r.onTouch(days(c.at), h, c.by); got != c.want {
				t.Fatalf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestBehind(t *testing.T) {
	t.Parallel()
	none := func(*Rules) {}
	touch := func(by distributor.ID, at float64, v Verdict) TouchRecord {
		return TouchRecord{Distributor: by, At: days(at), Verdict: v}
	}
	coupon := func(by distributor.ID, at float64, v Verdict) TouchRecord {
		c := touch(by, at, v)
		c.Coupon = true
		return c
	}
	for _, c := range []struct {
		sentence string
		rules    func(*Rules)
		bound    bool
		open     []TouchRecord // heard by nobody yet
		at       float64
		who      distributor.ID
		why      Reason
	}{
		{"the bind holds", none, true, nil, 29.999, wang, BehindBound},
		{"no touch and an expired bind: nobody", none, true, nil, 30, distributor.ID{}, ""},
		{"no touch and no bind: nobody", none, false, nil, 0, distributor.ID{}, ""},
		{"taking by paying: the order goes through the new link", none, true, []TouchRecord{touch(zhao, 16, Challenges)}, 17, zhao, BehindTaken},
		{"protection beats everything that was refused", none, true, []TouchRecord{touch(zhao, 3, Protected)}, 4, wang, BehindBound},
		{"a touch refused under protection does not win later", none, true, []TouchRecord{touch(zhao, 3, Protected)}, 20, wang, BehindBound},
		{"… nor when the bind has run out", none, true, []TouchRecord{touch(zhao, 3, Protected)}, 31, distributor.ID{}, ""},
		{"a challenge outlives the bind it challenged", none, true, []TouchRecord{touch(zhao, 29, Challenges)}, 31, zhao, BehindTouched},
		{"a touch lives as long as a bind would", none, true, []TouchRecord{touch(zhao, 16, Challenges)}, 46, distributor.ID{}, ""},
		{"last touch wins among those that wait", none, false, []TouchRecord{touch(zhao, 0, Waits), touch(sun, 1, Waits)}, 2, sun, BehindTouched},
		{"first touch wins where the store says so", func(r *Rules) { r.Model = FirstTouch }, false, []TouchRecord{touch(zhao, 0, Waits), touch(sun, 1, Waits)}, 2, zhao, BehindTouched},
		{"a coupon beats a later link", none, false, []TouchRecord{coupon(zhao, 0, Waits), touch(sun, 1, Waits)}, 2, zhao, BehindTouched},
		{"a later coupon beats an earlier one", none, false, []TouchRecord{coupon(zhao, 0, Waits), coupon(sun, 1, Waits)}, 2, sun, BehindTouched},
		{"protection beats a coupon", func(r *Rules) { r.ProtectionDays = 25 }, true, []TouchRecord{coupon(zhao, 16, Challenges)}, 17, wang, BehindBound},
		{"taking never: a challenge from before the rule changed is void", func(r *Rules) { r.Take = TakeNever }, true, []TouchRecord{touch(zhao, 16, Challenges)}, 17, wang, BehindBound},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			r := with(c.rules)
			h := holding{new: true}
			if c.bound {
				h.bind = wangs(r)
			}
			who, why, _ := r.behind(days(c.at), h, c.open)
			if who != c.who || why != c.why {
				t.Fatalf("got %s %q, want %s %q", who, why, c.who, c.why)
			}
		})
	}
}

func TestOnPaid(t *testing.T) {
	t.Parallel()
	r := Defaults()
	honoured := wangs(r)
	honoured.Honoured = true
	for _, c := range []struct {
		sentence string
		bind     *Bind
		at       float64
		seller   distributor.ID
		why      Reason
		want     paidEffect
	}{
		{"a paid order restarts the seller's own bind", wangs(r), 5, wang, BehindBound, restartBind},
		{"… also one that ran out between placing and paying", wangs(r), 31, wang, BehindBound, restartBind},
		{"a taking is complete when paid", wangs(r), 20, zhao, BehindTaken, openBind},
		{"… unless protection has started again meanwhile", wangs(r), 10, zhao, BehindTaken, leaveBind},
		{"… and when nobody holds the buyer any more", nil, 20, zhao, BehindTaken, openBind},
		{"a waiting touch binds when paid", nil, 5, zhao, BehindTouched, openBind},
		{"… but takes nobody from another who bound first", wangs(r), 20, zhao, BehindTouched, leaveBind},
		{"an old order moves nobody back", wangs(r), 20, zhao, BehindBound, leaveBind},
		{"a bind that was released stays released", nil, 5, wang, BehindBound, leaveBind},
		{"an honoured bind does not start again", honoured, 5, wang, BehindHonoured, leaveBind},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			if got := r.onPaid(days(c.at), holding{bind: c.bind}, c.seller, c.why); got != c.want {
				t.Fatalf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestOnJoin(t *testing.T) {
	t.Parallel()
	r := Defaults()
	for at, want := range map[float64]bool{0: true, 14.999: true, 15: false, 20: false, 31: false} {
		if got := onJoin(days(at), wangs(r)); got != want {
			t.Errorf("joining on day %v: honoured %v, want %v", at, got, want)
		}
	}
	if onJoin(t0, nil) {
		t.Error("nothing to honour")
	}
}

func TestSelfPurchase(t *testing.T) {
	t.Parallel()
	line := []distributor.Link{{ID: wang, State: "active"}, {ID: zhao, State: "active"}, {ID: sun, State: "active"}, {ID: distributor.ID{4}, State: "active"}}
	for choice, want := range map[SelfPurchase][]int{ // level of wang (who buys), zhao, sun, 4; 0 is out
		SelfOff: {0, 1, 2, 3}, SelfUplineSecond: {0, 2, 3, 4}, SelfOn: {1, 2, 3, 0}} {
		skip, first := Rules{SelfPurchase: choice}.levels()
		got := []int{0, 0, 0, 0}
		for _, m := range members(line, skip, first) {
			for i, l := range line {
				if l.ID == m.ID {
					got[i] = m.Level
				}
			}
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: levels %v, want %v", choice, got, want)
				break
			}
		}
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	link := func(n byte, s distributor.State) distributor.Link {
		return distributor.Link{ID: distributor.ID{n}, Grade: "g", State: s}
	}
	line := []distributor.Link{link(1, "active"), link(2, "frozen"), link(3, "banned"), link(4, "active"), link(5, "active"), link(6, "active")}
	got := members(line, 0, 1)
	if len(got) != 5 || got[1].State != distributor.Frozen || got[4].ID != (distributor.ID{5}) || got[4].Level != 5 {
		t.Fatalf("%+v", got)
	}
}

// A payment starts protection and validity again; one that is reported late
// takes nothing from what has begun since.
func TestRestarted(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC)
	r := Defaults()
	b := Bind{ProtectedUntil: now.Add(day), ValidUntil: now.Add(29 * day)}
	if late := b.restarted(r, now.Add(-20*day), 3); late.ProtectedUntil != b.ProtectedUntil || late.ValidUntil != b.ValidUntil || late.Touches != 3 {
		t.Errorf("%+v", late)
	}
	if today := b.restarted(r, now, 3); today.ProtectedUntil != now.Add(15*day) || today.ValidUntil != now.Add(30*day) {
		t.Errorf("%+v", today)
	}
}
