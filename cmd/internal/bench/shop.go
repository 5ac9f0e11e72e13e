package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fenli-io/fenli/cmd/internal/client"
	"github.com/fenli-io/fenli/tenants/ledger"
)

type object = map[string]any

// shop is a store with three distributors in a row, of whom the last sells.
type shop struct {
	slug   string
	id     string // uuid
	key    string
	orders atomic.Int64 // reported so far; names the next one
	acked  atomic.Int64
	kept   []byte // an order that was acknowledged, to be told again
}

// web keeps enough connections open for every client of a scenario.
var web = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128, MaxConnsPerHost: 128}, Timeout: 30 * time.Second}

// openShops signs stores up through the front door, once for each name.
func (p *place) openShops(ctx context.Context, name string, n int) ([]*shop, error) {
	for i := len(p.shops[name]); i < n; i++ {
		s, err := p.openShop(ctx, fmt.Sprintf("bench-%s-%d", name, i), false)
		if err != nil {
			return nil, err
		}
		p.shops[name] = append(p.shops[name], s)
	}
	return p.shops[name][:n], nil
}

func (p *place) openShop(ctx context.Context, slug string, testClock bool) (*shop, error) {
	s := &shop{slug: slug}
	var opened struct{ Token string }
	body := object{"slug": slug, "name": slug, "owner": object{"name": "n", "login": "owner@" + slug + ".test", "password": "correct horse"}}
	if testClock {
		body["test_clock_at"] = time.Now().UTC().Format(time.RFC3339)
	}
	if err := client.New(p.base, "platform", operatorToken).Call(ctx, "POST", "/stores", body, &opened); err != nil {
		return nil, err
	}
	merchant := client.New(p.base, "merchant", opened.Token)
	var key struct{ Key string }
	if err := merchant.Call(ctx, "POST", "/api-keys", object{"name": "n"}, &key); err != nil {
		return nil, err
	}
	s.key = key.Key
	if err := p.owner.QueryRow(ctx, "select id::text from registry_store where slug = $1", slug).Scan(&s.id); err != nil {
		return nil, err
	}
	return s, p.recruit(ctx, s, merchant)
}

// recruit makes the team and lets all three levels earn.
func (p *place) recruit(ctx context.Context, s *shop, merchant client.Client) error {
	var program struct {
		Settings object
		Strategy string
	}
	if err := merchant.Call(ctx, "GET", "/program", nil, &program); err != nil {
		return err
	}
	program.Settings["levels"], program.Settings["third_level_ack"] = 3, "the bench"
	draft := object{"strategy": program.Strategy, "settings": program.Settings, "config": object{"rates": []string{"0.10", "0.05", "0.03"}}, "note": "bench"}
	if err := merchant.Call(ctx, "POST", "/program/revisions", draft, nil); err != nil {
		return err
	}
	open := client.New(p.base, "open", s.key)
	for _, who := range []object{{"name": "top"}, {"name": "middle", "upline_external_id": "top"}, {"name": "seller", "upline_external_id": "middle"}} {
		if err := open.Call(ctx, "PUT", "/distributors/"+who["name"].(string), who, nil); err != nil {
			return err
		}
	}
	return nil
}

// next is an order of some lines by one of a hundred buyers.
func (s *shop) next(lines int) []byte {
	n := s.orders.Add(1)
	list := make([]object, lines)
	for i := range list {
		list[i] = object{"sku": fmt.Sprintf("SKU-%d", i), "category": "nails/polish", "qty": 1 + n%3, "unit_price": object{"amount": 4900 + n%1000, "currency": "CNY"}}
	}
	b, err := json.Marshal(object{"external_id": fmt.Sprintf("o%09d", n), "buyer": object{"external_id": fmt.Sprintf("b%d", n%100)},
		"via": "seller", "channel": "h5", "paid": true, "lines": list})
	if err != nil {
		panic(err)
	}
	return b
}

// report tells the product about an order and waits until it has it.
func (p *place) report(ctx context.Context, s *shop, order []byte) (id string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.base+"/api/open/v1/orders", bytes.NewReader(order))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+s.key)
	res, err := web.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != http.StatusCreated && res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("an order was answered with %d: %s", res.StatusCode, body)
	}
	if res.StatusCode == http.StatusCreated {
		s.acked.Add(1)
	}
	var placed struct{ ID string }
	return placed.ID, json.Unmarshal(body, &placed)
}

