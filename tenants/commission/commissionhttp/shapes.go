package commissionhttp

import (
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
)

// Payee is who earns, or does not.
type Payee struct {
	ID         distributor.ID `json:"id"`
	Name       string         `json:"name"`
	ExternalID string         `json:"external_id,omitempty" doc:"The merchant's own id"`
	Grade      string         `json:"grade,omitempty" doc:"Of somebody in a sample order; left out otherwise"`
}

// Explanation says who earns what for an order, and why; and who does not.
type Explanation struct {
	OrderID    order.ID    `json:"order_id"`
	Outside    string      `json:"order_external_id" doc:"The order's number outside"`
	PlacedAt   time.Time   `json:"placed_at"`
	State      string      `json:"state" enum:"none,awaiting,decided"`
	Awaiting   *Wait       `json:"awaiting"`
	Decision   *Decision   `json:"decision"`
	Awards     []Award     `json:"awards"`
	Declined   []Declined  `json:"declined"`
	Reversed   []Reversal  `json:"reversed" doc:"What each refund took back"`
	Taken      []Taken     `json:"taken" doc:"Where it was taken from, as the journal recorded it"`
	Cap        *Cap        `json:"cap" doc:"Null when the order cap cut nothing"`
	PersonCaps []PersonCap `json:"person_caps" doc:"Whom the cap on what one person gets in a period cut; to a distributor, their own"`
	LineCaps   []LineCap   `json:"line_caps" doc:"What the cap on margins took, by line; empty to a distributor, whose own part is in the award"`

	NotDistributed []Undistributed `json:"not_distributed" doc:"Lines that pay nobody anything"`
	FromPeriods    []FromPeriod    `json:"from_periods" doc:"What closed months gave for this order; it comes back with it"`
	Said           []string        `json:"said" doc:"By what it was decided, or what it waits for, in sentences"`
}

// FromPeriod is what a closed month gave somebody for one order.
type FromPeriod struct {
	Period   string       `json:"period" example:"2026-03"`
	Payee    Payee        `json:"payee"`
	Granted  money.Amount `json:"granted"`
	Standing money.Amount `json:"standing" doc:"What refunds have left of it"`
}

// Undistributed is a line of the order that pays nobody anything.
type Undistributed struct {
	Line string `json:"line"`
	SKU  string `json:"sku"`
	Code string `json:"code" example:"commission.not_distributed"`
	Why  string `json:"why"`
}

// Wait is why an order has no decision yet.
type Wait struct {
	Code      string     `json:"code" example:"plugin.unavailable"`
	Sentence  string     `json:"sentence"`
	Since     time.Time  `json:"since"`
	Attempts  int        `json:"attempts"`
	NextTryAt *time.Time `json:"next_try_at" doc:"In real time; null when it is next"`
}

// Decision is by what an order was decided.
type Decision struct {
	Strategy  string    `json:"strategy" doc:"Empty when nobody had to be asked"`
	Version   string    `json:"version"`
	Artifact  string    `json:"artifact"`
	Revision  int       `json:"revision"`
	DecidedAt time.Time `json:"decided_at"`
	Seq       int64     `json:"seq" doc:"The store's order of money"`
}

// Award is what one order gives one person.
type Award struct {
	Payee     Payee        `json:"payee"`
	Level     int          `json:"level" doc:"0 for a role"`
	Role      string       `json:"role,omitempty" example:"invitee"`
	Granted   money.Amount `json:"granted" doc:"Sum of the lines' amounts less what the cap cut"`
	Standing  money.Amount `json:"standing" doc:"What refunds have left of it"`
	Points    int64        `json:"points"`
	Status    string       `json:"status" enum:"held,settled,on_hold"`
	MaturesAt *time.Time   `json:"matures_at" doc:"Null before the receipt, and while on hold"`
	Lines     []Line       `json:"lines"`
	Said      []string     `json:"said" doc:"How it came about, what was taken from it and when it arrives, in sentences"`
	Steps     []Step       `json:"steps" doc:"What was granted, and what each refund took back or the store bore; the last one's standing is the award's"`
}

