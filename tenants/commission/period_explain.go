package commission

import (
	"context"
	"slices"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/program"
)

// Period is a month that was closed, or is held. Amounts are minor units,
// sentences are in the language asked for.
type Period struct {
	Key      string
	From, To time.Time // half-open
	State    PeriodState
	Code     string // why it is held, or why nobody gets anything; "" otherwise
	Reason   string // the same as a sentence
	Strategy string // "" when nobody was asked
	Version  string
	Artifact string
	Revision int
	Paid     int64 // the store's sales as it was closed, less refunded
	Settled  int64 // of that, settled
	Carried  Carried
	Total    int64 // booked
	ClosedAt time.Time
	Awards   []PeriodAward // absent in lists
	Declined []Declined    // absent in lists
}

// Carried is what of a period's sales stems from those closed before it: what
// has settled since, less what came back.
type Carried struct{ Paid, Settled int64 }

// PeriodAward is one reason for which a closed period pays somebody.
type PeriodAward struct {
	Payee  distributor.Label
	Kind   string
	Base   int64
	Rate   money.Rate
	Amount int64 // booked
	Cut    int64 // what the caps of single orders took of it
	Over   int64 // what the payee's counter then took
	Why    string
}

// Period explains one period. [ErrPeriodUnknown] when nobody has closed it.
func (s *Service) Period(ctx context.Context, tx *pg.Tx, key, lang string) (Period, error) {
	row, found, err := readPeriod(ctx, tx, key)
	if err != nil {
		return Period{}, err
	}
	if !found {
		return Period{}, ErrPeriodUnknown
	}
	v, err := s.view(ctx, tx, row, lang)
	if err != nil {
		return Period{}, err
	}
	return v.whole(ctx, tx)
}

// Periods lists them newest first, below a key ("" for all), without who gets
// what.
func (s *Service) Periods(ctx context.Context, tx *pg.Tx, below string, limit int, lang string) ([]Period, error) {
	rows, err := listPeriods(ctx, tx, below, limit)
	if err != nil {
		return nil, err
	}
	list := make([]Period, len(rows))
	for i, row := range rows {
		v, err := s.view(ctx, tx, row, lang)
		if err != nil {
			return nil, err
		}
		list[i] = v.Period
	}
	return list, nil
}

// OwnPeriod is what a closed period gave one person, and why, or why nothing.
type OwnPeriod struct {
	Key      string
	From, To time.Time // half-open
	Total    int64
	Awards   []PeriodAward
	Declined []Declined
	ClosedAt time.Time
}

// OwnPeriods lists the closed periods that say something about a person, the
// newest first, below a key ("" for all). next is where the following page
// begins, "" at the end.
func (s *Service) OwnPeriods(ctx context.Context, tx *pg.Tx, who distributor.ID, below string, limit int, lang string) (list []OwnPeriod, next string, err error) {
	rows, err := listPeriods(ctx, tx, below, limit+1)
	if err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].Period
	}
	for _, row := range rows {
		if row.State != PeriodClosed {
			continue
		}
		v, err := s.view(ctx, tx, row, lang)
		if err != nil {
			return nil, "", err
		}
		p, err := v.whole(ctx, tx)
		if err != nil {
			return nil, "", err
		}
		own := p.of(who)
		if len(own.Awards) == 0 && len(own.Declined) == 0 && v.asked(who) {
			own.Declined = []Declined{{Code: p.Code, Why: p.Reason}} // one reason for everybody
		}
		if len(own.Awards)+len(own.Declined) > 0 {
			list = append(list, own)
		}
	}
	return list, next, nil
}

// of leaves out what is another's.
func (p Period) of(who distributor.ID) OwnPeriod {
	own := OwnPeriod{Key: p.Key, From: p.From, To: p.To, ClosedAt: p.ClosedAt}
	for _, a := range p.Awards {
		if a.Payee.ID == who {
			own.Awards = append(own.Awards, a)
			own.Total += a.Amount
		}
	}
	for _, d := range p.Declined {
		if d.Who.ID == who {
			own.Declined = append(own.Declined, d)
		}
	}
	return own
}

// asked reports whether the strategy was asked about a person.
func (v periodView) asked(who distributor.ID) bool {
	return slices.ContainsFunc(v.request.GetMembers(), func(m *strategyv1.PeriodMember) bool { return m.GetHandle() == who.UUID() })
}

// periodView is a period with everything its explanation is made of.
type periodView struct {
	Period
	request  *strategyv1.ClosePeriodRequest
	answer   *strategyv1.ClosePeriodResponse
	booked   map[distributor.ID]payment
	shared   map[distributor.ID]int64 // of that, what belongs to single orders
	divided  map[int]bool             // which of the awards belong to single orders
	artifact *program.Artifact
	limit    program.RecipientCap
	currency string
	lang     string
}

