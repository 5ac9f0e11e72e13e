package app

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestHostDir_GoesWithItsInstallation(t *testing.T) {
	t.Parallel()
	all := t.TempDir()
	make := func(name, owner, sockets string) string {
		dir := filepath.Join(all, name)
		if err := os.MkdirAll(filepath.Join(dir, "run", sockets), 0o755); err != nil {
			t.Fatal(err)
		}
		if owner != "" {
			if err := os.WriteFile(filepath.Join(dir, ownerFile), []byte(owner), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	gone, here := filepath.Join(all, "gone"), t.TempDir()
	me := fmt.Sprint(os.Getpid(), ".1")
	for _, c := range []struct {
		dir  string
		left bool
	}{
		{make("dead", gone, ""), false},
		{make("dead-with-dead-sockets", gone, "4194999.1"), false},
		{make("in-use", gone, me), true},
		{make("alive", here, ""), true},
		{make("unmarked", "", ""), true},
		{make("nonsense", "not/absolute", ""), true},
	} {
		removeIfDead(c.dir)
		if _, err := os.Stat(c.dir); (err == nil) != c.left {
			t.Errorf("%s: left %v, want %v", filepath.Base(c.dir), err == nil, c.left)
		}
	}
}
