package settlementhttp

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/settlement"
)

// shop is the store as files and shapes need it.
type shop struct {
	name     string
	currency string
	zone     *time.Location
	chinese  bool
}

func (h *handlers) shop(ctx context.Context, tx *pg.Tx) (s shop, err error) {
	s.name, s.currency, s.zone, err = h.Store(ctx, tx)
	s.chinese = strings.HasPrefix(httpapi.LangOf(ctx), httpapi.Chinese)
	return s, err
}

func (s shop) money(minor int64) money.Amount {
	return money.Amount{Minor: minor, Currency: s.currency}
}

func (s shop) text(minor int64) string { return money.Format(minor, s.currency) }

func (s shop) say(zh, en string) string {
	if s.chinese {
		return zh
	}
	return en
}

// Accounts are what stands in each account. They are never added up.
type Accounts struct {
	Held      money.Amount `json:"held" doc:"待结算"`
	Available money.Amount `json:"available" doc:"可提现"`
	Reserved  money.Amount `json:"reserved" doc:"提现中"`
	Owed      money.Amount `json:"owed" doc:"待扣回"`
	Paid      money.Amount `json:"paid" doc:"已提现, net, since the beginning"`
	Tax       money.Amount `json:"tax" doc:"Withheld, since the beginning"`
	Fees      money.Amount `json:"fees" doc:"Kept, since the beginning"`
	Points    int64        `json:"points"`
}

func (s shop) accounts(a settlement.Accounts) Accounts {
	b := a.Money
	return Accounts{s.money(b.Held), s.money(b.Available), s.money(b.Reserved), s.money(b.Owed()), s.money(b.Paid), s.money(b.Tax), s.money(b.Fees), a.Points}
}

// Sum is what one kind of movement came to.
type Sum struct {
	Kind   string         `json:"kind" example:"hold_commission"`
	Word   string         `json:"word" doc:"The kind as people read it"`
	Asset  ledger.Asset   `json:"asset" enum:"money,points"`
	Source ledger.Account `json:"source"`
	Target ledger.Account `json:"target"`
	Amount int64          `json:"amount" minimum:"-9007199254740991" maximum:"9007199254740991" doc:"Minor units of the store's currency, or points"`
}

// sums lists them in the order of the journal's closed list.
func (s shop) sums(all settlement.Sums) []Sum {
	list := []Sum{}
	for _, kind := range ledger.Kinds() {
		if amount := all[kind]; amount != 0 {
			way, _ := ledger.WayOf(kind)
			list = append(list, Sum{kind, settlement.KindWord(kind, s.chinese), way.Asset, way.From, way.To, amount})
		}
	}
	return list
}

// Totals are the four figures of a period that people ask for first.
type Totals struct {
	Earned   money.Amount `json:"earned" doc:"Commission and awards of the period, before anything was taken back"`
	Reversed money.Amount `json:"reversed" doc:"Taken back by refunds"`
	Settled  money.Amount `json:"settled" doc:"Became available"`
	Adjusted money.Amount `json:"adjusted" doc:"Bonuses less deductions by hand"`
	Paid     money.Amount `json:"paid" doc:"Left for distributors, net"`
}

func (s shop) totals(all settlement.Sums) Totals {
	return Totals{
		Earned:   s.money(all["hold_commission"] + all["book_period_award"]),
		Reversed: s.money(all["reverse_held"] + all["reverse_available"] + all["reverse_into_debt"]),
		Settled:  s.money(all["mature"] + all["book_period_award"]),
		Adjusted: s.money(all["book_bonus"] - all["book_deduction"] - all["deduct_into_debt"]),
		Paid:     s.money(all["pay_out"]),
	}
}

// Span is a period's name and bounds.
type Span struct {
	Period string    `json:"period" doc:"Its first day in the store's time: its name" example:"2026-03-01"`
	Kind   string    `json:"kind" enum:"week,month"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to" doc:"Half-open"`
	Last   string    `json:"last_day" doc:"Its last day in the store's time" example:"2026-03-31"`
}

func (s shop) span(key, kind string, from, to time.Time) Span {
	return Span{key, kind, from.UTC(), to.UTC(), to.Add(-time.Microsecond).In(s.zone).Format(time.DateOnly)}
}

// Period is a closed period of the store.
type Period struct {
	Span
	Method     string    `json:"method" enum:"after_freeze,period_end" doc:"When it closed"`
	Statements int       `json:"statements" doc:"Distributors with at least one entry"`
	Entries    int64     `json:"entries"`
	After      int64     `json:"after" doc:"Numbers of the journal: from the next one"`
	LastNumber int64     `json:"last_number" doc:"To this one"`
	Hash       string    `json:"hash" doc:"Of the last entry"`
	Totals     Totals    `json:"totals"`
	ClosedAt   time.Time `json:"closed_at"`
}

func (s shop) period(p settlement.Period) Period {
	return Period{s.span(p.Key(), p.Kind, p.FromAt, p.ToAt), p.Method, p.Statements, p.Entries(), p.After, p.Last, hex.EncodeToString(p.Hash), s.totals(p.Sums), p.ClosedAt.UTC()}
}

