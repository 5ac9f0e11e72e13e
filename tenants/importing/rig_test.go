package importing_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/builtin/threelevel"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
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

// rig is an empty platform whose stores have real test clocks, side by side:
// what an import needs and storetest, with one clock for all, has not.
type rig struct {
	*pgtest.Database
	db         *pg.DB
	importer   *Service
	commission *commission.Service
	orders     *order.Service
	settlement *settlement.Service
	registry   *registry.Service
	programs   *program.Service
	moves      int // of clocks, and sign-ups: what a second run must not do
}

func open(t testing.TB) *rig {
	t.Helper()
	r := &rig{Database: pgtest.Open(t)}
	clk := &registry.Clock{Enabled: true}
	var err error
	if r.db, err = pg.Open(t.Context(), r.AppURL, clk, pg.MaxConns(8)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.db.Close)
	clk.Attach(r.db.Pool())
	strategy := &storetest.InProcess{Server: threelevel.Strategy.Server()}
	r.programs = program.New(r.db, strategy)
	members := distributor.New(r.db)
	attribution.New(members)
	r.orders = order.New(r.db, r.programs)
	r.registry = registry.New(r.db, registry.Config{Clock: clk})
	r.commission = commission.New(r.db, r.programs, strategy, money{r.registry}, clock.Real())
	r.settlement = settlement.New(r.db)
	r.importer = New(Parts{DB: r.db, Programs: r.programs, Distributors: members, Orders: r.orders, Clock: r, SignUp: r.signUp,
		Withdrawals: withdrawal.New(r.db, r.rules)})

	described, err := strategy.Server.Describe(t.Context(), &strategyv1.DescribeRequest{})
	if err != nil {
		t.Fatal(err)
	}
	err = r.programs.Remember(t.Context(), []program.Artifact{{SHA256: storetest.Artifact, Strategy: "three-level", Version: "1.0.0", Description: described}})
	if err != nil {
		t.Fatal(err)
	}
	return r
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

// signUp is a store without an owner: the import of the program has one.
func (r *rig) signUp(ctx context.Context, slug, name, currency, zone string, at time.Time) (tenancy.ID, error) {
	if err := registry.CheckSlug(slug); err != nil {
		return tenancy.ID{}, err
	}
	if known, err := r.registry.BySlug(ctx, slug); err == nil {
		return known.ID, nil
	}
	tenant := tenancy.New(at)
	conn, err := pgx.Connect(ctx, r.OwnerURL)
	if err != nil {
		return tenant, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err = conn.Exec(ctx, `insert into registry_store (id, slug, name, currency, time_zone, created_at, test_now) values ($1, $2, $3, $4, $5, $6, $6)`,
		tenant, slug, name, currency, zone, at); err != nil {
		return tenant, err
	}
	// A killed sign-up of the program leaves nothing; this one must not either.
	return tenant, r.db.Within(context.WithoutCancel(ctx), tenant, func(ctx context.Context, tx *pg.Tx) error {
		for _, row := range []func(context.Context, *pg.Tx) error{distributor.OnSignUp, commission.OnSignUp, commission.GiveMark, r.programs.OnSignUp} {
			if err := row(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// Advance is what the program does, without boards.
func (r *rig) Advance(ctx context.Context, tenant tenancy.ID, to time.Time) error {
	r.moves++
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
	return err
}

// drain works the lane; a killed round may have left it leased to nobody else
// but us.
func (r *rig) drain(ctx context.Context, tenant tenancy.ID) error {
	_, err := r.commission.Drain(ctx, tenant)
	if errors.Is(err, commission.ErrBusy) {
		return errors.New("somebody else works the lane of a test")
	}
	return err
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
