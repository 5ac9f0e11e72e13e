package catalog_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/catalog"
)

func in(t *testing.T, db *pgtest.Database, store tenancy.ID, fn func(context.Context, *pg.Tx) error) {
	t.Helper()
	if err := db.Within(t.Context(), store, fn); err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err error, want *fault.Error, field string) {
	t.Helper()
	var got *fault.Error
	if !errors.As(err, &got) || !errors.Is(err, want) || got.Field != field {
		t.Fatalf("got %v, want %s at %q", err, want.Code, field)
	}
}

func tea() catalog.Draft {
	cost := int64(3000)
	return catalog.Draft{Title: "Tea", Category: "tea/green", Distributed: true, SKUs: []catalog.SKU{
		{Code: "T1", Title: "50 g", Price: 9900, Cost: &cost, Stock: 10}, {Code: "T2", Title: "100 g", Price: 18800, Stock: 5}}}
}

func create(t *testing.T, db *pgtest.Database, store tenancy.ID, d catalog.Draft) (p catalog.Product) {
	t.Helper()
	in(t, db, store, func(ctx context.Context, tx *pg.Tx) (err error) {
		p, err = catalog.Create(ctx, tx, d)
		return err
	})
	return p
}

func TestProduct(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	p := create(t, db, db.A, tea())

	t.Run("IsOnSaleWithItsSKUs", func(t *testing.T) {
		if p.State != catalog.Listed || len(p.SKUs) != 2 || p.SKUs[0].Code != "T1" || *p.SKUs[0].Cost != 3000 || p.SKUs[1].Cost != nil {
			t.Fatalf("%+v", p)
		}
	})
	t.Run("AnEditChangesThePageAndNotTheStock", func(t *testing.T) {
		d := tea()
		d.Title, d.SKUs[0].Price, d.SKUs[0].Stock = "Green tea", 9000, 999
		d.SKUs[1] = catalog.SKU{Code: "T3", Price: 1, Stock: 7}
		in(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
			got, err := catalog.Edit(ctx, tx, p.ID, d)
			if err != nil {
				return err
			}
			codes := []string{got.SKUs[0].Code, got.SKUs[1].Code}
			if got.Title != "Green tea" || !slices.Equal(codes, []string{"T3", "T1"}) || got.SKUs[1].Price != 9000 || got.SKUs[1].Stock != 10 || got.SKUs[0].Stock != 7 {
				t.Errorf("%+v", got)
			}
			return nil
		})
	})
	t.Run("ACodeBelongsToOneProduct", func(t *testing.T) {
		err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := catalog.Create(ctx, tx, catalog.Draft{Title: "Thief", SKUs: []catalog.SKU{{Code: "T1"}}})
			return err
		})
		wants(t, err, catalog.ErrSKUTaken, "skus[0].code")
		create(t, db, db.B, tea()) // the other store has codes of its own
	})
	t.Run("RefusesNonsense", func(t *testing.T) {
		bad := int64(-1)
		for _, c := range []struct {
			change func(*catalog.Draft)
			want   *fault.Error
			field  string
		}{
			{func(d *catalog.Draft) { d.Title = "" }, catalog.ErrTitleMissing, "title"},
			{func(d *catalog.Draft) { d.SKUs = nil }, catalog.ErrNoSKU, "skus"},
			{func(d *catalog.Draft) { d.SKUs[1].Code = "T1" }, catalog.ErrBadSKU, "skus[1].code"},
			{func(d *catalog.Draft) { d.SKUs[1].Price = -1 }, catalog.ErrBadAmount, "skus[1].price"},
			{func(d *catalog.Draft) { d.SKUs[0].Price = 1 << 53 }, catalog.ErrBadAmount, "skus[0].price"},
			{func(d *catalog.Draft) { d.SKUs[0].Cost = &bad }, catalog.ErrBadAmount, "skus[0].cost"},
			{func(d *catalog.Draft) { d.SKUs[0].Stock = -1 }, catalog.ErrBadAmount, "skus[0].stock"},
		} {
			d := tea()
			c.change(&d)
			err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error { _, err := catalog.Create(ctx, tx, d); return err })
			wants(t, err, c.want, c.field)
		}
	})
	t.Run("AnArchivedOneStaysArchived", func(t *testing.T) {
		old := create(t, db, db.A, catalog.Draft{Title: "Old", SKUs: []catalog.SKU{{Code: "OLD"}}})
		in(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := catalog.SetState(ctx, tx, old.ID, catalog.Archived)
			return err
		})
		err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := catalog.SetState(ctx, tx, old.ID, catalog.Listed)
			return err
		})
		wants(t, err, catalog.ErrArchived, "")
	})
}

