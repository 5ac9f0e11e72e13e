package commission

import (
	"context"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/order"
	"github.com/fenli-io/fenli/tenants/program"
)

// State is how far an order's commission has come.
type State string

const (
	None     State = "none"     // not paid, so nothing is to be decided
	Awaiting State = "awaiting" // paid and not decided yet
	Decided  State = "decided"  // for ever, whoever earns
)

// Status is where an award stands.
type Status string

const (
	Held    Status = "held"
	Settled Status = "settled"
	OnHold  Status = "on_hold" // somebody is frozen or banned
)

// Explanation says who earns what for an order, and why; and who does not, and
// why not. Amounts are minor units, sentences are in the language asked for.
type Explanation struct {
	Order    order.Order
	State    State
	Waits    *Wait // while awaiting, and while the strategy is to be asked about a refund
	Ruling   *Ruling
	Awards   []Explained
	Declined []Declined
	Reversed []Reversal
	Taken    []Taken     // where the reversals were taken from, by the journal
	Cap      *Cap        // nil when the order cap cut nothing
	LineCaps []LineCap   // lines whose margin the awards would have exceeded
	Counters []PersonCap // people whose counter cut something

	Undistributed []Undistributed // lines that pay nobody anything
	FromPeriods   []FromPeriod    // what closed periods gave for this order

	currency string
	zone     *time.Location
	settings program.Settings
}

// Wait is why an order has no decision yet.
type Wait struct {
	Code      string
	Sentence  string
	Since     time.Time // when the order last changed
	Attempts  int
	NextTryAt time.Time // real time; zero when it is next in the lane
}

// Ruling is by what an order was decided.
type Ruling struct {
	Strategy  string // "" when nobody had to be asked
	Version   string
	Artifact  string
	Revision  int
	Seq       int64
	DecidedAt time.Time
}

// Explained is one person's award of an order.
type Explained struct {
	Payee     distributor.Label
	Level     int    // 0 for a role
	Role      string // "" in the chain
	Granted   int64
	Standing  int64
	Points    int64
	Status    Status
	Hold      string    // why on hold; "" otherwise
	MaturesAt time.Time // when it becomes available; zero when nobody can tell yet
	Lines     []ExplainedLine
}

// ExplainedLine is what one line of an order gives.
type ExplainedLine struct {
	Line     string // the order's line id, "" for the order as a whole
	SKU      string
	Kind     string
	Base     int64
	Rate     money.Rate
	Amount   int64 // as the strategy said
	Cut      int64 // what the caps took off
	Margin   int64 // of that, by the cap on the line's margin
	Over     int64 // of that, by what one person gets in a period
	Why      string
	RolledUp *distributor.Label // whose share it was, who could not earn
}

// Declined is somebody who gets nothing.
type Declined struct {
	Who  *distributor.Label // nil: nobody stands behind the order
	Code string
	Why  string
	Lost int64 // what the strategy gave and a rule of the store took
}

// Reversal is what one refund took back from one person.
type Reversal struct {
	Refund order.Refund
	Payee  distributor.Label
	Amount int64
	Shared int64 // of that, from what closed periods gave for the order
	Borne  bool  // by the store: nothing was taken, see [program.Settings]
}

// Cap is what the order cap did, after the lines' own.
type Cap struct {
	Share money.Rate
	Most  int64
	Asked int64
	Cut   int64
}

// PersonCap is what the cap on one person's period did.
type PersonCap struct {
	Payee  distributor.Label
	Period string // "day", "week", "month": the one in which the order was paid
	Most   int64
	Used   int64 // by earlier orders
	Asked  int64 // what the other caps had left
	Cut    int64
}

// Explain says everything about one order. [order.ErrUnknown] when the store
// does not have it.
func (s *Service) Explain(ctx context.Context, tx *pg.Tx, which order.ID, lang string) (Explanation, error) {
	o, err := order.Get(ctx, tx, which)
	if err != nil {
		return Explanation{}, err
	}
	all, err := s.explain(ctx, tx, []order.Order{o}, lang)
	if err != nil {
		return Explanation{}, err
	}
	return all[0], nil
}

