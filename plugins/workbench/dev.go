package workbench

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

// Dev shows a strategy while it is written: it builds the folder again whenever
// a file is saved, asks about the golden cases and tells what has changed.
type Dev struct {
	bench  *Bench
	target string
	log    *Log

	mu       sync.Mutex
	state    DevState
	strategy *Strategy // the last that could be built
	cases    []stest.Case
	changed  chan struct{} // closed and replaced whenever the state moves
}

// DevState is what the page shows.
type DevState struct {
	Turn     int       `json:"turn"` // grows with every change
	Builds   int       `json:"builds"`
	Building bool      `json:"building"`
	Target   string    `json:"target"`
	Flaws    Flaws     `json:"flaws"` // of the last build; the strategy shown is then an older one
	Strategy *Shown    `json:"strategy"`
	Checks   Flaws     `json:"checks"` // what validate says
	Samples  []Sample  `json:"samples"`
	Changes  []Change  `json:"changes"` // since the build before
	Took     Took      `json:"took"`
	Log      []LogLine `json:"log"`
}

// Took are times in microseconds.
type Took struct {
	Build int64 `json:"build"`
	Start int64 `json:"start"`
	Ask   int64 `json:"ask"` // all samples
}

// Shown is what a strategy says of itself.
type Shown struct {
	ID            string          `json:"id"`
	Version       string          `json:"version"`
	SHA256        string          `json:"sha256"`
	SDK           string          `json:"sdk"`
	Title         Words           `json:"title"`
	Summary       Words           `json:"summary"`
	ClosesPeriods bool            `json:"closes_periods"`
	Facts         []ShownFact     `json:"facts"`
	Schema        json.RawMessage `json:"schema"`
}

// Words are a sentence in both languages.
type Words struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// ShownFact is a declared fact and what it is for.
type ShownFact struct {
	Name    string `json:"name"`
	Purpose Words  `json:"purpose"`
}

// Sample is a golden case and what came of it.
type Sample struct {
	Case    stest.Case `json:"case"`
	Passed  bool       `json:"passed"`
	Wrong   []string   `json:"wrong"`
	Outcome Outcome    `json:"outcome"`
}

// Change is somebody who gets another amount of a sample than one build ago.
type Change struct {
	Sample   string `json:"sample"`
	Currency string `json:"currency"`
	Who      string `json:"who"`
	Before   int64  `json:"before"`
	After    int64  `json:"after"`
	Why      Words  `json:"why"` // now
}

// Outcome is a decision for a page: every award, and everybody without one.
type Outcome struct {
	Currency string      `json:"currency"`
	Awards   []ShownPay  `json:"awards"`
	Declined []ShownNone `json:"declined"`
	None     *Words      `json:"none"`
	Failed   string      `json:"failed,omitempty"`
	Message  string      `json:"message,omitempty"`

	answer Answer
}

// ShownPay is one award.
type ShownPay struct {
	Who    string `json:"who"`
	Line   int32  `json:"line"` // −1: the whole order, or the period
	Kind   string `json:"kind"`
	Level  int32  `json:"level"`
	Base   int64  `json:"base"`
	Rate   int64  `json:"rate_ppm"`
	Amount int64  `json:"amount"`
	Why    Words  `json:"why"`
}

// ShownNone is somebody who gets nothing.
type ShownNone struct {
	Who string `json:"who"`
	Why Words  `json:"why"`
}

// NewDev prepares it; Run starts it. The bench must have been opened with the log.
func NewDev(bench *Bench, target string, log *Log) *Dev {
	d := &Dev{bench: bench, target: target, log: log, changed: make(chan struct{})}
	d.state = DevState{Turn: 1, Target: target, Building: true}
	log.onLine(func() { d.move(func() {}) })
	return d
}

// Watch builds, and builds again whenever something is saved, until ctx ends.
func (d *Dev) Watch(ctx context.Context) {
	saved := make(chan struct{}, 1)
	go watch(ctx, d.target, func() {
		select {
		case saved <- struct{}{}:
		default: // one is waiting already
		}
	})
	for {
		d.rebuild(ctx)
		select {
		case <-ctx.Done():
			return
		case <-saved:
		}
	}
}

// move changes the state and wakes whoever waits for it.
func (d *Dev) move(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
	d.state.Turn++
	close(d.changed)
	d.changed = make(chan struct{})
}