// Step is one thing that happened to an award.
type Step struct {
	Kind       string          `json:"kind" enum:"granted,refunded,borne" doc:"borne: it came so late that the store bears it, and nothing was taken"`
	At         time.Time       `json:"at"`
	RefundID   *order.RefundID `json:"refund_id" doc:"Null for what was granted"`
	ExternalID string          `json:"external_id" doc:"The refund's"`
	Amount     money.Amount    `json:"amount" doc:"Below zero when taken back; of what the store bears, what it would have been"`
	Standing   money.Amount    `json:"standing" doc:"What stood after it"`
}

// Line is what one line of the order gives.
type Line struct {
	Line         string       `json:"line" doc:"Empty for the order as a whole"`
	SKU          string       `json:"sku"`
	Kind         string       `json:"kind" example:"level"`
	Base         money.Amount `json:"base" doc:"What the rate was applied to; 0 for a fixed amount"`
	Rate         money.Rate   `json:"rate" example:"0.1"`
	Amount       money.Amount `json:"amount" doc:"As the strategy said"`
	Cut          money.Amount `json:"cut" doc:"What the caps took off"`
	MarginCut    money.Amount `json:"margin_cut" doc:"Of that, by the cap on the line's margin"`
	PersonCut    money.Amount `json:"person_cut" doc:"Of that, by the cap on what one person gets in a period"`
	Why          string       `json:"why"`
	RolledUpFrom *Payee       `json:"rolled_up_from,omitempty" doc:"Whose share it was, who could not earn"`
}

// Declined is somebody who gets nothing.
type Declined struct {
	Who  *Payee `json:"who" doc:"Null when nobody stands behind the order"`
	Code string `json:"code"`
	Why  string `json:"why"`

	Said []string `json:"said,omitempty" doc:"The reason, and what a rule of the store took, in sentences"`
}

// Alternative is what an order would have given somebody had one thing been
// otherwise: the answer of the strategy that decided, asked again.
type Alternative struct {
	Payee    Payee        `json:"payee"`
	Code     string       `json:"code" example:"commission.if_grade"`
	Instead  money.Amount `json:"instead" doc:"What it gave, before any refund"`
	Would    money.Amount `json:"would" doc:"More than that"`
	Sentence string       `json:"sentence"`
}

// Reversal is what one refund took back from one person.
type Reversal struct {
	RefundID   order.RefundID `json:"refund_id"`
	ExternalID string         `json:"external_id"`
	Payee      Payee          `json:"payee"`
	Amount     money.Amount   `json:"amount"`
	Borne      bool           `json:"borne" doc:"The store bears it: it came long after the settlement, and nothing was taken"`
}

// Taken is where a reversal was taken from.
type Taken struct {
	Payee  Payee        `json:"payee"`
	From   string       `json:"from" enum:"held,available,debt" doc:"The award's own held part, what the person had available, or a debt because the money had left"`
	Amount money.Amount `json:"amount"`
	At     time.Time    `json:"at"`
}

// Debt is one movement of what somebody owes.
type Debt struct {
	ID              string       `json:"id"`
	Cause           string       `json:"cause" enum:"refund,deduction,netted" doc:"A refund after the money had left, a deduction by hand, or a payment out of what became available"`
	Amount          money.Amount `json:"amount" doc:"Below zero when the debt became smaller"`
	OrderID         *order.ID    `json:"order_id" doc:"The order that was refunded; null otherwise"`
	OrderExternalID string       `json:"order_external_id"`
	At              time.Time    `json:"at"`
	Said            string       `json:"said" doc:"In a sentence"`
}

// LineCap is what the cap on a line's margin did.
type LineCap struct {
	Line   string       `json:"line"`
	SKU    string       `json:"sku"`
	Margin money.Amount `json:"margin" doc:"Paid less cost; below zero when sold at a loss"`
	Most   money.Amount `json:"most"`
	Asked  money.Amount `json:"asked"`
	Cut    money.Amount `json:"cut"`
}

