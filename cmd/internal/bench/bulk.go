package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fenli-io/fenli/cmd/internal/client"
	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/redis"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// intake is the product's own way of taking many reported orders in, without
// HTTP: for scenarios that ask what the rest costs.
type intake struct {
	db     *pg.DB
	rdb    *redis.Client
	orders *order.Service
	bell   *redis.Doorbell
}

func (in *intake) close() {
	in.bell.Close()
	_ = in.rdb.Close()
	in.db.Close()
}

func (p *place) openIntake(ctx context.Context) (*intake, error) {
	db, err := pg.Open(ctx, p.databaseURL(), clock.System{})
	if err != nil {
		return nil, err
	}
	rdb, err := redis.Open(ctx, p.servers.RedisURL)
	if err != nil {
		db.Close()
		return nil, err
	}
	in := &intake{db, rdb, order.New(db, program.New(db, nil)), redis.NewDoorbell(rdb, nil)}
	in.orders.Doorbell = func(tenant tenancy.ID) { in.bell.Ring(context.Background(), tenant.String()) }
	return in, nil
}

// take reports n orders of two lines in one transaction.
func (in *intake) take(ctx context.Context, s *shop, n int) error {
	var tenant tenancy.ID
	if err := tenant.Scan(s.id); err != nil {
		return err
	}
	reports := make([]order.Report, n)
	for i := range reports {
		nth := s.orders.Add(1)
		lines := make(order.Lines, 2)
		for l := range lines {
			lines[l] = order.Line{SKU: fmt.Sprintf("SKU-%d", l), Category: "nails/polish", Qty: 1 + nth%3, UnitPrice: 4900 + nth%1000, Cost: -1}
		}
		reports[i] = order.Report{Source: "bulk", ExternalID: fmt.Sprintf("k%09d", nth), Buyer: fmt.Sprintf("b%d", nth%100),
			Via: "seller", Channel: "h5", Lines: lines, Paid: true}
	}
	return in.db.Often(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		taken, err := in.orders.IngestAll(ctx, tx, reports)
		for _, t := range taken {
			if err == nil && t.Err != nil {
				err = t.Err
			}
		}
		tx.AfterCommit(func() { s.acked.Add(int64(n)) })
		return err
	})
}

// reportBatch tells the product about orders of two lines in one request.
func (p *place) reportBatch(ctx context.Context, s *shop, n int) error {
	list := make([]json.RawMessage, n)
	for i := range list {
		list[i] = s.next(2)
	}
	var told struct{ Created int }
	if err := client.New(p.base, "open", s.key).Call(ctx, "POST", "/orders/batch", object{"orders": list}, &told); err != nil {
		return err
	}
	if told.Created != n {
		return fmt.Errorf("of %d orders %d were created", n, told.Created)
	}
	s.acked.Add(int64(n))
	return nil
}

// bulkClients tell about orders at once, so that one request is read while
// another is written.
const bulkClients = 4

