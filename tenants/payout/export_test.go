package payout

import (
	"context"

	"github.com/fenli-io/fenli/platform/tenancy"
)

// HearForTest lets any answer come.
func (s *Service) HearForTest(tenant tenancy.ID, which ID, a Answer) error {
	return s.hear(context.Background(), tenant, which, "query", a)
}
