package embedded

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSweepOutside(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root lends its servers to another account")
	}
	lives := t.TempDir()
	for name, c := range map[string]struct {
		origin string
		stays  bool
	}{
		"WhoseDirectoryIsThereStays":         {lives, true},
		"WhoseDirectoryIsGoneGoes":           {filepath.Join(lives, "gone"), false},
		"ThatIsBeingMadeThisInstantIsSpared": {"", true},
	} {
		t.Run(name, func(t *testing.T) {
			place, err := os.MkdirTemp(outside, outsidePrefix+"test-")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = os.RemoveAll(place) })
			if err := os.WriteFile(filepath.Join(place, "origin"), []byte(c.origin), 0o600); err != nil {
				t.Fatal(err)
			}
			sweepOutside()
			if _, err := os.Stat(place); (err == nil) != c.stays {
				t.Errorf("it stays: %v, want %v", err == nil, c.stays)
			}
		})
	}
}
