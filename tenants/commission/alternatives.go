package commission

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// Alternative is what an order would have given somebody had one thing been
// otherwise. It is an answer of the strategy that decided, to the stored
// question with that one thing changed, and never a guess. Amounts are minor
// units, before any refund.
type Alternative struct {
	Payee    distributor.Label
	Code     string // "commission.if_grade" …
	Instead  int64  // what it gave
	Would    int64  // more than that
	Sentence string
}

const (
	codeIfGrade    = "commission.if_grade"
	codeIfActive   = "commission.if_active"
	codeIfFirst    = "commission.if_first_order"
	codeIfSold     = "commission.if_sold"
	codeIfCampaign = "commission.if_campaign"
)

// asking bounds the wait of somebody who looks at a page.
const asking = 3 * time.Second

// Alternatives tells what would have earned the people of an order more: the
// next grade, being active, a first order, more sales before it, a campaign;
// each only where the strategy has declared that it looks at such a thing.
// who chooses one person; zero is everybody. Nothing is written. It asks the
// strategy, so it is not for use in a transaction. Errors: [order.ErrUnknown],
// also for an order that is not the person's.
func (s *Service) Alternatives(ctx context.Context, tenant tenancy.ID, which order.ID, who distributor.ID, lang string) ([]Alternative, error) {
	q, err := s.question(ctx, tenant, which)
	if err != nil {
		return nil, err
	}
	if !who.IsZero() && !q.concerns(who) {
		return nil, order.ErrUnknown
	}
	if q.decision == nil || q.decision.request == nil {
		return []Alternative{}, nil // nobody was asked, so nobody can be asked again
	}
	found, known := s.alternatives.get(tenant, which)
	if !known {
		if found, err = s.askOtherwise(ctx, q); err != nil {
			return nil, err
		}
		s.alternatives.put(tenant, which, found)
	}
	list := []Alternative{}
	for _, f := range found {
		if who.IsZero() || f.payee == who {
			list = append(list, q.tell(f, lang, !who.IsZero()))
		}
	}
	return list, nil
}

// question is an order with what was asked about it.
type question struct {
	work
	artifact program.Artifact
	labels   map[distributor.ID]distributor.Label
	currency string
	zone     *time.Location
}

func (s *Service) question(ctx context.Context, tenant tenancy.ID, which order.ID) (q question, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		if q.order, err = order.Get(ctx, tx, which); err != nil {
			return err
		}
		decisions, err := readDecisions(ctx, tx, []order.Order{q.order})
		if err != nil {
			return err
		}
		if q.decision = decisions[which]; q.decision == nil || q.decision.request == nil {
			return nil
		}
		if q.revision, err = s.programs.Revision(ctx, tx, q.decision.revision); err != nil {
			return err
		}
		if q.artifact, err = s.programs.Artifact(ctx, tx, q.decision.artifact); err != nil {
			return err
		}
		if q.currency, q.zone, err = s.stores.Money(ctx, tx); err != nil {
			return err
		}
		q.labels, err = distributor.Labels(ctx, tx, everybody([]order.Order{q.order}))
		return err
	})
	return q, err
}

func (q question) concerns(who distributor.ID) bool {
	return q.order.Chain.Self == who || Explanation{Order: q.order}.concerns(who)
}

// otherwise is the question with one thing changed, for the people at some
// positions.
type otherwise struct {
	code   string
	detail [2]string // "senior"; or the first and last day of a campaign
	amount int64     // sales
	to     []int
	order  *strategyv1.Order
	people []recipient
}

// gain is an alternative that gives somebody more, in no language.
type gain struct {
	payee          distributor.ID
	code           string
	detail         [2]string
	amount         int64
	instead, would int64
}

