// Package trial tries programmes on a store's own orders and proves what was
// decided: 试算.
//
// A backtest says what another programme would have given for the orders of a
// period, a shadow says so for every new order, and a proof asks the strategies
// of the time again and holds every byte against what is stored. None of them
// moves money. A trial is worked page by page, and each page is written with
// the seq it reached, so a killed process loses nothing but the page at hand.
package trial

import (
	"encoding/json"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/tenants/program"
)

type kind struct{}

func (kind) Prefix() string { return "trl" }

// ID is a trial's id.
type ID = id.Of[kind]

// ParseID reads "trl_…"; what is no trial's id is no trial.
func ParseID(s string) (ID, error) {
	t, err := id.Parse[kind](s)
	if err != nil {
		return ID{}, ErrUnknown.Because(err)
	}
	return t, nil
}

// Kind is what a trial does.
type Kind string

const (
	Backtest Kind = "backtest" // 历史订单试算
	Proof    Kind = "proof"    // 重算核对
	Shadow   Kind = "shadow"   // 旁路试算: beside the programme in force, for new orders
)

// State is how far a trial has come.
type State string

const (
	Queued    State = "queued"
	Running   State = "running"
	Done      State = "done"
	Cancelled State = "cancelled" // what had been found until then stands; so a shadow ends
	Failed    State = "failed"
)

func (s State) ended() bool { return s == Done || s == Cancelled || s == Failed }

// Trial is one run. Amounts are minor units.
type Trial struct {
	ID        ID
	Kind      Kind
	State     State
	Title     string
	Author    string
	Plan      *program.Revision // what is tried; nil for a proof
	From, To  time.Time         // of payment, half-open; a shadow has no To
	Total     int               // orders to go through; 0 for a shadow
	Done      int
	Cursor    int64 // everything up to this seq is in the result
	Last      int64
	Tally     Tally // of a backtest or shadow
	Proof     Proofs
	Code      string // why it failed
	Note      string
	CreatedAt time.Time
	EndedAt   time.Time // zero: not yet

	attempts int
}

// plan is how a programme that is tried is kept: a draft has no row of its own.
type plan struct {
	Revision int              `json:"revision,omitempty"` // 0: a draft
	Settings program.Settings `json:"settings"`
	Strategy string           `json:"strategy"`
	Version  string           `json:"version"`
	Artifact string           `json:"artifact"`
	Config   json.RawMessage  `json:"config"`
	Note     string           `json:"note,omitempty"`
}

func planOf(r program.Revision) plan {
	return plan{r.Revision, r.Settings, r.Strategy, r.Version, r.Artifact, r.Config, r.Note}
}

func (p plan) program() program.Revision {
	return program.Revision{Revision: p.Revision, Settings: p.Settings, Strategy: p.Strategy, Version: p.Version, Artifact: p.Artifact, Config: p.Config, Note: p.Note}
}

var (
	// ErrUnknown is the answer for what is no trial of the store.
	ErrUnknown    = fault.New(fault.NotFound, "trial.unknown", "没有这次试算", "there is no such trial")
	errEnded      = fault.New(fault.Conflict, "trial.ended", "这次试算已经结束", "the trial has ended")
	errNotStopped = fault.New(fault.Conflict, "trial.not_stopped", "只有取消或失败的试算可以继续", "only a trial that was cancelled or has failed can go on")
	errPeriod     = fault.New(fault.Invalid, "trial.period", "开始时间要早于结束时间", "the beginning must be before the end")
	errMonth      = fault.New(fault.Invalid, "trial.month", "月份须写作 2026-03", "a month is written 2026-03")
	errNoOrders   = fault.New(fault.Invalid, "trial.no_orders", "这段时间没有已付款的订单", "nothing was paid within this time")
	errBusy       = fault.New(fault.Conflict, "trial.too_many", "同时进行的试算不能超过 {most} 个", "at most {most} trials can run at once")
	errShadowing  = fault.New(fault.Conflict, "trial.shadow_runs", "已有一个旁路试算在进行", "a shadow is running already")
)
