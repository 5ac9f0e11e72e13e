package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/cmd/internal/client"
	"github.com/fenli-io/fenli/platform/soak"
)

// kills is how often a process is killed in one life.
func kills() int { return soak.Size(10, 200) }

// TestAnImportThatIsKilledLosesNothingAndDoublesNothing kills it ten times, at
// drawn places of the history, and compares the books with those of an import
// that nobody disturbed.
func TestAnImportThatIsKilledLosesNothingAndDoublesNothing(t *testing.T) {
	t.Parallel()
	const file = "../../tenants/importing/testdata/history.csv"
	clean := newGround(t)
	want := figures(clean.run("import", "online-retail", file, "--as", "kill"))
	var total int
	if !strings.Contains(want, "lines: 200 read") {
		t.Fatalf("the import says\n%s", want)
	}
	if err := clean.connect().QueryRow(t.Context(), "select sum(total) from importing_progress").Scan(&total); err != nil || total < 20 {
		t.Fatalf("a history of %d steps: %v", total, err)
	}

	g := newGround(t)
	const seed = 20260301
	draw := soak.Rand(seed, 0)
	progress := g.connect()
	killed := 0
	for i := range kills() {
		// Within the i-th tenth of the history, and then at any instant of the step.
		at := (i*total + draw.IntN(total)) / kills()
		c := g.start("import", "online-retail", file, "--as", "kill")
		for done := -1; done < at && !c.over(); time.Sleep(time.Millisecond) {
			if err := progress.QueryRow(t.Context(), "select coalesce(sum(done), 0) from importing_progress").Scan(&done); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Duration(draw.IntN(8000)) * time.Microsecond)
		if c.over() {
			t.Fatalf("seed %d: it ended before kill %d: %v\n%s", seed, i+1, c.err, c.log.String())
		}
		_ = c.Process.Kill()
		<-c.ended
		killed++
		if i < kills()-1 {
			g.forgetLeases()
		}
	}
	got := figures(g.run("import", "online-retail", file, "--as", "kill"))
	if got != want {
		t.Errorf("seed %d: after %d kills the books say\n%s\nand without\n%s", seed, killed, got, want)
	}
	g.healthy()
	if again := figures(g.run("import", "online-retail", file, "--as", "kill")); again != got {
		t.Errorf("running it again has changed\n%s\ninto\n%s", got, again)
	}
}

// forgetLeases lets the next process have the lanes at once, as if it came
// later than a dead one's leases last. After the last kill they stay, so that
// waiting for them is tried as well.
func (g *ground) forgetLeases() {
	g.t.Helper()
	g.db.Owner(g.t, "update commission_lane set leased_until = '1970-01-01'")
}

// figures is what an import printed, without how long it took.
func figures(out string) string {
	body, _, _ := strings.Cut(out, "\ndone in ")
	return body
}

// healthy lets the doctor look: it must find nothing, and must have looked.
func (g *ground) healthy() {
	g.t.Helper()
	out := g.run("doctor")
	if !regexp.MustCompile(`[1-9]\d* stores examined, 0 findings`).MatchString(out) {
		g.t.Errorf("the doctor says:\n%s", out)
	}
}

// M2, M4: orders are posted, with retries and repetitions, to a server that is
// killed at drawn times, and refunds under keys, many at once. What was
// acknowledged exists once, every order that was paid has been decided once,
// and a key has one effect and one answer, whichever life of the server gave it.
func TestOrdersOutliveAServerThatIsKilled(t *testing.T) {
	t.Parallel()
	soak.Seeds(t, 1, outliveKills)
}

