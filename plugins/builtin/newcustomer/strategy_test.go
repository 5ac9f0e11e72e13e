package newcustomer_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/newcustomer"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, newcustomer.Strategy, stest.Golden("testdata/golden.json"))
}
