package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
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
)

const kills = 10

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
	draw := rand.New(rand.NewSource(seed))
	progress := g.connect()
	killed := 0
	for i := range kills {
		// Within the i-th tenth of the history, and then at any instant of the step.
		at := (i*total + draw.Intn(total)) / kills
		c := g.start("import", "online-retail", file, "--as", "kill")
		for done := -1; done < at && !c.over(); time.Sleep(time.Millisecond) {
			if err := progress.QueryRow(t.Context(), "select coalesce(sum(done), 0) from importing_progress").Scan(&done); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Duration(draw.Intn(8000)) * time.Microsecond)
		if c.over() {
			t.Fatalf("seed %d: it ended before kill %d: %v\n%s", seed, i+1, c.err, c.log.String())
		}
		_ = c.Process.Kill()
		<-c.ended
		killed++
		if i < kills-1 {
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

// TestOrdersOutliveAServerThatIsKilled posts orders, with retries, to a server
// that is killed ten times. What was acknowledged exists once, and every order
// that was paid has been decided once.
func TestOrdersOutliveAServerThatIsKilled(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	g := newGround(t, "FENLI_ADDR="+address, "FENLI_OPERATOR_TOKEN=operator-token-of-the-test")
	shop := &customers{t: t, base: "http://" + address, acknowledged: map[string]string{}}
	server := g.start("serve")
	shop.open(server)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() { shop.keepBuying(ctx, n) })
	}
	const seed = 7
	draw := rand.New(rand.NewSource(seed))
	for i := range kills {
		before := shop.count.Load()
		waitFor(t, "orders come in", func() bool { return shop.count.Load() > before+3 || server.over() })
		time.Sleep(time.Duration(draw.Intn(200)) * time.Millisecond)
		if server.over() {
			t.Fatalf("it ended by itself: %v\n%s", server.err, server.log.String())
		}
		_ = server.Process.Kill()
		<-server.ended
		if i < kills-1 {
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
	key   client.Client
	count atomic.Int64

	mu           sync.Mutex
	acknowledged map[string]string // our id → the platform's
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
	if err := client.New(c.base, "merchant", opened.Token).Call(ctx, "POST", "/api-keys", object{"name": "n"}, &key); err != nil {
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
	for i := 0; ctx.Err() == nil; i++ {
		id := fmt.Sprintf("order-%d-%04d", n, i)
		order := object{"external_id": id, "buyer": object{"external_id": fmt.Sprintf("buyer-%d", n)}, "via": "seller", "paid": i%2 == 0,
			"lines": []object{{"sku": "TEA", "qty": 1, "unit_price": object{"amount": 10000 + i, "currency": "CNY"}}}}
		var placed struct{ ID string }
		if !c.insist(ctx, "/orders", order, &placed) || i%2 == 1 && !c.insist(ctx, "/orders/api/"+id+"/pay", nil, nil) {
			return
		}
		c.mu.Lock()
		c.acknowledged[id] = placed.ID
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

func (c *customers) check(db *pgx.Conn) {
	c.t.Helper()
	if len(c.acknowledged) < 4*kills {
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
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within a minute: %s", what)
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
