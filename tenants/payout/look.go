package payout

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// next is what a transfer needs now. With held, nothing is sent; it is asked
// about all the same, for it may have been sent before a restore.
func (t Transfer) next(prepared, held bool) string {
	again := "submit"
	if held || t.CancelBy != "" {
		again = "query"
	}
	switch {
	case t.State.ended():
		return ""
	case held && t.Submits == 0:
		return "query"
	case t.State == Queued:
		return "send"
	case t.Submits == 0:
		if !prepared {
			return "prepare"
		}
		return "submit"
	case t.CancelBy != "" && t.Asked != "cancel" && t.Standing != Cancelling:
		return "cancel"
	}
	switch t.Standing {
	case StaleKey:
		if held {
			return "query"
		}
		return "prepare"
	case Doubt, "":
		if t.Asked == "query" {
			return again
		}
		return "query"
	case Absent:
		return again
	case Short, Slower:
		if t.Asked == "submit" {
			return again
		}
		return "query"
	case AwaitsUser:
		if t.Confirm == "" && t.Asked == "query" {
			return again // the same bytes are answered with what the phone needs
		}
	}
	return "query"
}

// Look does what a transfer needs now, once.
func (s *Service) Look(ctx context.Context, tenant tenancy.ID, which ID) error {
	var t Transfer
	var d desk
	var move string
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		if t, d, err = s.load(ctx, tx, which); err != nil {
			return err
		}
		b, err := deskOf(ctx, tx)
		if err != nil {
			return err
		}
		prepared, err := hasRequest(ctx, tx, which)
		if err != nil {
			return err
		}
		if move = t.next(prepared, b.Hold != ""); move != "send" {
			return err
		}
		t, err = s.send(ctx, tx, which)
		return err
	})
	if err != nil {
		return err
	}
	switch move {
	case "send":
		if t.State == Sending {
			return s.prepare(ctx, tenant, t, d)
		}
	case "prepare":
		return s.prepare(ctx, tenant, t, d)
	case "submit":
		return s.submit(ctx, tenant, t, d)
	case "query":
		return s.hear(ctx, tenant, which, "query", d.provider.Query(ctx, t.Number))
	case "cancel":
		c, can := d.provider.(Canceller)
		if !can {
			return ErrCannotCancel
		}
		return s.hear(ctx, tenant, which, "cancel", c.Cancel(ctx, t.Number))
	}
	return nil
}

// Ask asks the provider about a transfer now.
func (s *Service) Ask(ctx context.Context, tenant tenancy.ID, which ID) error {
	var t Transfer
	var d desk
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		t, d, err = s.load(ctx, tx, which)
		return err
	})
	if err != nil || t.State.ended() {
		return err
	}
	return s.hear(ctx, tenant, which, "query", d.provider.Query(ctx, t.Number))
}

func (s *Service) load(ctx context.Context, tx *pg.Tx, which ID) (Transfer, desk, error) {
	t, err := Get(ctx, tx, which)
	if err != nil {
		return t, desk{}, err
	}
	a, err := getAccount(ctx, tx, t.Account)
	if err != nil {
		return t, desk{}, err
	}
	d, err := s.desk(tx, a)
	return t, d, err
}

// send takes the withdrawal on its way. Of somebody in debt it was given back
// instead, and nothing is sent; who may not be paid yet waits.
func (s *Service) send(ctx context.Context, tx *pg.Tx, which ID) (Transfer, error) {
	t, err := lockTransfer(ctx, tx, which)
	if err != nil || t.State != Queued {
		return t, err
	}
	w, err := s.Withdrawals.Send(ctx, tx, t.Withdrawal, system)
	switch {
	case waits(err):
		t.Words = fault.Of(err).Sentence("zh")
		t.ChangedAt = tx.Now()
		if err := saveTransfer(ctx, tx, t); err != nil {
			return t, err
		}
		if s.kinds[t.Method].Batched {
			return t, nil // the next file takes it
		}
		return t, lookAt(ctx, tx, which, tx.Now().Add(time.Hour))
	case errors.Is(err, withdrawal.ErrWrongState):
		return s.end(ctx, tx, t, Void, string(w.State), system)
	case err != nil:
		return t, err
	}
	switch w.State {
	case withdrawal.Sending, withdrawal.Waiting, withdrawal.InDoubt:
		t.State, t.Amount, t.Words, t.ChangedAt = Sending, w.Net, "", tx.Now()
		if err := saveTransfer(ctx, tx, t); err != nil {
			return t, err
		}
		return t, addStep(ctx, tx, t, system, "", "")
	}
	return s.end(ctx, tx, t, Void, string(w.State), system)
}

