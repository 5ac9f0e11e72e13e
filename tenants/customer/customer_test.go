package customer_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/customer"
	"github.com/fenli-io/fenli/tenants/distributor"
)

func in(t *testing.T, db *pgtest.Database, store tenancy.ID, fn func(context.Context, *pg.Tx) error) {
	t.Helper()
	if err := db.Within(t.Context(), store, fn); err != nil {
		t.Fatal(err)
	}
}

func register(t *testing.T, db *pgtest.Database, store tenancy.ID, r customer.Registration) (b customer.Buyer) {
	t.Helper()
	in(t, db, store, func(ctx context.Context, tx *pg.Tx) (err error) {
		b, err = customer.Register(ctx, tx, r)
		return err
	})
	return b
}

func TestRegister(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	person := distributor.PersonID{1}
	lin := register(t, db, db.A, customer.Registration{ExternalID: "lin", Name: "Lin", Source: customer.Source{Channel: "h5", Code: "WANG"}})

	t.Run("FindsTheSameBuyerAgainAndKeepsTheFirstSource", func(t *testing.T) {
		again := register(t, db, db.A, customer.Registration{ExternalID: "lin", Name: "Someone", Source: customer.Source{Channel: "app"}})
		if again.ID != lin.ID || again.Name != "Lin" || again.FirstSource != (customer.Source{Channel: "h5", Code: "WANG"}) {
			t.Fatalf("%+v", again)
		}
		one := register(t, db, db.A, customer.Registration{PersonID: person, Name: "Mei"})
		two := register(t, db, db.A, customer.Registration{PersonID: person})
		if one.ID != two.ID || one.ID == lin.ID {
			t.Fatal(one, two)
		}
	})
	t.Run("StoresShareNobody", func(t *testing.T) {
		if theirs := register(t, db, db.B, customer.Registration{ExternalID: "lin"}); theirs.ID == lin.ID {
			t.Fatal("one buyer in two stores")
		}
		err := db.Within(t.Context(), db.B, func(ctx context.Context, tx *pg.Tx) error { _, err := customer.Get(ctx, tx, lin.ID); return err })
		if !errors.Is(err, customer.ErrUnknown) {
			t.Fatal(err)
		}
	})
	t.Run("NobodyIsNoBuyer", func(t *testing.T) {
		err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := customer.Register(ctx, tx, customer.Registration{Name: "x"})
			return err
		})
		if !errors.Is(err, customer.ErrNobody) {
			t.Fatal(err)
		}
	})
	t.Run("ManyAtOnceAreOne", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
					_, err := customer.Register(ctx, tx, customer.Registration{ExternalID: "rush"})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := db.Int(t, `select count(*) from customer_buyer where external_id = 'rush'`); n != 1 {
			t.Fatal(n)
		}
	})
}

func TestDistributorWhoBuys(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	svc := distributor.New(db.DB)
	var wang, zhao distributor.Member
	in(t, db, db.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		if wang, err = svc.Enlist(ctx, tx, distributor.Enlistment{ExternalID: "wang", Name: "Wang", Grade: "g"}); err != nil {
			return err
		}
		zhao, err = svc.Enlist(ctx, tx, distributor.Enlistment{ExternalID: "zhao", Name: "Zhao", Grade: "g"})
		return err
	})
	t.Run("IsKnownByTheSameId", func(t *testing.T) {
		b := register(t, db, db.A, customer.Registration{ExternalID: "wang"})
		if b.DistributorID != wang.ID {
			t.Fatalf("%+v", b)
		}
	})
	t.Run("IsOneHumanBeing", func(t *testing.T) {
		lin := register(t, db, db.A, customer.Registration{ExternalID: "lin"})
		link := func(who distributor.ID) error {
			return db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
				return customer.LinkDistributor(ctx, tx, lin.ID, who)
			})
		}
		if err := link(wang.ID); !errors.Is(err, customer.ErrLinked) {
			t.Fatal("somebody else's distributor:", err)
		}
		if err := errors.Join(link(zhao.ID), link(zhao.ID)); err != nil {
			t.Fatal(err)
		}
		if err := link(wang.ID); !errors.Is(err, customer.ErrLinked) {
			t.Fatal("a second distributor:", err)
		}
		if again := register(t, db, db.A, customer.Registration{ExternalID: "zhao"}); !again.DistributorID.IsZero() {
			t.Fatal("two buyers are one distributor")
		}
	})
}

func TestList(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	var some []customer.ID
	for i := range 5 {
		b := register(t, db, db.A, customer.Registration{ExternalID: fmt.Sprint("b", i), Name: fmt.Sprint("Buyer ", i)})
		some = append(some, b.ID)
	}
	in(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
		first, err := customer.List(ctx, tx, customer.Filter{Limit: 3})
		if err != nil || len(first) != 3 {
			t.Fatal(first, err)
		}
		rest, err := customer.List(ctx, tx, customer.Filter{Limit: 3, After: first[2].ID})
		if err != nil || len(rest) != 2 || rest[1].ExternalID != "b0" {
			t.Fatal(rest, err)
		}
		found, err := customer.List(ctx, tx, customer.Filter{Limit: 3, Query: "yer 3"})
		if err != nil || len(found) != 1 || found[0].ExternalID != "b3" {
			t.Fatal(found, err)
		}
		two, err := customer.List(ctx, tx, customer.Filter{Limit: 9, IDs: some[:2]})
		if err != nil || len(two) != 2 {
			t.Fatal(two, err)
		}
		none, err := customer.List(ctx, tx, customer.Filter{Limit: 9, IDs: []customer.ID{}})
		if err != nil || len(none) != 0 {
			t.Fatal(none, err)
		}
		return nil
	})
}