func TestPrice(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	p := create(t, db, db.A, tea())
	price := func(lines ...catalog.Line) (priced []catalog.PricedLine, err error) {
		err = db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			priced, err = catalog.Price(ctx, tx, lines)
			return err
		})
		return priced, err
	}
	t.Run("InTheOrderAsked", func(t *testing.T) {
		got, err := price(catalog.Line{SKU: "T2", Qty: 1}, catalog.Line{SKU: "T1", Qty: 3}, catalog.Line{SKU: "T2", Qty: 2})
		if err != nil || len(got) != 3 || got[0].UnitPrice != 18800 || got[1].Title != "Tea · 50 g" || *got[1].Cost != 3000 || got[2].Qty != 2 || !got[0].Distributed || got[0].Category != "tea/green" {
			t.Fatalf("%+v, %v", got, err)
		}
	})
	t.Run("NamesTheLineToBlame", func(t *testing.T) {
		_, err := price(catalog.Line{SKU: "T2", Qty: 1}, catalog.Line{SKU: "nope", Qty: 1})
		wants(t, err, catalog.ErrUnknownSKU, "lines[1].sku")
		_, err = price(catalog.Line{SKU: "T2", Qty: 0})
		wants(t, err, catalog.ErrBadQuantity, "lines[0].qty")
		in(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
			_, err := catalog.SetState(ctx, tx, p.ID, catalog.Unlisted)
			return err
		})
		_, err = price(catalog.Line{SKU: "T2", Qty: 1})
		wants(t, err, catalog.ErrUnlisted, "lines[0].sku")
	})
	t.Run("AnotherStoresCodeIsUnknown", func(t *testing.T) {
		err := db.Within(t.Context(), db.B, func(ctx context.Context, tx *pg.Tx) error {
			_, err := catalog.Price(ctx, tx, []catalog.Line{{SKU: "T1", Qty: 1}})
			return err
		})
		wants(t, err, catalog.ErrUnknownSKU, "lines[0].sku")
	})
	t.Run("KnownIsForOrdersFromElsewhere", func(t *testing.T) {
		in(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
			known, err := catalog.AskKnown(tx, []string{"T1", "elsewhere"})(ctx)
			if err != nil || len(known) != 1 || known["T1"].Category != "tea/green" {
				t.Error(known, err)
			}
			return nil
		})
	})
}

func TestReserve(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t, pg.MaxConns(16))
	create(t, db, db.A, tea())
	reserve := func(lines ...catalog.Line) error {
		return db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error { return catalog.Reserve(ctx, tx, lines) })
	}
	stock := func(code string) int64 { return db.Int(t, `select stock from catalog_sku where code = $1`, code) }

	t.Run("AllOrNothing", func(t *testing.T) {
		err := reserve(catalog.Line{SKU: "T1", Qty: 1}, catalog.Line{SKU: "T2", Qty: 6})
		wants(t, err, catalog.ErrOutOfStock, "lines[1].qty")
		if stock("T1") != 10 || stock("T2") != 5 {
			t.Fatal("something was taken")
		}
	})
	t.Run("TheSameCodeTwiceIsASum", func(t *testing.T) {
		err := reserve(catalog.Line{SKU: "T2", Qty: 3}, catalog.Line{SKU: "T2", Qty: 3})
		wants(t, err, catalog.ErrOutOfStock, "lines[0].qty")
	})
	t.Run("WhatComesBackCanBeSoldAgain", func(t *testing.T) {
		if err := reserve(catalog.Line{SKU: "T2", Qty: 5}); err != nil {
			t.Fatal(err)
		}
		in(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
			return catalog.Return(ctx, tx, []catalog.Line{{SKU: "T2", Qty: 2}, {SKU: "gone", Qty: 1}})
		})
		if stock("T2") != 2 {
			t.Fatal(stock("T2"))
		}
	})
	t.Run("RestockingByHandNeverGoesBelowZero", func(t *testing.T) {
		in(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error { _, err := catalog.Restock(ctx, tx, "T2", 3); return err })
		err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error { _, err := catalog.Restock(ctx, tx, "T2", -6); return err })
		wants(t, err, catalog.ErrOutOfStock, "delta")
		if stock("T2") != 5 {
			t.Fatal(stock("T2"))
		}
	})
	t.Run("FiftyAtOnceNeverOversellAndNeverBlockEachOther", func(t *testing.T) {
		// Ten of T1 and five of T2; half ask for both in the opposite order.
		var sold atomic.Int64
		var wg sync.WaitGroup
		for i := range 50 {
			lines := []catalog.Line{{SKU: "T1", Qty: 1}, {SKU: "T2", Qty: 1}}
			if i%2 == 1 {
				slices.Reverse(lines)
			}
			wg.Go(func() {
				// Whoever has taken stays a while before committing, so that the
				// others come while it is undecided.
				err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
					if err := catalog.Reserve(ctx, tx, lines); err != nil {
						return err
					}
					_, err := tx.Exec(ctx, `select pg_sleep(0.02)`)
					return err
				})
				switch {
				case err == nil:
					sold.Add(1)
				case !errors.Is(err, catalog.ErrOutOfStock):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if sold.Load() != 5 || stock("T1") != 5 || stock("T2") != 0 {
			t.Fatalf("sold %d, left %d and %d", sold.Load(), stock("T1"), stock("T2"))
		}
	})
}

func TestList(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	for _, c := range []string{"tea/green", "tea", "teapots", ""} {
		create(t, db, db.A, catalog.Draft{Title: "In " + c, Category: c, SKUs: []catalog.SKU{{Code: "sku-" + c, Price: 1}}})
	}
	in(t, db, db.A, func(ctx context.Context, tx *pg.Tx) error {
		below, err := catalog.List(ctx, tx, catalog.Filter{Category: "tea", Limit: 9})
		if err != nil || len(below) != 2 || len(below[0].SKUs) != 1 {
			t.Error(below, err)
		}
		byCode, err := catalog.List(ctx, tx, catalog.Filter{Query: "SKU-teap", Limit: 9})
		if err != nil || len(byCode) != 1 || byCode[0].Category != "teapots" {
			t.Error(byCode, err)
		}
		paths, err := catalog.Categories(ctx, tx)
		if err != nil || len(paths) != 3 {
			t.Error(paths, err)
		}
		first, err := catalog.List(ctx, tx, catalog.Filter{Limit: 3})
		if err != nil || len(first) != 3 {
			t.Fatal(first, err)
		}
		rest, err := catalog.List(ctx, tx, catalog.Filter{Limit: 3, After: first[2].ID})
		if err != nil || len(rest) != 1 {
			t.Error(rest, err)
		}
		return nil
	})
}