// sell keeps clients reporting for a while: each as soon as it has been
// answered.
func (p *place) sell(ctx context.Context, shops []*shop, clients, lines int, long time.Duration) (orders int, err error) {
	end := time.Now().Add(long)
	return p.sellWhile(ctx, shops, clients, lines, func() bool { return time.Now().Before(end) })
}

// sellSome sells about so many orders.
func (p *place) sellSome(ctx context.Context, shops []*shop, clients, lines, most int) (orders int, err error) {
	var begun atomic.Int64
	end := time.Now().Add(time.Minute)
	return p.sellWhile(ctx, shops, clients, lines, func() bool { return begun.Add(1) <= int64(most) && time.Now().Before(end) })
}

func (p *place) sellWhile(ctx context.Context, shops []*shop, clients, lines int, more func() bool) (orders int, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var done atomic.Int64
	var all sync.WaitGroup
	failed := make(chan error, clients)
	for c := range clients {
		all.Go(func() {
			for i := c; ctx.Err() == nil && more(); i += clients {
				s := shops[i%len(shops)]
				if _, err := p.report(ctx, s, s.next(lines)); err != nil {
					failed <- err
					stop()
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	select {
	case err = <-failed:
	default:
	}
	return int(done.Load()), err
}

// audit holds the books of shops against what was acknowledged.
func (p *place) audit(ctx context.Context, shops []*shop) error {
	if err := p.quiet(ctx); err != nil {
		return err
	}
	var errs []error
	for _, s := range shops {
		var decided, awarded, moved, sum int64
		err := p.owner.QueryRow(ctx, `
			select (select count(*) from commission_decision where tenant_id = $1),
			       (select coalesce(sum(granted), 0)::bigint from commission_award where tenant_id = $1),
			       (select coalesce(sum(amount), 0)::bigint from ledger_movement where tenant_id = $1 and kind = $2),
			       (select coalesce(sum(expense + adjustment + fees + tax + held + available + reserved + debt + paid), 0)::bigint
			          from ledger_balance where tenant_id = $1)`, s.id, ledger.KindCode(ledger.HoldCommission{})).Scan(&decided, &awarded, &moved, &sum)
		switch {
		case err != nil:
			errs = append(errs, err)
		case decided != s.acked.Load():
			errs = append(errs, fmt.Errorf("%s: %d orders were acknowledged and %d decided", s.slug, s.acked.Load(), decided))
		case awarded != moved || sum != 0:
			errs = append(errs, fmt.Errorf("%s: %d awarded, %d posted, balances sum to %d", s.slug, awarded, moved, sum))
		}
	}
	return errors.Join(append(errs, p.again(ctx, shops[0]))...)
}

// again tells an order that is known: nothing may move.
func (p *place) again(ctx context.Context, s *shop) error {
	const movements = "select count(*) from ledger_movement where tenant_id = $1"
	if s.kept == nil {
		s.kept = s.next(2)
		if _, err := p.report(ctx, s, s.kept); err != nil {
			return err
		}
		if err := p.quiet(ctx); err != nil {
			return err
		}
	}
	before, err := p.number(ctx, movements, s.id)
	if err != nil {
		return err
	}
	if _, err := p.report(ctx, s, s.kept); err != nil {
		return err
	}
	time.Sleep(100 * time.Millisecond)
	after, err := p.number(ctx, movements, s.id)
	if err == nil && after != before {
		err = fmt.Errorf("an order told twice moved money: %d movements became %d", before, after)
	}
	return err
}

// perBatch is how many orders the lanes decided at a time.
func (p *place) perBatch(ctx context.Context, shops []*shop, since time.Time) (float64, error) {
	ids := make([]string, len(shops))
	for i, s := range shops {
		ids[i] = s.id
	}
	var n float64
	err := p.owner.QueryRow(ctx, `
		select count(*)::float8 / greatest(1, count(distinct (tenant_id, decided_at)))
		  from commission_decision where tenant_id = any($1::uuid[]) and decided_at >= $2`, ids, since).Scan(&n)
	return n, err
}

// percentile of durations, in milliseconds.
func percentile(list []time.Duration, share float64) float64 {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return float64(sorted[min(len(sorted)-1, int(share*float64(len(sorted))))].Microseconds()) / 1000
}
