package payout

import (
	"context"
	"net/http"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Hear takes a call of a provider at an account's hook. It is proven before
// anything else, and may come any number of times, in any order.
func (s *Service) Hear(ctx context.Context, tenant tenancy.ID, hook string, header http.Header, body []byte) error {
	var d desk
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		a, err := accountByHook(ctx, tx, secret.HashToken(hook))
		if err != nil {
			return err
		}
		d, err = s.desk(tx, a)
		return err
	})
	if err != nil {
		return err
	}
	l, listens := d.provider.(Listener)
	if !listens {
		return ErrHook
	}
	n, err := l.Hear(ctx, header, body)
	if err != nil {
		return ErrHook.Because(err)
	}
	return s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		t, err := ByNumber(ctx, tx, n.Answer.Number)
		if err != nil {
			return err
		}
		if t.Account != d.ID {
			return ErrUnknown // another merchant's account has no say
		}
		_, err = s.advance(ctx, tx, t.ID, n.Answer, "notice")
		return err
	})
}