func outliveKills(t *testing.T, seed uint64) {
	address := freeAddress(t)
	g := newGround(t, "FENLI_ADDR="+address, "FENLI_OPERATOR_TOKEN=operator-token-of-the-test")
	shop := &customers{t: t, seed: seed, base: "http://" + address, acknowledged: map[string]string{}}
	server := g.start("serve")
	shop.open(server)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() { shop.keepBuying(ctx, n) })
	}
	all.Go(func() { shop.keepRefunding(ctx) })
	draw := soak.Rand(seed, 0)
	for i := range kills() {
		before := shop.count.Load()
		waitFor(t, "orders come in", func() bool { return shop.count.Load() > before+int64(soak.Size(3, 50)) || server.over() })
		time.Sleep(time.Duration(draw.IntN(200)) * time.Millisecond)
		if server.over() {
			t.Fatalf("it ended by itself after %d kills: %v\n%s", i, server.err, server.log.String())
		}
		_ = server.Process.Kill()
		<-server.ended
		if i < kills()-1 {
			g.forgetLeases()
		}
		server = g.start("serve")
	}
	before := shop.count.Load()
	waitFor(t, "orders come in after the last kill", func() bool { return shop.count.Load() > before+3 || server.over() })
	cancel()
	all.Wait()

	db := g.connect()
	waitFor(t, "every change has been dealt with", func() bool { return number(t, db, "select count(*) from order_change") == 0 })
	shop.check(db)
	_ = server.Process.Kill()
	<-server.ended
	g.healthy()
}

// customers are a shop's system that reports orders until they are
// acknowledged, each by its own id.
type customers struct {
	t     *testing.T
	base  string
	seed  uint64
	key   client.Client
	staff client.Client
	count atomic.Int64
	keys  atomic.Int64 // refunds whose key has been answered

	mu           sync.Mutex
	acknowledged map[string]string // our id → the platform's
	sold         []string          // the platform's ids
}

type object = map[string]any

// open signs a store up with two distributors, the seller below the other.
func (c *customers) open(server *child) {
	c.t.Helper()
	ctx := c.t.Context()
	waitFor(c.t, "the server answers", func() bool {
		if server.over() {
			c.t.Fatalf("it did not start: %v\n%s", server.err, server.log.String())
		}
		res, err := http.Get(c.base + "/readyz")
		if err == nil {
			res.Body.Close()
		}
		return err == nil && res.StatusCode == 200
	})
	var opened struct{ Token string }
	if err := client.New(c.base, "platform", "").Call(ctx, "POST", "/stores", object{"slug": "killed", "name": "n",
		"owner": object{"name": "n", "login": "owner@killed.test", "password": "correct horse"}}, &opened); err != nil {
		c.t.Fatal(err)
	}
	var key struct{ Key string }
	c.staff = client.New(c.base, "merchant", opened.Token)
	if err := c.staff.Call(ctx, "POST", "/api-keys", object{"name": "n"}, &key); err != nil {
		c.t.Fatal(err)
	}
	c.key = client.New(c.base, "open", key.Key)
	for _, who := range []object{{"name": "upline"}, {"name": "seller", "upline_external_id": "upline"}} {
		if err := c.key.Call(ctx, "PUT", "/distributors/"+who["name"].(string), who, nil); err != nil {
			c.t.Fatal(err)
		}
	}
}

// keepBuying reports one order after the other. Every second one is paid in a
// request of its own.
func (c *customers) keepBuying(ctx context.Context, n int) {
	draw := soak.Rand(c.seed, uint64(n)+1)
	for i := 0; ctx.Err() == nil; i++ {
		id := fmt.Sprintf("order-%d-%04d", n, i)
		order := object{"external_id": id, "buyer": object{"external_id": fmt.Sprintf("buyer-%d", n)}, "via": "seller", "paid": i%2 == 0,
			"lines": []object{{"sku": "TEA", "qty": 1, "unit_price": object{"amount": 10000 + i, "currency": "CNY"}}}}
		var placed struct{ ID string }
		for range 1 + draw.IntN(2)*draw.IntN(3) { // a webhook comes again, as they do
			if !c.insist(ctx, "/orders", order, &placed) || i%2 == 1 && !c.insist(ctx, "/orders/api/"+id+"/pay", nil, nil) {
				return
			}
		}
		c.mu.Lock()
		c.acknowledged[id] = placed.ID
		c.sold = append(c.sold, placed.ID)
		c.mu.Unlock()
		c.count.Add(1)
		time.Sleep(5 * time.Millisecond)
	}
}

// insist repeats a request until it is answered. A refusal is a failure: the
// same request may come any number of times.
func (c *customers) insist(ctx context.Context, path string, body, out any) bool {
	for ctx.Err() == nil {
		// Its own time-out: a connection to a server that died may hang.
		once, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		err := c.key.Call(once, "POST", path, body, out)
		cancel()
		var refused *client.Problem
		switch {
		case err == nil:
			return true
		case errors.As(err, &refused) && refused.Status < 500:
			c.t.Errorf("%s was refused: %v", path, err)
			return false
		}
		time.Sleep(20 * time.Millisecond)
	}
	return false
}