// askOtherwise asks about the order as it was and with each thing changed, all
// at once. A strategy that now answers the stored question differently is not
// believed about the others.
func (s *Service) askOtherwise(ctx context.Context, q question) ([]gain, error) {
	changed := q.changed()
	if len(changed) == 0 {
		return nil, nil
	}
	request := &strategyv1.EvaluateRequest{Config: q.revision.Config, Rules: q.decision.request.GetRules(), Orders: slices.Clone(q.decision.request.GetOrders())}
	for _, x := range changed {
		request.Orders = append(request.Orders, x.order)
	}
	ctx, done := context.WithTimeout(ctx, asking)
	defer done()
	answer, err := s.strategies.Evaluate(ctx, q.decision.artifact, request)
	if err != nil {
		return nil, errCannotAsk.Because(err)
	}
	said := map[int32]*strategyv1.Decision{}
	for _, d := range answer.GetDecisions() {
		at := d.GetOrder()
		said[at] = proto.CloneOf(d)
		said[at].Order = 0
	}
	if !proto.Equal(said[0], q.decision.answer) {
		return nil, errCannotAsk
	}
	instead := q.decision.grants.perRecipient(q.decision.grants.amounts(), len(q.people()))
	var gains []gain
	for i, x := range changed {
		would, sound := q.would(x, said[int32(i)+1])
		for _, at := range x.to {
			if sound && would[at] > instead[at] {
				gains = append(gains, gain{x.people[at].id, x.code, x.detail, x.amount, instead[at], would[at]})
			}
		}
	}
	return gains, nil
}

// would is what everybody had got, by the rules that corrected and capped the
// decision itself.
func (q question) would(x otherwise, answer *strategyv1.Decision) (amounts []int64, sound bool) {
	if answer.GetOutcome() == nil || answer.GetFailed() != nil || audit(q.order, x.people, answer) != nil {
		return nil, false
	}
	g, err := grantsOf(q.order, q.order.Remaining(nil, 0), x.people, q.revision.Settings, q.decision.guard, answer)
	if err != nil {
		return nil, false
	}
	if g.counted = q.decision.grants.counted; g.within(x.people, q.caps().person) != nil {
		return nil, false
	}
	amounts = g.perRecipient(g.amounts(), len(x.people))
	for at, p := range x.people {
		if q.caps().person.Amount > 0 && !g.knows(x.people, p.id) {
			amounts[at] = 0 // what their counter stood at was not kept, so nothing is claimed
		}
	}
	return amounts, true
}

// changed are all the things that may be asked about this order: at most
// fifteen, for a chain of three.
func (q question) changed() (list []otherwise) {
	people, asked := q.people(), q.decision.request.GetOrders()[0]
	declared := map[string]bool{}
	for _, f := range q.artifact.Description.GetFacts() {
		declared[f.GetName()] = true
	}
	all := make([]int, len(people))
	for i := range people {
		all[i] = i
	}
	add := func(x otherwise, change func(*strategyv1.Order)) {
		x.order = proto.CloneOf(asked)
		change(x.order)
		if x.people == nil {
			x.people = people
		}
		list = append(list, x)
	}
	for i, p := range people[:chainLength(people)] {
		m := asked.GetChain()[i]
		if next := gradeAbove(q.revision.Settings.Grades, p.grade); declared["chain.grade"] && next != "" {
			add(otherwise{code: codeIfGrade, detail: [2]string{next}, to: []int{i}}, func(o *strategyv1.Order) { o.Chain[i].Grade = next })
		}
		if next := q.tierAbove(m.GetStats().GetSales()); declared["chain.stats"] && m.GetStats() != nil && next > 0 {
			add(otherwise{code: codeIfSold, amount: next, to: []int{i}}, func(o *strategyv1.Order) { o.Chain[i].Stats.Sales = next })
		}
		if !p.mayEarn() {
			active := slices.Clone(people)
			active[i].state = distributor.Active
			add(otherwise{code: codeIfActive, to: []int{i}, people: active}, func(*strategyv1.Order) {})
		}
	}
	if declared["buyer.first_order"] && !asked.GetBuyer().GetFirstOrder() {
		add(otherwise{code: codeIfFirst, to: all}, func(o *strategyv1.Order) { o.Buyer.FirstOrder = true })
	}
	for _, span := range q.campaigns() {
		add(otherwise{code: codeIfCampaign, detail: [2]string{q.day(span[0]), q.day(span[1].Add(-time.Millisecond))}, to: all}, func(o *strategyv1.Order) {
			o.PlacedAtMs, o.PaidAtMs = span[0].UnixMilli(), span[0].UnixMilli()
		})
	}
	return list
}

