package commissionhttp

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/commission"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
	"github.com/fenli-io/fenli/tenants/program/programhttp"
)

// Replayed says whether a decision comes out the same when it is asked again.
type Replayed struct {
	OrderID order.ID     `json:"order_id"`
	Seq     int64        `json:"seq"`
	Asked   bool         `json:"asked" doc:"Whether a strategy had to be asked"`
	Equal   bool         `json:"equal" doc:"To the byte, and to the smallest unit of money"`
	Differs []Difference `json:"differs"`
	Granted money.Amount `json:"granted"`
}

// Difference is one thing that came out differently.
type Difference struct {
	What string `json:"what" enum:"strategy,guard,answer,rails,grants,remainder,reason,awards,journal"`
	Was  string `json:"was"`
	Now  string `json:"now"`
}

type replayedAnswer struct{ Body Replayed }

func (h *handlers) replay(ctx context.Context, in *struct {
	ID string `path:"id" maxLength:"60"`
}) (*replayedAnswer, error) {
	which, err := order.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	again, err := h.Commission.Replay(ctx, httpapi.TenantOf(ctx), which)
	if err != nil {
		return nil, err
	}
	tell, err := h.teller(ctx)
	out := &replayedAnswer{Replayed{OrderID: again.Order, Seq: again.Seq, Asked: again.Asked, Equal: again.Equal(), Differs: []Difference{}, Granted: tell.money(again.Granted)}}
	for _, d := range again.Differs {
		out.Body.Differs = append(out.Body.Differs, Difference(d))
	}
	return out, err
}

func (h *handlers) teller(ctx context.Context) (t teller, err error) {
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		currency, err := h.Currency(ctx, tx)
		t = teller(currency)
		return err
	})
	return t, err
}

// MoneyDiff is what a draft would change on the store's newest decided orders:
// granted amounts, before refunds.
type MoneyDiff struct {
	Orders    int          `json:"orders" doc:"Counted"`
	Compared  int          `json:"compared"`
	Undecided int          `json:"undecided" doc:"Orders that the draft cannot decide; they are in no sum"`
	Sales     money.Amount `json:"sales"`
	Was       money.Amount `json:"was"`
	Would     money.Amount `json:"would"`
	None      bool         `json:"none" doc:"Nobody gets anything else for any of them"`
	More      int          `json:"more" doc:"Orders that would give more"`
	Less      int          `json:"less"`
	Winner    *Gain        `json:"winner"`
	Loser     *Gain        `json:"loser"`
	Shown     []DiffOrder  `json:"shown" doc:"Those that differ most"`
	Touched   []Touched    `json:"touched" doc:"Goods that the cap on margins cuts, those that lose most first; at most a hundred"`
	TouchedIn int          `json:"touched_in" doc:"How many goods there are of these"`
	Capped    []Gain       `json:"capped" doc:"Whom the cap on what one person gets in a period cuts and by how much, those who lose most first; at most a hundred"`
	CappedIn  int          `json:"capped_in" doc:"How many people there are of these"`
	Uncosted  int          `json:"uncosted" doc:"Goods whose cost is not known, so that the cap on margins leaves them alone; 0 without one"`

	Acknowledge programhttp.Acknowledgement `json:"acknowledge" doc:"To send as acknowledge_diff with the revision"`
}

// Touched are goods whose awards the cap on margins cuts.
type Touched struct {
	SKU   string       `json:"sku"`
	Title string       `json:"title"`
	Lines int          `json:"lines" doc:"Lines that are cut"`
	Cut   money.Amount `json:"cut" doc:"From all of them"`
}

// Gain is somebody's difference over all counted orders.
type Gain struct {
	Payee  Payee        `json:"payee"`
	Amount money.Amount `json:"amount"`
}

// DiffOrder is one order under both programmes.
type DiffOrder struct {
	OrderID    order.ID      `json:"order_id"`
	ExternalID string        `json:"external_id"`
	PaidAt     time.Time     `json:"paid_at"`
	Goods      money.Amount  `json:"goods"`
	Was        money.Amount  `json:"was"`
	Would      *money.Amount `json:"would" doc:"Null when it could not be decided"`
	Difference *money.Amount `json:"difference"`
	Code       string        `json:"code" doc:"Why it could not be decided, or why nobody was asked"`
}

type diffAnswer struct{ Body MoneyDiff }

func (h *handlers) moneyDiff(ctx context.Context, in *struct {
	Body struct {
		programhttp.Draft
		Orders int `json:"orders,omitempty" minimum:"1" maximum:"2000" default:"200" doc:"How many of the newest orders to count"`
	}
}) (*diffAnswer, error) {
	draft, err := in.Body.Over(ctx, h.DB, h.Programs)
	if err != nil {
		return nil, err
	}
	if in.Body.Orders == 0 {
		in.Body.Orders = commission.DiffOrders
	}
	diff, err := h.Commission.MoneyDiff(ctx, httpapi.TenantOf(ctx), draft, in.Body.Orders, 0)
	if err != nil {
		return nil, err
	}
	tell, err := h.teller(ctx)
	return &diffAnswer{tell.moneyDiff(diff)}, err
}