// PeriodDetail is a closed period with its sums.
type PeriodDetail struct {
	Period
	Sums    []Sum    `json:"sums"`
	Opening Accounts `json:"opening"`
	Closing Accounts `json:"closing"`
}

// Now is what is not closed yet.
type Now struct {
	Open   *Span    `json:"open" doc:"Null as long as nothing was ever booked"`
	Method string   `json:"method" enum:"after_freeze,period_end"`
	Making *Making  `json:"making" doc:"The period whose statements are being made"`
	Since  Accounts `json:"since" doc:"Where the store's accounts stood when the open period began"`
	Stands Accounts `json:"stands" doc:"Where they stand now"`
}

// Making is how far the statements of a period have come.
type Making struct {
	Span
	Done       int64 `json:"done" doc:"Entries"`
	Total      int64 `json:"total"`
	Statements int   `json:"statements"`
}

// Person is whose statement it is.
type Person struct {
	ID   distributor.ID `json:"id"`
	Name string         `json:"name"`
}

// Statement is what a closed period says of one distributor.
type Statement struct {
	Span
	Distributor Person   `json:"distributor"`
	Lines       int      `json:"lines"`
	Totals      Totals   `json:"totals"`
	Sums        []Sum    `json:"sums"`
	Opening     Accounts `json:"opening"`
	Closing     Accounts `json:"closing"`
}

func (s shop) statement(p settlement.Period, x settlement.Statement, name string) Statement {
	return Statement{s.span(p.Key(), p.Kind, p.FromAt, p.ToAt), Person{distributor.ID(x.Party), name}, x.Lines, s.totals(x.Sums), s.sums(x.Sums), s.accounts(x.Opening), s.accounts(x.Closing)}
}

// Line is an entry of a statement.
type Line struct {
	Number     int64           `json:"number" doc:"Of the journal"`
	At         time.Time       `json:"at"`
	Kind       string          `json:"kind"`
	Word       string          `json:"word"`
	Asset      ledger.Asset    `json:"asset" enum:"money,points"`
	Source     ledger.Account  `json:"source"`
	Target     ledger.Account  `json:"target"`
	Amount     int64           `json:"amount" minimum:"-9007199254740991" maximum:"9007199254740991" doc:"Minor units of the store's currency, or points"`
	OrderID    *order.ID       `json:"order_id" doc:"Whose explanation explains it; null when no order has caused it"`
	ExternalID string          `json:"order_external_id"`
	Reason     string          `json:"reason" doc:"Of what was done by hand"`
	Explained  []ExplainedLine `json:"explained" doc:"What was granted, line by line"`
}

// ExplainedLine is what one line of an order gave.
type ExplainedLine struct {
	Line   string        `json:"line" doc:"Empty: the order as a whole"`
	SKU    string        `json:"sku"`
	Level  int           `json:"level" doc:"0 for a role"`
	Role   string        `json:"role,omitempty"`
	Kind   string        `json:"kind"`
	Base   *money.Amount `json:"base"`
	Rate   *money.Rate   `json:"rate"`
	Amount money.Amount  `json:"amount" doc:"After the order cap"`
	Why    string        `json:"why"`
}

// linesOf folds a report's rows into lines.
func (s shop) linesOf(rows []settlement.Row, reasons map[Cause]string) []Line {
	list := []Line{}
	for _, r := range rows {
		if n := len(list); n == 0 || list[n-1].Number != r.Number {
			l := Line{Number: r.Number, At: r.RecordedAt.UTC(), Kind: r.Kind, Word: settlement.KindWord(r.Kind, s.chinese), Asset: r.Asset, Source: r.Source,
				Target: r.Target, Amount: r.Amount, Reason: reasons[Cause{r.Ref, r.Kind}], Explained: []ExplainedLine{}}
			if r.Order != nil {
				which := r.Order.ID
				l.OrderID, l.ExternalID = &which, r.Order.ExternalID
			}
			list = append(list, l)
		}
		if r.Refunded {
			l := &list[len(list)-1]
			l.Explained = append(l.Explained, ExplainedLine{Kind: "refunded_before", Amount: s.money(r.Part), Why: s.why(r, nil)})
		}
		if r.Gave == nil {
			continue
		}
		g := ExplainedLine{Line: r.Gave.Line, SKU: r.Gave.SKU, Level: r.Award.Level, Role: r.Award.Role, Kind: r.Gave.Kind, Amount: s.money(r.Part), Why: r.Gave.Why}
		if r.Gave.Rate != 0 {
			base, rate := s.money(r.Gave.Base), r.Gave.Rate
			g.Base, g.Rate = &base, &rate
		}
		l := &list[len(list)-1]
		l.Explained = append(l.Explained, g)
	}
	return list
}

// byHand are the references of what was done by hand.
// Cause is what a movement by hand refers to, and its kind: what was taken and
// given back has one reference and two reasons.
type Cause struct {
	Ref  ledger.Ref
	Kind string
}

func byHand(lines []settlement.Line) (causes []Cause) {
	for _, l := range lines {
		if slices.Contains([]string{"book_bonus", "book_deduction", "deduct_into_debt"}, l.Kind) {
			causes = append(causes, Cause{l.Ref, l.Kind})
		}
	}
	return causes
}
