package withdrawal

import (
	"context"
	"errors"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/payee"
	"github.com/fenli-io/fenli/tenants/payer"
	"github.com/fenli-io/fenli/tenants/performance"
)

// Tax belongs to the month in which it is paid, and to what was paid before in
// that month. So the figures of a request are those of today; sending works
// the tax out once more, under a lock, and says when it has changed.

// levied is by whom, for whom and how tax is withheld.
type levied struct {
	payer    payer.ID // zero: the store has named none, so nothing is withheld
	taxpayer []byte
	since    performance.Date // the method's first month
	method   payer.Method
	month    performance.Date // the one it would be paid in
}

func (s *Service) levied(ctx context.Context, tx *pg.Tx, rules Rules, w Withdrawal) (l levied, err error) {
	l.month, l.method = performance.Day(tx.Now(), rules.Zone).MonthStart(), payer.None
	p, err := payer.Current(ctx, tx)
	if errors.Is(err, payer.ErrNone) {
		return l, nil
	}
	if err != nil {
		return l, err
	}
	l.payer, l.taxpayer = p.ID, w.Distributor[:]
	kind := payee.Individual
	if s.Payees != nil {
		l.taxpayer, kind, err = s.Payees.Taxpayer(ctx, tx, w.Distributor, w.ProfileRevision, p.ID.UUID())
	}
	if d := p.In(l.month); kind == payee.Individual && rules.Currency == taxedCurrency {
		l.method, l.since = d.Method, d.From
	}
	return l, err
}

// history is what was paid before; with asked also what is asked for and not
// sent, as if it were sent first.
func (l levied) history(ctx context.Context, tx *pg.Tx, asked, lock bool) ([]payer.Income, error) {
	if l.method == payer.None {
		return nil, nil
	}
	history, err := payer.Taxed(ctx, tx, l.payer, l.taxpayer, l.month, lock)
	if err != nil || !asked {
		return history, err
	}
	unsent, err := unsentOf(ctx, tx, l.payer, l.taxpayer)
	if err != nil {
		return nil, err
	}
	for _, q := range unsent { // each will be worked out anew when it is sent
		tax, err := l.of(q.Gross, q.Fee, history)
		if err != nil {
			return nil, err
		}
		history = append(history, payer.Income{Month: l.month, Gross: q.Gross, Tax: tax.Tax})
	}
	return history, nil
}

// of is the tax of a gross; a fee is kept before it.
func (l levied) of(gross, fee int64, history []payer.Income) (payer.Basis, error) {
	b, err := l.method.Tax(history, l.since, l.month, gross)
	b.Tax = min(b.Tax, gross-fee)
	return b, err
}

// apply works out the tax of a withdrawal whose gross and fee are known.
func (l levied) apply(w *Withdrawal, history []payer.Income) error {
	basis, err := l.of(w.Gross, w.Fee, history)
	if err != nil {
		return err
	}
	w.Tax, w.Net, w.Basis = basis.Tax, w.Gross-w.Fee-basis.Tax, basis
	w.TaxMonth, w.Taxpayer = l.month, l.taxpayer
	if w.Payer = l.payer; l.payer.IsZero() {
		w.Taxpayer = nil
	}
	if w.Net <= 0 {
		return ErrNothingLeft
	}
	return nil
}

// tax counts a withdrawal into the sums of its payer on its way out; changed
// says that its figures are no longer those that were asked for.
func (s *Service) tax(ctx context.Context, tx *pg.Tx, w *Withdrawal) (changed bool, err error) {
	rules, err := s.rules(ctx, tx)
	if err != nil {
		return false, err
	}
	l, err := s.levied(ctx, tx, rules, *w)
	if err != nil {
		return false, err
	}
	history, err := l.history(ctx, tx, false, true)
	if err != nil {
		return false, err
	}
	before := w.Quote
	if err := l.apply(w, history); err != nil {
		return false, err
	}
	return w.Quote != before, w.count(ctx, tx, 1)
}

// count adds a withdrawal to the sums of its payer, or takes it off again.
func (w Withdrawal) count(ctx context.Context, tx *pg.Tx, sign int64) error {
	if w.Payer.IsZero() || w.Basis.Method == "" || w.Basis.Method == payer.None {
		return nil
	}
	return payer.Add(ctx, tx, w.Payer, w.Taxpayer, payer.Income{Month: w.TaxMonth, Gross: sign * w.Gross, Tax: sign * w.Tax})
}
