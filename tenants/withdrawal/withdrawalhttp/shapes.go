package withdrawalhttp

import (
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// Person is whose withdrawal it is.
type Person struct {
	ID   distributor.ID `json:"id"`
	Name string         `json:"name"`
}

// Quote is what becomes of an amount.
type Quote struct {
	Gross money.Amount `json:"gross"`
	Tax   money.Amount `json:"tax"`
	Fee   money.Amount `json:"fee"`
	Net   money.Amount `json:"net" doc:"What arrives"`
}

// Withdrawal is one request.
type Withdrawal struct {
	ID          withdrawal.ID     `json:"id"`
	Distributor Person            `json:"distributor"`
	Gross       money.Amount      `json:"gross"`
	Tax         money.Amount      `json:"tax"`
	Fee         money.Amount      `json:"fee"`
	Net         money.Amount      `json:"net" doc:"What arrives"`
	Method      withdrawal.Method `json:"method" enum:"manual,bank_file,alipay,wechat"`
	State       withdrawal.State  `json:"state" enum:"requested,approved,sending,waiting_for_user,manual,paid,failed,cancelled,rejected,returned"`
	Reason      string            `json:"reason" doc:"Why it was rejected or returned"`
	Voucher     string            `json:"voucher"`
	RequestedAt time.Time         `json:"requested_at"`
	DecidedAt   *time.Time        `json:"decided_at"`
	SentAt      *time.Time        `json:"sent_at"`
	PaidAt      *time.Time        `json:"paid_at"`
}

func quoteOf(q withdrawal.Quote, currency string) Quote {
	in := func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: currency} }
	return Quote{in(q.Gross), in(q.Tax), in(q.Fee), in(q.Net)}
}

func shape(w withdrawal.Withdrawal, name, currency, lang string) Withdrawal {
	q := quoteOf(w.Quote, currency)
	return Withdrawal{
		ID: w.ID, Distributor: Person{w.Distributor, name}, Gross: q.Gross, Tax: q.Tax, Fee: q.Fee, Net: q.Net,
		Method: w.Method, State: w.State, Reason: sentence(w, lang), Voucher: w.Voucher,
		RequestedAt: w.RequestedAt, DecidedAt: w.DecidedAt, SentAt: w.SentAt, PaidAt: w.PaidAt,
	}
}

// sentence is the reason as people read it; a person's own words stay theirs.
func sentence(w withdrawal.Withdrawal, lang string) string {
	if w.State != withdrawal.Returned || w.Reason != withdrawal.InDebt {
		return w.Reason
	}
	if strings.HasPrefix(lang, httpapi.Chinese) {
		return "因退款产生待扣回金额，提现已退回并抵扣"
	}
	return "given back and netted, because a refund had left a debt"
}
