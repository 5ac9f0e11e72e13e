package trialhttp

import (
	"encoding/json"
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/commission/commissionhttp"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/trial"
)

// Trial is one run and what it has found so far.
type Trial struct {
	ID        trial.ID    `json:"id"`
	Kind      trial.Kind  `json:"kind" enum:"backtest,proof,shadow"`
	State     trial.State `json:"state" enum:"queued,running,done,cancelled,failed"`
	Title     string      `json:"title"`
	Author    string      `json:"author"`
	Plan      *Plan       `json:"plan" doc:"What is tried; null for a proof"`
	From      time.Time   `json:"from" doc:"Of payment"`
	To        *time.Time  `json:"to" doc:"Exclusive; null for a shadow"`
	Total     int         `json:"total" doc:"Orders to go through; 0 for a shadow, which has no end"`
	Done      int         `json:"done"`
	Code      string      `json:"code" doc:"Why it failed, or why it waits"`
	Note      string      `json:"note"`
	CreatedAt time.Time   `json:"created_at"`
	EndedAt   *time.Time  `json:"ended_at"`

	Figures *Figures `json:"figures" doc:"Null for a proof"`
	Result  *Result  `json:"result" doc:"Null in lists, and for a proof"`
	Proof   *Proof   `json:"proof" doc:"Null but for a proof"`
}

// Plan is a programme that is tried.
type Plan struct {
	Strategy string           `json:"strategy"`
	Version  string           `json:"version"`
	Artifact string           `json:"artifact"`
	Config   json.RawMessage  `json:"config"`
	Settings program.Settings `json:"settings"`
	Note     string           `json:"note"`
}

// Figures are the totals over orders that both programmes decide.
type Figures struct {
	Orders     int          `json:"orders" doc:"Gone through"`
	Compared   int          `json:"compared"`
	Undecided  int          `json:"undecided" doc:"In no sum: a gap is not zero"`
	Sales      money.Amount `json:"sales"`
	Was        Sum          `json:"was" doc:"As it was decided"`
	Would      Sum          `json:"would" doc:"As it would be"`
	Difference money.Amount `json:"difference" doc:"Granted, would less was"`
}

// Sum is what orders give.
type Sum struct {
	Granted  money.Amount `json:"granted"`
	Standing money.Amount `json:"standing" doc:"After all refunds so far"`
	Share    money.Rate   `json:"share" doc:"Granted, of sales"`
	Cut      money.Amount `json:"cut" doc:"What the order cap took"`
	CutFrom  int          `json:"cut_from" doc:"Orders that the cap cut"`
}

// Result is everything else a backtest or shadow has found.
type Result struct {
	More       int         `json:"more" doc:"Orders that would give more"`
	Less       int         `json:"less"`
	Unasked    int         `json:"unasked" doc:"Orders nobody stands behind, or with nothing to share"`
	Waiting    int         `json:"waiting" doc:"Orders paid within the period that have never been decided: left out"`
	Undecided  []Undecided `json:"undecided"`
	Months     []Month     `json:"months" doc:"By payment, in store time"`
	Shares     []Bar       `json:"shares" doc:"Orders by the share of what was paid that they give"`
	WorstLines []WorstLine `json:"worst_lines" doc:"Lines that leave the merchant least, where the cost is known"`
	Coverage   []Coverage  `json:"coverage" doc:"How often a fact was there"`
	Closes     []Close     `json:"closes" doc:"Whole months of a strategy that closes them: what it gives beyond orders, in no sum of orders"`
	Grading    Grading     `json:"grading" doc:"How a strategy that grades would have graded meanwhile; later orders find those grades"`
}

// Close is what a month gives beyond its orders.
type Close struct {
	Month  string        `json:"month" example:"2026-03"`
	Was    *money.Amount `json:"was" doc:"Null when the month has not been closed: not known, which is not zero"`
	Would  money.Amount  `json:"would"`
	People int           `json:"people" doc:"Who would get something"`
	Code   string        `json:"code" doc:"Why it would give nothing, or could not be closed"`
	Note   string        `json:"note"`
}

// Grading counts changes of grades.
type Grading struct {
	Promoted int    `json:"promoted"`
	Demoted  int    `json:"demoted"`
	Held     int    `json:"held" doc:"Days without an answer that could be acted on"`
	Why      string `json:"why" doc:"Of the first of them"`
}

// Undecided is why orders could not be decided.
type Undecided struct {
	Code     string       `json:"code"`
	Sentence string       `json:"sentence"`
	Rail     bool         `json:"rail" doc:"The answer was wrong, not missing"`
	Orders   int          `json:"orders"`
	Goods    money.Amount `json:"goods"`
	Was      money.Amount `json:"was"`
	Sample   []order.ID   `json:"sample"`
}

// Month is one point of a chart.
type Month struct {
	Month     string       `json:"month" example:"2026-03"`
	Orders    int          `json:"orders"`
	Undecided int          `json:"undecided"`
	Sales     money.Amount `json:"sales"`
	Was       money.Amount `json:"was" doc:"Granted"`
	Would     money.Amount `json:"would"`
}

