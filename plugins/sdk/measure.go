package strategy

import strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"

// Measure is one number and what it is held against: "settled sales, 8,000.00
// of 10,000.00". Grades and tasks are explained with measures.
type Measure struct {
	unit            strategyv1.Unit
	current, target int64
	what            *strategyv1.Why
}

// AmountOf measures money in minor units. key and args are a sentence of the
// strategy's locales that says what is measured.
func AmountOf(current, target int64, key string, args ...any) Measure {
	return Measure{strategyv1.Unit_UNIT_MONEY, current, target, why(key, args...)}
}

// CountOf measures a number of things.
func CountOf(current, target int64, key string, args ...any) Measure {
	return Measure{strategyv1.Unit_UNIT_COUNT, current, target, why(key, args...)}
}

// Met tells whether the target is reached.
func (m Measure) Met() bool { return m.current >= m.target }

func (m Measure) evidence() *strategyv1.Evidence {
	return &strategyv1.Evidence{What: m.what, Unit: m.unit, Current: m.current, Target: m.target}
}
