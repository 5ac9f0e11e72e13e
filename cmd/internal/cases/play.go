package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fenli-io/fenli/cmd/internal/client"
)

// Server is where to play: the address of a server with test clocks, and its
// operator's token.
type Server struct {
	Base          string // "http://127.0.0.1:8080"
	OperatorToken string
}

// player plays one case on a store of its own.
type player struct {
	server   Server
	store    string // id
	currency string
	platform client.Client
	merchant client.Client
	open     client.Client
	accepted int
	now      time.Time
}

// Play plays one case and returns what differs, "path: want X, got Y"; nothing
// means it passed. slug names the case's own store.
func Play(ctx context.Context, s Server, c Case, slug string) []string {
	p := &player{server: s, currency: "CNY"}
	if failed := p.setUp(ctx, c, slug); failed != "" {
		return []string{failed}
	}
	for i, step := range c.Steps {
		if failed := p.step(ctx, step); failed != "" {
			return []string{fmt.Sprintf("steps[%d]%s", i, failed)}
		}
	}
	if err := p.moveClock(ctx, p.now); err != nil {
		return []string{fmt.Sprintf("clock: want everything due to be done, got %v", err)}
	}
	return p.check(ctx, c.Expect)
}

func (p *player) money(minor int64) map[string]any {
	return map[string]any{"amount": minor, "currency": p.currency}
}

type object = map[string]any

// setUp opens the store a day before the first step, with the case's programme
// and people.
func (p *player) setUp(ctx context.Context, c Case, slug string) string {
	p.now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if len(c.Steps) > 0 {
		p.now = c.Steps[0].At.Add(-24 * time.Hour)
	}
	p.platform = client.New(p.server.Base, "platform", p.server.OperatorToken)
	var opened struct {
		Store struct{ ID string } `json:"store"`
		Token string              `json:"token"`
	}
	err := p.platform.Call(ctx, "POST", "/stores", object{"slug": slug, "name": c.ID, "currency": p.currency, "time_zone": "Asia/Shanghai",
		"owner": object{"name": "case", "login": slug + "@cases.test", "password": "worked-case-" + slug}, "test_clock_at": p.now}, &opened)
	if err != nil {
		return fmt.Sprintf("store: want a new one, got %v", err)
	}
	p.store, p.merchant = opened.Store.ID, client.New(p.server.Base, "merchant", opened.Token)
	if failed := p.propose(ctx, c); failed != "" {
		return failed
	}
	var key struct{ Key string }
	if err := p.merchant.Call(ctx, "POST", "/api-keys", object{"name": "cases"}, &key); err != nil {
		return fmt.Sprintf("api key: want one, got %v", err)
	}
	p.open = client.New(p.server.Base, "open", key.Key)
	return p.enlist(ctx, c.People)
}

// propose puts the case's strategy and settings in force.
func (p *player) propose(ctx context.Context, c Case) string {
	var known struct {
		Items []struct {
			Strategy string
			Facts    []struct{ Name string }
		} `json:"items"`
	}
	if err := p.merchant.Call(ctx, "GET", "/strategies?limit=100", nil, &known); err != nil {
		return fmt.Sprintf("strategies: want the list, got %v", err)
	}
	installed, consent := false, []string{}
	for _, s := range known.Items {
		if s.Strategy != c.Strategy.ID {
			continue
		}
		installed = true
		for _, f := range s.Facts {
			consent = append(consent, f.Name)
		}
	}
	if !installed {
		return fmt.Sprintf("strategy: want %s, got not installed", c.Strategy.ID)
	}
	var current struct{ Settings object }
	if err := p.merchant.Call(ctx, "GET", "/program", nil, &current); err != nil {
		return fmt.Sprintf("program: want the default, got %v", err)
	}
	body := object{"strategy": c.Strategy.ID, "config": c.Strategy.Config, "settings": settings(current.Settings, c), "note": c.Title, "consent": consent}
	if err := p.merchant.Call(ctx, "POST", "/program/revisions", body, nil); err != nil {
		return fmt.Sprintf("program: want it accepted, got %v", err)
	}
	return ""
}

