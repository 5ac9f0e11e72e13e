package app

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
)

func TestCalmly_APanicIsOneStoresFailure(t *testing.T) {
	t.Parallel()
	err := calmly(t.Context(), tenancy.ID{}, func(context.Context, tenancy.ID) error { panic("a poisoned order") })
	if err == nil || !strings.Contains(err.Error(), "a poisoned order") {
		t.Errorf("%v", err)
	}
}

func TestTheNextMonthIsOpenedEarly(t *testing.T) {
	t.Parallel()
	const partitions = `select count(*) from pg_class where relkind = 'r' and relname in ('ledger_movement_' || $1, 'commission_decision_' || $1)`
	t.Run("OnTheLastOfAMonthToo", func(t *testing.T) {
		t.Parallel()
		db := pgtest.Open(t)
		w := &Clockwork{db: db.DB}
		if err := w.openNextMonth(t.Context(), time.Date(2040, 1, 31, 23, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
		for month, want := range map[string]int64{"204001": 0, "204002": 2, "204003": 0} {
			if n := db.Int(t, partitions, month); n != want {
				t.Errorf("%s has %d partitions, want %d", month, n, want)
			}
		}
	})
	t.Run("ByWhoeverWorks", func(t *testing.T) {
		t.Parallel()
		w := openTown(t)
		next := pg.Month(clock.Real()).AddDate(0, 1, 0).Format("200601")
		for end := time.Now().Add(30 * time.Second); w.db.Int(t, partitions, next) != 2; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s is not open", next)
			}
		}
	})
}
