package conformance

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/fenli-io/fenli/plugins/sdk/money"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

const (
	oneEach    = "answers.one_each"
	noCrash    = "answers.no_crash"
	inTime     = "answers.in_time"
	noError    = "answers.no_error"
	decides    = "answers.decides"
	recipients = "answers.recipients"
	levels     = "answers.levels"
	lines      = "answers.lines"
	amounts    = "answers.amounts"
	silentZero = "answers.no_silent_zero"
	reasons    = "answers.reasons"
	arguments  = "answers.arguments"
	wording    = "answers.text"
	capped     = "money.within_paid"
	exact      = "money.exact"
	huge       = "money.huge"
	raw        = "facts.declared"
)

var answerChecks = []check{
	surveyedCheck(oneEach, "每笔订单恰好一个决定", "every order gets exactly one decision"),
	surveyedCheck(noCrash, "任何订单都不会让它崩溃", "no order makes it crash or panic"),
	surveyedCheck(inTime, "任何订单都按时答复", "every order is answered in time"),
	surveyedCheck(noError, "不以错误代替答复", "it answers with decisions, not with errors"),
	surveyedCheck(decides, "有效的设置下能作出决定", "under a valid configuration it decides"),
	surveyedCheck(recipients, "只把佣金给推广链和指定角色", "it names only people of the chain and the roles, nobody both paid and declined"),
	surveyedCheck(levels, "层级与位置一致，不超过本店级数", "levels equal positions, within what the store pays"),
	surveyedCheck(lines, "只引用订单里的商品行", "awards name lines that the order has"),
	surveyedCheck(amounts, "金额为正且可表示", "amounts are positive and can be represented"),
	surveyedCheck(silentZero, "没有说不清的零：未得佣金者各有原因", "no silent zero: whoever gets nothing is named with a reason"),
	surveyedCheck(reasons, "每笔佣金都有各语言的理由", "every award has a reason in every language"),
	surveyedCheck(arguments, "文案需要的参数都已给出", "every argument that a sentence names is given"),
	surveyedCheck(wording, "文字干净且长度有限", "codes and texts are clean and bounded"),
	surveyedCheck(raw, "只读取声明过的数据", "it reads only what it declares"),
	surveyedCheck(capped, "按比例的佣金合计不超过实付", "shares sum to no more than was paid"),
	surveyedCheck(exact, "写明比例的金额丝毫不差", "an amount with a base and a rate is exactly their product"),
	surveyedCheck(huge, "巨额不溢出", "huge amounts do not overflow"),
}

// flawed hears a check's name and what breaks it.
type flawed func(check, format string, args ...any)

// flaws says everything that is wrong with one decision.
func (s *session) flaws(sub *subject, o *strategyv1.Order, d *strategyv1.Decision, say flawed) {
	switch out := d.GetOutcome().(type) {
	case *strategyv1.Decision_Paid:
		s.paidFlaws(sub, o, out.Paid, say)
	case *strategyv1.Decision_NoCommission:
		s.whyFlaws(o, out.NoCommission.GetWhy(), silentZero, say)
		s.declinedFlaws(o, out.NoCommission.GetDeclined(), nil, say)
	case *strategyv1.Decision_Failed:
		failedFlaws(o, out.Failed, say)
	default:
		say(oneEach, "a decision without an outcome")
	}
}

// codeChecks are the checks that a code of the host or the SDK breaks.
var codeChecks = map[string]string{
	"plugin.crashed": noCrash, "plugin.timeout": inTime, "plugin.malformed_answer": oneEach,
	"strategy.panicked": noCrash, "strategy.undeclared_fact": raw,
	"strategy.contradiction": decides, "strategy.negative_amount": amounts, "strategy.config_invalid": decides,
	"strategy.odd_arguments": arguments,
}

var codePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)

