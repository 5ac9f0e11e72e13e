package matrix_test

import (
	"testing"

	"github.com/fenli-io/fenli/plugins/builtin/matrix"
	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

func TestStrategy(t *testing.T) {
	stest.Verify(t, matrix.Strategy, stest.Golden("testdata/golden.json"))
}
