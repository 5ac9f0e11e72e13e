package tieredsales_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/tieredsales"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, tieredsales.Strategy, stest.Golden("testdata/golden.json"))
}
