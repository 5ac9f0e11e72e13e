package ladderbonus_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/ladderbonus"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, ladderbonus.Strategy, stest.Golden("testdata/golden.json"))
}
