package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/cmd/internal/cases"
	"github.com/fenli-io/fenli/plugins/builtin"
)

// Worked commission cases come out to the unit, through HTTP, PostgreSQL,
// Redis and the strategies' own processes, each on a store of its own.
func TestWorkedCases(t *testing.T) {
	t.Parallel()
	list, err := cases.Read("testdata/cases.json")
	if err != nil {
		t.Fatal(err)
	}
	built := filepath.Join(os.TempDir(), "fenli-all-strategies")
	if _, err := builtin.Build(t.Context(), built, nil); err != nil {
		t.Fatal(err)
	}
	w := openTown(t, func(c *Config) { c.Strategies = built })
	server := cases.Server{Base: w.base, OperatorToken: operator}
	for i, c := range list {
		t.Run(c.ID, func(t *testing.T) {
			if differs := cases.Play(t.Context(), server, c, fmt.Sprintf("case-%d", i)); len(differs) > 0 {
				t.Errorf("%s: %s", c.Title, strings.Join(differs, "; "))
			}
		})
	}
}
