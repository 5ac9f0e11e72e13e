package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/cmd/internal/client"
)

const clients = 16

// round is one measured stretch of one kind of load.
type round struct {
	orders int
	took   time.Duration
	cpu    usage
	batch  float64
}

func (r round) perSecond() float64 { return float64(r.orders) / r.took.Seconds() }

func (r *round) add(o round) {
	r.batch = (r.batch*float64(r.orders) + o.batch*float64(o.orders)) / float64(max(r.orders+o.orders, 1))
	r.orders, r.took = r.orders+o.orders, r.took+o.took
	r.cpu = r.cpu.plus(o.cpu)
}

// measure lets clients sell and counts until the last commission is posted.
func (p *place) measure(ctx context.Context, shops []*shop, clients int, long time.Duration) (round, error) {
	if err := p.quiet(ctx); err != nil {
		return round{}, err
	}
	begun, before := time.Now(), p.used()
	n, err := p.sell(ctx, shops, clients, 2, long)
	if err != nil {
		return round{}, err
	}
	if err := p.quiet(ctx); err != nil {
		return round{}, err
	}
	r := round{orders: n, took: time.Since(begun), cpu: p.used().since(before)}
	r.batch, err = p.perBatch(ctx, shops, begun)
	return r, err
}

// measureOrders runs the same load on twenty stores and on one, and between
// them what the machine could do at best: one insert an order over HTTP, and
// pgbench.
func measureOrders(ctx context.Context, p *place) ([]Figure, error) {
	stores, err := p.openShops(ctx, "uniform", 20)
	if err != nil {
		return nil, err
	}
	hot, err := p.openShops(ctx, "hot", 1)
	if err != nil {
		return nil, err
	}
	rounds, long := 2, 3*time.Second
	if p.Full {
		rounds, long = 5, 15*time.Second
	}
	if _, err := p.measure(ctx, append(stores, hot...), clients, long/2); err != nil { // caches and plans
		return nil, err
	}
	var uniform, one round
	var bare round
	var tps float64
	for range rounds {
		floor, err := p.bareFloor(ctx, long/2)
		if err != nil {
			return nil, err
		}
		bare.add(floor)
		r, err := p.measure(ctx, stores, clients, long)
		if err != nil {
			return nil, err
		}
		uniform.add(r)
		if r, err = p.measure(ctx, hot, clients, long); err != nil {
			return nil, err
		}
		one.add(r)
		t, err := p.pgbench(ctx, long/2)
		if err != nil {
			return nil, err
		}
		tps += t / float64(rounds)
	}
	figures := []Figure{
		uniform.cpu.perOrder("twenty stores", uniform.orders),
		figure("twenty stores", uniform.perSecond(), "orders/s").noting(fmt.Sprintf("%.1f orders a batch", uniform.batch)),
		one.cpu.perOrder("one hot store", one.orders).atMost(0.5),
		figure("one hot store", one.perSecond(), "orders/s").noting(fmt.Sprintf("%.1f orders a batch", one.batch)),
		figure("hot beside uniform", one.perSecond()/uniform.perSecond(), "×").atLeast(0.9),
		figure("floor: one insert an order over HTTP", bare.perSecond(), "orders/s"),
		bare.cpu.perOrder("floor: one insert an order over HTTP", bare.orders),
		figure("one hot store beside that floor", cost(one)/cost(bare), "× CPU").noting("a machine's mood is in both"),
	}
	if tps > 0 {
		figures = append(figures, figure("floor: pgbench TPC-B", tps, "tps"))
	}
	return figures, p.audit(ctx, append(stores, hot...))
}

func cost(r round) float64 { return r.cpu.perOrder("", r.orders).Value }

// measureSingle lets orders come so slowly that each is a batch of its own.
// What the idle product uses in the same time is taken off.
func measureSingle(ctx context.Context, p *place) ([]Figure, error) {
	shops, err := p.openShops(ctx, "uniform", 20)
	if err != nil {
		return nil, err
	}
	long := 6 * time.Second
	if p.Full {
		long = 30 * time.Second
	}
	if _, _, err := p.arrive(ctx, shops, 50, long/2, 0); err != nil { // every connection has its plans
		return nil, err
	}
	if err := p.quiet(ctx); err != nil {
		return nil, err
	}
	before := p.used()
	time.Sleep(long / 2)
	idle := p.used().since(before)
	begun := time.Now()
	before = p.used()
	n, _, err := p.arrive(ctx, shops, 25, long, 0)
	if err != nil {
		return nil, err
	}
	if err := p.quiet(ctx); err != nil {
		return nil, err
	}
	took := time.Since(begun)
	cpu := p.used().since(before).less(idle, took.Seconds()/(long/2).Seconds())
	batch, err := p.perBatch(ctx, shops, begun)
	if err != nil {
		return nil, err
	}
	f := cpu.perOrder("one at a time", n).atMost(1.0)
	f.Note += fmt.Sprintf("; %.1f orders a batch", batch)
	return []Figure{f}, p.audit(ctx, shops)
}

