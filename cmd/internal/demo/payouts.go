package demo

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// payees enters who the people of the demo are before the law and where they
// are paid. Numbers and names are invented; the check digits are right.
func (f *filler) payees(ctx context.Context) error {
	for i, m := range f.Team {
		body := object{"identity": identity(m.Name, i), "accounts": []object{{"channel": "wechat", "number": fmt.Sprintf("oSIMULATED-%s-%06d", f.Slug, i)}, {"channel": "bank_card", "number": "6222021234567890128", "bank": "示例银行"}}}
		if err := f.open.Call(ctx, "PUT", "/distributors/"+m.ID+"/payee", body, nil); err != nil {
			return err
		}
	}
	if err := f.seller.Call(ctx, "PUT", "/me/payee", identity("林示例", 900), nil); err != nil {
		return err
	}
	return f.seller.Call(ctx, "PUT", "/me/payee/accounts/wechat", object{"number": "oSIMULATED-" + f.Slug + "-seller"}, nil)
}

func identity(name string, n int) object {
	body := fmt.Sprintf("110105199001%02d%03d", n%28+1, n/28)
	sum := 0
	for _, c := range []byte(body) {
		sum = (sum + int(c-'0')) * 2 % 11
	}
	return object{"kind": "individual", "name": name, "number": body + string("10X98765432"[sum]), "phone": "13800138000"}
}

// payouts adds a payout account at the simulator and sends some withdrawals
// through it: one is paid, one waits for the visitor to confirm, others wait
// for people who never will. It runs in real time, as the simulator does.
func (f *filler) payouts(ctx context.Context) error {
	if err := f.merchant.Call(ctx, "POST", "/payout-accounts/simulated", nil, nil); err != nil {
		return err
	}
	if err := f.merchant.Call(ctx, "POST", "/payout-accounts", object{"method": "bank_file", "name": "示例银行批量代发", "active": true, "auto": true, "limit": 0, "settings": object{}}, nil); err != nil {
		return err
	}
	for i, m := range f.Team[:4] {
		method := []string{"wechat", "bank_file"}[i%2]
		if err := f.sends(ctx, func(w *withdrawn) error {
			return f.open.Call(ctx, "POST", "/distributors/"+m.ID+"/withdrawals", object{"amount": f.money(1000), "method": method}, w, "Idempotency-Key", f.nextID())
		}); err != nil {
			return err
		}
	}
	var last withdrawn
	for n := range 2 {
		err := f.sends(ctx, func(w *withdrawn) error {
			defer func() { last = *w }()
			return f.seller.Call(ctx, "POST", "/me/withdrawals", object{"amount": f.money(1000), "method": "wechat"}, w, "Idempotency-Key", f.nextID())
		})
		if err != nil {
			return err
		}
		if n == 0 && last.ID != "" {
			if err := f.confirms(ctx, last.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

type withdrawn struct{ ID, State string }

// sends asks and approves; who has too little does not ask.
func (f *filler) sends(ctx context.Context, ask func(*withdrawn) error) error {
	var w withdrawn
	if err := ask(&w); err != nil {
		if strings.Contains(err.Error(), "insufficient_balance") {
			return nil
		}
		return err
	}
	return f.merchant.Call(ctx, "POST", "/withdrawals/"+w.ID+"/approve", nil, nil)
}

// confirms presses the payee's button on the simulator's page.
func (f *filler) confirms(ctx context.Context, which string) error {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		var p struct {
			Confirm *struct{ Page string }
		}
		if err := f.seller.Call(ctx, "GET", "/me/withdrawals/"+which+"/payout", nil, &p); err != nil {
			return err
		}
		if p.Confirm == nil {
			continue
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, f.base+p.Confirm.Page, nil)
		if err != nil {
			return err
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		return res.Body.Close()
	}
	return nil // the visitor may do it
}
