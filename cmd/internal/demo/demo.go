// Package demo fills a server with two stores a visitor can look at: brands,
// products, people in three levels and three weeks of orders.
//
// It comes in through the public API like anybody else and draws nothing at
// random: the same demo every time. The stores begin three weeks back on the
// test clock and then switch to real time.
package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fenli-io/fenli/cmd/internal/client"
)

// Password opens every account of the demo. It guards sample data alone.
const Password = "fenli-demo-2026"

// Login is an account a visitor can use.
type Login struct {
	Store, Who, Login, Password string
}

// Stores lists slug and name of the demo's stores, and Logins who may enter.
func Stores() (slugs, names []string) {
	for _, s := range shops {
		slugs, names = append(slugs, s.Slug), append(names, s.Name)
	}
	return slugs, names
}

// Logins are the accounts that Fill makes.
func Logins() (list []Login) {
	for _, s := range shops {
		list = append(list,
			Login{s.Slug, "owner 店主", s.OwnerLogin, Password},
			Login{s.Slug, "distributor 分销员", "seller@" + s.Slug + ".demo", Password},
			Login{s.Slug, "buyer 买家", "buyer@" + s.Slug + ".demo", Password})
	}
	return list
}

// days is how long the stores have been in business.
const days = 21

type object = map[string]any

// filler fills one store.
type filler struct {
	shop
	base     string
	platform client.Client
	merchant client.Client
	open     client.Client
	store    string
	now      time.Time
	random   *rand.Rand
	orders   int
	shipped  []string      // waiting for receipt
	seller   client.Client // the account a visitor can be
	sellerID string
	visitors []client.Client // who came by the seller's link
	progress func(string)
}

// Fill makes the stores that are not there yet, side by side. now is real time.
func Fill(ctx context.Context, base, operatorToken string, now time.Time, progress func(string)) error {
	all, ctx := errgroup.WithContext(ctx)
	for _, s := range shops {
		f := &filler{shop: s, base: base, platform: client.New(base, "platform", operatorToken), random: rand.New(rand.NewSource(s.Seed)), progress: progress}
		all.Go(func() error {
			if err := f.fillOnce(ctx, now); err != nil {
				return fmt.Errorf("demo: %s: %w", f.Slug, err)
			}
			return nil
		})
	}
	return all.Wait()
}

// errHalf is a store that an earlier demo did not finish: its clock is still
// the test's. Going on would mean knowing how far it came.
var errHalf = errors.New("an earlier demo was stopped while it filled this store: begin afresh with --reset (make demo RESET=1)")

func (f *filler) fillOnce(ctx context.Context, now time.Time) error {
	there, err := f.exists(ctx)
	if err != nil {
		return err
	}
	if !there {
		return f.fill(ctx, now)
	}
	half, err := f.half(ctx)
	if err == nil && half {
		return errHalf
	}
	return err
}

func (f *filler) exists(ctx context.Context) (bool, error) {
	err := client.New(f.base, "store", "").In(f.Slug).Call(ctx, "GET", "/store", nil, nil)
	var p *client.Problem
	if errors.As(err, &p) && p.Status == 404 {
		return false, nil
	}
	return err == nil, err
}

// half tells a store whose clock is still the test's: filling ends with real time.
func (f *filler) half(ctx context.Context) (bool, error) {
	var in struct{ Token string }
	err := client.New(f.base, "merchant", "").Call(ctx, "POST", "/sessions", object{"login": f.OwnerLogin, "password": Password, "store": f.Slug}, &in)
	var refused *client.Problem
	if errors.As(err, &refused) {
		return false, nil // a visitor has made the store their own, which takes a whole one
	}
	if err != nil {
		return false, err
	}
	var store struct{ Clock struct{ Test bool } }
	err = client.New(f.base, "merchant", in.Token).Call(ctx, "GET", "/store", nil, &store)
	return store.Clock.Test, err
}

