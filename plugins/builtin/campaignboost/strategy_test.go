package campaignboost_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/campaignboost"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, campaignboost.Strategy, stest.Golden("testdata/golden.json"))
}