// arrival is one order of an open loop.
type arrival struct {
	accepted time.Duration
	visible  time.Duration // 0: not watched
}

// arrive reports orders at a steady rate, whatever the answers take, and
// watches every so many-th until its commission can be seen.
func (p *place) arrive(ctx context.Context, shops []*shop, rate int, long time.Duration, watchEvery int) (int, []arrival, error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	var list []arrival
	var errs []error
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	end := time.Now().Add(long)
	n := 0
	for due := time.Now(); due.Before(end) && ctx.Err() == nil; due = <-tick.C {
		s, watched := shops[n%len(shops)], watchEvery > 0 && n%watchEvery == 0
		n++
		all.Go(func() {
			a, err := p.arriveOnce(ctx, s, due, watched)
			mu.Lock()
			defer mu.Unlock()
			list = append(list, a)
			if err != nil {
				errs = append(errs, err)
			}
		})
	}
	all.Wait()
	return n, list, errors.Join(errs...)
}

func (p *place) arriveOnce(ctx context.Context, s *shop, due time.Time, watched bool) (a arrival, err error) {
	body := s.next(2)
	id, err := p.report(ctx, s, body)
	a.accepted = time.Since(due)
	if err != nil || !watched {
		return a, err
	}
	open := client.New(p.base, "open", s.key)
	for end := due.Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		var c struct{ State string }
		if err := open.Call(ctx, "GET", "/orders/api/"+externalOf(body)+"/commission", nil, &c); err != nil {
			return a, err
		}
		if c.State == "decided" {
			a.visible = time.Since(due)
			return a, nil
		}
	}
	return a, fmt.Errorf("the commission of %s: %w", id, errSlow)
}

// measureOpenLoop finds the most and then lets half of it arrive.
func measureOpenLoop(ctx context.Context, p *place) ([]Figure, error) {
	shops, err := p.openShops(ctx, "uniform", 20)
	if err != nil {
		return nil, err
	}
	long := 8 * time.Second
	if p.Full {
		long = 60 * time.Second
	}
	most, err := p.measure(ctx, shops, clients, long/2)
	if err != nil {
		return nil, err
	}
	rate := max(1, int(most.perSecond()/2))
	n, list, err := p.arrive(ctx, shops, rate, long, 20)
	if err != nil {
		return nil, err
	}
	var accepted, visible []time.Duration
	for _, a := range list {
		accepted = append(accepted, a.accepted)
		if a.visible > 0 {
			visible = append(visible, a.visible)
		}
	}
	note := fmt.Sprintf("%d orders at %d/s", n, rate)
	return []Figure{
		figure("accepted, p50", percentile(accepted, 0.5), "ms").noting(note),
		figure("accepted, p99", percentile(accepted, 0.99), "ms").atMost(50),
		figure("paid → visible commission, p50", percentile(visible, 0.5), "ms").noting(fmt.Sprintf("%d watched", len(visible))),
		figure("paid → visible commission, p99", percentile(visible, 0.99), "ms").atMost(1000),
	}, p.audit(ctx, shops)
}

// measureDisk compares the sizes of the database before and after.
func measureDisk(ctx context.Context, p *place) ([]Figure, error) {
	shops, err := p.openShops(ctx, "disk", 1)
	if err != nil {
		return nil, err
	}
	// What earlier scenarios have left free would be filled first.
	if _, err := p.owner.Exec(ctx, "vacuum full"); err != nil {
		return nil, err
	}
	const more = 12
	var grown [2]growth
	for i, lines := range []int{2, more} {
		if _, err := p.sell(ctx, shops, clients, lines, time.Second); err != nil { // pages and partitions exist
			return nil, err
		}
		if grown[i], err = p.grow(ctx, shops, lines); err != nil {
			return nil, err
		}
	}
	perLine := (grown[1].disk - grown[0].disk) / (more - 2)
	return []Figure{
		figure("two lines, three payees", grown[0].disk, "B/order").atMost(2200).noting(fmt.Sprintf("%.0f orders; %s", grown[0].orders, grown[0].largest(8))),
		figure("its write-ahead log", grown[0].wal, "B/order").atMost(3500).noting(fmt.Sprintf("%.0f of it whole pages after a checkpoint", grown[0].pages)),
		figure("each further line", perLine, "B/line").atMost(60).noting(grown[1].largest(2)),
	}, p.audit(ctx, shops)
}