// settings are the trade's defaults as worked cases read them, with the case's
// own on top.
func settings(s object, c Case) object {
	s["levels"], s["third_level_ack"], s["freeze_days"], s["campaign_clock"] = 3, "worked case", 7, "placed_at"
	s["close_unpaid_minutes"] = 43200
	set := func(key string, v any, given bool) {
		if given {
			s[key] = v
		}
	}
	set("levels", c.Store.Levels, c.Store.Levels != nil)
	set("freeze_days", c.Store.FreezeDays, c.Store.FreezeDays != nil)
	set("rounding", c.Store.Rounding, c.Store.Rounding != nil)
	set("self_purchase", c.Store.SelfPurchase, c.Store.SelfPurchase != nil)
	set("ineligible_upline", c.Store.IneligibleUpline, c.Store.IneligibleUpline != nil)
	set("refund", c.Store.Refund, c.Store.Refund != nil)
	set("campaign_clock", c.Store.CampaignClock, c.Store.CampaignClock != nil)
	set("order_cap", c.Store.OrderCap, c.Store.OrderCap != nil)
	set("line_margin_cap", c.Store.LineMarginCap, c.Store.LineMarginCap != nil)
	set("recipient_cap", c.Store.RecipientCap, c.Store.RecipientCap != nil)
	fee := "0"
	if c.Store.Withdrawal.Fee != nil {
		fee = *c.Store.Withdrawal.Fee
	}
	s["withdrawal"] = object{"min": c.Store.Withdrawal.Min, "max_per_request": 0, "max_per_month": 0, "fee": fee, "real_name": false}
	s["grades"] = grades(c)
	return s
}

// grades are those that the case names, the people's default first.
func grades(c Case) []string {
	list, seen := []string{"normal"}, map[string]bool{"normal": true}
	add := func(g string) {
		if g != "" && !seen[g] {
			seen[g] = true
			list = append(list, g)
		}
	}
	for _, p := range c.People {
		add(p.Grade)
	}
	var config struct{ Grades map[string]json.RawMessage }
	if json.Unmarshal(c.Strategy.Config, &config) == nil {
		for g := range config.Grades {
			add(g)
		}
	}
	for _, s := range c.Steps {
		if s.Set != nil {
			add(s.Set.Grade)
		}
	}
	return list
}

// enlist makes the people, uplines before those who stand under them.
func (p *player) enlist(ctx context.Context, people []Person) string {
	made := map[string]bool{"": true}
	for len(made) <= len(people) {
		before := len(made)
		for _, who := range people {
			if made[who.ID] || !made[who.Upline] {
				continue
			}
			body := object{"name": who.ID}
			for key, v := range map[string]string{"grade": who.Grade, "upline_external_id": who.Upline, "state": who.State} {
				if v != "" {
					body[key] = v
				}
			}
			if err := p.open.Call(ctx, "PUT", "/distributors/"+who.ID, body, nil); err != nil {
				return fmt.Sprintf("people.%s: want them enlisted, got %v", who.ID, err)
			}
			made[who.ID] = true
		}
		if len(made) == before {
			return "people: want a tree, got a loop or an unknown upline"
		}
	}
	return ""
}

// moveClock moves the store's clock and returns when everything due is done.
func (p *player) moveClock(ctx context.Context, to time.Time) error {
	p.now = to
	return p.platform.Call(ctx, "POST", "/stores/"+p.store+"/clock", object{"to": to}, nil)
}

func (p *player) step(ctx context.Context, s Step) string {
	if err := p.moveClock(ctx, s.At); err != nil {
		return fmt.Sprintf(".at: want %s, got %v", s.At.Format(time.RFC3339), err)
	}
	var err error
	verb := ""
	switch {
	case s.Place != nil:
		verb, err = "place", p.place(ctx, *s.Place)
	case s.Pay != "":
		verb, err = "pay", p.open.Call(ctx, "POST", orderPath(s.Pay)+"/pay", nil, nil)
	case s.Ship != "":
		verb, err = "ship", p.open.Call(ctx, "POST", orderPath(s.Ship)+"/ship", nil, nil)
	case s.Receive != "":
		verb, err = "receive", p.open.Call(ctx, "POST", orderPath(s.Receive)+"/receive", nil, nil)
	case s.Refund != nil:
		verb, err = "refund", p.refund(ctx, *s.Refund)
	case s.Set != nil:
		verb, err = "set", p.set(ctx, *s.Set)
	case s.Group != nil:
		verb, err = "group", p.open.Call(ctx, "POST", orderPath(s.Group.Order)+"/group", object{"result": map[string]string{"success": "success", "failed": "failed"}[s.Group.Result]}, nil)
	case s.Withdraw != nil:
		return p.withdraw(ctx, *s.Withdraw)
	case s.Close != "":
		return p.close(ctx, s.Close)
	}
	if err != nil {
		return fmt.Sprintf(".%s: want it accepted, got %v", verb, err)
	}
	return ""
}