func failedFlaws(o *strategyv1.Order, f *strategyv1.Failed, say flawed) {
	code := f.GetCode()
	check, wrong := codeChecks[code]
	switch {
	case wrong:
		say(check, "%s: %s", code, short(f.GetMessage(), 300))
	case strings.HasPrefix(code, "plugin."):
		say(noError, "%s: %s", code, short(f.GetMessage(), 300))
	case code == "strategy.amount_out_of_range" && !isHuge(o):
		say(decides, "%s: %s", code, short(f.GetMessage(), 300))
	case !codePattern.MatchString(code) || len(code) > 64:
		say(wording, "the code %q is not like strategy.no_such_grade", short(code, 80))
	case !cleanText(f.GetMessage(), 1000):
		say(wording, "the message of %s is not clean text of at most 1000 bytes", code)
	}
}

func (s *session) paidFlaws(sub *subject, o *strategyv1.Order, p *strategyv1.Paid, say flawed) {
	if len(p.GetAwards()) == 0 {
		say(silentZero, "it pays, but nobody")
	}
	paid := map[int32]bool{}
	sum, shares := new(big.Int), new(big.Int)
	for i, a := range p.GetAwards() {
		paid[a.GetRecipient()] = true
		s.awardFlaws(sub, o, a, func(check, format string, args ...any) {
			say(check, "award %d: %s", i, fmt.Sprintf(format, args...))
		})
		sum.Add(sum, big.NewInt(a.GetAmount()))
		if a.GetRatePpm() > 0 {
			shares.Add(shares, big.NewInt(a.GetAmount()))
		}
	}
	if sum.Cmp(big.NewInt(money.MaxMinor)) > 0 {
		say(orHuge(o, amounts), "the awards sum to %v, more than can be represented", sum)
	}
	if net := netOf(o); shares.Cmp(net) > 0 && net.Sign() >= 0 {
		say(orHuge(o, capped), "shares of %v where %v was paid", shares, net)
	}
	named := s.declinedFlaws(o, p.GetDeclined(), paid, say)
	if !s.declares("chain") {
		return
	}
	for i, m := range o.GetChain() {
		if m.GetLevel() <= sub.rules.GetLevels() && !paid[int32(i)] && !named[int32(i)] {
			say(silentZero, "%s, at level %d, is neither paid nor declined", m.GetHandle(), m.GetLevel())
		}
	}
}

func (s *session) awardFlaws(sub *subject, o *strategyv1.Order, a *strategyv1.Award, say flawed) {
	at := int(a.GetRecipient())
	switch chain := len(o.GetChain()); {
	case at < 0 || at >= chain+len(o.GetRoles()):
		say(recipients, "recipient %d of %d", at, chain+len(o.GetRoles()))
	case at < chain && a.GetLevel() != o.GetChain()[at].GetLevel():
		say(levels, "level %d for somebody at level %d", a.GetLevel(), o.GetChain()[at].GetLevel())
	case at < chain && a.GetLevel() > sub.rules.GetLevels():
		say(levels, "level %d in a store of %d", a.GetLevel(), sub.rules.GetLevels())
	case at >= chain && a.GetLevel() != 0:
		say(levels, "level %d for a role", a.GetLevel())
	case at >= chain && Facts["role."+o.GetRoles()[at-chain].GetName()].clear != nil && !s.declares("role."+o.GetRoles()[at-chain].GetName()):
		say(raw, "it pays the role %q, which it does not declare", o.GetRoles()[at-chain].GetName())
	}
	if line := int(a.GetLine()); line < -1 || line >= len(o.GetLines()) {
		say(lines, "line %d of %d", line, len(o.GetLines()))
	}
	switch {
	case a.GetAmount() == 0:
		say(silentZero, "an award of nothing")
	case a.GetAmount() < 0 || a.GetAmount() > money.MaxMinor || a.GetBase() < 0 || a.GetRatePpm() < 0:
		say(orHuge(o, amounts), "amount %d, base %d, rate %d ppm", a.GetAmount(), a.GetBase(), a.GetRatePpm())
	default:
		if flaw := product(a, sub.rules.GetRounding()); flaw != "" {
			say(orHuge(o, exact), "%s", flaw)
		}
	}
	if a.GetKind() == "" || len(a.GetKind()) > 64 || !cleanText(a.GetKind(), 64) {
		say(wording, "the kind %q", short(a.GetKind(), 80))
	}
	s.whyFlaws(o, a.GetWhy(), reasons, say)
}