func (f *filler) fill(ctx context.Context, now time.Time) error {
	f.now = now.Add(-days * 24 * time.Hour).Truncate(time.Hour)
	steps := []struct {
		what string
		do   func(context.Context) error
	}{
		{"opening the store", f.signUp}, {"brand", f.brand}, {"programme", f.programme}, {"products", f.products},
		{"people", f.people}, {"accounts", f.accounts}, {"payees", f.payees}, {"three weeks of orders", f.business}, {"withdrawals", f.withdrawals}, {"the office", f.office},
	}
	for _, s := range steps {
		f.progress(fmt.Sprintf("%s: %s", f.Slug, s.what))
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	if err := f.platform.Call(ctx, "POST", "/stores/"+f.store+"/clock", object{"real": true}, nil); err != nil {
		return err
	}
	f.progress(f.Slug + ": payouts, simulated")
	if err := f.payouts(ctx); err != nil {
		return fmt.Errorf("payouts: %w", err)
	}
	return nil
}

func (f *filler) money(minor int64) object { return object{"amount": minor, "currency": "CNY"} }

func (f *filler) signUp(ctx context.Context) error {
	var opened struct {
		Store struct{ ID string } `json:"store"`
		Token string              `json:"token"`
	}
	err := f.platform.Call(ctx, "POST", "/stores", object{"slug": f.Slug, "name": f.Name, "test_clock_at": f.now,
		"owner": object{"name": "店主（示例）", "login": f.OwnerLogin, "password": Password}}, &opened)
	if err != nil {
		return err
	}
	f.store, f.merchant = opened.Store.ID, client.New(f.base, "merchant", opened.Token)
	var key struct{ Key string }
	if err := f.merchant.Call(ctx, "POST", "/api-keys", object{"name": "示例数据"}, &key); err != nil {
		return err
	}
	f.open = client.New(f.base, "open", key.Key)
	return nil
}

func (f *filler) brand(ctx context.Context) error {
	return f.merchant.Call(ctx, "PUT", "/store/brand", object{"display_name": f.Name, "slogan": f.Slogan, "primary_color": f.Primary,
		"accent_color": f.Accent, "distributor_word": f.Word, "logo": "", "tab_names": object{}, "agreement": "示例店铺：本店所有数据均为演示用的示例数据。"}, nil)
}

func (f *filler) programme(ctx context.Context) error {
	var current struct{ Settings object }
	if err := f.merchant.Call(ctx, "GET", "/program", nil, &current); err != nil {
		return err
	}
	var known struct {
		Items []struct {
			Strategy string
			Facts    []struct{ Name string }
		}
	}
	if err := f.merchant.Call(ctx, "GET", "/strategies", nil, &known); err != nil {
		return err
	}
	consent := []string{}
	for _, k := range known.Items {
		for _, fact := range k.Facts {
			if k.Strategy == f.Strategy {
				consent = append(consent, fact.Name)
			}
		}
	}
	s := current.Settings
	s["levels"], s["third_level_ack"], s["freeze_days"], s["auto_receive_days"] = f.Levels, "示例店主 "+f.now.Format(time.DateOnly), 7, 7
	if w, ok := s["withdrawal"].(map[string]any); ok {
		w["methods"] = []string{"manual", "wechat", "bank_file"}
	}
	s["settlement"] = object{"method": "after_freeze", "period": "week"} // statements that a visitor need not wait for
	return f.merchant.Call(ctx, "POST", "/program/revisions", object{"strategy": f.Strategy, "config": json.RawMessage(f.Config),
		"settings": s, "note": "开业方案（示例）", "consent": consent}, nil)
}

func (f *filler) products(ctx context.Context) error {
	for _, p := range f.Products {
		err := f.merchant.Call(ctx, "POST", "/products", object{"title": p.Title, "category": p.Category, "description": p.Text,
			"picture": picture(p), "distributed": true,
			"skus": []object{{"code": p.Code, "title": "", "price": f.money(p.Price), "cost": f.money(p.Cost), "stock": p.Stock}}}, nil)
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) people(ctx context.Context) error {
	for _, m := range f.Team {
		body := object{"name": m.Name, "grade": m.Grade, "state": "active"}
		if m.Upline != "" {
			body["upline_external_id"] = m.Upline
		}
		if err := f.open.Call(ctx, "PUT", "/distributors/"+m.ID, body, nil); err != nil {
			return err
		}
	}
	return nil
}

// accounts registers a buyer, and a buyer who becomes a distributor under the
// first of the team: the people a visitor can be.
func (f *filler) accounts(ctx context.Context) error {
	shop := client.New(f.base, "store", "").In(f.Slug)
	enter := func(login, name string) (client.Client, error) {
		var in struct{ Token string }
		err := shop.Call(ctx, "POST", "/sessions", object{"login": login, "password": Password, "name": name, "register": true}, &in)
		return shop.As(in.Token), err
	}
	if _, err := enter("buyer@"+f.Slug+".demo", "示例买家"); err != nil {
		return err
	}
	seller, err := enter("seller@"+f.Slug+".demo", "示例"+f.Word)
	if err != nil {
		return err
	}
	var top struct {
		Items []struct{ ID, Code, Name string } `json:"items"`
	}
	if err := f.merchant.Call(ctx, "GET", "/distributors?limit=100", nil, &top); err != nil {
		return err
	}
	code := ""
	for _, m := range top.Items {
		if m.Name == f.Team[0].Name {
			code = m.Code
		}
	}
	var applied struct{ ID, Code, State string }
	if err := seller.Call(ctx, "POST", "/applications", object{"name": "示例" + f.Word, "code": code, "profile": object{}}, &applied); err != nil {
		return err
	}
	if applied.State == "applied" {
		if err := f.merchant.Call(ctx, "POST", "/distributors/"+applied.ID+"/approve", nil, nil); err != nil {
			return err
		}
	}
	// A seller nobody reports orders for would have an empty page: some of the
	// demo's buyers come by their link.
	for _, name := range f.Buyers[:3] {
		buyer, err := enter("b"+fmt.Sprint(f.random.Intn(1e9))+"@"+f.Slug+".demo", name)
		if err != nil {
			return err
		}
		if err := buyer.Call(ctx, "POST", "/touches", object{"code": applied.Code, "channel": "h5"}, nil); err != nil {
			return err
		}
		if err := f.buyAtCheckout(ctx, buyer); err != nil {
			return err
		}
		f.visitors = append(f.visitors, buyer)
	}
	f.seller, f.sellerID = seller, applied.ID
	return f.recruits(ctx, enter, applied.Code)
}

// recruits are one who sells below the sample seller, and one who waits for
// the owner's decision.
func (f *filler) recruits(ctx context.Context, enter func(login, name string) (client.Client, error), code string) error {
	for i, name := range f.Recruits {
		person, err := enter(fmt.Sprintf("recruit%d@%s.demo", i+1, f.Slug), name)
		if err != nil {
			return err
		}
		var applied struct{ ID string }
		if err := person.Call(ctx, "POST", "/applications", object{"name": name, "code": code, "profile": object{"city": "杭州", "plan": "朋友圈与社群"}}, &applied); err != nil {
			return err
		}
		if i > 0 {
			continue
		}
		if err := f.merchant.Call(ctx, "POST", "/distributors/"+applied.ID+"/approve", nil, nil); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) buyAtCheckout(ctx context.Context, buyer client.Client) error {
	p := f.Products[f.random.Intn(len(f.Products))]
	var placed struct{ ID string }
	if err := buyer.Call(ctx, "POST", "/orders", object{"lines": []object{{"sku": p.Code, "qty": 1}}, "channel": "h5"}, &placed, "Idempotency-Key", f.nextID()); err != nil {
		return err
	}
	if err := buyer.Call(ctx, "POST", "/orders/"+placed.ID+"/pay", nil, nil, "Idempotency-Key", f.nextID()); err != nil {
		return err
	}
	return f.merchant.Call(ctx, "POST", "/orders/"+placed.ID+"/ship", nil, nil)
}

func (f *filler) nextID() string {
	f.orders++
	return fmt.Sprintf("demo-%s-%04d", f.Slug, f.orders)
}

// business is the three weeks, hour by hour of each day's few orders.
func (f *filler) business(ctx context.Context) error {
	for day := range days {
		f.progress(fmt.Sprintf("%s: day %d of %d", f.Slug, day+1, days))
		begin, orders := f.now, 3+f.random.Intn(4)
		for i := range orders {
			if err := f.moveTo(ctx, begin.Add(time.Duration((i+1)*24*60/(orders+1))*time.Minute)); err != nil {
				return err
			}
			if err := f.sell(ctx, i); err != nil {
				return err
			}
		}
		if day%3 == 1 { // somebody comes by the sample seller's link
			if err := f.buyAtCheckout(ctx, f.visitors[f.random.Intn(len(f.visitors))]); err != nil {
				return err
			}
		}
		if err := f.endOfDay(ctx, begin.Add(24*time.Hour)); err != nil {
			return err
		}
	}
	return nil
}

func (f *filler) moveTo(ctx context.Context, at time.Time) error {
	f.now = at
	return f.platform.Call(ctx, "POST", "/stores/"+f.store+"/clock", object{"to": at}, nil)
}

func (f *filler) sell(ctx context.Context, nth int) error {
	id := f.nextID()
	var lines []object
	for i := range 1 + f.random.Intn(3) {
		p := f.Products[f.random.Intn(len(f.Products))]
		lines = append(lines, object{"id": fmt.Sprint(i + 1), "sku": p.Code, "title": p.Title, "category": p.Category,
			"qty": 1 + f.random.Intn(2), "unit_price": f.money(p.Price), "cost": f.money(p.Cost)})
	}
	buyer := f.Buyers[f.random.Intn(len(f.Buyers))]
	body := object{"external_id": id, "buyer": object{"external_id": "buyer-" + buyer, "name": buyer}, "lines": lines,
		"channel": []string{"h5", "mini", "offline"}[f.random.Intn(3)], "freight": f.money(800), "paid": true}
	if f.random.Intn(8) > 0 { // some buyers come by themselves
		body["via"] = f.Team[f.random.Intn(len(f.Team))].ID
	}
	if f.random.Intn(4) == 0 {
		body["discount"] = f.money(500)
	}
	if err := f.open.Call(ctx, "POST", "/orders", body, nil); err != nil {
		return err
	}
	if err := f.open.Call(ctx, "POST", "/orders/api/"+id+"/ship", nil, nil); err != nil {
		return err
	}
	f.shipped = append(f.shipped, id)
	if nth == 0 && f.random.Intn(3) == 0 {
		amount := int64(1000 + 100*f.random.Intn(10))
		return f.open.Call(ctx, "POST", "/orders/api/"+id+"/refunds", object{"external_id": id + "-R1", "amount": f.money(amount), "reason": "包装破损（示例）"}, nil)
	}
	return nil
}

// endOfDay confirms the receipt of what was shipped days ago; the rest waits
// for the automatic one.
func (f *filler) endOfDay(ctx context.Context, at time.Time) error {
	if err := f.moveTo(ctx, at); err != nil {
		return err
	}
	for len(f.shipped) > 12 {
		if err := f.open.Call(ctx, "POST", "/orders/api/"+f.shipped[0]+"/receive", nil, nil); err != nil {
			return err
		}
		f.shipped = f.shipped[1:]
	}
	return nil
}

// withdrawals leaves one paid, one approved, and one for the visitor to
// review; the store's company withholds.
func (f *filler) withdrawals(ctx context.Context) error {
	company := object{"name": f.Name + "（示例）有限公司", "tax_id": "91350100M000100Y43", "method": "labour"}
	if err := f.merchant.Call(ctx, "POST", "/payer", company, nil); err != nil {
		return err
	}
	if err := f.seller.Call(ctx, "POST", "/me/withdrawals", object{"amount": f.money(2000)}, nil, "Idempotency-Key", f.nextID()); err != nil {
		return err
	}
	asked := 0
	for _, m := range f.Team {
		var b struct {
			Available struct{ Amount int64 } `json:"available"`
		}
		if err := f.open.Call(ctx, "GET", "/distributors/"+m.ID+"/balance", nil, &b); err != nil {
			return err
		}
		if b.Available.Amount < 2000 || asked == 3 {
			continue
		}
		asked++
		var w struct{ ID string }
		amount := b.Available.Amount / 200 * 100
		if err := f.open.Call(ctx, "POST", "/distributors/"+m.ID+"/withdrawals", object{"amount": f.money(amount)}, &w, "Idempotency-Key", f.nextID()); err != nil {
			return err
		}
		if asked < 3 {
			if err := f.merchant.Call(ctx, "POST", "/withdrawals/"+w.ID+"/approve", nil, nil); err != nil {
				return err
			}
		}
		if asked < 2 {
			if err := f.merchant.Call(ctx, "POST", "/withdrawals/"+w.ID+"/pay", object{"voucher": "示例凭证 0001"}, nil, "Idempotency-Key", f.nextID()); err != nil {
				return err
			}
		}
	}
	return nil
}
