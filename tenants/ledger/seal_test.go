package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/ledger"
)

var shanghai = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return zone
}()

// kept is a store's journal and what a test does with it.
type kept struct {
	*pgtest.Database
	journal *ledger.Journal
	t       testing.TB
}

func keep(t testing.TB, opts ...pg.Option) *kept {
	db := pgtest.Open(t, opts...)
	zone := func(context.Context, tenancy.ID) (*time.Location, error) { return shanghai, nil }
	return &kept{db, ledger.New(db.DB, zone), t}
}

func (k *kept) post(movements ...ledger.Movement) {
	k.t.Helper()
	if err := move(k.t, k.Database, k.A, movements...); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kept) seal() int {
	k.t.Helper()
	n, err := k.journal.Seal(k.t.Context(), k.A)
	if err != nil {
		k.t.Fatal(err)
	}
	return n
}

func (k *kept) verify(a ledger.Audit) ledger.Report {
	k.t.Helper()
	r, err := k.journal.Verify(k.t.Context(), k.A, a)
	if err != nil {
		k.t.Fatal(err)
	}
	return r
}

func (k *kept) mustBeWhole() ledger.Report {
	k.t.Helper()
	r := k.verify(ledger.Audit{})
	for _, f := range r.Findings {
		k.t.Error(f)
	}
	return r
}