// Bar counts orders.
type Bar struct {
	UpTo  money.Rate `json:"up_to" doc:"Upper bound of the share; the first bar is nothing at all"`
	Was   int        `json:"was"`
	Would int        `json:"would"`
}

// WorstLine is a line and what it would leave.
type WorstLine struct {
	OrderID    order.ID     `json:"order_id"`
	Line       string       `json:"line"`
	SKU        string       `json:"sku"`
	Net        money.Amount `json:"net"`
	Cost       money.Amount `json:"cost"`
	Commission money.Amount `json:"commission"`
	Left       money.Amount `json:"left" doc:"May be below zero"`
}

// Coverage is how often a fact was there.
type Coverage struct {
	Fact    string `json:"fact" example:"line.unit_cost"`
	Known   int    `json:"known"`
	Missing int    `json:"missing"`
}

// Proof is what asking again has shown.
type Proof struct {
	Decisions int          `json:"decisions"`
	Asked     int          `json:"asked" doc:"Of those, a strategy had to be asked"`
	Equal     int          `json:"equal"`
	Waiting   int          `json:"waiting" doc:"Orders of the month without a decision"`
	Granted   money.Amount `json:"granted"`
	Replayed  money.Amount `json:"replayed" doc:"What stands after refunds, by the replayed decisions"`
	Awards    money.Amount `json:"awards" doc:"By the awards"`
	Journal   money.Amount `json:"journal" doc:"By the journal"`
	Proven    bool         `json:"proven" doc:"Every decision is equal and the three sums are one"`
	Differs   []Differs    `json:"differs" doc:"At most a hundred"`
}

// Differs is something that came out differently.
type Differs struct {
	OrderID order.ID `json:"order_id"`
	Seq     int64    `json:"seq"`
	commissionhttp.Difference
}

// Person is somebody's part in a trial, after refunds.
type Person struct {
	Payee      commissionhttp.Payee `json:"payee"`
	Orders     int                  `json:"orders"`
	Was        money.Amount         `json:"was"`
	Would      money.Amount         `json:"would"`
	Difference money.Amount         `json:"difference"`
}

// Order is one order of a trial.
type Order struct {
	Seq        int64         `json:"seq"`
	OrderID    order.ID      `json:"order_id"`
	Goods      money.Amount  `json:"goods"`
	Was        money.Amount  `json:"was" doc:"Granted"`
	Would      *money.Amount `json:"would" doc:"Null when it could not be decided"`
	Difference *money.Amount `json:"difference"`
	Code       string        `json:"code"`
}

// Canary is a candidate that a share of the teams tries.
type Canary struct {
	ID        program.CanaryID    `json:"id"`
	Revision  int                 `json:"revision" doc:"The candidate"`
	State     program.CanaryState `json:"state" enum:"running,paused,stopped,promoted"`
	Share     int                 `json:"share" doc:"Per cent of teams"`
	Bounds    Bounds              `json:"bounds"`
	Reason    string              `json:"reason" doc:"payout or failed when it has stopped by itself"`
	Author    string              `json:"author"`
	StartedAt time.Time           `json:"started_at"`
	EndedAt   *time.Time          `json:"ended_at"`
	Candidate Watched             `json:"candidate" doc:"Orders decided under it"`
	Others    Watched             `json:"others" doc:"Orders decided meanwhile under anything else"`
	Failed    int                 `json:"failed" doc:"Orders under it that wait for a decision now"`
}

// Bounds stop a canary by themselves.
type Bounds struct {
	MaxPayout money.Rate `json:"max_payout" doc:"Commission of what was paid; 0: no bound"`
	MaxFailed int        `json:"max_failed" minimum:"0" doc:"Orders that wait for a decision; 0: no bound"`
	MinOrders int        `json:"min_orders" minimum:"0" doc:"Decided, before the payout is judged"`
}

// Watched is how orders have come out.
type Watched struct {
	Orders  int          `json:"orders"`
	Sales   money.Amount `json:"sales"`
	Granted money.Amount `json:"granted"`
	Share   money.Rate   `json:"share"`
}

// teller writes amounts in a store's currency, sentences in the caller's
// language.
type teller struct{ currency, lang string }

func (c teller) money(minor int64) money.Amount {
	return money.Amount{Minor: minor, Currency: c.currency}
}

func (c teller) trial(t trial.Trial, whole bool) Trial {
	out := Trial{ID: t.ID, Kind: t.Kind, State: t.State, Title: t.Title, Author: t.Author, From: t.From.UTC(), Total: t.Total, Done: t.Done,
		Code: t.Code, Note: t.Note, CreatedAt: t.CreatedAt, EndedAt: instant(t.EndedAt)}
	if t.To.Before(commission.Never) {
		out.To = instant(t.To)
	}
	if t.Kind == trial.Proof {
		out.Proof = c.proof(t.Proof)
		return out
	}
	p := t.Plan
	out.Plan = &Plan{p.Strategy, p.Version, p.Artifact, p.Config, p.Settings, p.Note}
	out.Figures = c.figures(t.Tally)
	if whole {
		out.Result = c.result(t.Tally)
	}
	return out
}

