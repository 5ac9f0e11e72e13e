package adjustment_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/adjustment"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/storetest"
)

// desk is a store whose staff give and take by hand.
type desk struct {
	*storetest.Stores
	t    *testing.T
	svc  *adjustment.Service
	team map[string]distributor.ID
}

func open(t *testing.T, r adjustment.Rules, opts ...pg.Option) *desk {
	s := storetest.Open(t, opts...)
	d := &desk{s, t, adjustment.New(storetest.Yuan), s.Team(t, s.A, "b", "a")}
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error { return adjustment.SetRules(ctx, tx, r) })
	return d
}

func (d *desk) bonus(amount int64) adjustment.Draft {
	return adjustment.Draft{Distributor: d.team["a"], Kind: adjustment.Bonus, Amount: amount, Cause: "service", Reason: "三月活动额外服务", NotRecruiting: true}
}

func (d *desk) deduction(amount int64) adjustment.Draft {
	return adjustment.Draft{Distributor: d.team["a"], Kind: adjustment.Deduction, Amount: amount, Cause: "breach", Reason: "违规刷单"}
}

func (d *desk) propose(draft adjustment.Draft, by string) (a adjustment.Adjustment, err error) {
	err = d.Within(d.t.Context(), d.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		a, err = d.svc.Propose(ctx, tx, draft, by)
		return err
	})
	return a, err
}

func (d *desk) must(draft adjustment.Draft, by string) adjustment.Adjustment {
	d.t.Helper()
	a, err := d.propose(draft, by)
	if err != nil {
		d.t.Fatal(err)
	}
	return a
}

func (d *desk) decide(verb func(context.Context, *pg.Tx) (adjustment.Adjustment, error)) (a adjustment.Adjustment, err error) {
	err = d.Within(d.t.Context(), d.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		a, err = verb(ctx, tx)
		return err
	})
	return a, err
}

func (d *desk) refused(code string, err error) {
	d.t.Helper()
	if err == nil || fault.Of(err).Code != code {
		d.t.Errorf("want %s, got %v", code, err)
	}
}

func (d *desk) books() {
	d.t.Helper()
	d.MustBalance(d.t)
	d.Do(d.t, d.A, func(ctx context.Context, tx *pg.Tx) error {
		found, err := adjustment.Check(ctx, tx)
		for _, f := range found {
			d.t.Error(f)
		}
		return err
	})
}

func TestPropose_NetsADebtAndOwesWhatIsNoLongerHere(t *testing.T) {
	t.Parallel()
	d := open(t, adjustment.Rules{})
	var owing []tenancy.ID
	d.svc.Owing = func(tenant tenancy.ID) { owing = append(owing, tenant) }
	d.must(d.bonus(500), "wang")
	taken := d.must(d.deduction(800), "wang")
	if taken.State != adjustment.Booked || taken.FromAvailable != 500 || taken.IntoDebt != 300 {
		t.Errorf("%+v", taken)
	}
	if len(owing) != 1 || owing[0] != d.A {
		t.Errorf("whoever looks after withdrawals is told of a debt: %v", owing)
	}
	d.must(d.bonus(1000), "wang")
	if b := d.Balance(t, d.A, d.team["a"]); b.Available != 700 || b.Owed() != 0 || b.Adjustment != -700 {
		t.Errorf("%+v", b)
	}
	d.books()
}

// The preview is what Propose does.
func TestPreview_IsWhatBecomesOfTheBalance(t *testing.T) {
	t.Parallel()
	d := open(t, adjustment.Rules{})
	rapid.Check(t, func(r *rapid.T) {
		draft := d.bonus(rapid.Int64Range(1, 100_000).Draw(r, "amount"))
		if rapid.Bool().Draw(r, "takes") {
			draft = d.deduction(draft.Amount)
		}
		var o adjustment.Outlook
		d.Do(t, d.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			o, err = d.svc.Preview(ctx, tx, draft)
			return err
		})
		d.must(draft, "wang")
		if b := d.Balance(t, d.A, d.team["a"]); b != o.After {
			r.Fatalf("%+v, the preview said %+v", b, o.After)
		}
	})
	d.books()
}

func TestApprove_TakesASecondPerson(t *testing.T) {
	t.Parallel()
	d := open(t, adjustment.Rules{SecondAbove: 1000})
	if a := d.must(d.bonus(1000), "wang"); a.State != adjustment.Booked {
		t.Errorf("the threshold itself needs nobody: %+v", a)
	}
	a := d.must(d.bonus(1001), "wang")
	if a.State != adjustment.Waiting || d.Balance(t, d.A, d.team["a"]).Available != 1000 {
		t.Fatalf("%+v", a)
	}
	approve := func(by string) error {
		_, err := d.decide(func(ctx context.Context, tx *pg.Tx) (adjustment.Adjustment, error) {
			return d.svc.Approve(ctx, tx, a.ID, by)
		})
		return err
	}
	refuse := func(which adjustment.ID, by string) error {
		_, err := d.decide(func(ctx context.Context, tx *pg.Tx) (adjustment.Adjustment, error) {
			return d.svc.Refuse(ctx, tx, which, "金额不对", by)
		})
		return err
	}
	d.refused("adjustment.same_person", approve("wang"))
	d.refused("adjustment.same_person", refuse(a.ID, "wang"))
	if err := errors.Join(approve("li"), approve("li")); err != nil {
		t.Fatal(err)
	}
	d.refused("adjustment.decided", refuse(a.ID, "li"))
	if b := d.Balance(t, d.A, d.team["a"]); b.Available != 2001 {
		t.Errorf("approved twice, booked once: %+v", b)
	}
	other := d.must(d.bonus(5000), "wang")
	if err := refuse(other.ID, "li"); err != nil {
		t.Fatal(err)
	}
	third := d.must(d.bonus(5000), "wang")
	withdraw := func(by string) error {
		_, err := d.decide(func(ctx context.Context, tx *pg.Tx) (adjustment.Adjustment, error) {
			return d.svc.Withdraw(ctx, tx, third.ID, by)
		})
		return err
	}
	d.refused("adjustment.other_person", withdraw("li"))
	if err := withdraw("wang"); err != nil {
		t.Fatal(err)
	}
	if b := d.Balance(t, d.A, d.team["a"]); b.Available != 2001 {
		t.Errorf("%+v", b)
	}
	d.books()
}

