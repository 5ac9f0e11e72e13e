package insight_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
	. "github.com/fenli-io/fenli/tenants/insight"
	"github.com/fenli-io/fenli/tenants/storetest"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// It is 1 March, 10:00 in Shanghai. wang sells 300.00 at three levels of 10, 5
// and 3 %, half of it comes back the next day, and the rest is received then.
func TestOverview_IsWhatHasHappened(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "zhao", "li", "wang")
	wang := team["wang"]
	sold := s.Sell(t, s.A, storetest.Sale{ID: "O1", Buyer: "lin", Via: wang, Nets: []int64{30000}})
	s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "nobody's", Nets: []int64{9999}})
	s.Work(t, s.A)
	s.Clock.Advance(24 * time.Hour)
	s.Refund(t, s.A, sold, "R1", 15000, "")
	s.Receive(t, s.A, sold)
	s.Work(t, s.A)

	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		if _, err := s.Distributors.Enlist(ctx, tx, distributor.Enlistment{Name: "sun", Grade: "normal", State: distributor.Applied}); err != nil {
			return err
		}
		o, err := ReadOverview(ctx, tx, shanghai, 3)
		if err != nil {
			return err
		}
		if len(o.Series) != 3 || o.Series[0].Sales != 0 || o.Series[1].Sales != 30000 || o.Series[1].Orders != 1 || o.Series[1].Commission != 5400 {
			t.Errorf("series %+v", o.Series)
		}
		if o.Today.Refunds != 15000 || o.Today.Commission != -2700 || o.NewDistributors != 0 || o.PendingApplications != 1 {
			t.Errorf("today %+v, %d new, %d applied", o.Today, o.NewDistributors, o.PendingApplications)
		}
		if o.Totals.Held != 2700 || o.Totals.Expense != -2700 {
			t.Errorf("totals %+v", o.Totals)
		}
		if len(o.Top) != 1 || o.Top[0].ID != wang || o.Top[0].Name != "wang" || o.Top[0].Net != 15000 {
			t.Errorf("top %+v", o.Top)
		}
		lin, err := customer.ByExternal(ctx, tx, "lin")
		if err != nil {
			return err
		}
		bought, err := BoughtBy(ctx, tx, []customer.ID{lin.ID})
		if b := bought[lin.ID]; err != nil || b.Orders != 1 || b.Net != 15000 || !b.First.Equal(tx.Now().Add(-24*time.Hour)) {
			t.Errorf("lin bought %+v, %v", b, err)
		}
		lately, err := SoldLately(ctx, tx, shanghai, 30, []distributor.ID{wang, team["li"]})
		if lately[wang] != (Sold{Net: 15000, Orders: 1}) || lately[team["li"]].Net != 0 {
			t.Errorf("lately %+v", lately)
		}
		return err
	})
	t.Run("NextIsTheDayTheFreezeEnds", func(t *testing.T) {
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			next, err := ReadSettlement(ctx, tx, shanghai, 10)
			if err == nil && (len(next.Next) != 1 || next.Next[0].Day.String() != "2026-03-09" || next.Next[0].Amount != 2700) {
				t.Errorf("%+v", next)
			}
			return err
		})
		s.Clock.Advance(7 * 24 * time.Hour)
		s.Work(t, s.A)
		s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
			next, err := ReadSettlement(ctx, tx, shanghai, 10)
			if err == nil && (len(next.Next) != 0 || !next.Mark.Equal(tx.Now())) {
				t.Errorf("%+v", next)
			}
			return err
		})
	})
	t.Run("AnotherStoreSeesNothing", func(t *testing.T) {
		s.Do(t, s.B, func(ctx context.Context, tx *pg.Tx) error {
			o, err := ReadOverview(ctx, tx, shanghai, 30)
			if len(o.Top) != 0 || o.Totals.Held != 0 || o.PendingApplications != 0 || len(o.Series) != 30 {
				t.Errorf("%+v", o)
			}
			return err
		})
	})
	t.Run("SumsAreCheckedAgainstAwards", func(t *testing.T) {
		check := func() (found []string) {
			s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) (err error) {
				found, err = Check(ctx, tx)
				return err
			})
			return found
		}
		if found := check(); len(found) != 0 {
			t.Fatalf("%q", found)
		}
		s.Owner(t, `update performance_day set commission = commission + 1 where member_id = $1 and sales > 0`, wang)
		if found := check(); len(found) != 1 || !strings.Contains(found[0], "1501") {
			t.Fatalf("%q", found)
		}
	})
	s.MustBalance(t)
}