// Explanations says everything about several orders, read once for all. Orders
// that the store does not have are absent.
func (s *Service) Explanations(ctx context.Context, tx *pg.Tx, which []order.ID, lang string) (map[order.ID]Explanation, error) {
	orders, err := order.Load(ctx, tx, which)
	if err != nil {
		return nil, err
	}
	list, err := s.explain(ctx, tx, orders, lang)
	if err != nil {
		return nil, err
	}
	all := make(map[order.ID]Explanation, len(list))
	for _, x := range list {
		all[x.Order.ID] = x
	}
	return all, nil
}

// ExplainTo says about an order what concerns one person of its chain: what
// they earn and why, or why nothing. To everybody else the order is unknown.
func (s *Service) ExplainTo(ctx context.Context, tx *pg.Tx, which order.ID, who distributor.ID, lang string) (Explanation, error) {
	x, err := s.Explain(ctx, tx, which, lang)
	if err != nil {
		return Explanation{}, err
	}
	if x = x.of(who); !x.concerns(who) {
		return Explanation{}, order.ErrUnknown
	}
	return x, nil
}

// of leaves out what is another's.
func (x Explanation) of(who distributor.ID) Explanation {
	own := x
	own.Awards, own.Declined, own.Reversed, own.Taken, own.Cap, own.LineCaps, own.FromPeriods, own.Counters = nil, nil, nil, nil, nil, nil, nil, nil
	for _, a := range x.Awards {
		if a.Payee.ID == who {
			own.Awards = append(own.Awards, a)
		}
	}
	for _, d := range x.Declined {
		if d.Who != nil && d.Who.ID == who {
			own.Declined = append(own.Declined, d)
		}
	}
	for _, r := range x.Reversed {
		if r.Payee.ID == who {
			own.Reversed = append(own.Reversed, r)
		}
	}
	for _, k := range x.Taken {
		if k.Payee.ID == who {
			own.Taken = append(own.Taken, k)
		}
	}
	for _, c := range x.Counters {
		if c.Payee.ID == who {
			own.Counters = append(own.Counters, c)
		}
	}
	for _, p := range x.FromPeriods {
		if p.Payee.ID == who {
			own.FromPeriods = append(own.FromPeriods, p)
		}
	}
	return own
}

func (x Explanation) concerns(who distributor.ID) bool {
	for _, m := range x.Order.Chain.Members {
		if m.ID == who {
			return true
		}
	}
	return len(x.Awards)+len(x.Declined) > 0
}

