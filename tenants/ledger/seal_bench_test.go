package ledger_test

import (
	"context"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/ledger"
)

const benchEntries = 20_000

// posted is a journal of benchEntries, posted 200 at a time as a lane does.
func posted(b *testing.B) *kept {
	k := keep(b)
	wang := somebody()
	for range benchEntries / 200 {
		ms := make([]ledger.Movement, 200)
		for i := range ms {
			ms[i] = ledger.HoldCommission{Payee: wang, Amount: int64(i + 1), Order: ledger.Ref(wang)}
		}
		k.post(ms...)
	}
	return k
}

func BenchmarkSeal(b *testing.B) {
	var took time.Duration
	runs := 0
	for b.Loop() {
		b.StopTimer()
		k := posted(b)
		begun := time.Now()
		b.StartTimer()
		if n := k.seal(); n != benchEntries {
			b.Fatal(n)
		}
		b.StopTimer()
		took, runs = took+time.Since(begun), runs+1
		bytes := k.Int(b, `select pg_total_relation_size('ledger_seal') + pg_total_relation_size('ledger_head')`)
		b.ReportMetric(float64(bytes)/benchEntries, "B/entry")
		b.StartTimer()
	}
	b.ReportMetric(float64(took.Nanoseconds())/float64(runs)/benchEntries, "ns/entry")
}

func BenchmarkVerify(b *testing.B) {
	k := posted(b)
	k.seal()
	for b.Loop() {
		if r := k.verify(ledger.Audit{}); r.Entries != benchEntries || len(r.Findings) > 0 {
			b.Fatalf("%+v", r)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchEntries, "ns/entry")
}

func BenchmarkPost(b *testing.B) {
	k := keep(b)
	wang := somebody()
	for b.Loop() {
		err := k.Within(b.Context(), k.A, func(ctx context.Context, tx *pg.Tx) error {
			book, err := ledger.Open(ctx, tx, []ledger.Party{wang})
			if err != nil {
				return err
			}
			for range 200 {
				if err := book.Move(ledger.HoldCommission{Payee: wang, Amount: 1}); err != nil {
					return err
				}
			}
			return book.Post(ctx)
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