// hesitant waits before it writes an adjustment down, so that those who propose
// at once have read what is left of the budget, if they may.
type hesitant struct{}

func (hesitant) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.Contains(q.SQL, "insert into adjustment_record") {
		time.Sleep(100 * time.Millisecond)
	}
	return ctx
}

func (hesitant) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// Sixteen at once spend a month's budget exactly once, and the next month
// begins anew at the store's midnight.
func TestBudget_TwoAtOnceCannotSpendItTwice(t *testing.T) {
	t.Parallel()
	d := open(t, adjustment.Rules{Budget: 5000}, pg.Tracer(hesitant{}))
	var all sync.WaitGroup
	var mu sync.Mutex
	given, refused := 0, 0
	for range 16 {
		all.Go(func() {
			_, err := d.propose(d.bonus(1000), "wang")
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				given++
			} else if fault.Of(err).Code == "adjustment.budget" {
				refused++
			} else {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if given != 5 || refused != 11 {
		t.Errorf("%d given, %d refused", given, refused)
	}
	taken := d.must(d.deduction(700), "wang")
	back := d.bonus(700)
	back.Corrects = &taken.ID
	d.must(back, "wang") // a correction is not of the budget
	d.Clock.Advance(time.Date(2026, 3, 31, 15, 59, 59, 0, time.UTC).Sub(d.now()))
	_, err := d.propose(d.bonus(1), "wang")
	d.refused("adjustment.budget", err)
	d.Clock.Advance(time.Second)
	d.must(d.bonus(5000), "wang")
	d.books()
}

func (d *desk) now() time.Time {
	now, err := d.Clock.Now(d.t.Context(), d.A)
	if err != nil {
		d.t.Fatal(err)
	}
	return now
}

func TestPropose_Refuses(t *testing.T) {
	t.Parallel()
	d := open(t, adjustment.Rules{})
	changed := func(base adjustment.Draft, change func(*adjustment.Draft)) adjustment.Draft {
		change(&base)
		return base
	}
	taken := d.must(d.deduction(300), "wang")
	for code, draft := range map[string]adjustment.Draft{
		"adjustment.amount":       d.bonus(0),
		"adjustment.kind":         changed(d.bonus(1), func(x *adjustment.Draft) { x.Kind = "gift" }),
		"adjustment.cause":        changed(d.bonus(1), func(x *adjustment.Draft) { x.Cause = "recruiting" }),
		"adjustment.reason":       changed(d.bonus(1), func(x *adjustment.Draft) { x.Reason = "  " }),
		"adjustment.recruiting":   changed(d.bonus(1), func(x *adjustment.Draft) { x.Reason = "本月招募奖励 3 人" }),
		"adjustment.not_affirmed": changed(d.bonus(1), func(x *adjustment.Draft) { x.NotRecruiting = false }),
		"adjustment.correction":   changed(d.deduction(1), func(x *adjustment.Draft) { x.Corrects = &taken.ID }),
		"adjustment.corrected":    changed(d.bonus(301), func(x *adjustment.Draft) { x.Corrects = &taken.ID }),
		"distributor.unknown":     changed(d.bonus(1), func(x *adjustment.Draft) { x.Distributor = distributor.ID{1} }),
	} {
		_, err := d.propose(draft, "wang")
		d.refused(code, err)
	}
	back := d.bonus(200)
	back.Corrects = &taken.ID
	d.must(back, "wang")
	_, err := d.propose(back, "wang")
	d.refused("adjustment.corrected", err)
	if _, err := d.Distributors.Freeze(t.Context(), d.A, d.team["a"], "test"); err != nil {
		t.Fatal(err)
	}
	_, err = d.propose(d.bonus(1), "wang")
	d.refused("adjustment.not_active", err)
	d.must(d.deduction(1), "wang") // a debt does not wait for its debtor to be active
	d.books()
}

// What is moved by hand without an adjustment is found, and an adjustment that
// moved nothing.
func TestCheck_FindsWhatNobodyProposed(t *testing.T) {
	t.Parallel()
	d := open(t, adjustment.Rules{SecondAbove: 10})
	a := d.must(d.bonus(100), "wang")
	d.Owner(t, `update adjustment_record set state = 'booked', decided_at = now() where id = $1`, a.ID)
	d.Do(t, d.A, func(ctx context.Context, tx *pg.Tx) error {
		book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.Party(d.team["b"])})
		if err != nil {
			return err
		}
		if err := book.Move(ledger.BookBonus{Payee: ledger.Party(d.team["b"]), Amount: 7, Reason: ledger.Ref(d.team["b"])}); err != nil {
			return err
		}
		if err := book.Post(ctx); err != nil {
			return err
		}
		found, err := adjustment.Check(ctx, tx)
		if len(found) != 2 {
			t.Errorf("%q", found)
		}
		return err
	})
}
