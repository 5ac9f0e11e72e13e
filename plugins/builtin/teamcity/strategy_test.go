package teamcity_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/teamcity"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, teamcity.Strategy, stest.Golden("testdata/golden.json"))
}
