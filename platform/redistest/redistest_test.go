package redistest_test

import (
	"testing"

	"github.com/fenli-io/fenli/platform/redistest"
)

func TestOpen(t *testing.T) {
	for _, name := range []string{"One", "Another"} {
		t.Run(name+"TestSeesOnlyItsOwnKeys", func(t *testing.T) {
			t.Parallel()
			client := redistest.Open(t)
			if n := client.DBSize(t.Context()).Val(); n != 0 {
				t.Fatalf("starts with %d keys", n)
			}
			for range 100 {
				if n := client.Incr(t.Context(), "k").Val(); n > 100 {
					t.Fatal("somebody else counts here")
				}
			}
			if got := client.Get(t.Context(), "k").Val(); got != "100" {
				t.Errorf("counted to %s", got)
			}
		})
	}
}
