package app

import (
	"context"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/platform/tenancy"
)

func TestCalmly_APanicIsOneStoresFailure(t *testing.T) {
	t.Parallel()
	err := calmly(t.Context(), tenancy.ID{}, func(context.Context, tenancy.ID) error { panic("a poisoned order") })
	if err == nil || !strings.Contains(err.Error(), "a poisoned order") {
		t.Errorf("%v", err)
	}
}
