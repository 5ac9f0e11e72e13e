package taskbadges_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/taskbadges"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, taskbadges.Strategy, stest.Golden("testdata/golden.json"))
}
