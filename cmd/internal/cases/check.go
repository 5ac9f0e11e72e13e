package cases

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

type amount struct {
	Amount int64 `json:"amount"`
}

type explained struct {
	Awards []struct {
		Payee    struct{ Name string } `json:"payee"`
		Standing amount                `json:"standing"`
	} `json:"awards"`
	Reversed []struct {
		ExternalID string                `json:"external_id"`
		Payee      struct{ Name string } `json:"payee"`
		Amount     amount                `json:"amount"`
	} `json:"reversed"`
}

// check compares everything the case expects, in a fixed order.
func (p *player) check(ctx context.Context, want Expect) (found []string) {
	differs := func(path string, want, got any) {
		found = append(found, fmt.Sprintf("%s: want %v, got %v", path, want, got))
	}
	reversed := map[string]map[string]int64{}
	for _, order := range slices.Sorted(maps.Keys(want.Awards)) {
		e, err := p.explain(ctx, order)
		if err != nil {
			differs("awards."+order, "an explanation", err)
			continue
		}
		collect(reversed, e)
		got := map[string]int64{}
		for _, a := range e.Awards {
			got[a.Payee.Name] += a.Standing.Amount
		}
		compare("awards."+order, want.Awards[order], got, differs)
	}
	p.checkReversed(ctx, want.Reversed, reversed, differs)
	for _, who := range slices.Sorted(maps.Keys(want.Balances)) {
		got, err := p.balance(ctx, who)
		if err != nil {
			differs("balances."+who, "a balance", err)
			continue
		}
		for _, account := range slices.Sorted(maps.Keys(want.Balances[who])) {
			if v := want.Balances[who][account]; got[account] != v {
				differs("balances."+who+"."+account, v, got[account])
			}
		}
	}
	for _, period := range slices.Sorted(maps.Keys(want.Period)) {
		got, err := p.period(ctx, period)
		if err != nil {
			differs("period."+period, "a closed period", err)
			continue
		}
		compare("period."+period, want.Period[period], got, differs)
	}
	if n := want.AcceptedWithdrawals; n != nil && *n != p.accepted {
		differs("accepted_withdrawals", *n, p.accepted)
	}
	return found
}

// compare checks both ways: who is not named has nothing.
func compare(path string, want, got map[string]int64, differs func(string, any, any)) {
	names := maps.Clone(want)
	if names == nil {
		names = map[string]int64{}
	}
	maps.Copy(names, got)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if want[name] != got[name] {
			differs(path+"."+name, want[name], got[name])
		}
	}
}

// checkReversed asks about orders that no award was expected of, too: a refund
// names no order in the expectations.
func (p *player) checkReversed(ctx context.Context, want, known map[string]map[string]int64, differs func(string, any, any)) {
	if len(want) == 0 {
		return
	}
	for _, order := range p.orders(ctx) {
		if e, err := p.explain(ctx, order); err == nil {
			collect(known, e)
		}
	}
	for _, refund := range slices.Sorted(maps.Keys(want)) {
		compare("reversed."+refund, want[refund], known[refund], differs)
	}
}

// collect notes what each refund took back; asking about an order twice is the
// same.
func collect(into map[string]map[string]int64, e explained) {
	for _, r := range e.Reversed {
		if into[r.ExternalID] == nil {
			into[r.ExternalID] = map[string]int64{}
		}
		into[r.ExternalID][r.Payee.Name] = r.Amount.Amount
	}
}

func (p *player) explain(ctx context.Context, order string) (e explained, err error) {
	err = p.open.Call(ctx, "GET", orderPath(order)+"/commission", nil, &e)
	return e, err
}

// period reads what was booked at a close, by name.
func (p *player) period(ctx context.Context, period string) (map[string]int64, error) {
	var closed struct {
		Awards []struct {
			Payee  struct{ Name string }
			Amount amount
		}
	}
	if err := p.merchant.Call(ctx, "GET", "/periods/"+period, nil, &closed); err != nil {
		return nil, err
	}
	got := map[string]int64{}
	for _, a := range closed.Awards {
		got[a.Payee.Name] += a.Amount.Amount
	}
	return got, nil
}

func (p *player) orders(ctx context.Context) (ids []string) {
	var page struct {
		Items []struct {
			ExternalID string `json:"external_id"`
		} `json:"items"`
	}
	if err := p.merchant.Call(ctx, "GET", "/orders?limit=100", nil, &page); err != nil {
		return nil
	}
	for _, o := range page.Items {
		ids = append(ids, o.ExternalID)
	}
	return ids
}

func (p *player) balance(ctx context.Context, who string) (map[string]int64, error) {
	var b struct{ Held, Available, Reserved, Debt, Paid amount }
	if err := p.open.Call(ctx, "GET", "/distributors/"+who+"/balance", nil, &b); err != nil {
		return nil, err
	}
	return map[string]int64{"held": b.Held.Amount, "available": b.Available.Amount, "reserved": b.Reserved.Amount,
		"debt": b.Debt.Amount, "paid": b.Paid.Amount}, nil
}
