package importing_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/soak"
	"github.com/fenli-io/fenli/platform/tenancy"
	. "github.com/fenli-io/fenli/tenants/importing"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// trouble is what else happens in the year: buyers who want money back, and
// distributors who want theirs, at drawn times of a store's own clock.
type trouble struct {
	rig      *rig
	money    *withdrawal.Service
	seed     uint64
	returned map[string]map[string]bool // invoices that the file itself gives back

	mu     sync.Mutex
	stores map[tenancy.ID]*troubled
}

type troubled struct {
	draw                 *rand.Rand
	slug                 string
	begins               time.Time
	refunds, paid, asked int
}

func (x *trouble) store(ctx context.Context, tenant tenancy.ID) (*troubled, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if s := x.stores[tenant]; s != nil {
		return s, nil
	}
	store, err := x.rig.registry.ByID(ctx, tenant)
	if err != nil {
		return nil, err
	}
	name := fnv.New64a()
	name.Write([]byte(store.Slug))
	s := &troubled{draw: soak.Rand(x.seed, name.Sum64()), slug: store.Slug}
	x.stores[tenant] = s
	return s, nil
}

// happen is called whenever the store's clock has moved.
func (x *trouble) happen(ctx context.Context, tenant tenancy.ID) error {
	s, err := x.store(ctx, tenant)
	if err != nil {
		return err
	}
	for range s.draw.IntN(3) {
		err := x.rig.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
			if s.begins.IsZero() {
				s.begins = tx.Now()
			}
			lived := int64(tx.Now().Sub(s.begins)/time.Second) + 1
			found, err := order.List(ctx, tx, order.Filter{}, s.begins.Add(time.Duration(s.draw.Int64N(lived)+1)*time.Second), order.ID{}, 1)
			if err != nil || len(found) == 0 {
				return err
			}
			if s.draw.IntN(2) == 0 {
				return x.giveBack(ctx, tx, s, found[0])
			}
			return x.askFor(ctx, tx, s, found[0])
		})
		if err != nil && fault.Of(err).Kind == fault.Internal {
			return err
		}
	}
	return x.money.SettleDebts(ctx, tenant)
}

func (x *trouble) giveBack(ctx context.Context, tx *pg.Tx, s *troubled, o order.Order) error {
	left := o.Goods - o.Refunded
	if o.PaidAt.IsZero() || left == 0 || x.returned[s.slug][o.ExternalID] {
		return nil
	}
	amount := left
	if s.draw.IntN(3) > 0 {
		amount = 1 + s.draw.Int64N(left)
	}
	_, err := x.rig.orders.Refund(ctx, tx, o.ID, order.RefundRequest{ExternalID: fmt.Sprint("trouble ", s.refunds), Amount: amount, Freight: s.draw.Int64N(3)})
	if err == nil {
		s.refunds++
	}
	return err
}

// askFor lets somebody of an order's chain withdraw, and staff pay, refuse, or
// let it lie.
func (x *trouble) askFor(ctx context.Context, tx *pg.Tx, s *troubled, o order.Order) error {
	if len(o.Chain.Members) == 0 {
		return nil
	}
	who := o.Chain.Members[s.draw.IntN(len(o.Chain.Members))].ID
	b, err := ledger.BalanceOf(ctx, tx, ledger.Party(who), ledger.Money)
	if err != nil || b.Available == 0 {
		return err
	}
	w, err := x.money.Request(ctx, tx, withdrawal.Ask{Distributor: who, Amount: 1 + s.draw.Int64N(b.Available), Paid: true})
	if err != nil {
		return err
	}
	s.asked++
	switch s.draw.IntN(4) {
	case 0:
		return nil
	case 1:
		_, err = x.money.Reject(ctx, tx, w.ID, "trouble", "staff:1")
		return err
	}
	if _, err := x.money.Approve(ctx, tx, w.ID, "staff:1"); err != nil {
		return err
	}
	s.paid++
	_, err = x.money.Pay(ctx, tx, w.ID, "V", "staff:1")
	return err
}