// rebuild makes the state of one build. A build that fails leaves the strategy
// before it in place.
func (d *Dev) rebuild(ctx context.Context) {
	d.move(func() { d.state.Building = true })
	next, cases, flaws := d.load(ctx)
	if ctx.Err() != nil {
		return
	}
	var samples []Sample
	var asking time.Duration
	if next != nil {
		began := time.Now()
		samples = next.samples(ctx, cases)
		asking = time.Since(began)
	}
	d.move(func() {
		d.state.Building, d.state.Flaws = false, flaws
		d.state.Builds++
		if next == nil {
			return
		}
		d.state.Changes = changes(d.state.Samples, samples)
		d.strategy, d.cases = next, cases
		d.state.Strategy, d.state.Samples = next.shown(), samples
		d.state.Took = Took{next.Building.Microseconds(), next.Starting.Microseconds(), asking.Microseconds()}
		d.state.Checks, _ = next.Validate(ctx, nil)
	})
}

func (d *Dev) load(ctx context.Context) (*Strategy, []stest.Case, Flaws) {
	s, err := d.bench.Load(ctx, d.target)
	if err != nil {
		return nil, nil, FlawsOf(err)
	}
	if s.Golden == "" {
		return s, nil, nil
	}
	cases, err := ReadCases(s.Golden)
	return s, cases, FlawsOf(err)
}

// State waits until it is newer than a turn, or the context ends.
func (d *Dev) State(ctx context.Context, after int) DevState {
	for {
		d.mu.Lock()
		state, changed := d.state, d.changed
		d.mu.Unlock()
		if state.Turn > after {
			state.Log = d.log.Lines()
			return state
		}
		select {
		case <-changed:
		case <-ctx.Done():
			after = -1
		}
	}
}

func (d *Dev) current() (*Strategy, []stest.Case) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.strategy, d.cases
}

func (s *Strategy) words(w *strategyv1.Why) Words {
	return Words{s.Sentence(w, "zh-CN"), s.Sentence(w, "en")}
}

func (s *Strategy) shown() *Shown {
	say := func(key string) Words { return s.words(&strategyv1.Why{Key: key}) }
	shown := &Shown{ID: s.ID, Version: s.Described.GetVersion(), SHA256: s.SHA256, SDK: s.Described.GetSdk(), Title: say("title"), Summary: say("summary"),
		ClosesPeriods: s.Described.GetClosesPeriods(), Facts: []ShownFact{}, Schema: s.Described.GetConfigSchema()}
	if !json.Valid(shown.Schema) {
		shown.Schema = json.RawMessage("{}")
	}
	for _, f := range s.Described.GetFacts() {
		shown.Facts = append(shown.Facts, ShownFact{f.GetName(), say(f.GetPurpose())})
	}
	return shown
}

func (s *Strategy) samples(ctx context.Context, cases []stest.Case) []Sample {
	list := make([]Sample, 0, len(cases))
	for _, c := range cases {
		one := Sample{Case: c, Wrong: []string{}}
		var err error
		if one.Outcome, err = s.outcome(ctx, c); err != nil {
			one.Wrong = append(one.Wrong, err.Error())
		} else {
			one.Wrong = append(one.Wrong, differences(c, one.Outcome.answer, inCurrency(one.Outcome.Currency))...)
		}
		one.Passed = len(one.Wrong) == 0
		list = append(list, one)
	}
	return list
}

// outcome asks about a case and keeps every award.
func (s *Strategy) outcome(ctx context.Context, c stest.Case) (Outcome, error) {
	out := Outcome{Awards: []ShownPay{}, Declined: []ShownNone{}}
	if isTier(c) || isProgress(c) {
		said, err := s.AskCase(ctx, c)
		if err != nil {
			return out, err
		}
		out.Currency, out.answer = "CNY", said
		s.rest(&out)
		out.Declined = append(out.Declined, s.shownTold(said)...)
		return out, nil
	}
	if isPeriod(c) {
		req, err := periodOf(c)
		if err != nil {
			return out, err
		}
		said, err := s.Close(ctx, req)
		if err != nil {
			return out, err
		}
		out.Currency, out.answer = req.Currency, answerOfPeriod(req, said)
		for _, a := range said.GetClosed().GetAwards() {
			who := ""
			if at := int(a.Member); at >= 0 && at < len(req.Members) {
				who = req.Members[at].Handle
			}
			out.Awards = append(out.Awards, ShownPay{who, -1, a.Kind, 0, a.Base, a.RatePpm, a.Amount, s.words(a.Why)})
		}
		s.rest(&out)
		return out, nil
	}
	o, err := orderOf(c)
	if err != nil {
		return out, err
	}
	decisions, err := s.Ask(ctx, c.Config, rulesOf(c), o)
	if err != nil {
		return out, err
	}
	out.Currency, out.answer = o.Currency, answerOf(o, decisions[0])
	for _, a := range decisions[0].GetPaid().GetAwards() {
		out.Awards = append(out.Awards, ShownPay{handleOf(o, a.Recipient), a.Line, a.Kind, a.Level, a.Base, a.RatePpm, a.Amount, s.words(a.Why)})
	}
	s.rest(&out)
	return out, nil
}

