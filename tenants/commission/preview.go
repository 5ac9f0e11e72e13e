package commission

import (
	"context"
	"fmt"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// Sample is an order that never was, and what a draft of a programme would
// give for it.
type Sample struct {
	Title       string
	Explanation Explanation
	Refused     *Wait // why the strategy could not decide it
}

// SampleLine is a line of an order that somebody wants to try.
type SampleLine struct {
	SKU       string
	Category  string
	Qty       int64
	UnitPrice int64
}

// Preview checks a draft as if it were to be put in force and explains what it
// would give for sample orders of three people in a row, and for the caller's
// own lines when there are any. Nothing is written.
func (s *Service) Preview(ctx context.Context, tenant tenancy.ID, d program.Draft, own []SampleLine, lang string) ([]Sample, error) {
	artifact, err := s.programs.Check(ctx, tenant, d)
	if err != nil {
		return nil, err
	}
	f, now, err := s.storeFacts(ctx, tenant)
	if err != nil {
		return nil, err
	}
	rev := program.Revision{Settings: d.Settings, Strategy: artifact.Strategy, Version: artifact.Version, Artifact: artifact.SHA256, Config: d.Config}
	team := samplePeople(d.Settings, now, lang)
	drafts := sampleOrders(f, own, lang)
	list := make([]*work, len(drafts))
	for i, x := range drafts {
		o := x.order
		o.ID, o.PlacedAt, o.PaidAt, o.Chain = idOf(now), now, now, team.chain(x.frozen)
		o.Seller = o.Chain.Seller
		for _, l := range o.Lines {
			o.Goods += l.Net
		}
		f.firstOrder[o.ID] = x.first
		list[i] = &work{order: o, revision: rev, seq: int64(i + 1)}
	}
	s.decide(ctx, list, f)
	countAlone(list)
	samples := make([]Sample, len(list))
	for i, w := range list {
		samples[i].Title = drafts[i].title
		if err := samples[i].tell(w, artifact, team.labels, f.currency, lang); err != nil {
			return nil, err
		}
	}
	return samples, nil
}

func (x *Sample) tell(w *work, artifact program.Artifact, labels map[distributor.ID]distributor.Label, currency, lang string) error {
	if w.decision == nil {
		x.Refused = &Wait{Code: w.blocked.code, Sentence: sayWait(w.blocked.code, w.blocked.note, lang)}
		x.Explanation = Explanation{Order: w.order, State: Awaiting, Waits: x.Refused}
		return nil
	}
	want, err := target(w, nil, currency, nil)
	if err != nil {
		return err
	}
	a := account{work: *w, awards: map[distributor.ID]award{}, artifact: &artifact, labels: labels, lang: lang, currency: currency}
	for who, s := range want {
		a.awards[who] = award{Payee: who, Granted: s.granted, Standing: s.standing, Points: s.points, MaturesAt: Never}
	}
	x.Explanation, err = a.decided()
	x.Explanation.currency, x.Explanation.settings = currency, w.revision.Settings
	return err
}

// decide asks the strategy about orders of one revision.
func (s *Service) decide(ctx context.Context, list []*work, f facts) {
	if err := s.equip(ctx, list); err != nil {
		for _, w := range list {
			w.block("plugin.unavailable", err.Error(), 0)
		}
		return
	}
	var ask []*work
	for _, w := range list {
		if reason := w.unasked(); reason != "" {
			w.decision = withoutAsking(w, reason)
		} else {
			ask = append(ask, w)
		}
	}
	if len(ask) > 0 {
		s.askAbout(ctx, ask, f)
	}
}

func (s *Service) storeFacts(ctx context.Context, tenant tenancy.ID) (f facts, now time.Time, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		currency, _, err := s.stores.Money(ctx, tx)
		f, now = facts{currency: currency, minorDigits: int32(money.Digits(currency)), firstOrder: map[order.ID]bool{}}, tx.Now()
		return err
	})
	return f, now, err
}

// sampleTeam are three people, each of whom stands behind the one before. They
// climb the store's grades, so that a strategy of grades has something to say.
type sampleTeam struct {
	members []attribution.ChainMember
	labels  map[distributor.ID]distributor.Label
}

func samplePeople(s program.Settings, now time.Time, lang string) sampleTeam {
	t := sampleTeam{labels: map[distributor.ID]distributor.Label{}}
	names := [2][3]string{{"Seller", "Upline", "Upline's upline"}, {"卖出的人", "上级", "上上级"}}[zh(lang)]
	for i := range 3 {
		m := attribution.ChainMember{ID: distributor.ID(idOf(now)), Grade: s.Grades[min(i, len(s.Grades)-1)], State: distributor.Active, Level: i + 1}
		t.members = append(t.members, m)
		t.labels[m.ID] = distributor.Label{ID: m.ID, Name: names[i], Grade: m.Grade}
	}
	return t
}

// chain is the three of them; frozen is whose turn it is to be frozen, 0 for
// nobody's.
func (t sampleTeam) chain(frozen int) attribution.Chain {
	c := attribution.Chain{Reason: attribution.BehindBound, Seller: t.members[0].ID}
	for _, m := range t.members {
		if m.Level == frozen {
			m.State = distributor.Frozen
		}
		c.Members = append(c.Members, m)
	}
	return c
}

type sampleOrder struct {
	title  string
	order  order.Order
	first  bool
	frozen int
}

func sampleOrders(f facts, own []SampleLine, lang string) []sampleOrder {
	unit := int64(1)
	for range f.minorDigits {
		unit *= 10
	}
	say := func(zhCN, en string) string { return [2]string{en, zhCN}[zh(lang)] }
	list := []sampleOrder{
		{title: say("一件 100 元的商品，客户首单", "one item at 100, the buyer's first order"), first: true,
			order: order.Order{Lines: sampleLines([]SampleLine{{SKU: "SAMPLE-1", Qty: 1, UnitPrice: 100 * unit}})}},
		{title: say("两种商品，共 278 元", "two kinds of goods, 278 in all"),
			order: order.Order{Lines: sampleLines([]SampleLine{{SKU: "SAMPLE-1", Qty: 1, UnitPrice: 100 * unit}, {SKU: "SAMPLE-2", Qty: 2, UnitPrice: 89 * unit}})}},
		{title: say("一件 100 元的商品，上级已被冻结", "one item at 100, the upline being frozen"), frozen: 2,
			order: order.Order{Lines: sampleLines([]SampleLine{{SKU: "SAMPLE-1", Qty: 1, UnitPrice: 100 * unit}})}},
	}
	if len(own) > 0 {
		list = append([]sampleOrder{{title: say("您的订单", "your order"), order: order.Order{Lines: sampleLines(own)}}}, list...)
	}
	return list
}

func sampleLines(from []SampleLine) (lines order.Lines) {
	for i, l := range from {
		lines = append(lines, order.Line{ID: fmt.Sprint(i + 1), SKU: l.SKU, Category: l.Category, Qty: l.Qty, UnitPrice: l.UnitPrice, Net: l.Qty * l.UnitPrice, Cost: -1})
	}
	return lines
}

type sampleKind struct{}

func (sampleKind) Prefix() string { return "sample" }

func idOf(at time.Time) order.ID { return order.ID(id.New[sampleKind](at)) }
