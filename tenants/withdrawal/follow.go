package withdrawal

import (
	"context"

	"github.com/fenli-io/fenli/platform/pg"
)

// FollowApproved asks to be told of every approval inside its own transaction:
// whoever pays makes ready to send it. Call it while the program is put
// together.
func (s *Service) FollowApproved(f func(context.Context, *pg.Tx, Withdrawal) error) {
	s.approved = append(s.approved, f)
}

func (s *Service) tellApproved(ctx context.Context, tx *pg.Tx, w Withdrawal) error {
	for _, f := range s.approved {
		if err := f(ctx, tx, w); err != nil {
			return err
		}
	}
	return nil
}
