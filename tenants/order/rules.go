package order

import (
	"github.com/fenli-io/fenli/tenants/attribution"
	"github.com/fenli-io/fenli/tenants/program"
)

// RulesOf are a programme's settings as attribution knows them.
func RulesOf(s program.Settings) attribution.Rules {
	return attribution.Rules{
		BindOn: attribution.BindOn(s.Bind.On), Who: attribution.Who(s.Bind.Who),
		ValidityDays: s.Bind.ValidityDays, ProtectionDays: s.Bind.ProtectionDays,
		Take: attribution.Take(s.Bind.Take), Model: attribution.Model(s.Bind.Model),
		SelfPurchase: attribution.SelfPurchase(s.SelfPurchase),
	}
}

// Checkout is the source of orders that buyers place here; their stock is ours.
const Checkout = "checkout"
