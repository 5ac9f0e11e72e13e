package threelevel_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/threelevel"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, threelevel.Strategy, stest.Golden("testdata/golden.json"))
}