// PersonCap is what the cap on one person's period did.
type PersonCap struct {
	Payee  Payee        `json:"payee"`
	Period string       `json:"period" enum:"day,week,month" doc:"The one in which the order was paid, in the store's time"`
	Most   money.Amount `json:"most"`
	Used   money.Amount `json:"used" doc:"By earlier orders, and by the month's close"`
	Asked  money.Amount `json:"asked" doc:"What the other caps had left of this order"`
	Cut    money.Amount `json:"cut"`
}

// Cap is what the order cap did.
type Cap struct {
	Share money.Rate   `json:"share" example:"0.5" doc:"Of what was paid"`
	Most  money.Amount `json:"most"`
	Asked money.Amount `json:"asked" doc:"What the strategy said in all, less what the lines' own caps took"`
	Cut   money.Amount `json:"cut"`
}

// Listed is an award in a list.
type Listed struct {
	OrderID         order.ID     `json:"order_id"`
	OrderExternalID string       `json:"order_external_id"`
	Payee           Payee        `json:"payee"`
	Level           int          `json:"level"`
	Granted         money.Amount `json:"granted"`
	Standing        money.Amount `json:"standing"`
	Status          string       `json:"status" enum:"held,settled,on_hold"`
	AvailableAt     *time.Time   `json:"available_at" doc:"Null before the receipt, and while on hold"`
	PlacedAt        time.Time    `json:"placed_at"`
	Why             string       `json:"why"`
}

// Waiting is an order that waits for a decision.
type Waiting struct {
	OrderID         order.ID     `json:"order_id"`
	OrderExternalID string       `json:"order_external_id"`
	Goods           money.Amount `json:"goods"`
	Wait
}

// Sample is an order that never was, and what a draft would give for it.
type Sample struct {
	Title      string       `json:"title"`
	Goods      money.Amount `json:"goods"`
	Lines      []SampleLine `json:"lines"`
	Commission Explanation  `json:"commission"`
}

// SampleLine is a line of such an order.
type SampleLine struct {
	SKU       string       `json:"sku" maxLength:"100"`
	Category  string       `json:"category,omitempty" maxLength:"300"`
	Qty       int64        `json:"qty" minimum:"1" maximum:"10000"`
	UnitPrice money.Amount `json:"unit_price"`
}

// teller writes amounts in the store's currency.
type teller string

func (c teller) money(minor int64) money.Amount {
	return money.Amount{Minor: minor, Currency: string(c)}
}

func payee(l distributor.Label) Payee { return Payee{l.ID, l.Name, l.ExternalID, l.Grade} }

func somebody(l *distributor.Label) *Payee {
	if l == nil {
		return nil
	}
	p := payee(*l)
	return &p
}

