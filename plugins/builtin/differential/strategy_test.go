package differential_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/differential"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, differential.Strategy, stest.Golden("testdata/golden.json"))
}
