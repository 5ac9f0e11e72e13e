package pool_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/pool"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, pool.Strategy, stest.Golden("testdata/golden.json"))
}
