package withdrawal

import (
	"context"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payer"
	"github.com/fenli-io/fenli/tenants/performance"
)

// Terms are what somebody can know before they ask.
type Terms struct {
	Rules   Rules
	Ways    []Way
	Asked   int64            // this month, and not given back
	NextDay performance.Date // on which one may ask; none when one may today
	Tax     payer.Method
	Refusal error // why nothing can be asked for at all
}

// Way is a method and whether everything it needs is there.
type Way struct {
	Method  Method
	Channel payee.Channel // "" for any or none
	Ready   bool
}

// Terms reads them for a person.
func (s *Service) Terms(ctx context.Context, tx *pg.Tx, who distributor.ID) (t Terms, err error) {
	if t.Rules, err = s.rules(ctx, tx); err != nil {
		return t, err
	}
	if t.Refusal = mayAsk(ctx, tx, who); t.Refusal != nil && fault.Of(t.Refusal).Kind == fault.Internal {
		return t, t.Refusal
	}
	p, err := payee.Current(ctx, tx, who)
	if err != nil {
		return t, err
	}
	for _, m := range t.Rules.methods() {
		w := Way{Method: m, Channel: m.channel(), Ready: p.Profile != nil || !t.Rules.RealName && m.channel() == ""}
		if w.Channel != "" {
			_, has := p.Account(w.Channel)
			w.Ready = w.Ready && has
		}
		t.Ways = append(t.Ways, w)
	}
	from, to := t.Rules.month(tx.Now())
	if t.Asked, err = askedBetween(ctx, tx, who, from, to); err != nil {
		return t, err
	}
	if today := performance.Day(tx.Now(), t.Rules.Zone); !t.Rules.permitted(today) {
		t.NextDay = t.Rules.nextDay(today)
	}
	w := Withdrawal{Distributor: who}
	if p.Profile != nil {
		w.ProfileRevision = p.Profile.Revision
	}
	l, err := s.levied(ctx, tx, t.Rules, w)
	t.Tax = l.method
	return t, err
}