// close closes a month; a case that expects it held has no word for that.
func (p *player) close(ctx context.Context, period string) string {
	var closed struct{ State, Code, Reason string }
	if err := p.merchant.Call(ctx, "POST", "/periods/"+period+"/close", nil, &closed); err != nil {
		return fmt.Sprintf(".close: want period %s closed, got %v", period, err)
	}
	if closed.State != "closed" {
		return fmt.Sprintf(".close: want period %s closed, got %s: %s, %s", period, closed.State, closed.Code, closed.Reason)
	}
	return ""
}

func orderPath(order string) string { return "/orders/api/" + order }

func (p *player) place(ctx context.Context, o Place) error {
	lines := make([]object, len(o.Lines))
	for i, l := range o.Lines {
		lines[i] = object{"id": l.ID, "sku": l.SKU, "qty": l.Qty, "unit_price": p.money(l.UnitPrice), "discount": p.money(l.Discount)}
		if l.Category != "" {
			lines[i]["category"] = l.Category
		}
		if l.Cost != nil {
			lines[i]["cost"] = p.money(*l.Cost)
		}
	}
	body := object{"external_id": o.Order, "buyer": object{"external_id": o.Buyer, "name": o.Buyer}, "lines": lines,
		"discount": p.money(o.Discount), "freight": p.money(o.Freight), "group_buy": o.GroupBuy}
	if o.Via != "" {
		body["via"] = o.Via
	}
	if o.Channel != "" {
		body["channel"] = o.Channel
	}
	return p.open.Call(ctx, "POST", "/orders", body, nil)
}

func (p *player) refund(ctx context.Context, r Refund) error {
	body := object{"external_id": r.ID, "amount": p.money(r.Amount)}
	if r.Line != "" {
		body["line"] = r.Line
	}
	return p.open.Call(ctx, "POST", orderPath(r.Order)+"/refunds", body, nil)
}

func (p *player) set(ctx context.Context, s Set) error {
	body := object{"name": s.Person, "reason": "worked case"}
	for key, v := range map[string]string{"state": s.State, "grade": s.Grade, "upline_external_id": s.Upline} {
		if v != "" {
			body[key] = v
		}
	}
	return p.open.Call(ctx, "PUT", "/distributors/"+s.Person, body, nil)
}

// withdraw sends the requests at once; accepted ones are approved and marked
// paid.
func (p *player) withdraw(ctx context.Context, w Withdraw) string {
	times := max(w.Times, 1)
	ids, errs := make([]string, times), make([]error, times)
	var all sync.WaitGroup
	for i := range times {
		all.Go(func() {
			var made struct{ ID string }
			key := fmt.Sprintf("%s-%s-%d-%d", p.store, w.Person, p.now.UnixNano(), i)
			errs[i] = p.open.Call(ctx, "POST", "/distributors/"+w.Person+"/withdrawals", object{"amount": p.money(w.Amount)}, &made, "Idempotency-Key", key)
			ids[i] = made.ID
		})
	}
	all.Wait()
	outcome := "accepted"
	for i, err := range errs {
		if err != nil {
			var refused *client.Problem
			if !errors.As(err, &refused) {
				return fmt.Sprintf(".withdraw: want %s, got %v", w.Want, err)
			}
			if times == 1 {
				outcome = refused.Code
			}
			continue
		}
		p.accepted++
		if err := p.payOut(ctx, ids[i]); err != nil {
			return fmt.Sprintf(".withdraw: want it paid, got %v", err)
		}
	}
	if times == 1 && w.Want != "" && outcome != w.Want {
		return fmt.Sprintf(".withdraw: want %s, got %s", w.Want, outcome)
	}
	return ""
}

func (p *player) payOut(ctx context.Context, withdrawal string) error {
	if err := p.merchant.Call(ctx, "POST", "/withdrawals/"+withdrawal+"/approve", nil, nil); err != nil {
		return err
	}
	return p.merchant.Call(ctx, "POST", "/withdrawals/"+withdrawal+"/pay", object{"voucher": "case"}, nil, "Idempotency-Key", "pay-"+withdrawal)
}