func (c teller) moneyDiff(d commission.MoneyDiff) MoneyDiff {
	out := MoneyDiff{Orders: d.Orders, Compared: d.Compared, Undecided: d.Undecided, Sales: c.money(d.Sales), Was: c.money(d.Was), Would: c.money(d.Would),
		None: d.None(), More: d.More, Less: d.Less, Winner: c.gain(d.Winner), Loser: c.gain(d.Loser), Shown: []DiffOrder{},
		Touched: c.touched(d.Touched), TouchedIn: d.TouchedIn, Uncosted: d.Uncosted, Capped: []Gain{}, CappedIn: d.CappedIn,
		Acknowledge: programhttp.Acknowledgement{ThroughSeq: d.Through, Orders: max(d.Orders, 1), Difference: c.money(d.Difference()), Undecided: d.Undecided}}
	for _, g := range d.Capped {
		out.Capped = append(out.Capped, *c.gain(&g))
	}
	for _, x := range d.Shown {
		o := DiffOrder{OrderID: x.Order.ID, ExternalID: x.Order.ExternalID, PaidAt: x.Order.PaidAt.UTC(), Goods: c.money(x.Order.Goods), Was: c.money(x.Was.Granted), Code: x.Would.Code}
		if x.Would.Decided {
			would, by := c.money(x.Would.Granted), c.money(x.Would.Granted-x.Was.Granted)
			o.Would, o.Difference = &would, &by
		}
		out.Shown = append(out.Shown, o)
	}
	return out
}

func (c teller) touched(list []commission.Touched) []Touched {
	out := []Touched{}
	for _, x := range list {
		out = append(out, Touched{x.SKU, x.Title, x.Lines, c.money(x.Cut)})
	}
	return out
}

func (c teller) gain(g *commission.Gain) *Gain {
	if g == nil {
		return nil
	}
	return &Gain{payee(g.Who), c.money(g.Amount)}
}

// Gate refuses a revision whose effect on the store's own orders nobody has
// seen; for programhttp, which stands before the money.
func Gate(svc *commission.Service) programhttp.Gate {
	return func(ctx context.Context, tenant tenancy.ID, d program.Draft, seen *programhttp.Acknowledgement) error {
		if seen == nil {
			return svc.Acknowledged(ctx, tenant, d, nil)
		}
		return svc.Acknowledged(ctx, tenant, d, &commission.Acknowledgement{Through: seen.ThroughSeq, Orders: seen.Orders, Difference: seen.Difference.Minor, Undecided: seen.Undecided})
	}
}

// WorstCases are the orders that a draft would cost the merchant most.
type WorstCases struct {
	Tried        int         `json:"tried"`
	Goods        int         `json:"goods" doc:"Different goods that orders were made of; 0: the store has none yet, and samples were used"`
	HighestShare *WorstCase  `json:"highest_share"`
	WorstMargin  *WorstCase  `json:"worst_margin" doc:"Null while no cost is known"`
	Touched      []Touched   `json:"touched" doc:"Goods that the cap on margins cut in these orders, those that lost most first; at most a hundred"`
	TouchedIn    int         `json:"touched_in" doc:"How many goods there are of these"`
	Undecided    []Undecided `json:"undecided"`
}

// WorstCase is one order that never was.
type WorstCase struct {
	Sample
	Share  money.Rate    `json:"share" doc:"Given, of what was paid"`
	Asked  money.Amount  `json:"asked" doc:"Before the caps"`
	Given  money.Amount  `json:"given"`
	Margin *money.Amount `json:"margin" doc:"What it leaves after cost and commission; null when a cost is unknown"`
}

// Undecided is why orders could not be decided.
type Undecided struct {
	Code     string `json:"code"`
	Sentence string `json:"sentence"`
	Orders   int    `json:"orders"`
}

type worstAnswer struct{ Body WorstCases }

func (h *handlers) worstCases(ctx context.Context, in *struct{ Body programhttp.Draft }) (*worstAnswer, error) {
	draft, err := in.Body.Over(ctx, h.DB, h.Programs)
	if err != nil {
		return nil, err
	}
	lang := httpapi.LangOf(ctx)
	found, err := h.Commission.WorstCases(ctx, httpapi.TenantOf(ctx), draft, lang)
	if err != nil {
		return nil, err
	}
	tell, err := h.teller(ctx)
	out := &worstAnswer{WorstCases{Tried: found.Tried, Goods: found.Goods, HighestShare: tell.worst(found.HighestShare, lang), WorstMargin: tell.worst(found.WorstMargin, lang), Touched: tell.touched(found.Touched), TouchedIn: found.TouchedIn, Undecided: []Undecided{}}}
	for _, u := range found.Undecided {
		out.Body.Undecided = append(out.Body.Undecided, Undecided{u.Code, u.Sentence, u.Orders})
	}
	return out, err
}

func (c teller) worst(w *commission.WorstCase, lang string) *WorstCase {
	if w == nil {
		return nil
	}
	out := &WorstCase{Sample: c.sample(w.Sample, lang), Share: w.Share, Asked: c.money(w.Asked), Given: c.money(w.Given)}
	if w.Margin != nil {
		left := c.money(*w.Margin)
		out.Margin = &left
	}
	return out
}

// Reason says in words why an order has no decision.
func Reason(code, note, lang string) string { return commission.SayWait(code, note, lang) }