// A year of the real orders, with refunds and withdrawals at drawn times, and
// then the proof: every hash and balance made again, every award compared with
// what its decision and refunds say. Short, two countries; long, all but one.
func TestRun_AYearOfTroubleVerifies(t *testing.T) {
	t.Parallel()
	file := realFile(t, "online_retail_nonuk.csv.gz")
	if !soak.Long() {
		file = countries(t, file, "Belgium", "Portugal")
	}
	returned, err := Returned([]string{file}, "year")
	if err != nil {
		t.Fatal(err)
	}
	soak.Seeds(t, 1, func(t *testing.T, seed uint64) {
		r := open(t)
		x := &trouble{rig: r, money: withdrawal.New(r.db, r.rules), seed: seed, returned: returned, stores: map[tenancy.ID]*troubled{}}
		r.meanwhile = x.happen
		result, err := r.importer.Run(t.Context(), Job{Files: []string{file}, Prefix: "year"})
		if err != nil {
			t.Fatal(err)
		}
		var refunds, asked, paid int
		for _, store := range result.Stores {
			s := x.stores[store.ID]
			refunds, asked, paid = refunds+s.refunds, asked+s.asked, paid+s.paid
			if err := x.money.SettleDebts(t.Context(), store.ID); err != nil {
				t.Fatal(err)
			}
			if _, err := r.commission.Drain(t.Context(), store.ID); err != nil {
				t.Fatal(err)
			}
			r.verify(t, store)
		}
		t.Logf("seed %d: %d stores, %d refunds of ours, %d withdrawals asked for, %d paid", seed, len(result.Stores), refunds, asked, paid)
		if refunds < 20 || asked < 20 || paid < 10 {
			t.Errorf("there was little trouble: %d refunds, %d asked, %d paid", refunds, asked, paid)
		}
		r.mustBalance(t, result.Stores)
	})
}

// verify is what `fenli ledger verify` does with a store, and what must hold of
// everybody's money.
func (r *rig) verify(t *testing.T, store Store) {
	t.Helper()
	journal := ledger.New(r.db, func(context.Context, tenancy.ID) (*time.Location, error) { return time.UTC, nil })
	if _, err := journal.Seal(t.Context(), store.ID); err != nil {
		t.Fatal(err)
	}
	report, err := journal.Verify(t.Context(), store.ID, ledger.Audit{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range report.Findings {
		t.Errorf("%s: %s", store.Slug, f)
	}
	if moved := r.Int(t, `select count(*) from ledger_movement where tenant_id = $1`, store.ID); report.Entries != moved {
		t.Errorf("%s: %d of %d entries were verified", store.Slug, report.Entries, moved)
	}
	if n := r.Int(t, `select count(*) from ledger_balance where tenant_id = $1 and asset = 'money' and debt < 0 and available > 0`, store.ID); n > 0 {
		t.Errorf("%s: %d people are in debt and in money", store.Slug, n)
	}
	if n := r.Int(t, `select count(*) from ledger_balance b where tenant_id = $1 and asset = 'money' and reserved <>
		(select coalesce(sum(gross), 0) from withdrawal_request w where w.tenant_id = b.tenant_id and w.distributor_id = b.party and state in ('requested', 'approved'))`, store.ID); n > 0 {
		t.Errorf("%s: of %d people other amounts are reserved than asked for", store.Slug, n)
	}
}

// countries writes the lines of some countries to a file of their own.
func countries(t *testing.T, file string, names ...string) string {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	plain, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	var kept strings.Builder
	for lines, first := bufio.NewScanner(plain), true; lines.Scan(); first = false {
		keep := first
		for _, name := range names {
			keep = keep || strings.HasSuffix(lines.Text(), ","+name)
		}
		if keep {
			kept.WriteString(lines.Text() + "\n")
		}
	}
	path := filepath.Join(t.TempDir(), "countries.csv")
	if err := os.WriteFile(path, []byte(kept.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