func (c teller) figures(t trial.Tally) *Figures {
	f := &Figures{Orders: t.Orders, Compared: t.Compared, Undecided: t.Orders - t.Compared, Sales: c.money(t.Sales),
		Was: c.sum(t.Was, t.CapsWas, t.Sales), Would: c.sum(t.Would, t.CapsWould, t.Sales), Difference: c.money(t.Would.Granted - t.Was.Granted)}
	return f
}

func (c teller) sum(s trial.Sum, cut trial.Cut, sales int64) Sum {
	return Sum{c.money(s.Granted), c.money(s.Standing), share(s.Granted, sales), c.money(cut.Amount), cut.Orders}
}

// share is a part in parts per million, down.
func share(part, whole int64) money.Rate {
	ppm, err := money.MulDiv(part, int64(money.Whole), max(whole, 1), money.Floor)
	if err != nil {
		return 0
	}
	return money.Rate(ppm)
}

func (c teller) result(t trial.Tally) *Result {
	r := &Result{More: t.More, Less: t.Less, Unasked: t.Unasked, Waiting: t.Waiting, Undecided: []Undecided{}, Months: []Month{}, Shares: []Bar{}, WorstLines: []WorstLine{}, Coverage: []Coverage{},
		Closes: []Close{}, Grading: Grading(t.Grading)}
	for _, u := range t.Undecided {
		r.Undecided = append(r.Undecided, Undecided{u.Code, commission.SayWait(u.Code, u.Note, c.lang), u.Rail, u.Orders, c.money(u.Goods), c.money(u.Was), u.Sample})
	}
	for _, m := range t.Months {
		r.Months = append(r.Months, Month{m.Month, m.Orders, m.Undecided, c.money(m.Sales), c.money(m.Was.Granted), c.money(m.Would.Granted)})
	}
	for i, b := range t.Shares {
		r.Shares = append(r.Shares, Bar{money.Rate(trial.ShareBounds[i]), b.Was, b.Would})
	}
	for _, w := range t.Worst {
		r.WorstLines = append(r.WorstLines, WorstLine{w.Order, w.Line, w.SKU, c.money(w.Net), c.money(w.Cost), c.money(w.Commission), c.money(w.Left)})
	}
	for _, x := range t.Coverage {
		r.Coverage = append(r.Coverage, Coverage(x))
	}
	for _, x := range t.Closes {
		out := Close{Month: x.Month, Would: c.money(x.Would), People: x.People, Code: x.Code, Note: x.Note}
		if x.Closed {
			was := c.money(x.Was)
			out.Was = &was
		}
		r.Closes = append(r.Closes, out)
	}
	return r
}

func (c teller) proof(p trial.Proofs) *Proof {
	out := &Proof{Decisions: p.Decisions, Asked: p.Asked, Equal: p.Equal, Waiting: p.Waiting, Granted: c.money(p.Granted), Replayed: c.money(p.Replayed),
		Awards: c.money(p.Awards), Journal: c.money(p.Journal), Proven: p.Proven, Differs: []Differs{}}
	for _, d := range p.Differs {
		out.Differs = append(out.Differs, Differs{d.Order, d.Seq, commissionhttp.Difference{What: d.What, Was: d.Was, Now: d.Now}})
	}
	return out
}

func (c teller) person(p trial.Person, labels map[distributor.ID]distributor.Label) Person {
	l := labels[p.Payee]
	return Person{commissionhttp.Payee{ID: p.Payee, Name: l.Name, ExternalID: l.ExternalID}, p.Orders, c.money(p.Was), c.money(p.Would), c.money(p.Difference)}
}

func (c teller) order(o trial.OrderResult) Order {
	out := Order{Seq: o.Seq, OrderID: o.OrderID, Goods: c.money(o.Goods), Was: c.money(o.Was), Code: o.Code}
	if o.Would != nil {
		would, by := c.money(*o.Would), c.money(*o.Would-o.Was)
		out.Would, out.Difference = &would, &by
	}
	return out
}

func (c teller) canary(x program.Canary, w trial.Watch) Canary {
	return Canary{ID: x.ID, Revision: x.Revision, State: x.State, Share: x.Share, Bounds: Bounds(x.Bounds), Reason: x.Reason, Author: x.Author,
		StartedAt: x.StartedAt, EndedAt: instant(x.EndedAt), Failed: w.Failed,
		Candidate: Watched{w.Orders, c.money(w.Goods), c.money(w.Granted), share(w.Granted, w.Goods)},
		Others:    Watched{w.OtherOrders, c.money(w.OtherGoods), c.money(w.OtherGranted), share(w.OtherGranted, w.OtherGoods)}}
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