func (k *kept) read(after int64, limit int) (all []ledger.Sealed) {
	k.t.Helper()
	err := k.Within(k.t.Context(), k.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		all, err = ledger.Read(ctx, tx, after, limit)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return all
}

func (k *kept) heads(before string, limit int) (all []ledger.Head) {
	k.t.Helper()
	err := k.Within(k.t.Context(), k.A, func(ctx context.Context, tx *pg.Tx) (err error) {
		all, err = k.journal.Heads(ctx, tx, before, limit)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return all
}

// hold posts in a transaction that stays open until release says whether it
// commits.
func (k *kept) hold(ms ...ledger.Movement) (release func(commit bool)) {
	posted, ended, end := make(chan struct{}), make(chan struct{}), make(chan bool)
	undone := errors.New("undone")
	go func() {
		defer close(ended)
		err := k.Within(context.Background(), k.A, func(ctx context.Context, tx *pg.Tx) error {
			book, err := ledger.Open(ctx, tx, []ledger.Party{ledger.PartyOf(ms[0])})
			if err != nil {
				return err
			}
			for _, m := range ms {
				if err := book.Move(m); err != nil {
					return err
				}
			}
			if err := book.Post(ctx); err != nil {
				return err
			}
			close(posted)
			if !<-end {
				return undone
			}
			return nil
		})
		if err != nil && !errors.Is(err, undone) {
			k.t.Error(err)
		}
	}()
	<-posted
	return func(commit bool) { end <- commit; <-ended }
}

func TestSeal(t *testing.T) {
	t.Parallel()

	t.Run("NumbersOrderOfCommitAndNotOfIds", func(t *testing.T) {
		t.Parallel()
		k := keep(t)
		slow, fast := somebody(), somebody()
		release := k.hold(ledger.HoldCommission{Payee: slow, Amount: 100})
		k.post(ledger.HoldCommission{Payee: fast, Amount: 200}) // a higher id, committed earlier
		if n := k.seal(); n != 1 {
			t.Fatalf("%d entries were sealed", n)
		}
		release(true)
		if n := k.seal(); n != 1 {
			t.Fatalf("the slow transaction's entry was skipped: %d sealed", n)
		}
		all := k.read(0, 10)
		if len(all) != 2 || all[0].Party != fast || all[1].Party != slow || all[0].Number != 1 || all[1].Number != 2 || all[0].ID < all[1].ID {
			t.Fatalf("%+v", all)
		}
		k.mustBeWhole()
	})
	t.Run("WhatWasUndoneHasNoNumber", func(t *testing.T) {
		t.Parallel()
		k := keep(t)
		release := k.hold(ledger.HoldCommission{Payee: somebody(), Amount: 100})
		release(false)
		k.post(ledger.HoldCommission{Payee: somebody(), Amount: 200})
		k.seal()
		if all := k.read(0, 10); len(all) != 1 || all[0].Number != 1 || all[0].Amount != 200 {
			t.Fatalf("%+v", all)
		}
		k.mustBeWhole()
	})
	t.Run("AChainIsTheSameHoweverItIsReadAndAnybodyCanMakeItAgain", func(t *testing.T) {
		t.Parallel()
		k := keep(t)
		wang := somebody()
		var ms []ledger.Movement
		for range 2300 { // more than two seals hold
			ms = append(ms, ledger.HoldCommission{Payee: wang, Amount: 7})
		}
		k.post(ms...)
		k.Clock.Advance(40 * 24 * time.Hour) // another partition
		k.post(ledger.Mature{Payee: wang, Amount: 7})
		if n := k.seal(); n != 2301 {
			t.Fatalf("%d entries were sealed", n)
		}
		whole := k.read(0, 5000)
		for after := 0; after < len(whole); after += 777 {
			for i, s := range k.read(int64(after), 777) {
				if s != whole[after+i] {
					t.Fatalf("entry %d is %+v, and %+v in a page", after+i+1, whole[after+i], s)
				}
			}
		}
		h := sha("fenli ledger " + k.A.UUID())
		for i, s := range whole {
			if h = sha(h + ledger.Line(int64(i+1), s.Entry)); h != string(s.Hash[:]) || s.Number != int64(i+1) {
				t.Fatalf("entry %d has another hash or number: %+v", i+1, s)
			}
		}
		if r := k.mustBeWhole(); r.Entries != 2301 || r.Head.Hash != whole[2300].Hash {
			t.Fatalf("%+v", r)
		}
	})
	t.Run("StoresHaveTheirOwnNumbersAndChains", func(t *testing.T) {
		t.Parallel()
		k := keep(t)
		k.post(ledger.HoldCommission{Payee: somebody(), Amount: 1})
		if err := move(t, k.Database, k.B, ledger.HoldCommission{Payee: somebody(), Amount: 1}); err != nil {
			t.Fatal(err)
		}
		var stores []tenancy.ID
		if err := k.Platform(t.Context(), func(ctx context.Context, tx *pg.Tx) (err error) {
			stores, err = ledger.StoresUnsealed(ctx, tx, time.Time{})
			return err
		}); err != nil || len(stores) != 2 {
			t.Fatalf("%v, %v", stores, err)
		}
		for _, tenant := range stores {
			if n, err := k.journal.Seal(t.Context(), tenant); n != 1 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
			if r, err := k.journal.Verify(t.Context(), tenant, ledger.Audit{}); r.Head.Number != 1 || len(r.Findings) > 0 || err != nil {
				t.Errorf("%+v, %v", r, err)
			}
		}
		if n := k.Int(t, `select count(distinct hash) from ledger_seal`); n != 2 {
			t.Error("two stores share a hash")
		}
	})
	t.Run("IsAppendOnlyForTheProduct", func(t *testing.T) {
		t.Parallel()
		k := keep(t)
		k.post(ledger.HoldCommission{Payee: somebody(), Amount: 1})
		k.seal()
		for _, sql := range []string{
			`update ledger_seal set hash = hash where tenant_id = $1`, `delete from ledger_seal where tenant_id = $1`,
			`update ledger_head set hash = hash where tenant_id = $1`, `delete from ledger_head where tenant_id = $1`,
			`update ledger_unsealed set ids = ids where tenant_id = $1`,
		} {
			if err := k.Within(t.Context(), k.A, func(ctx context.Context, tx *pg.Tx) error {
				_, err := tx.Exec(ctx, sql, k.A)
				return err
			}); err == nil {
				t.Errorf("the product could %s", sql)
			}
		}
	})
}

// Whatever commits while the journal is being sealed, and in whatever order,
// gets one number, and the numbers have no gap.
func TestSeal_NothingIsSkippedOrNumberedTwice(t *testing.T) {
	t.Parallel()
	k := keep(t, pg.MaxConns(24))
	ctx, stop := context.WithCancel(t.Context())
	var writers, sealers sync.WaitGroup
	for w := range 12 {
		writers.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			wang := somebody()
			for i := range 15 {
				var ms []ledger.Movement
				for n := range 1 + random.IntN(4) {
					ms = append(ms, ledger.HoldCommission{Payee: wang, Amount: int64(1 + n + i)})
				}
				release := k.hold(ms...)
				time.Sleep(time.Duration(random.IntN(12)) * time.Millisecond)
				release(random.IntN(5) > 0)
			}
		})
	}
	for range 3 {
		sealers.Go(func() {
			for ctx.Err() == nil {
				if _, err := k.journal.Seal(t.Context(), k.A); err != nil {
					t.Error(err)
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
	writers.Wait()
	stop()
	sealers.Wait()
	k.seal()
	all := k.read(0, 10_000)
	seen := map[int64]bool{}
	for i, s := range all {
		if s.Number != int64(i+1) || seen[s.ID] {
			t.Fatalf("entry %d has number %d, seen %v", i+1, s.Number, seen[s.ID])
		}
		seen[s.ID] = true
	}
	if n := k.Int(t, `select count(*) from ledger_movement`); n != int64(len(all)) || n == 0 {
		t.Fatalf("%d movements, %d numbers", n, len(all))
	}
	k.mustBeWhole()
}

func TestHeads(t *testing.T) {
	t.Parallel()
	k := keep(t)
	wang := somebody()
	for day := 1; day <= 4; day++ { // 1 to 4 March, and nothing on the 3rd
		if day != 3 {
			k.post(ledger.HoldCommission{Payee: wang, Amount: 10})
			k.seal()
		}
		k.Clock.Advance(24 * time.Hour)
	}
	var got []string
	for _, h := range k.heads("", 10) {
		got = append(got, fmt.Sprint(h.Day, " ", h.Number, " ", h.Open))
	}
	if s := strings.Join(got, ", "); s != "2026-03-04 3 false, 2026-03-02 2 false, 2026-03-01 1 false" {
		t.Errorf("got %s", s)
	}
	if page := k.heads("2026-03-02", 10); len(page) != 1 || page[0].Day != "2026-03-01" {
		t.Errorf("%+v", page)
	}
	on := func(day string) (h ledger.Head) {
		at, _ := time.Parse(time.DateOnly, day)
		_ = k.Within(t.Context(), k.A, func(ctx context.Context, tx *pg.Tx) (err error) {
			h, err = k.journal.HeadOn(ctx, tx, at)
			return err
		})
		return h
	}
	if h := on("2026-03-03"); h.Day != "2026-03-02" || h.Number != 2 {
		t.Errorf("on a day without entries the head is %+v", h)
	}
	if h := on("2026-02-01"); h.Number != 0 {
		t.Errorf("before the first entry the head is %+v", h)
	}
	if r := k.verify(ledger.Audit{Kept: k.heads("", 10)}); len(r.Findings) > 0 || r.Entries != 3 {
		t.Errorf("%+v", r)
	}
	if r := k.verify(ledger.Audit{From: "2026-03-02", To: "2026-03-03"}); len(r.Findings) > 0 || r.Entries != 1 {
		t.Errorf("%+v", r)
	}
}

// Whatever is posted, in whatever pieces it is sealed, the chain is whole and
// does not depend on the pieces.
func TestSeal_PiecesDoNotChangeTheChain(t *testing.T) {
	t.Parallel()
	k := keep(t)
	soak.Check(t, func(r *rapid.T) {
		people := []ledger.Party{somebody(), somebody()}
		for range rapid.IntRange(1, 6).Draw(r, "postings") {
			p := rapid.SampledFrom(people).Draw(r, "payee")
			n := rapid.Int64Range(1, 1_000_000).Draw(r, "amount")
			k.post(ledger.HoldCommission{Payee: p, Amount: n}, ledger.Mature{Payee: p, Amount: n},
				ledger.BookBonus{Payee: p, Amount: n}, ledger.BookDeduction{Payee: p, Amount: n}, ledger.DeductIntoDebt{Payee: p, Amount: 1})
			if rapid.Bool().Draw(r, "seal") {
				k.seal()
			}
			if rapid.Bool().Draw(r, "tomorrow") {
				k.Clock.Advance(24 * time.Hour)
			}
		}
	})
	k.seal()
	k.mustBeWhole()
}
