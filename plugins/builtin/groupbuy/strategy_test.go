package groupbuy_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/groupbuy"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, groupbuy.Strategy, stest.Golden("testdata/golden.json"))
}
