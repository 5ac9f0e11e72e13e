package importing_test

import (
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	. "github.com/fenli-io/fenli/tenants/importing"
)

const history = "testdata/history.csv"

// What testdata/history.csv comes to was counted by hand: each trap names
// itself in its description.
var (
	wantReasons = []Count{{Malformed, 14}, {Duplicate, 4}, {FeeCode, 11}, {NoCustomer, 3}, {Decimals, 3}, {Price, 4}, {Quantity, 4},
		{OutOfRange, 1}, {InvoiceConflict, 1}, {ReturnUnmatched, 5}, {ReturnExcess, 2}}
	wantRead, wantUsed = 200, 148
)

func TestRun(t *testing.T) {
	t.Parallel()
	r := open(t)
	var seen []Progress
	result, err := r.importer.Run(t.Context(), Job{Files: []string{history}, Prefix: "or", Progress: func(p Progress) { seen = append(seen, p) }})
	if err != nil {
		t.Fatal(err)
	}
	stores := map[string]Store{}
	for _, s := range result.Stores {
		stores[s.Slug] = s
	}

	t.Run("EveryLineIsUsedOrReported", func(t *testing.T) {
		got := result.Report
		if got.Read != wantRead || got.Used != wantUsed || got.Reported != wantRead-wantUsed {
			t.Errorf("read %d, used %d, reported %d", got.Read, got.Used, got.Reported)
		}
		if counts := got.ByReason(); !slices.Equal(counts, wantReasons) {
			t.Errorf("%v", counts)
		}
	})
	t.Run("AStoreForEveryCountryWithAnOrder", func(t *testing.T) {
		for slug, orders := range map[string]int{"or-united-kingdom": 57, "or-eire": 2, "or-france": 2, "or-channel-islands": 2} {
			if stores[slug].Orders != orders {
				t.Errorf("%s has %d orders, want %d", slug, stores[slug].Orders, orders)
			}
		}
		if len(stores) != 4 {
			t.Errorf("%d stores", len(stores))
		}
	})
	t.Run("ReturnsTakeBackWhatTheyMatch", func(t *testing.T) {
		if s := stores["or-united-kingdom"]; s.Refunds != 4400 {
			t.Errorf("%d pence came back", s.Refunds)
		}
	})
	t.Run("CommissionIsExactToThePenny", func(t *testing.T) {
		// 10 % of 10.00, and of 9.99 floored, of which a third came back.
		if s := stores["or-eire"]; s.Sales != 3499 || s.Refunds != 333 || s.Available != 100+66 || s.Held != 0 || s.Paid != 0 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("WhatCameBackAfterItWasPaidIsOwed", func(t *testing.T) {
		// 500.00 on a sale of 5,000.00; half withdrawn in October, half of the rest in November.
		if s := stores["or-france"]; s.Paid != 37500 || s.Owed != 37500 || s.Available != 0 || s.Held != 0 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("NobodyEarnsWhereNobodyElseBuys", func(t *testing.T) {
		if s := stores["or-channel-islands"]; s.Available+s.Held+s.Paid+s.Owed != 0 || s.Distributors != 1 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("AYearGivesPeopleMoney", func(t *testing.T) {
		s := stores["or-united-kingdom"]
		if s.Available <= 0 || s.Paid <= 0 || s.Held != 0 || s.Distributors < 2 || s.Customers != 12 || len(s.Top) == 0 {
			t.Errorf("%+v", s)
		}
		if !slices.IsSortedFunc(s.Top, func(a, b Top) int { return cmp.Compare(b.Commission, a.Commission) }) {
			t.Errorf("%+v", s.Top)
		}
	})
	t.Run("ProgressEndsAtTheEnd", func(t *testing.T) {
		last := seen[len(seen)-1]
		if last.Done != last.Total || last.Total == 0 || last.Phase != PhaseDone {
			t.Errorf("%+v", last)
		}
	})
	r.mustBalance(t, result.Stores)

	t.Run("ASecondRunChangesNothing", func(t *testing.T) {
		before, advances := r.contents(t), r.advances.Load()
		again, err := r.importer.Run(t.Context(), Job{Files: []string{history}, Prefix: "or"})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(again, result) {
			t.Errorf("got %+v, was %+v", again, result)
		}
		if r.advances.Load() != advances {
			t.Error("a clock was moved")
		}
		after := r.contents(t)
		for table, was := range before {
			if after[table] != was {
				t.Errorf("%s has changed", table)
			}
		}
	})
	t.Run("OtherFilesForTheSameStoresAreRefused", func(t *testing.T) {
		other := filepath.Join(t.TempDir(), "other.csv")
		write(t, other, "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n1,2,x,1,2011-01-01T00:00:00,1,3,EIRE\n")
		_, err := r.importer.Run(t.Context(), Job{Files: []string{other}, Prefix: "or"})
		if fault.Of(err).Code != "importing.other_files" {
			t.Errorf("%v", err)
		}
	})
}

// The same lines in two files, one of them gzipped, are one history.
func TestRun_AFileTwiceIsOneHistory(t *testing.T) {
	t.Parallel()
	zipped := filepath.Join(t.TempDir(), "history.gz")
	file, err := os.Create(zipped)
	if err != nil {
		t.Fatal(err)
	}
	z := gzip.NewWriter(file)
	content, err := os.ReadFile(history)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(z.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	r := open(t)
	one, err := r.importer.Run(t.Context(), Job{Files: []string{history}, Prefix: "or"})
	if err != nil {
		t.Fatal(err)
	}
	two, err := r.importer.Run(t.Context(), Job{Files: []string{history, zipped}, Prefix: "or"})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(one.Stores, two.Stores) {
		t.Errorf("got %+v, was %+v", two.Stores, one.Stores)
	}
	// All but the malformed lines are the same as an earlier one.
	if got := two.Report; got.Read != 2*wantRead || got.Used != wantUsed || got.ByReason()[1] != (Count{Duplicate, 4 + wantRead - 14}) {
		t.Errorf("read %d, used %d, %v", got.Read, got.Used, got.ByReason())
	}
}

// Whatever instant a run is killed at, going on gives what one run gives.
func TestRun_KilledAndResumed(t *testing.T) {
	t.Parallel()
	clean := open(t)
	want, err := clean.importer.Run(t.Context(), Job{Files: []string{history}, Prefix: "or"})
	if err != nil {
		t.Fatal(err)
	}
	rows := clean.rows(t)
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			killer := &killer{}
			r := open(t, pg.Tracer(killer))
			dice := rand.New(rand.NewPCG(seed, 0))
			var got Result
			kills := 0
			for ; ; kills++ {
				ctx := killer.arm(t.Context(), 1+dice.Int64N(1500))
				got, err = r.importer.Run(ctx, Job{Files: []string{history}, Prefix: "or", Workers: 1 + dice.IntN(2)})
				if err == nil {
					break
				}
				if ctx.Err() == nil {
					t.Fatal(err)
				}
			}
			if kills < 5 {
				t.Fatalf("killed %d times only", kills)
			}
			t.Logf("killed %d times", kills)
			if !reflect.DeepEqual(anonymous(got), anonymous(want)) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			for table, n := range r.rows(t) {
				if n != rows[table] {
					t.Errorf("%s has %d rows, want %d", table, n, rows[table])
				}
			}
			r.mustBalance(t, got.Stores)
		})
	}
}

func TestRun_Refuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	header := filepath.Join(dir, "header.csv")
	write(t, header, "InvoiceNo,StockCode\n1,2\n")
	empty := filepath.Join(dir, "empty.csv")
	write(t, empty, "")
	importer := New(Parts{})
	for name, c := range map[string]struct {
		job  Job
		code string
	}{
		"NoFile":        {Job{Prefix: "or"}, "importing.no_files"},
		"AMissingFile":  {Job{Prefix: "or", Files: []string{filepath.Join(dir, "none")}}, "importing.file"},
		"AnotherHeader": {Job{Prefix: "or", Files: []string{header}}, "importing.header"},
		"AnEmptyFile":   {Job{Prefix: "or", Files: []string{empty}}, "importing.header"},
		"NoPrefix":      {Job{Files: []string{history}}, "importing.prefix"},
		"ABadPrefix":    {Job{Prefix: "Or_", Files: []string{history}}, "importing.prefix"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := importer.Run(t.Context(), c.job); fault.Of(err).Code != c.code {
				t.Errorf("%v", err)
			}
		})
	}
}

// killer cancels a run after so many statements, wherever that is.
type killer struct {
	left   atomic.Int64
	cancel atomic.Pointer[context.CancelFunc]
}

func (k *killer) arm(ctx context.Context, statements int64) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	k.cancel.Store(&cancel)
	k.left.Store(statements)
	return ctx
}

func (k *killer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	if k.left.Add(-1) == 0 {
		(*k.cancel.Load())()
	}
	return ctx
}

func (k *killer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// anonymous leaves out what every run draws anew.
func anonymous(r Result) Result {
	r.Stores = slices.Clone(r.Stores)
	for i := range r.Stores {
		r.Stores[i].ID = tenancy.ID{}
	}
	return r
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// rows counts the rows of every table there is.
func (r *rig) rows(t testing.TB) map[string]int {
	t.Helper()
	return perTable(t, r, `select count(*)::int from %s t`, 0)
}

// contents hashes every row of every table there is.
func (r *rig) contents(t testing.TB) map[string][32]byte {
	t.Helper()
	hashes := map[string][32]byte{}
	for table, text := range perTable(t, r, `select coalesce(string_agg(t::text, E'\n' order by t::text), '') from %s t`, "") {
		hashes[table] = sha256.Sum256([]byte(text))
	}
	return hashes
}

func perTable[T any](t testing.TB, r *rig, sql string, _ T) map[string]T {
	t.Helper()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, r.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, `select relname from pg_class where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]T{}
	for _, name := range names {
		var value T
		if err := conn.QueryRow(ctx, fmt.Sprintf(sql, pgx.Identifier{name}.Sanitize())).Scan(&value); err != nil {
			t.Fatal(err)
		}
		all[name] = value
	}
	return all
}