func (c teller) explanation(x commission.Explanation, to commission.Reader, lang string) Explanation {
	out := Explanation{OrderID: x.Order.ID, Outside: x.Order.ExternalID, PlacedAt: x.Order.PlacedAt.UTC(), State: string(x.State), Awards: []Award{}, Declined: []Declined{}, Reversed: []Reversal{}, Taken: []Taken{}, LineCaps: []LineCap{}, PersonCaps: []PersonCap{},
		NotDistributed: []Undistributed{}, FromPeriods: []FromPeriod{}, Said: []string{}}
	for _, p := range x.FromPeriods {
		out.FromPeriods = append(out.FromPeriods, FromPeriod{p.Period, payee(p.Payee), c.money(p.Granted), c.money(p.Standing)})
	}
	if to == commission.Merchant || x.Waits != nil {
		out.Said = append(out.Said, x.TellRuling(lang)...)
	}
	for _, l := range x.Undistributed {
		out.NotDistributed = append(out.NotDistributed, Undistributed(l))
	}
	if x.Waits != nil {
		w := wait(*x.Waits)
		out.Awaiting = &w
	}
	if r := x.Ruling; r != nil {
		out.Decision = &Decision{r.Strategy, r.Version, r.Artifact, r.Revision, r.DecidedAt, r.Seq}
	}
	for _, a := range x.Awards {
		told := c.award(a)
		told.Said = x.TellAward(a, to, lang)
		told.Steps = c.steps(x.Steps(a))
		out.Awards = append(out.Awards, told)
	}
	for _, d := range x.Declined {
		out.Declined = append(out.Declined, Declined{somebody(d.Who), d.Code, d.Why, x.TellDeclined(d, lang)})
	}
	for _, r := range x.Reversed {
		out.Reversed = append(out.Reversed, Reversal{r.Refund.ID, r.Refund.ExternalID, payee(r.Payee), c.money(r.Amount), r.Borne})
	}
	for _, k := range x.Taken {
		out.Taken = append(out.Taken, Taken{payee(k.Payee), string(k.From), c.money(k.Amount), k.At})
	}
	if x.Cap != nil {
		out.Cap = &Cap{x.Cap.Share, c.money(x.Cap.Most), c.money(x.Cap.Asked), c.money(x.Cap.Cut)}
	}
	for _, p := range x.Counters {
		out.PersonCaps = append(out.PersonCaps, PersonCap{payee(p.Payee), p.Period, c.money(p.Most), c.money(p.Used), c.money(p.Asked), c.money(p.Cut)})
	}
	for _, l := range x.LineCaps {
		out.LineCaps = append(out.LineCaps, LineCap{l.Line, l.SKU, c.money(l.Margin), c.money(l.Most), c.money(l.Asked), c.money(l.Cut)})
	}
	return out
}

func (c teller) award(a commission.Explained) Award {
	out := Award{Payee: payee(a.Payee), Level: a.Level, Role: a.Role, Granted: c.money(a.Granted), Standing: c.money(a.Standing), Points: a.Points,
		Status: string(a.Status), MaturesAt: instant(a.MaturesAt), Lines: []Line{}}
	for _, l := range a.Lines {
		out.Lines = append(out.Lines, Line{l.Line, l.SKU, l.Kind, c.money(l.Base), l.Rate, c.money(l.Amount), c.money(l.Cut), c.money(l.Margin), c.money(l.Over), l.Why, somebody(l.RolledUp)})
	}
	return out
}

func (c teller) steps(list []commission.Step) []Step {
	out := []Step{}
	for _, s := range list {
		shown := Step{Kind: s.Kind, At: s.At.UTC(), ExternalID: s.Refund.ExternalID, Amount: c.money(s.Amount), Standing: c.money(s.Standing)}
		if !s.Refund.ID.IsZero() {
			shown.RefundID = &s.Refund.ID
		}
		out = append(out, shown)
	}
	return out
}

func (c teller) alternatives(list []commission.Alternative) (out []Alternative) {
	out = []Alternative{}
	for _, a := range list {
		out = append(out, Alternative{payee(a.Payee), a.Code, c.money(a.Instead), c.money(a.Would), a.Sentence})
	}
	return out
}

func wait(w commission.Wait) Wait {
	return Wait{w.Code, w.Sentence, w.Since.UTC(), w.Attempts, instant(w.NextTryAt)}
}

func (c teller) listed(l commission.Listed) Listed {
	return Listed{OrderID: l.Order, OrderExternalID: l.ExternalID, Payee: payee(l.Payee), Level: l.Level, Granted: c.money(l.Granted), Standing: c.money(l.Standing),
		Status: string(l.Status), AvailableAt: instant(l.MaturesAt), PlacedAt: l.PlacedAt.UTC(), Why: l.Why}
}

func (c teller) sample(s commission.Sample, lang string) Sample {
	out := Sample{Title: s.Title, Goods: c.money(s.Explanation.Order.Goods), Lines: []SampleLine{}, Commission: c.explanation(s.Explanation, commission.Merchant, lang)}
	for _, l := range s.Explanation.Order.Lines {
		out.Lines = append(out.Lines, SampleLine{l.SKU, l.Category, l.Qty, c.money(l.UnitPrice)})
	}
	return out
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
