// Package program keeps a store's programme: the rules its distributors live
// by, the strategy it chose and that strategy's configuration.
//
// A programme changes by revision. A revision never changes; an order freezes
// the number of the one it was placed under.
package program

import (
	"fmt"
	"slices"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Settings are the store's own rules. Defaults are the trade's (see Defaults).
type Settings struct {
	Levels           int        `json:"levels" minimum:"1" maximum:"3" doc:"How many levels may earn"`
	ThirdLevelAck    string     `json:"third_level_ack,omitempty" doc:"Who acknowledged the legal text about a third level, and when"`
	Rounding         string     `json:"rounding" enum:"floor,half_up"`
	SelfPurchase     string     `json:"self_purchase" enum:"off,upline_second,on"`
	IneligibleUpline string     `json:"ineligible_upline" enum:"forfeit,stop,roll_up,compress"`
	Refund           string     `json:"refund" enum:"frozen,recompute" doc:"frozen takes back in proportion what the line earned; recompute asks the strategy again about what remains"`
	CampaignClock    string     `json:"campaign_clock" enum:"placed_at,paid_at"`
	OrderCap         money.Rate `json:"order_cap" doc:"Share of what was paid that all awards of an order may reach"`
	LineMarginCap    money.Rate `json:"line_margin_cap" doc:"Share of a line's margin (paid less cost, where the cost is known) that all awards of the line may reach; 0: no such cap"`

	RecipientCap RecipientCap `json:"recipient_cap" doc:"What one distributor earns at most in a period of the store's time"`

	BearReversalsAfterDays int `json:"bear_reversals_after_days,omitempty" minimum:"0" maximum:"3650" doc:"The store bears what a refund would take back more than this many days after the award was settled; 0: never"`

	FreezeDays         int `json:"freeze_days" minimum:"0" maximum:"365" doc:"From receipt to available"`
	AutoReceiveDays    int `json:"auto_receive_days" minimum:"0" maximum:"90" doc:"From shipping to automatic receipt"`
	CloseUnpaidMinutes int `json:"close_unpaid_minutes" minimum:"1" maximum:"43200"`

	Settlement SettlementSettings `json:"settlement"`

	Bind       BindSettings       `json:"bind"`
	Withdrawal WithdrawalSettings `json:"withdrawal"`
	Recruit    RecruitSettings    `json:"recruit"`

	ConfirmDiff bool `json:"confirm_diff,omitempty" doc:"Whether a new revision needs somebody's word for what it changes on the store's own orders: acknowledge_diff"`

	PointsPerUnit money.Rate `json:"points_per_unit" doc:"Points for each major unit (yuan) of a settled order"`
	Grades        []string   `json:"grades" minItems:"1" maxItems:"20" doc:"Lowest first; the first is given on joining"`
}

// When what has matured becomes available, and what a statement or a cap covers.
const (
	AfterFreeze = "after_freeze"
	PeriodEnd   = "period_end" // what matured in March is available when March closes
	Day         = "day"
	Week        = "week" // closes on Sunday 24:00
	Month       = "month"
)

// RecipientCap is what one distributor earns at most from the orders paid in a
// period of the store's time.
type RecipientCap struct {
	Amount int64  `json:"amount" minimum:"0" maximum:"9007199254740991" doc:"Minor units; 0: no such cap"`
	Period string `json:"period" enum:"day,week,month"`
}

// SettlementSettings say when matured awards become available and when
// statements are made, both in the store's time.
type SettlementSettings struct {
	Method string `json:"method" enum:"after_freeze,period_end"`
	Period string `json:"period" enum:"week,month"`
}

// BindSettings say how a buyer comes to belong to a distributor.
type BindSettings struct {
	On             string `json:"on" enum:"click,registration,first_order,first_payment"`
	Who            string `json:"who" enum:"unbound,new"`
	ValidityDays   int    `json:"validity_days" minimum:"-1" maximum:"3650" doc:"0 is permanent, -1 is this visit"`
	ProtectionDays int    `json:"protection_days" minimum:"-1" maximum:"3650" doc:"0 is none, -1 is as long as the bind"`
	Take           string `json:"take" enum:"pay,touch,never"`
	Model          string `json:"model" enum:"last,first"`
}

// WithdrawalSettings bound a request. Amounts are minor units, 0 is no limit.
type WithdrawalSettings struct {
	Min           int64      `json:"min" minimum:"0"`
	MaxPerRequest int64      `json:"max_per_request" minimum:"0"`
	MaxPerMonth   int64      `json:"max_per_month" minimum:"0"`
	Days          []int      `json:"days,omitempty" doc:"Permitted days of the month; none is all"`
	Fee           money.Rate `json:"fee"`

	Methods     []string         `json:"methods,omitempty" doc:"manual, bank_file, alipay, wechat, in the order they are offered; none is manual alone"`
	PerTransfer map[string]int64 `json:"per_transfer,omitempty" doc:"What one transfer of a method may carry"`
	Split       bool             `json:"split,omitempty" doc:"Cut what is above into several transfers instead of refusing it"`
	RealName    bool             `json:"real_name" doc:"Nobody is paid whose real name and age are not known. False: the store knows them from elsewhere"`
	AutoBelow   int64            `json:"auto_below,omitempty" minimum:"0" doc:"A request of less is approved by itself"`
	TwoAbove    int64            `json:"two_above,omitempty" minimum:"0" doc:"A request of more is approved by two people"`
}

// withdrawalMethods are how a withdrawal may be paid.
var withdrawalMethods = []string{"manual", "bank_file", "alipay", "wechat"}

func (w WithdrawalSettings) check() error {
	if w.Fee >= money.Whole {
		return errFee.At("settings.withdrawal.fee")
	}
	for i, d := range w.Days {
		if d < 1 || d > 31 {
			return errDay.At(fmt.Sprintf("settings.withdrawal.days[%d]", i))
		}
	}
	for i, m := range w.Methods {
		if !slices.Contains(withdrawalMethods, m) || slices.Contains(w.Methods[:i], m) {
			return errChoice.With("value", m).At(fmt.Sprintf("settings.withdrawal.methods[%d]", i))
		}
	}
	for m, limit := range w.PerTransfer {
		if !slices.Contains(withdrawalMethods, m) || limit < 0 {
			return errChoice.With("value", m).At("settings.withdrawal.per_transfer")
		}
	}
	if w.TwoAbove > 0 && w.AutoBelow > w.TwoAbove {
		return errAuto.At("settings.withdrawal.auto_below")
	}
	return nil
}

// RecruitSettings say who becomes a distributor.
type RecruitSettings struct {
	AutoApprove bool `json:"auto_approve"`
	MinAge      int  `json:"min_age" minimum:"18" maximum:"120"`
}

// Defaults are the rules of a new store.
func Defaults() Settings {
	return Settings{
		Levels: 2, Rounding: "floor", SelfPurchase: "off", IneligibleUpline: "forfeit", Refund: "frozen",
		CampaignClock: "placed_at", OrderCap: money.Whole / 2, RecipientCap: RecipientCap{Period: Month},
		FreezeDays: 10, AutoReceiveDays: 10, CloseUnpaidMinutes: 30,
		Settlement: SettlementSettings{Method: AfterFreeze, Period: Month},
		Bind:       BindSettings{On: "registration", Who: "unbound", ValidityDays: 30, ProtectionDays: 15, Take: "pay", Model: "last"},
		Withdrawal: WithdrawalSettings{Min: 1000, RealName: true},
		Recruit:    RecruitSettings{AutoApprove: false, MinAge: 18},

		PointsPerUnit: money.Whole,
		Grades:        []string{"normal", "senior", "partner"},
	}
}

// Rules are the part of the settings that a strategy computes with.
func (s Settings) Rules() *strategyv1.Rules {
	rounding := strategyv1.Rounding_ROUNDING_FLOOR
	if s.Rounding == "half_up" {
		rounding = strategyv1.Rounding_ROUNDING_HALF_UP
	}
	clock := strategyv1.CampaignClock_CAMPAIGN_CLOCK_PLACED_AT
	if s.CampaignClock == "paid_at" {
		clock = strategyv1.CampaignClock_CAMPAIGN_CLOCK_PAID_AT
	}
	return &strategyv1.Rules{Rounding: rounding, Levels: int32(s.Levels), CampaignClock: clock}
}

// check refuses what the schema of the API cannot say.
func (s Settings) check() error {
	switch {
	case s.Levels < 1 || s.Levels > 3:
		return errLevels.At("settings.levels")
	case s.Levels == 3 && s.ThirdLevelAck == "":
		return errThirdLevel.At("settings.third_level_ack")
	case s.OrderCap > money.Whole:
		return errCap.At("settings.order_cap")
	case s.LineMarginCap > money.Whole:
		return errMarginCap.At("settings.line_margin_cap")
	case s.RecipientCap.Amount < 0 || s.RecipientCap.Amount > money.MaxMinor:
		return errRecipientCap.At("settings.recipient_cap.amount")
	case len(s.Grades) == 0:
		return errGrades.At("settings.grades")
	}
	for i, g := range s.Grades {
		if g == "" || slices.Contains(s.Grades[:i], g) {
			return errGrades.At(fmt.Sprintf("settings.grades[%d]", i))
		}
	}
	if err := s.Withdrawal.check(); err != nil {
		return err
	}
	return oneOf(map[string][]string{
		"rounding": {s.Rounding, "floor", "half_up"}, "self_purchase": {s.SelfPurchase, "off", "upline_second", "on"},
		"ineligible_upline": {s.IneligibleUpline, "forfeit", "stop", "roll_up", "compress"}, "refund": {s.Refund, "frozen", "recompute"},
		"campaign_clock":       {s.CampaignClock, "placed_at", "paid_at"},
		"recipient_cap.period": {s.RecipientCap.Period, Day, Week, Month},
		"settlement.method":    {s.Settlement.Method, AfterFreeze, PeriodEnd}, "settlement.period": {s.Settlement.Period, Week, Month},
		"bind.on": {s.Bind.On, "click", "registration", "first_order", "first_payment"}, "bind.who": {s.Bind.Who, "unbound", "new"},
		"bind.take": {s.Bind.Take, "pay", "touch", "never"}, "bind.model": {s.Bind.Model, "last", "first"},
	})
}

// oneOf checks each field's first word against the rest.
func oneOf(fields map[string][]string) error {
	for name, words := range fields {
		if !slices.Contains(words[1:], words[0]) {
			return errChoice.With("value", words[0]).At("settings." + name)
		}
	}
	return nil
}

var (
	errLevels       = fault.New(fault.Invalid, "program.levels", "分销层级只能是 1 到 3 级", "a programme has one to three levels")
	errThirdLevel   = fault.New(fault.Invalid, "program.third_level_unacknowledged", "启用第三级前，须由负责人确认法律提示", "a third level needs a signed acknowledgement of the legal text")
	errCap          = fault.New(fault.Invalid, "program.order_cap", "单笔佣金上限不能超过实付的 100%", "the cap cannot exceed what was paid")
	errMarginCap    = fault.New(fault.Invalid, "program.line_margin_cap", "单品毛利上限不能超过毛利的 100%", "the cap of a line cannot exceed its margin")
	errRecipientCap = fault.New(fault.Invalid, "program.recipient_cap", "每人每期佣金上限的金额无效", "what one distributor earns at most is not an amount")
	errFee          = fault.New(fault.Invalid, "program.fee", "提现手续费须低于 100%", "the withdrawal fee must be below 100 %")
	errGrades       = fault.New(fault.Invalid, "program.grades", "等级名称不能为空或重复", "grades must be named, each once")
	errDay          = fault.New(fault.Invalid, "program.withdrawal_day", "可提现日须在 1 到 31 之间", "days of the month run from 1 to 31")
	errAuto         = fault.New(fault.Invalid, "program.auto_above_two", "自动通过的金额不能高于双人审核的金额", "what is approved by itself cannot be more than what takes two people")
	errChoice       = fault.New(fault.Invalid, "program.unknown_choice", "不支持的选项 {value}", "{value} is not one of the choices")
	errUnknown      = fault.New(fault.Invalid, "program.unknown_strategy", "平台上没有佣金策略 {strategy}", "no strategy {strategy} is installed")
	errConfig       = fault.New(fault.Invalid, "program.config", "策略配置有误：{problem_zh}", "the strategy's configuration is wrong: {problem}")
	errRecompute    = fault.New(fault.Invalid, "program.recompute_unsupported", "佣金策略 {strategy} 不支持退款后重算，请选择按原结果扣回", "the strategy {strategy} does not offer to compute again after a refund: choose to take back what the line earned")
	errNewFacts     = fault.New(fault.Invalid, "program.new_facts", "该策略还需要以下信息，请先确认：{facts}", "the strategy needs to know more than you have agreed to: {facts}")
	errUnknownFact  = fault.New(fault.Invalid, "program.unknown_fact", "平台无法提供该策略需要的信息 {fact}", "the strategy needs {fact}, which the platform cannot tell")
	errNone         = fault.New(fault.NotFound, "program.no_revision", "没有这个方案版本", "there is no such revision")
)
