package withdrawalhttp

import (
	"fmt"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payee/payeehttp"
	"github.com/fenli-io/fenli/tenants/payer"
	"github.com/fenli-io/fenli/tenants/performance"
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

// Tax is how a tax comes about: what one payer has paid one person is counted
// together.
type Tax struct {
	Method    payer.Method `json:"method" enum:"none,labour,platform"`
	Month     string       `json:"month" doc:"The one it is paid in" example:"2026-03"`
	Months    int          `json:"months" doc:"Counted together, this one included"`
	Before    money.Amount `json:"before" doc:"Paid before, of what is counted together"`
	Income    money.Amount `json:"income" doc:"Counted together"`
	Cost      money.Amount `json:"cost" doc:"Taken off as cost"`
	Deduction money.Amount `json:"deduction" doc:"Taken off for the months"`
	Taxable   money.Amount `json:"taxable"`
	Percent   int64        `json:"percent"`
	Quick     money.Amount `json:"quick" doc:"Quick deduction"`
	Due       money.Amount `json:"due" doc:"Of all that is counted together"`
	Withheld  money.Amount `json:"withheld" doc:"Before"`
	Tax       money.Amount `json:"tax" doc:"Of this payment"`
}

// Problem is why something was refused.
type Problem struct {
	Code   string            `json:"code"`
	Detail string            `json:"detail" doc:"For people"`
	Field  string            `json:"field,omitempty"`
	Args   map[string]string `json:"args,omitempty"`
}

// Preview is what would become of an amount, by the figures of a request.
type Preview struct {
	Quote
	Parts   []Quote  `json:"parts" doc:"The transfers it is cut into; one when it is not"`
	Basis   *Tax     `json:"basis" doc:"How the tax comes about; null when nothing is withheld. Ask an adviser"`
	Problem *Problem `json:"problem" doc:"Why it could not be asked for now; null when it can"`
}

// Withdrawal is one request, or a part of one.
type Withdrawal struct {
	ID              withdrawal.ID     `json:"id"`
	Distributor     Person            `json:"distributor"`
	Gross           money.Amount      `json:"gross"`
	Tax             money.Amount      `json:"tax"`
	Fee             money.Amount      `json:"fee"`
	Net             money.Amount      `json:"net" doc:"What arrives"`
	Whole           money.Amount      `json:"whole" doc:"Asked for together with the other parts"`
	Part            int               `json:"part" doc:"Its number among the parts"`
	Parts           int               `json:"parts" doc:"How many transfers the request was cut into"`
	Method          withdrawal.Method `json:"method" enum:"manual,bank_file,alipay,wechat"`
	State           withdrawal.State  `json:"state" enum:"requested,approved,sending,waiting_for_user,manual,paid,failed,cancelled,rejected,returned" doc:"manual: nobody knows whether it was paid, a person has to look"`
	Reason          string            `json:"reason" doc:"Why it came back, or is in doubt"`
	Voucher         string            `json:"voucher"`
	FirstApprovedBy string            `json:"first_approved_by,omitempty" doc:"One of the two who have to approve; told to staff only"`
	RequestedAt     time.Time         `json:"requested_at"`
	DecidedAt       *time.Time        `json:"decided_at"`
	SentAt          *time.Time        `json:"sent_at"`
	PaidAt          *time.Time        `json:"paid_at"`
}

// Step is one of a withdrawal's way.
type Step struct {
	At    time.Time        `json:"at"`
	State withdrawal.State `json:"state" enum:"requested,approved,sending,waiting_for_user,manual,paid,failed,cancelled,rejected,returned"`
	Actor string           `json:"actor,omitempty" doc:"Told to staff only"`
	Name  string           `json:"actor_name,omitempty" doc:"How they are called; left out for who is not of this store's staff, or no more"`
	Text  string           `json:"text"`
}

// Detail is a withdrawal with its way, its tax and whom it pays.
type Detail struct {
	Withdrawal
	Basis     *Tax               `json:"basis" doc:"How the tax comes about; null when nothing is withheld"`
	Payer     string             `json:"payer" doc:"The legal entity that pays; empty when the store has named none"`
	Profile   *payeehttp.Profile `json:"profile" doc:"Who is paid, masked, as of the request"`
	Account   *payeehttp.Account `json:"account" doc:"Where it goes, masked, as of the request"`
	FourEyes  bool               `json:"four_eyes" doc:"Two different people have to approve it"`
	WaitsFor  string             `json:"waits_for" enum:",review,second_person,store,provider,payee,person,pause,debt" doc:"What it waits for; empty when it has ended"`
	PausedTo  *time.Time         `json:"paused_to" doc:"Nothing is sent before: an account has just changed"`
	Timeline  []Step             `json:"timeline"`
	Siblings  []Withdrawal       `json:"siblings" doc:"All parts of the request, this one among them; empty when it is one"`
	SameHuman int                `json:"same_human" doc:"Other members of the store with the same identity; told to staff only"`
}

// Sum is how many stand in a state and what they come to.
type Sum struct {
	State withdrawal.State `json:"state"`
	Count int64            `json:"count"`
	Quote
}

// Outcome is what became of one of many.
type Outcome struct {
	ID         string      `json:"id"`
	Withdrawal *Withdrawal `json:"withdrawal" doc:"As it stands now; null when there is a problem"`
	Problem    *Problem    `json:"problem"`
}

// Terms are what somebody can know before they ask.
type Terms struct {
	Methods     []Way         `json:"methods"`
	Min         money.Amount  `json:"min"`
	MaxPerAsk   *money.Amount `json:"max_per_request"`
	MaxPerMonth *money.Amount `json:"max_per_month"`
	LeftInMonth *money.Amount `json:"left_in_month"`
	Days        []int         `json:"days" doc:"Of the month; empty: all"`
	NextDay     string        `json:"next_day" doc:"The next on which one may ask; empty when one may today"`
	Fee         string        `json:"fee" doc:"Of what is asked for" example:"0.6%"`
	Tax         payer.Method  `json:"tax" enum:"none,labour,platform"`
	RealName    bool          `json:"real_name" doc:"A real name is needed before the first withdrawal"`
	AutoBelow   *money.Amount `json:"auto_below" doc:"Less is approved by itself"`
	Problem     *Problem      `json:"problem" doc:"Why nothing can be asked for at all now"`
}

// Way is a method of being paid and what is missing for it.
type Way struct {
	Method      withdrawal.Method `json:"method" enum:"manual,bank_file,alipay,wechat"`
	Channel     payee.Channel     `json:"channel" enum:",bank_card,alipay,wechat" doc:"The kind of account it needs"`
	PerTransfer *money.Amount     `json:"per_transfer" doc:"What one transfer may carry"`
	Split       bool              `json:"split" doc:"More is cut into several transfers"`
	Ready       bool              `json:"ready" doc:"Everything it needs has been entered"`
}

func quoteOf(q withdrawal.Quote, currency string) Quote {
	in := amounts(currency)
	return Quote{in(q.Gross), in(q.Tax), in(q.Fee), in(q.Net)}
}

func amounts(currency string) func(int64) money.Amount {
	return func(minor int64) money.Amount { return money.Amount{Minor: minor, Currency: currency} }
}

// limit is nil for none.
func limit(minor int64, currency string) *money.Amount {
	if minor == 0 {
		return nil
	}
	return &money.Amount{Minor: minor, Currency: currency}
}

func taxOf(b payer.Basis, currency string) *Tax {
	if b.Method == "" || b.Method == payer.None {
		return nil
	}
	in := amounts(currency)
	return &Tax{Method: b.Method, Month: monthText(b.Month), Months: b.Months, Before: in(b.Before), Income: in(b.Income), Cost: in(b.Cost), Deduction: in(b.Deduction),
		Taxable: in(b.Taxable), Percent: b.Percent, Quick: in(b.Quick), Due: in(b.Due), Withheld: in(b.Withheld), Tax: in(b.Tax)}
}

func monthText(d performance.Date) string { return fmt.Sprintf("%04d-%02d", d.Year, d.Month) }

func problemOf(err error, lang string) *Problem {
	if err == nil {
		return nil
	}
	f := fault.Of(err)
	return &Problem{f.Code, f.Sentence(lang), f.Field, f.Args()}
}

func shape(w withdrawal.Withdrawal, name, currency, lang string, toStaff bool) Withdrawal {
	q := quoteOf(w.Quote, currency)
	shown := Withdrawal{
		ID: w.ID, Distributor: Person{w.Distributor, name}, Gross: q.Gross, Tax: q.Tax, Fee: q.Fee, Net: q.Net,
		Whole: money.Amount{Minor: w.Whole, Currency: currency}, Part: w.Part, Parts: w.Parts,
		Method: w.Method, State: w.State, Reason: sentence(w.Reason, lang, currency), Voucher: w.Voucher,
		RequestedAt: w.RequestedAt, DecidedAt: w.DecidedAt, SentAt: w.SentAt, PaidAt: w.PaidAt,
	}
	if toStaff {
		shown.FirstApprovedBy = w.FirstApprovedBy
	}
	return shown
}

func steps(list []withdrawal.Event, lang, currency string, toStaff bool) []Step {
	out := make([]Step, len(list))
	for i, e := range list {
		out[i] = Step{At: e.At.UTC(), State: e.State, Text: sentence(e.Words, lang, currency)}
		if toStaff {
			out[i].Actor = e.Actor
		}
	}
	return out
}

// ours are the words that are not a person's, in Chinese and in English.
var ours = map[string][2]string{
	withdrawal.InDebt:     {"因退款产生待扣回金额，提现已退回并抵扣", "given back and netted, because a refund had left a debt"},
	withdrawal.Recalled:   {"本人已取消", "called off by its owner"},
	withdrawal.FirstOfTwo: {"初审通过，待另一人复核", "approved by the first of two people"},
}

// sentence is a reason as people read it; a person's own words stay theirs.
func sentence(words, lang, currency string) string {
	chinese := strings.HasPrefix(lang, httpapi.Chinese)
	if both, known := ours[words]; known {
		if chinese {
			return both[0]
		}
		return both[1]
	}
	var before, after int64
	if n, _ := fmt.Sscanf(words, withdrawal.Requoted+" %d %d", &before, &after); n == 2 {
		from, to := money.Format(before, currency), money.Format(after, currency)
		if chinese {
			return "按打款当月的收入重新计税：税额由 " + from + " 变为 " + to
		}
		return "taxed anew in the month of payment: " + from + " became " + to
	}
	return words
}
