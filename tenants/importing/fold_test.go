package importing_test

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	. "github.com/fenli-io/fenli/tenants/importing"
)

// Sales that share a transaction give the same books as sales one by one: the
// same orders at the same times, the same binds, the same awards, and on every
// day of a store the same money between the same accounts.
func TestRun_TogetherIsTheSameBooks(t *testing.T) {
	t.Parallel()
	files := map[string]func(t *testing.T) string{
		"Sample": func(*testing.T) string { return history },
		"Busy":   busy,
		"Real": func(t *testing.T) string {
			return countries(t, realFile(t, "online_retail_nonuk.csv.gz"), "Belgium", "Brazil")
		},
	}
	for name, file := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			job := Job{Files: []string{file(t)}, Prefix: "or"}
			alone, together := open(t), open(t)
			OneByOne(alone.importer)
			want, err := alone.importer.Run(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			got, err := together.importer.Run(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			if together.advances.Load() >= alone.advances.Load() {
				t.Errorf("the clocks moved %d times, and %d times for one by one", together.advances.Load(), alone.advances.Load())
			}
			t.Logf("the clocks moved %d times, and %d times for one by one", together.advances.Load(), alone.advances.Load())
			if !reflect.DeepEqual(anonymous(got), anonymous(want)) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			mine, theirs := together.books(t), alone.books(t)
			if len(mine) == 0 {
				t.Fatal("there are no books")
			}
			for _, difference := range []struct {
				what       string
				these, not []string
			}{{"only together", mine, theirs}, {"only one by one", theirs, mine}} {
				for _, line := range difference.these {
					if _, found := slices.BinarySearch(difference.not, line); !found {
						t.Errorf("%s: %s", difference.what, line)
					}
				}
			}
			together.mustBalance(t, got.Stores)
		})
	}
}

// busy is a history with many sales a day, several in a minute, over the end of
// a day and of a month, with what stands between them.
func busy(t *testing.T) string {
	var all strings.Builder
	all.WriteString("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n")
	item := func(invoice string, day string, hour, minute, buyer, qty int) {
		fmt.Fprintf(&all, "%s,TEA,Tea,%d,%sT%02d:%02d:00,4.99,%d,United Kingdom\n", invoice, qty, day, hour, minute, 12000+buyer)
	}
	invoice := 100000
	for _, day := range []string{"2011-03-30", "2011-03-31", "2011-04-01", "2011-04-11", "2011-04-20"} {
		for hour := 9; hour < 24; hour += 2 {
			for n := range 3 {
				invoice++
				item(fmt.Sprint(invoice), day, hour, 5+n/2, (hour+n*7)%19, 1+n)
			}
		}
		if day == "2011-04-11" { // the other days have nothing at their end
			item(fmt.Sprint("C", invoice), day, 23, 59, (23+2*7)%19, -1)
		}
	}
	path := filepath.Join(t.TempDir(), "busy.csv")
	if err := os.WriteFile(path, []byte(all.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// books are everything that money can be told by, in words that two runs share.
func (r *rig) books(t *testing.T) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), r.OwnerURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var all []string
	for _, sql := range []string{
		`select concat_ws(' ', 'order', s.slug, o.external_id, b.external_id, d.external_id, o.state, o.goods, o.refunded, o.placed_at, o.paid_at, o.shipped_at, o.received_at)
		   from order_record o join customer_buyer b on b.tenant_id = o.tenant_id and b.id = o.buyer_id
		   left join distributor_member d on d.tenant_id = o.tenant_id and d.id = o.seller_id join registry_store s on s.id = o.tenant_id`,
		`select concat_ws(' ', 'award', s.slug, o.external_id, d.external_id, a.level, a.granted, a.standing, a.points, a.due_at, a.matures_at, a.paid_at, a.hold)
		   from commission_award a join order_record o on o.tenant_id = a.tenant_id and o.id = a.order_id
		   join distributor_member d on d.tenant_id = a.tenant_id and d.id = a.payee join registry_store s on s.id = a.tenant_id`,
		`select concat_ws(' ', 'bind', s.slug, b.external_id, d.external_id, x.cause, x.bound_at, x.protected_until, x.valid_until, x.touches, x.honoured, x.ended_at, x.ended_cause)
		   from attribution_bind x join customer_buyer b on b.tenant_id = x.tenant_id and b.id = x.buyer_id
		   join distributor_member d on d.tenant_id = x.tenant_id and d.id = x.distributor_id join registry_store s on s.id = x.tenant_id`,
		`select concat_ws(' ', 'moved', s.slug, (m.recorded_at at time zone s.time_zone)::date, m.kind, coalesce(d.external_id, '-'), m.asset, m.source, m.target, sum(m.amount))
		   from ledger_movement m left join distributor_member d on d.tenant_id = m.tenant_id and d.id = m.party join registry_store s on s.id = m.tenant_id
		  group by s.slug, (m.recorded_at at time zone s.time_zone)::date, m.kind, d.external_id, m.asset, m.source, m.target`,
		`select concat_ws(' ', 'balance', s.slug, coalesce(d.external_id, '-'), b.asset, b.expense, b.fees, b.tax, b.held, b.available, b.reserved, b.debt, b.paid)
		   from ledger_balance b left join distributor_member d on d.tenant_id = b.tenant_id and d.id = b.party join registry_store s on s.id = b.tenant_id`,
	} {
		rows, err := conn.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, lines...)
	}
	slices.Sort(all)
	return all
}