func (s *Service) view(ctx context.Context, tx *pg.Tx, row periodRow, lang string) (v periodView, err error) {
	v.Period = Period{Key: row.Period, From: row.FromAt.UTC(), To: row.ToAt.UTC(), State: row.State, Code: row.Reason, Artifact: row.Artifact,
		Revision: row.Revision, Paid: row.Paid, Settled: row.Settled, Carried: Carried{row.CarriedPaid, row.CarriedSettled}, ClosedAt: row.ClosedAt.UTC()}
	v.lang = lang
	if v.request, v.answer, err = row.said(); err != nil {
		return v, err
	}
	if v.artifact, err = s.artifact(ctx, tx, row.Artifact, map[string]*program.Artifact{}); err != nil {
		return v, err
	}
	if v.artifact != nil {
		v.Strategy, v.Version = v.artifact.Strategy, v.artifact.Version
	}
	switch nothing := v.answer.GetNothingToClose(); {
	case row.Reason != "":
		v.Reason = sayWait(row.Reason, row.Note, lang)
	case nothing != nil:
		v.Code, v.Reason = nothing.GetWhy().GetKey(), v.sentence(nothing.GetWhy())
	}
	booked, err := periodAwards(ctx, tx, []string{row.Period})
	if err != nil {
		return v, err
	}
	v.booked = booked[row.Period]
	shared, err := sharesSums(ctx, tx, []string{row.Period})
	if err != nil {
		return v, err
	}
	v.shared = shared[row.Period]
	for _, p := range v.booked {
		v.Total += p.Amount
	}
	if v.currency, _, err = s.stores.Money(ctx, tx); err != nil {
		return v, err
	}
	if len(v.booked) > 0 {
		rev, err := s.programs.Revision(ctx, tx, row.Revision)
		if err != nil {
			return v, err
		}
		v.limit = rev.Settings.RecipientCap
	}
	return v, nil
}

// whole adds who gets what, and who does not. A held period gives nobody
// anything, so it names nobody.
func (v periodView) whole(ctx context.Context, tx *pg.Tx) (Period, error) {
	if v.State != PeriodClosed {
		return v.Period, nil
	}
	people := make([]distributor.ID, len(v.request.GetMembers()))
	for i, m := range v.request.GetMembers() {
		if err := people[i].Scan(m.GetHandle()); err != nil {
			return v.Period, err
		}
	}
	labels, err := distributor.Labels(ctx, tx, people)
	if err != nil {
		return v.Period, err
	}
	label := func(at int32) distributor.Label {
		if l, known := labels[people[at]]; known {
			return l
		}
		return distributor.Label{ID: people[at]}
	}
	v.divided = map[int]bool{}
	for _, a := range v.answer.GetClosed().GetAwards() {
		who := label(a.GetMember())
		switch {
		case a.GetAmount() == 0:
		case v.booked[who.ID].Amount == 0 && v.booked[who.ID].Over > 0:
			v.Declined = append(v.Declined, Declined{Who: &who, Code: codePeriodFull, Why: v.sayCounter(codePeriodFull, v.booked[who.ID])})
		case v.booked[who.ID].Amount == 0:
			v.Declined = append(v.Declined, Declined{Who: &who, Code: codePeriodPayee, Why: say(codePeriodPayee, v.lang)})
		default:
			award := PeriodAward{Payee: who, Kind: a.GetKind(), Base: a.GetBase(), Rate: money.Rate(a.GetRatePpm()), Amount: a.GetAmount(), Why: v.sentence(a.GetWhy())}
			if len(a.GetShares()) > 0 {
				award.Amount = v.shared[who.ID]
				award.Cut = a.GetAmount() - award.Amount
				v.divided[len(v.Awards)] = true
			}
			v.Awards = append(v.Awards, award)
		}
	}
	if err := v.cutByCounters(); err != nil {
		return v.Period, err
	}
	for _, d := range slices.Concat(v.answer.GetClosed().GetDeclined(), v.answer.GetNothingToClose().GetDeclined()) {
		who := label(d.GetMember())
		v.Declined = append(v.Declined, Declined{Who: &who, Code: d.GetWhy().GetKey(), Why: v.sentence(d.GetWhy())})
	}
	return v.Period, nil
}

func (v periodView) sayCounter(code string, p payment) string {
	return say(code, v.lang, "period", sayPeriod(v.limit.Period, v.lang), "most", plain(v.limit.Amount, v.currency), "used", plain(*p.Used, v.currency), "cut", plain(p.Over, v.currency))
}

// cutByCounters shows what counters took, over everything that somebody was
// given in proportion, as it was booked.
func (v *periodView) cutByCounters() error {
	for who, p := range v.booked {
		if p.Over == 0 {
			continue
		}
		var theirs []int
		var asked []int64 // of what belongs to no order
		shared := -1      // an award that is divided among orders shows what is left already
		for i, a := range v.Awards {
			switch {
			case a.Payee.ID != who:
				continue
			case v.divided[i]:
				shared, asked = len(theirs), append(asked, 0)
			default:
				asked = append(asked, a.Amount)
			}
			theirs = append(theirs, i)
		}
		left, err := fit(slices.Clone(asked), p.Amount-v.shared[who])
		if err != nil {
			return err
		}
		if shared >= 0 {
			asked[shared], left[shared] = p.Amount+p.Over-sum(asked), v.shared[who]
		}
		for n, i := range theirs {
			a := &v.Awards[i]
			a.Amount, a.Over = left[n], asked[n]-left[n]
			if n == shared {
				a.Cut -= a.Over
			}
			a.Why += [2]string{"; ", "；"}[zh(v.lang)] + v.sayCounter("told.over", p)
		}
	}
	return nil
}

func (v periodView) sentence(why *strategyv1.Why) string {
	if v.artifact == nil || why == nil {
		return ""
	}
	return program.Sentence(v.artifact.Description, why, v.lang)
}