// growth is what an order has added, in bytes.
type growth struct {
	orders, disk, wal, pages float64
	tables                   map[string]float64 // with their indexes; partitions are of their table
}

func (g growth) largest(n int) string {
	names := slices.SortedFunc(maps.Keys(g.tables), func(a, b string) int { return cmp.Compare(g.tables[b], g.tables[a]) })
	parts := make([]string, 0, n)
	for _, name := range names[:min(n, len(names))] {
		parts = append(parts, fmt.Sprintf("%s %.0f", name, g.tables[name]))
	}
	return strings.Join(parts, ", ")
}

// sizes are the database's, at rest: vacuumed, so that what updates left behind
// and the next order will use is not counted, with nothing left to do.
type sizes struct {
	lsn, pages int64
	tables     map[string]int64
}

func (p *place) sizes(ctx context.Context) (s sizes, err error) {
	if err := p.quiet(ctx); err != nil {
		return s, err
	}
	err = p.owner.QueryRow(ctx, "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint, wal_fpi from pg_stat_wal").Scan(&s.lsn, &s.pages)
	if err != nil {
		return s, err
	}
	if _, err := p.owner.Exec(ctx, "vacuum"); err != nil {
		return s, err
	}
	rows, err := p.owner.Query(ctx, `
		select coalesce(p.relname, c.relname), sum(pg_total_relation_size(c.oid))::bigint
		  from pg_class c left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
		 where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by 1`)
	if err != nil {
		return s, err
	}
	s.tables = map[string]int64{}
	var name string
	var size int64
	_, err = pgx.ForEachRow(rows, []any{&name, &size}, func() error { s.tables[name] = size; return nil })
	return s, err
}

// grow sells for a while and tells what an order has added.
func (p *place) grow(ctx context.Context, shops []*shop, lines int) (g growth, err error) {
	orders := 2500
	if p.Full {
		orders = 40_000
	}
	before, err := p.sizes(ctx)
	if err != nil {
		return g, err
	}
	if before.lsn, err = p.number(ctx, "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"); err != nil {
		return g, err
	}
	n, err := p.sellSome(ctx, shops, clients, lines, orders)
	if err != nil {
		return g, err
	}
	after, err := p.sizes(ctx)
	if err != nil {
		return g, err
	}
	each := func(bytes int64) float64 { return float64(bytes) / float64(n) }
	g = growth{orders: float64(n), wal: each(after.lsn - before.lsn), pages: each(8192 * (after.pages - before.pages)), tables: map[string]float64{}}
	for name, size := range after.tables {
		g.tables[name] = each(size - before.tables[name])
		g.disk += g.tables[name]
	}
	return g, nil
}

// pgbench is PostgreSQL's own yardstick on the same server; 0 when it is not
// installed.
func (p *place) pgbench(ctx context.Context, long time.Duration) (tps float64, err error) {
	tool, err := exec.LookPath("pgbench")
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
		if len(found) == 0 {
			return 0, nil
		}
		tool = found[len(found)-1]
	}
	database, err := p.floorDatabase(ctx)
	if err != nil {
		return 0, err
	}
	if !p.pgbenchReady {
		if out, err := exec.CommandContext(ctx, tool, "-i", "-q", "-s", "10", database).CombinedOutput(); err != nil {
			return 0, fmt.Errorf("pgbench: %w\n%s", err, tail(out))
		}
		p.pgbenchReady = true
	}
	cmd := exec.CommandContext(ctx, tool, "-n", "-c", fmt.Sprint(clients), "-j", "2", "-T", fmt.Sprint(max(1, int(long.Seconds()))), database)
	cmd.Env = os.Environ()
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w", err)
	}
	return figureIn(string(out), "tps = ")
}