// product says how an amount differs from base × rate. The rate is written in
// whole ppm: a product of several may be less than one ppm above it.
func product(a *strategyv1.Award, how strategyv1.Rounding) string {
	if a.GetBase() == 0 || a.GetRatePpm() == 0 {
		return ""
	}
	whole := big.NewInt(int64(money.Whole))
	times := func(rate int64, plus *big.Int) *big.Int {
		p := new(big.Int).Mul(big.NewInt(a.GetBase()), big.NewInt(rate))
		return p.Quo(p.Add(p, plus), whole)
	}
	half := new(big.Int)
	if how == strategyv1.Rounding_ROUNDING_HALF_UP {
		half.Rsh(whole, 1)
	}
	least, most := times(a.GetRatePpm(), half), times(a.GetRatePpm()+1, half)
	amount := big.NewInt(a.GetAmount())
	if amount.Cmp(least) < 0 || amount.Cmp(most) > 0 {
		return fmt.Sprintf("%d × %s is %v, not %v", a.GetBase(), money.Rate(a.GetRatePpm()).Percent(), least, amount)
	}
	return ""
}

func (s *session) declinedFlaws(o *strategyv1.Order, list []*strategyv1.Declined, paid map[int32]bool, say flawed) map[int32]bool {
	named := map[int32]bool{}
	for i, d := range list {
		at := d.GetRecipient()
		switch {
		case at < 0 || int(at) >= len(o.GetChain())+len(o.GetRoles()):
			say(recipients, "declined %d: recipient %d of %d", i, at, len(o.GetChain())+len(o.GetRoles()))
		case paid[at]:
			say(recipients, "%s is both paid and declined", handleOf(o, at))
		case named[at]:
			say(recipients, "%s is declined twice", handleOf(o, at))
		}
		named[at] = true
		s.whyFlaws(o, d.GetWhy(), silentZero, say)
	}
	return named
}

const maxArgs, maxArg = 16, 200

// whyFlaws holds one reason against the locales. A missing one breaks the
// check that wants it.
func (s *session) whyFlaws(o *strategyv1.Order, w *strategyv1.Why, missing string, say flawed) {
	if w.GetKey() == "" {
		say(missing, "a reason is missing")
		return
	}
	if flaw := s.sentence(w); flaw != "" {
		say(reasons, "%s", flaw)
		return
	}
	if flaw := s.arguments(w); flaw != "" {
		say(arguments, "%s", flaw)
	}
	if flaw := argFlaw(w, o); flaw != "" {
		say(wording, "%s", flaw)
	}
}

// argFlaw bounds the arguments of a reason. An order's own words may come back
// as they are.
func argFlaw(w *strategyv1.Why, o *strategyv1.Order) string {
	if len(w.GetArgs()) > maxArgs {
		return fmt.Sprintf("%q has %d arguments", w.GetKey(), len(w.GetArgs()))
	}
	for _, a := range w.GetArgs() {
		if !cleanText(a.GetValue(), maxArg) && !saysItself(o, a.GetValue()) {
			return fmt.Sprintf("{%s} of %q is not clean text of at most %d bytes", a.GetName(), w.GetKey(), maxArg)
		}
	}
	return ""
}

func saysItself(o *strategyv1.Order, text string) bool {
	for _, l := range o.GetLines() {
		if text == l.GetSku() || text != "" && strings.Contains(l.GetCategory(), text) {
			return true
		}
	}
	for _, m := range o.GetChain() {
		if text == m.GetHandle() || text == m.GetGrade() {
			return true
		}
	}
	return text == o.GetChannel() || text == o.GetRegion()
}

func netOf(o *strategyv1.Order) *big.Int {
	sum := new(big.Int)
	for _, l := range o.GetLines() {
		sum.Add(sum, big.NewInt(l.GetNet()))
	}
	return sum
}

// isHuge tells the orders on which arithmetic that is too narrow shows.
func isHuge(o *strategyv1.Order) bool { return netOf(o).Cmp(big.NewInt(1e12)) >= 0 }

func orHuge(o *strategyv1.Order, otherwise string) string {
	if isHuge(o) {
		return huge
	}
	return otherwise
}
