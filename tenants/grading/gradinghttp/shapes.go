package gradinghttp

import (
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/grading"
)

// Member is somebody by id and name.
type Member struct {
	ID         distributor.ID `json:"id"`
	Name       string         `json:"name"`
	ExternalID string         `json:"external_id,omitempty" doc:"The merchant's own id"`
}

// Evidence is one number and what it was held against.
type Evidence struct {
	What     string `json:"what"`
	Unit     string `json:"unit" enum:"money,count"`
	Current  int64  `json:"current" doc:"Minor units when the unit is money"`
	Target   int64  `json:"target"`
	Currency string `json:"currency,omitempty" doc:"When the unit is money"`
}

// Next is the grade above.
type Next struct {
	Grade   string     `json:"grade"`
	Missing []Evidence `json:"missing" doc:"What it still takes"`
}

// Verdict is what the strategy says of one member.
type Verdict struct {
	Member   Member     `json:"member"`
	From     string     `json:"from"`
	To       string     `json:"to" doc:"Empty: nothing changes"`
	Promoted bool       `json:"promoted"`
	Why      string     `json:"why"`
	Failed   string     `json:"failed,omitempty" doc:"Code of why the strategy could not decide"`
	Evidence []Evidence `json:"evidence"`
	Next     *Next      `json:"next"`
}

// Change is a grade that was changed.
type Change struct {
	ID        grading.ChangeID `json:"id"`
	Day       string           `json:"day" doc:"The day that was over" example:"2026-03-31"`
	ChangedAt time.Time        `json:"changed_at"`
	Strategy  string           `json:"strategy"`
	Version   string           `json:"version"`
	Artifact  string           `json:"artifact"`
	Revision  int              `json:"revision"`
	Verdict
}

// Status tells where a store's grading stands.
type Status struct {
	Grades bool      `json:"grades" doc:"Whether the programme in force grades members"`
	DueAt  time.Time `json:"due_at"`
	Waits  *Wait     `json:"waits" doc:"Why the day that is due could not be graded yet"`
	Last   *Run      `json:"last"`
}

// Wait is why something has not happened yet.
type Wait struct {
	Code     string `json:"code"`
	Sentence string `json:"sentence"`
}

// Run is what was decided for a day.
type Run struct {
	Day      string    `json:"day"`
	Members  int       `json:"members"`
	Promoted int       `json:"promoted"`
	Demoted  int       `json:"demoted"`
	Failed   int       `json:"failed" doc:"Whom the strategy could not decide: they keep their grade"`
	RanAt    time.Time `json:"ran_at"`
}

func statusShape(st grading.Status) Status {
	out := Status{Grades: st.Grades, DueAt: st.DueAt}
	if st.Code != "" {
		out.Waits = &Wait{st.Code, st.Reason}
	}
	if r := st.Last; r != nil {
		out.Last = &Run{r.Day.String(), r.Members, r.Promoted, r.Demoted, r.Failed, r.At}
	}
	return out
}

// Preview is what grading would do now.
type Preview struct {
	Members  int       `json:"members" doc:"Asked about"`
	Promoted int       `json:"promoted"`
	Demoted  int       `json:"demoted"`
	Failed   int       `json:"failed"`
	Items    []Verdict `json:"items" doc:"At most 500 of those whose grade would change or who could not be decided"`
}

// Grade is a distributor's own.
type Grade struct {
	Grade    string     `json:"grade"`
	Graded   bool       `json:"graded" doc:"Whether grades follow from what one does; else the shop sets them by hand"`
	Why      string     `json:"why"`
	Evidence []Evidence `json:"evidence"`
	Next     *Next      `json:"next" doc:"null: nothing is above, or the shop sets grades by hand"`
}

// Tasks are a distributor's of the running month.
type Tasks struct {
	Period string    `json:"period" example:"2026-03"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	AsOf   time.Time `json:"as_of"`
	Items  []Task    `json:"items"`
}

// Task is one of them. What it brings in money comes when the month is closed.
type Task struct {
	Key     string   `json:"key"`
	Title   string   `json:"title"`
	Done    bool     `json:"done"`
	Unit    string   `json:"unit" enum:"money,count"`
	Current int64    `json:"current" doc:"Minor units when the unit is money"`
	Target  int64    `json:"target"`
	Reward  TaskGain `json:"reward"`
}

// TaskGain is what finishing a task brings.
type TaskGain struct {
	Amount *money.Amount `json:"amount"`
	Points int64         `json:"points"`
	Badge  string        `json:"badge"`
}

// teller writes amounts in the store's currency.
type teller string

func unit(isMoney bool) string {
	if isMoney {
		return "money"
	}
	return "count"
}

func (c teller) evidence(list []grading.Evidence) []Evidence {
	all := make([]Evidence, len(list))
	for i, e := range list {
		all[i] = Evidence{What: e.What, Unit: unit(e.Money), Current: e.Current, Target: e.Target}
		if e.Money {
			all[i].Currency = string(c)
		}
	}
	return all
}

func (c teller) next(n *grading.Next) *Next {
	if n == nil {
		return nil
	}
	return &Next{n.Grade, c.evidence(n.Missing)}
}

func (c teller) verdict(v grading.Verdict) Verdict {
	return Verdict{Member{v.Member.ID, v.Member.Name, v.Member.ExternalID}, v.From, v.To, v.Promoted, v.Why, v.Failed, c.evidence(v.Evidence), c.next(v.Next)}
}

func (c teller) change(x grading.Change) Change {
	return Change{x.ID, x.Day.String(), x.At, x.Strategy, x.Version, x.Artifact, x.Revision, c.verdict(x.Verdict)}
}

func (c teller) grade(v grading.Verdict, graded bool) Grade {
	return Grade{v.From, graded, v.Why, c.evidence(v.Evidence), c.next(v.Next)}
}

func (c teller) tasks(t grading.Tasks) Tasks {
	out := Tasks{t.Period, t.From, t.To, t.AsOf.UTC(), []Task{}}
	for _, x := range t.Items {
		shape := Task{Key: x.Key, Title: x.Title, Done: x.Current >= x.Target, Unit: unit(x.Money), Current: x.Current, Target: x.Target,
			Reward: TaskGain{Points: x.Points, Badge: x.Badge}}
		if x.Amount > 0 {
			shape.Reward.Amount = &money.Amount{Minor: x.Amount, Currency: string(c)}
		}
		out.Items = append(out.Items, shape)
	}
	return out
}