func (q question) day(t time.Time) string { return t.In(q.zone).Format(time.DateOnly) }

// gradeAbove is the next of the store's grades, the lowest first.
func gradeAbove(grades []string, grade string) string {
	if i := slices.Index(grades, grade); i >= 0 && i+1 < len(grades) {
		return grades[i+1]
	}
	return ""
}

// tierAbove is the next step of the configuration's tier table, 0 when there is
// none.
func (q question) tierAbove(sales int64) (next int64) {
	q.visit(func(v any, n schemaNode) {
		rows, _ := v.([]any)
		if n.Widget != "tier-table" {
			return
		}
		for _, row := range rows {
			fields, _ := row.(map[string]any)
			from, _ := fields["from"].(json.Number)
			if at, err := from.Int64(); err == nil && at > sales && (next == 0 || at < next) {
				next = at
			}
		}
	})
	return next
}

const mostCampaigns = 3

// campaigns are the spans of time in the configuration that the order did not
// fall into: objects with two instants.
func (q question) campaigns() (spans [][2]time.Time) {
	asked := q.decision.request.GetOrders()[0]
	at := time.UnixMilli(asked.GetPlacedAtMs())
	if q.decision.request.GetRules().GetCampaignClock() == strategyv1.CampaignClock_CAMPAIGN_CLOCK_PAID_AT {
		at = time.UnixMilli(asked.GetPaidAtMs())
	}
	q.visit(func(v any, n schemaNode) {
		fields, _ := v.(map[string]any)
		var ends []time.Time
		for name, p := range n.Properties {
			text, _ := fields[name].(string)
			if t, err := time.Parse(time.RFC3339, text); err == nil && p.Format == "date-time" {
				ends = append(ends, t)
			}
		}
		if len(ends) != 2 {
			return
		}
		slices.SortFunc(ends, time.Time.Compare)
		if at.Before(ends[0]) || !at.Before(ends[1]) {
			spans = append(spans, [2]time.Time{ends[0], ends[1]})
		}
	})
	slices.SortFunc(spans, func(a, b [2]time.Time) int { return b[0].Compare(a[0]) })
	return spans[:min(len(spans), mostCampaigns)]
}

// visit walks the configuration together with its schema.
func (q question) visit(see func(any, schemaNode)) {
	var shape schemaNode
	value, err := decoded(q.revision.Config)
	if err != nil || json.Unmarshal(q.artifact.Description.GetConfigSchema(), &shape) != nil {
		return // nothing is known of it, so nothing is asked
	}
	walk(value, shape, see)
}

func (q question) tell(g gain, lang string, own bool) Alternative {
	label, known := q.labels[g.payee]
	if !known {
		label = distributor.Label{ID: g.payee}
	}
	who := label.Name
	if own {
		who = say("you", lang)
	}
	a := Alternative{Payee: label, Code: g.code, Instead: g.instead, Would: g.would}
	a.Sentence = say(g.code, lang, "who", who, "grade", g.detail[0], "from", g.detail[0], "to", g.detail[1],
		"sales", plain(g.amount, q.currency), "would", plain(g.would, q.currency), "instead", plain(g.instead, q.currency))
	return a
}

// alternativeCache forgets everything when it is full. A decision is for ever,
// and so is what would have come of another question.
type alternativeCache struct {
	mu   sync.Mutex
	kept map[alternativeKey][]gain
}

type alternativeKey struct {
	tenant tenancy.ID
	order  order.ID
}

const alternativeCacheSize = 2_000

func (c *alternativeCache) get(tenant tenancy.ID, o order.ID) (found []gain, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	found, known = c.kept[alternativeKey{tenant, o}]
	return found, known
}

func (c *alternativeCache) put(tenant tenancy.ID, o order.ID, found []gain) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= alternativeCacheSize {
		c.kept = map[alternativeKey][]gain{}
	}
	c.kept[alternativeKey{tenant, o}] = found
}