// keepRefunding gives one fen back under a key, many at once, until each has
// been answered; then asks for another amount under the same key.
func (c *customers) keepRefunding(ctx context.Context) {
	draw := soak.Rand(c.seed, 99)
	for n := 0; ctx.Err() == nil; n++ {
		c.mu.Lock()
		which := ""
		if len(c.sold) > 0 {
			which = c.sold[draw.IntN(len(c.sold))]
		}
		c.mu.Unlock()
		if which == "" {
			time.Sleep(10 * time.Millisecond)
			continue
		}
		path, key := "/orders/"+which+"/refunds", fmt.Sprint("key-", n)
		answers := make([]string, soak.Size(8, 64))
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i] = c.refund(ctx, path, key, 1) })
		}
		all.Wait()
		if ctx.Err() != nil {
			return
		}
		for _, a := range answers {
			if a != answers[0] {
				c.t.Errorf("%s is answered with %s and %s", key, answers[0], a)
			}
		}
		if a := c.refund(ctx, path, key, 2); ctx.Err() == nil && !strings.HasPrefix(a, "422 idempotency.key_reused") {
			c.t.Errorf("another body under %s is answered with %s", key, a)
		}
		c.keys.Add(1)
		time.Sleep(20 * time.Millisecond)
	}
}

// refund asks under a key until there is an answer; it is told apart by its text.
func (c *customers) refund(ctx context.Context, path, key string, amount int64) string {
	for ctx.Err() == nil {
		once, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		var out json.RawMessage
		err := c.staff.Call(once, "POST", path, object{"amount": object{"amount": amount, "currency": "CNY"}, "reason": "test"}, &out, "Idempotency-Key", key)
		cancel()
		var refused *client.Problem
		switch {
		case err == nil:
			return string(out)
		case errors.As(err, &refused) && refused.Status < 500:
			return fmt.Sprint(refused.Status, " ", refused.Code)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return ""
}

func (c *customers) check(db *pgx.Conn) {
	c.t.Helper()
	kept := number(c.t, db, "select count(*) from httpapi_idempotency where scope like 'order.refund%'")
	if refunds := number(c.t, db, "select count(*) from order_refund"); refunds != kept || refunds < c.keys.Load() || c.keys.Load() < 3 {
		c.t.Errorf("%d refunds under %d keys, %d of them answered", refunds, kept, c.keys.Load())
	}
	if len(c.acknowledged) < soak.Size(40, 10_000) {
		c.t.Fatalf("only %d orders came through", len(c.acknowledged))
	}
	stored := map[string]string{}
	rows, err := db.Query(c.t.Context(), "select external_id, count(*)::text || ' ' || min(id::text) || ' ' || min(state) from order_record group by external_id")
	if err != nil {
		c.t.Fatal(err)
	}
	for rows.Next() {
		var id, what string
		if err := rows.Scan(&id, &what); err != nil {
			c.t.Fatal(err)
		}
		stored[id] = what
	}
	for id := range c.acknowledged {
		if what := stored[id]; !strings.HasPrefix(what, "1 ") || !strings.HasSuffix(what, " paid") {
			c.t.Errorf("order %s was acknowledged as paid, and is stored as %q", id, what)
		}
	}
	paid := number(c.t, db, "select count(*) from order_record where state = 'paid'")
	decided := number(c.t, db, "select count(*) from commission_decision")
	orders := number(c.t, db, "select count(distinct order_id) from commission_decision")
	if decided != paid || orders != paid {
		c.t.Errorf("%d paid orders, %d decisions about %d orders", paid, decided, orders)
	}
	// 10 % and 3 % of every order, floored, and each once.
	want := number(c.t, db, "select sum(goods * 10 / 100 + goods * 3 / 100) from order_record where state = 'paid'")
	if got := number(c.t, db, "select sum(granted) from commission_award"); got != want || want == 0 {
		c.t.Errorf("%d were granted, want %d", got, want)
	}
}

func number(t *testing.T, db *pgx.Conn, sql string) (n int64) {
	t.Helper()
	if err := db.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	patience := time.Duration(soak.Size(1, 5)) * time.Minute // a long run does more between two kills
	for end := time.Now().Add(patience); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %s: %s", patience, what)
		}
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}