// prepare writes the exact bytes down, once; only a key that is no longer
// taken makes it do so again, under the same number.
func (s *Service) prepare(ctx context.Context, tenant tenancy.ID, t Transfer, d desk) error {
	var o Order
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		o, err = s.order(ctx, tx, t, d)
		return err
	})
	if err != nil {
		return err
	}
	r, err := d.provider.Prepare(ctx, o)
	if err == nil && d.Limit > 0 && t.Amount > d.Limit {
		err = ErrAboveLimit.With("limit", money.Format(d.Limit, o.Currency))
	}
	var wrong *fault.Error
	switch {
	case errors.As(err, &wrong) && wrong.Kind != fault.Internal && wrong.Kind != fault.Unavailable:
		return s.hear(ctx, tenant, t.ID, "prepare", Answer{Standing: Refused, Code: wrong.Code, Words: wrong.Sentence("zh")})
	case err != nil:
		return s.hear(ctx, tenant, t.ID, "prepare", Answer{Standing: Doubt, Code: "not_prepared", Words: err.Error()})
	}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		now, err := lockTransfer(ctx, tx, t.ID)
		if err != nil || now.State.ended() || now.Submits > 0 && now.Standing != StaleKey {
			t = now
			return err
		}
		now.ChangedAt = tx.Now()
		if now.Standing == StaleKey {
			now.Standing = Slower // prepared anew; the next word counts
			now.Asked = "submit"
		}
		t = now
		if err := saveTransfer(ctx, tx, now); err != nil {
			return err
		}
		return s.keep(ctx, tx, t.ID, r)
	})
	if err != nil || t.State.ended() {
		return err
	}
	return s.submit(ctx, tenant, t, d)
}

// order is what the provider is asked to pay, opened for the moment.
func (s *Service) order(ctx context.Context, tx *pg.Tx, t Transfer, d desk) (Order, error) {
	w, err := withdrawal.Get(ctx, tx, t.Withdrawal)
	if err != nil {
		return Order{}, err
	}
	currency, store, err := s.Money(ctx, tx)
	if err != nil {
		return Order{}, err
	}
	o := Order{Number: t.Number, Amount: t.Amount, Currency: currency, Remark: store + "推广佣金", Anew: t.Standing == StaleKey}
	if s.Address != "" {
		o.NotifyURL = s.Address + d.hook
	}
	if w.ProfileRevision == 0 {
		return o, nil
	}
	to, err := s.Payees.Reveal(ctx, tx, w.Distributor, w.ProfileRevision, w.AccountRevision)
	if err != nil {
		return Order{}, err
	}
	o.Payee = Payee{Account: to.Account.Number, RealName: to.Name, Bank: to.Account.Bank}
	return o, nil
}

// submit counts the sending, outside of the database too, and sends the bytes
// that are stored.
func (s *Service) submit(ctx context.Context, tenant tenancy.ID, t Transfer, d desk) error {
	var r Request
	var sent int64
	send := false
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		now, err := lockTransfer(ctx, tx, t.ID)
		if err != nil || now.State.ended() {
			return err
		}
		b, err := lockDesk(ctx, tx)
		if err != nil || b.Hold != "" {
			return err // held meanwhile: nothing leaves
		}
		sealed, err := requestOf(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		plain, err := s.box.Open(sealed, sealedFor(tx, "request", t.ID.UUID()))
		if err != nil {
			return err
		}
		if err := json.Unmarshal(plain, &r); err != nil {
			return err
		}
		if now.SentAt == nil {
			at := tx.Now()
			now.SentAt = &at
			b.Sent++
			if err := saveDesk(ctx, tx, b); err != nil {
				return err
			}
		}
		sent, send = b.Sent, true
		now.Submits++
		now.Asked = "submit"
		return saveTransfer(ctx, tx, now)
	})
	if err != nil || !send {
		return err
	}
	s.raise(ctx, tenant, sent)
	return s.hear(ctx, tenant, t.ID, "submit", d.provider.Submit(ctx, r))
}

// hear lets an answer advance its transfer.
func (s *Service) hear(ctx context.Context, tenant tenancy.ID, which ID, source string, a Answer) error {
	// The answer is written down although the one who asked may have gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	return s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		_, err := s.advance(ctx, tx, which, a, source)
		return err
	})
}
