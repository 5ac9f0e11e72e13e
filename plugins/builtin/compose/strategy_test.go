package compose_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/compose"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, compose.Strategy, stest.Golden("testdata/golden.json"))
}
