package importing_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	. "github.com/fenli-io/fenli/tenants/importing"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/registry"
	"github.com/fenli-io/fenli/tenants/settlement"
	"github.com/fenli-io/fenli/tenants/storetest"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// rig is a platform whose stores have test clocks of their own, which an import
// needs and storetest, with one clock for all, has not. Its two stores stay as
// they are.
type rig struct {
	*storetest.Stores
	t          testing.TB
	db         *pg.DB
	importer   *Service
	commission *commission.Service
	orders     *order.Service
	settlement *settlement.Service
	registry   *registry.Service
	programs   *program.Service
	advances   atomic.Int64
	meanwhile  func(context.Context, tenancy.ID) error // when a clock has moved, if not nil
}

func open(t testing.TB, opts ...pg.Option) *rig {
	t.Helper()
	r := &rig{Stores: storetest.Open(t), t: t}
	clk := &registry.Clock{Enabled: true}
	var err error
	if r.db, err = pg.Open(t.Context(), r.AppURL, clk, append(opts, pg.MaxConns(8))...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.db.Close)
	clk.Attach(r.db.Pool())
	box, err := secret.NewBox(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	members := distributor.New(r.db)
	attribution.New(members)
	r.programs = program.New(r.db, r.Strategy)
	r.orders = order.New(r.db, r.programs)
	r.registry = registry.New(r.db, registry.Config{Box: box, Passwords: secret.NewPasswords(2), Clock: clk, OnSignUp: r.hooks()})
	r.commission = commission.New(r.db, r.programs, r.Strategy, money{r.registry}, clock.Real())
	r.settlement = settlement.New(r.db, r.Journal, r.programs, money{r.registry})
	r.importer = New(Parts{DB: r.db, Programs: r.programs, Distributors: members, Orders: r.orders, Clock: r, SignUp: r.signUp,
		Withdrawals: withdrawal.New(r.db, r.rules)})
	return r
}

func (r *rig) hooks() (hooks []registry.SignUpHook) {
	for _, row := range []func(context.Context, *pg.Tx) error{distributor.OnSignUp, commission.OnSignUp, commission.GiveMark, r.programs.OnSignUp} {
		hooks = append(hooks, func(ctx context.Context, tx *pg.Tx, _ registry.Store) error { return row(ctx, tx) })
	}
	return hooks
}

type money struct{ *registry.Service }

func (m money) Money(ctx context.Context, tx *pg.Tx) (string, *time.Location, error) {
	store, err := m.ByID(ctx, tx.Tenant())
	return store.Currency, store.Location(), err
}

func (r *rig) rules(ctx context.Context, tx *pg.Tx) (withdrawal.Rules, error) {
	rev, err := r.programs.InForce(ctx, tx, tx.Now())
	if err != nil {
		return withdrawal.Rules{}, err
	}
	store, err := r.registry.ByID(ctx, tx.Tenant())
	w := rev.Settings.Withdrawal
	return withdrawal.Rules{Min: w.Min, MaxPerRequest: w.MaxPerRequest, MaxPerMonth: w.MaxPerMonth, Days: w.Days, FeePPM: int64(w.Fee),
		Currency: store.Currency, Zone: store.Location()}, err
}

// signUp is not killed halfway: that it can be repeated is registry's promise.
func (r *rig) signUp(ctx context.Context, slug, name, currency, zone string, at time.Time) (tenancy.ID, error) {
	ctx = context.WithoutCancel(ctx)
	if known, err := r.registry.BySlug(ctx, slug); err == nil {
		return known.ID, nil
	}
	session, err := r.registry.SignUp(ctx, registry.SignUp{Slug: slug, Name: name, Currency: currency, TimeZone: zone,
		OwnerName: "Import", Login: "import@example.com", Password: "correct horse", TestClockAt: &at}, "192.0.2.1")
	return session.Store.ID, err
}

// Advance is what the program does, without boards.
func (r *rig) Advance(ctx context.Context, tenant tenancy.ID, to time.Time) error {
	r.advances.Add(1)
	if err := r.drain(ctx, tenant); err != nil {
		return err
	}
	if err := r.registry.SetTestClock(ctx, tenant, &to); err != nil {
		return err
	}
	received := 0
	for {
		n, err := r.orders.RunDue(ctx, tenant)
		if err != nil {
			return err
		}
		if received += n; n == 0 {
			break
		}
	}
	if received > 0 {
		if err := r.drain(ctx, tenant); err != nil {
			return err
		}
	}
	_, err := r.settlement.Mature(ctx, tenant)
	if err == nil && r.meanwhile != nil {
		err = r.meanwhile(ctx, tenant)
	}
	return err
}

// drain works the lane; a killed round may have left it leased to nobody else
// but us. What a busy machine has kept from being decided is tried again before
// the clock moves on: it would be booked on another day.
func (r *rig) drain(ctx context.Context, tenant tenancy.ID) error {
	for {
		_, err := r.commission.Drain(ctx, tenant)
		if errors.Is(err, commission.ErrBusy) {
			return errors.New("somebody else works the lane of a test")
		}
		if err != nil {
			return err
		}
		var waiting []order.Change
		err = r.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
			waiting, err = order.Waiting(ctx, tx, order.ID{}, 1)
			return err
		})
		if err != nil || len(waiting) == 0 {
			return err
		}
		r.t.Logf("an order waits: %s %s", waiting[0].BlockedCode, waiting[0].BlockedNote)
		time.Sleep(time.Until(waiting[0].NextTryAt))
	}
}

// mustBalance asks every imported store for its proof.
func (r *rig) mustBalance(t testing.TB, stores []Store) {
	t.Helper()
	for _, store := range stores {
		err := r.db.Within(t.Context(), store.ID, func(ctx context.Context, tx *pg.Tx) error {
			books, err := ledger.Check(ctx, tx)
			if err != nil {
				return err
			}
			awards, err := r.commission.Check(ctx, tx)
			for _, difference := range slices.Concat(books, awards) {
				t.Errorf("%s: %s", store.Slug, difference)
			}
			if store.Waiting != 0 {
				t.Errorf("%s: %d orders wait", store.Slug, store.Waiting)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