// rest is everybody without an award, and what else was said.
func (s *Strategy) rest(out *Outcome) {
	for _, who := range sortedKeys(out.answer.Declined) {
		out.Declined = append(out.Declined, ShownNone{who, s.words(out.answer.reasons[who])})
	}
	if out.answer.none != nil {
		none := s.words(out.answer.none)
		out.None = &none
	}
	out.Failed, out.Message = out.answer.Failed, out.answer.Message
}

// changes holds two builds' samples of the same name against each other.
func changes(before, after []Sample) []Change {
	list := []Change{}
	was := map[string]Sample{}
	for _, s := range before {
		was[s.Case.Name] = s
	}
	for _, s := range after {
		old, known := was[s.Case.Name]
		if !known {
			continue
		}
		for _, who := range people(old.Outcome.answer.Pays, s.Outcome.answer.Pays) {
			a, b := old.Outcome.answer.Pays[who], s.Outcome.answer.Pays[who]
			if a != b {
				list = append(list, Change{s.Case.Name, s.Outcome.Currency, who, a, b, wordsOf(s.Outcome, who)})
			}
		}
	}
	return list
}

func wordsOf(o Outcome, who string) Words {
	for _, a := range o.Awards {
		if a.Who == who {
			return a.Why
		}
	}
	for _, d := range o.Declined {
		if d.Who == who {
			return d.Why
		}
	}
	if o.None != nil {
		return *o.None
	}
	return Words{o.Failed, o.Failed}
}

// question is an order, or a period, that the page asks about.
type question struct {
	Case stest.Case `json:"case"`
}

// tried is what the page hears about it.
type tried struct {
	Problems []triedProblem `json:"problems"` // of the settings
	Outcome  *Outcome       `json:"outcome"`
	Error    string         `json:"error,omitempty"` // of the order itself
	Took     int64          `json:"took"`            // µs
}

type triedProblem struct {
	Path string `json:"path"`
	Why  Words  `json:"why"`
}

func (s *Strategy) try(ctx context.Context, c stest.Case) tried {
	out := tried{Problems: []triedProblem{}}
	checked, err := s.bench.Host.ValidateConfig(ctx, s.SHA256, c.Config, rulesOf(c))
	if err != nil {
		out.Error = err.Error()
		return out
	}
	for _, p := range checked.GetProblems() {
		out.Problems = append(out.Problems, triedProblem{p.GetPath(), s.words(p.GetWhy())})
	}
	began := time.Now()
	answer, err := s.outcome(ctx, c)
	out.Took = time.Since(began).Microseconds()
	if err != nil {
		out.Error = err.Error()
		return out
	}
	out.Outcome = &answer
	return out
}

// sampleOrder is the order that the page begins with when there is no case.
func sampleOrder() json.RawMessage {
	raw, _ := protojson.MarshalOptions{UseProtoNames: true}.Marshal(&strategyv1.Order{
		Seq: 1, Currency: "CNY", MinorDigits: 2, Channel: "h5", PlacedAtMs: 1772330400000, PaidAtMs: 1772330460000,
		Lines: []*strategyv1.Line{{Sku: "TEA", Category: "tea/green", Quantity: 1, UnitPrice: 19900, Net: 19900}},
		Chain: []*strategyv1.Member{{Handle: "a", Grade: "normal", Level: 1}, {Handle: "b", Grade: "senior", Level: 2}, {Handle: "c", Grade: "partner", Level: 3}},
		Buyer: &strategyv1.Buyer{FirstOrder: true},
	})
	return raw
}
