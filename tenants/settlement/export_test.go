package settlement

import (
	"context"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Step does one step of a closing, as a process does that is killed after it.
func (s *Service) Step(ctx context.Context, tenant tenancy.ID) (more bool, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		more, _, err = s.advance(ctx, tx)
		return err
	})
	return more, err
}