// measureBulk reports orders as fast as a few clients can, while the lanes
// rest, and then lets the lanes decide and post them.
func measureBulk(ctx context.Context, p *place) ([]Figure, error) {
	shops, err := p.openShops(ctx, "bulk", 2)
	if err != nil {
		return nil, err
	}
	in, err := p.openIntake(ctx) // for its bell
	if err != nil {
		return nil, err
	}
	defer in.close()
	orders, at := 10_000, 500
	if p.Full {
		orders = 200_000
	}
	for _, s := range shops { // plans, partitions, buyers
		if err := p.reportBatch(ctx, s, at); err != nil {
			return nil, err
		}
	}
	if err := p.quiet(ctx); err != nil {
		return nil, err
	}
	if err := p.holdLanes(ctx, shops, "infinity"); err != nil { // their turn comes when all is in
		return nil, err
	}
	begun, before := time.Now(), p.used()
	clients, failed := errgroup.WithContext(ctx)
	for c := range bulkClients {
		clients.Go(func() error {
			for taken := 0; taken < orders/bulkClients; taken += at {
				if err := p.reportBatch(failed, shops[c%len(shops)], at); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := clients.Wait(); err != nil {
		return nil, err
	}
	committed, intake := time.Since(begun), p.used().since(before)
	if err := p.holdLanes(ctx, shops, "-infinity"); err != nil {
		return nil, err
	}
	for _, s := range shops {
		in.bell.Ring(ctx, s.uuid())
	}
	if err := p.quiet(ctx); err != nil {
		return nil, err
	}
	posted, cpu := time.Since(begun), p.used().since(before)
	return []Figure{
		figure("orders and lines committed", float64(orders)/committed.Seconds(), "orders/s").atLeast(10_000).
			noting(fmt.Sprintf("over HTTP; %d orders, %d a request, two stores; app %.2f, postgres %.2f CPU-ms an order", orders, at, ms(intake.app, orders), ms(intake.postgres, orders))),
		figure("with commission and journal", float64(orders)/posted.Seconds(), "orders/s").atLeast(4_000).noting(cpu.perOrder("", orders).Note),
	}, p.audit(ctx, shops)
}

// holdLanes makes the lanes busy elsewhere until an instant.
func (p *place) holdLanes(ctx context.Context, shops []*shop, until string) error {
	for _, s := range shops {
		if _, err := p.owner.Exec(ctx, "update commission_lane set holder = gen_random_uuid(), leased_until = $2::timestamptz where tenant_id = $1", s.id, until); err != nil {
			return err
		}
	}
	return nil
}

// uuid is the store as processes call it among themselves.
func (s *shop) uuid() string {
	var tenant tenancy.ID
	_ = tenant.Scan(s.id)
	return tenant.String()
}

func ms(d time.Duration, orders int) float64 {
	return float64(d.Microseconds()) / 1000 / float64(orders)
}

// measureTenants gives every store the same orders, few stores and then many,
// and compares what an order costs PostgreSQL and the lanes.
func measureTenants(ctx context.Context, p *place) ([]Figure, error) {
	const few, each = 10, 20
	many := 120
	if p.Full {
		many = 10_000
	}
	template, err := p.openShop(ctx, "bench-tenants", false)
	if err != nil {
		return nil, err
	}
	if err := p.copyStore(ctx, template.id, many); err != nil {
		return nil, err
	}
	copies, err := p.copies(ctx)
	if err != nil {
		return nil, err
	}
	in, err := p.openIntake(ctx)
	if err != nil {
		return nil, err
	}
	defer in.close()
	time.Sleep(2 * time.Second) // what the copies have woken
	asleep := p.used()
	time.Sleep(4 * time.Second)
	idle := p.used().since(asleep).share(0.25)                     // a second of it
	if _, err := p.feed(ctx, in, copies, each, idle); err != nil { // plans, and what a process asks about a store once
		return nil, err
	}
	var cost [2]usage
	rounds := many / few
	for range rounds {
		u, err := p.feed(ctx, in, copies[:few], each, idle)
		if err != nil {
			return nil, err
		}
		cost[0] = cost[0].plus(u)
	}
	if cost[1], err = p.feed(ctx, in, copies, each, idle); err != nil {
		return nil, err
	}
	orders := rounds * few * each
	one, other := cost[0].perOrder(fmt.Sprintf("%d stores", few), orders), cost[1].perOrder(fmt.Sprintf("%d stores", many), many*each)
	if err := p.auditCopies(ctx, int64(each*(few*rounds+2*many))); err != nil {
		return nil, err
	}
	return []Figure{one, other,
		figure("growth", other.Value/one.Value, "×").atMost(1.2).noting("20 orders a store at a time; what nothing costs is taken off, and the bench's own half of the intake is not counted"),
	}, p.forget(ctx, "bench-idle-copy-%")
}

// feed gives every store its orders and waits until they are posted.
func (p *place) feed(ctx context.Context, in *intake, shops []*shop, each int, idle usage) (usage, error) {
	if err := p.quiet(ctx); err != nil {
		return usage{}, err
	}
	begun, before := time.Now(), p.used()
	for _, s := range shops {
		if err := in.take(ctx, s, each); err != nil {
			return usage{}, err
		}
	}
	err := p.quiet(ctx)
	return p.used().since(before).less(idle, time.Since(begun).Seconds()), err
}

// copies are the stores that copyStore has made.
func (p *place) copies(ctx context.Context) (list []*shop, err error) {
	rows, err := p.owner.Query(ctx, "select id::text, slug from registry_store where slug like 'bench-idle-copy-%'")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		s := &shop{}
		if err := rows.Scan(&s.id, &s.slug); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

func (p *place) auditCopies(ctx context.Context, acked int64) error {
	var decided, awarded, moved, sum int64
	const of = " where tenant_id in (select id from registry_store where slug like 'bench-idle-copy-%')"
	err := p.owner.QueryRow(ctx, strings.NewReplacer("OF", of).Replace(`
		select (select count(*) from commission_decision OF),
		       (select coalesce(sum(granted), 0)::bigint from commission_award OF),
		       (select coalesce(sum(amount), 0)::bigint from ledger_movement OF and kind = $1),
		       (select coalesce(sum(expense + adjustment + fees + tax + held + available + reserved + debt + paid), 0)::bigint from ledger_balance OF)`), ledger.KindCode(ledger.HoldCommission{})).
		Scan(&decided, &awarded, &moved, &sum)
	if err == nil && (decided != acked || awarded != moved || sum != 0) {
		err = fmt.Errorf("%d orders were taken in and %d decided; %d awarded, %d posted, balances sum to %d", acked, decided, awarded, moved, sum)
	}
	return err
}

// measureSync makes every commit wait a millisecond before the log is written:
// PostgreSQL's own commit_delay, which is as near to a slower disk as a process
// without privileges comes.
func measureSync(ctx context.Context, p *place) ([]Figure, error) {
	shops, err := p.openShops(ctx, "uniform", 20)
	if err != nil {
		return nil, err
	}
	rounds, long := 2, 2*time.Second
	if p.Full {
		rounds, long = 5, 10*time.Second
	}
	var with, without round
	for range rounds {
		for _, slow := range []bool{false, true} {
			if err := p.slowCommits(ctx, slow); err != nil {
				return nil, err
			}
			r, err := p.measure(ctx, shops, clients, long)
			if err != nil {
				return nil, err
			}
			if slow {
				with.add(r)
			} else {
				without.add(r)
			}
		}
	}
	if err := p.slowCommits(ctx, false); err != nil {
		return nil, err
	}
	return []Figure{
		figure("a millisecond more on every commit", with.perSecond()/without.perSecond(), "×").atLeast(0.9).
			noting(fmt.Sprintf("%.0f and %.0f orders/s; by commit_delay, so that commits of the same millisecond share it", with.perSecond(), without.perSecond())),
	}, p.audit(ctx, shops)
}

func (p *place) slowCommits(ctx context.Context, slow bool) error {
	delay := 0
	if slow {
		delay = 1000
	}
	for _, sql := range []string{fmt.Sprintf("alter system set commit_delay = %d", delay), "alter system set commit_siblings = 0", "select pg_reload_conf()"} {
		if _, err := p.owner.Exec(ctx, sql); err != nil {
			return err
		}
	}
	time.Sleep(50 * time.Millisecond) // every session reads it before its next statement
	return nil
}