// explain reads what several orders' explanations are made of, once for all.
func (s *Service) explain(ctx context.Context, tx *pg.Tx, orders []order.Order, lang string) ([]Explanation, error) {
	ids := make([]order.ID, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	decisions, err := readDecisions(ctx, tx, orders)
	if err != nil {
		return nil, err
	}
	refunds, err := order.RefundsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	awards, err := awardsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	shares, err := sharesOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	mark, err := Mark(ctx, tx)
	if err != nil {
		return nil, err
	}
	labels, err := distributor.Labels(ctx, tx, everybody(orders))
	if err != nil {
		return nil, err
	}
	currency, zone, err := s.stores.Money(ctx, tx)
	if err != nil {
		return nil, err
	}
	calendar, err := s.programs.Calendar(ctx, tx, zone)
	if err != nil {
		return nil, err
	}
	descriptions := map[string]*program.Artifact{}
	all := make([]Explanation, len(orders))
	for i, o := range orders {
		a := &account{work: work{order: o, decision: decisions[o.ID], seq: o.Seq}, refunds: refunds[o.ID], awards: awards[o.ID], shares: shares[o.ID],
			mark: mark, labels: labels, lang: lang, currency: currency}
		if a.revision, err = s.programs.Revision(ctx, tx, o.Revision); err != nil {
			return nil, err
		}
		if a.plan, err = s.plan(ctx, tx, a.revision); err != nil {
			return nil, err
		}
		if a.decision == nil {
			all[i], err = a.undecided(ctx, tx)
		} else {
			if a.artifact, err = s.artifact(ctx, tx, a.decision.artifact, descriptions); err != nil {
				return nil, err
			}
			if err := readRecomputations(ctx, tx, []*work{&a.work}); err != nil {
				return nil, err
			}
			if all[i], err = a.decided(); err == nil && len(a.unanswered(a.refunds)) > 0 {
				all[i].Waits, err = a.waits(ctx, tx)
			}
			if err == nil {
				all[i].Taken, err = a.taken(ctx, tx)
			}
		}
		if err != nil {
			return nil, err
		}
		all[i].currency, all[i].zone, all[i].settings = currency, zone, a.revision.Settings
		for n, x := range all[i].Awards {
			if x.Status == Held && !x.MaturesAt.IsZero() {
				all[i].Awards[n].MaturesAt = calendar.ArrivesAt(x.MaturesAt, tx.Now())
			}
		}
	}
	return all, nil
}

// artifact reads what an old decision's sentences stand in; nil when nobody
// was asked.
func (s *Service) artifact(ctx context.Context, tx *pg.Tx, sha256 string, known map[string]*program.Artifact) (*program.Artifact, error) {
	if sha256 == "" {
		return nil, nil
	}
	if known[sha256] == nil {
		a, err := s.programs.Artifact(ctx, tx, sha256)
		if err != nil {
			return nil, err
		}
		known[sha256] = &a
	}
	return known[sha256], nil
}

func everybody(orders []order.Order) (who []distributor.ID) {
	for _, o := range orders {
		for _, m := range o.Chain.Members {
			who = append(who, m.ID)
		}
		if !o.Chain.Self.IsZero() {
			who = append(who, o.Chain.Self)
		}
		for _, p := range o.Posts {
			who = append(who, p.ID)
		}
	}
	return who
}

// account is one order with everything its explanation is made of.
type account struct {
	work
	refunds  []order.Refund
	awards   map[distributor.ID]award
	shares   []share
	mark     time.Time
	artifact *program.Artifact
	labels   map[distributor.ID]distributor.Label
	lang     string
	currency string
}

// undecided explains an order that has no decision.
func (a account) undecided(ctx context.Context, tx *pg.Tx) (Explanation, error) {
	x := Explanation{Order: a.order, State: None}
	if a.order.PaidAt.IsZero() {
		return x, nil
	}
	x.State = Awaiting
	if a.order.Group == order.GroupOpen {
		x.Waits = &Wait{Code: codeGroupOpen, Sentence: say(codeGroupOpen, a.lang), Since: a.order.PaidAt}
		return x, nil
	}
	var err error
	x.Waits, err = a.waits(ctx, tx)
	return x, err
}

func (a account) waits(ctx context.Context, tx *pg.Tx) (*Wait, error) {
	change, found, err := order.ChangeOf(ctx, tx, a.order.ID)
	if err != nil {
		return nil, err
	}
	wait := waitOf(change, a.lang)
	if !found {
		wait.Since = a.order.PaidAt
	}
	return &wait, nil
}

func waitOf(c order.Change, lang string) Wait {
	w := Wait{Code: c.BlockedCode, Since: c.NotedAt, Attempts: c.Attempts}
	if w.Code == "" {
		w.Code = codeQueued
	} else {
		w.NextTryAt = c.NextTryAt
	}
	w.Sentence = sayWait(w.Code, c.BlockedNote, lang)
	return w
}

// decided explains a decision.
func (a account) decided() (Explanation, error) {
	d := a.decision
	x := Explanation{Order: a.order, State: Decided, Ruling: &Ruling{Artifact: d.artifact, Revision: d.revision, Seq: d.seq, DecidedAt: d.decidedAt.UTC()}}
	if a.artifact != nil {
		x.Ruling.Strategy, x.Ruling.Version = a.artifact.Strategy, a.artifact.Version
	}
	x.Undistributed = undistributed(a.order, a.lang)
	x.Counters = a.personCaps()
	x.Awards = a.explained()
	x.Declined = a.declined(x.Awards)
	var err error
	if x.Reversed, err = a.reversed(); err != nil {
		return x, err
	}
	if x.Reversed, err = a.sharesReversed(x.Reversed); err != nil {
		return x, err
	}
	x.FromPeriods = a.fromPeriods()
	if x.Cap, err = a.cap(); err != nil {
		return x, err
	}
	x.LineCaps, err = a.decision.grants.lineCaps(a.order, a.caps().margin)
	return x, err
}

// explained are the awards, in the order of the chain. Somebody who stands at
// two positions (a seller who joined their own group-buy) has one award.
func (a account) explained() (list []Explained) {
	at := map[distributor.ID]int{}
	for position, p := range a.people() {
		lines, granted := a.linesTo(position)
		if granted == 0 {
			continue
		}
		i, known := at[p.id]
		if !known {
			i, at[p.id] = len(list), len(list)
			list = append(list, a.standsFor(p))
		}
		list[i].Lines = append(list[i].Lines, lines...)
		list[i].Granted += granted
	}
	return list
}

func (a account) linesTo(position int) (lines []ExplainedLine, granted int64) {
	for _, g := range a.decision.grants.given {
		if g.to == position {
			lines = append(lines, a.line(g))
			granted += g.left()
		}
	}
	return lines, granted
}

func (a account) standsFor(p recipient) Explained {
	stands := a.awards[p.id]
	x := Explained{Payee: a.label(p.id), Level: p.level, Role: p.role, Standing: stands.Standing, Points: stands.Points,
		Status: stands.status(a.mark), Hold: stands.Hold, MaturesAt: stands.MaturesAt}
	if !x.MaturesAt.Before(Never) {
		x.MaturesAt = time.Time{}
	}
	return x
}

func (a award) status(mark time.Time) Status {
	switch {
	case a.settled(mark):
		return Settled
	case a.Hold != "":
		return OnHold
	}
	return Held
}

func (a account) line(g grant) ExplainedLine {
	said := a.decision.answer.GetPaid().GetAwards()[g.award]
	l := ExplainedLine{Kind: said.GetKind(), Base: said.GetBase(), Rate: money.Rate(said.GetRatePpm()), Amount: g.amount, Cut: g.margin + g.cut + g.over, Margin: g.margin, Over: g.over, Why: a.sentence(said.GetWhy())}
	if g.line >= 0 {
		l.Line, l.SKU = a.order.Lines[g.line].ID, a.order.Lines[g.line].SKU
	}
	if from := int(said.GetRecipient()); from != g.to {
		who := a.label(a.people()[from].id)
		l.RolledUp = &who
	}
	return l
}

// reversed is what each refund took back: what stood after the one before,
// less what stands after it. Refunds that the lane has not seen yet have taken
// nothing.
func (a account) reversed() (list []Reversal, err error) {
	people, g := a.people(), a.decision.grants
	concern := a.concerning(a.refunds, a.awards, a.mark)
	stood := g.perRecipient(g.amounts(), len(people))
	for n, f := range a.refunds {
		if f.Seq == 0 {
			break
		}
		after, err := a.standing(a.refunds[:n+1])
		if err != nil {
			return nil, err
		}
		for at, stands := range after {
			if stands < stood[at] {
				list = append(list, Reversal{Refund: f, Payee: a.label(people[at].id), Amount: stood[at] - stands, Borne: n >= concern(people[at].id)})
				stood[at] = stands
			}
		}
	}
	return list, nil
}

func (a account) cap() (*Cap, error) {
	var c Cap
	for _, g := range a.decision.grants.given {
		c.Asked += g.amount - g.margin
		c.Cut += g.cut
	}
	if c.Cut == 0 {
		return nil, nil
	}
	var err error
	c.Share = a.caps().order
	c.Most, err = c.Share.Of(a.order.Goods, money.Floor)
	return &c, err
}

// personCaps are the people whose counter cut what the order gave them.
func (a account) personCaps() (list []PersonCap) {
	people, limit := a.people(), a.caps().person
	for _, c := range a.decision.grants.counted {
		p := PersonCap{Payee: a.label(people[c.to].id), Period: limit.Period, Most: limit.Amount, Used: c.used}
		for _, g := range a.decision.grants.given {
			if people[g.to].id == people[c.to].id {
				p.Asked, p.Cut = p.Asked+g.amount-g.margin-g.cut, p.Cut+g.over
			}
		}
		if p.Cut > 0 {
			list = append(list, p)
		}
	}
	return list
}

func (a account) label(who distributor.ID) distributor.Label {
	if l, known := a.labels[who]; known {
		return l
	}
	return distributor.Label{ID: who}
}

// sentence writes a strategy's reason.
func (a account) sentence(why *strategyv1.Why) string {
	if a.artifact == nil || why == nil {
		return ""
	}
	return program.Sentence(a.artifact.Description, why, a.lang)
}
