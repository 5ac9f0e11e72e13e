package pieces

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, Strategy, stest.Golden("testdata/golden.json"))
}
