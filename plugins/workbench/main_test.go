package workbench_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fenli-io/fenli/plugins/host"
	"github.com/fenli-io/fenli/plugins/workbench"
)

func TestMain(m *testing.M) {
	host.MaybeLauncher()
	os.Exit(m.Run())
}

// run runs the go command in a folder without a network.
func run(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOPROXY=off", "GOFLAGS=-buildvcs=false", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func scaffold(t *testing.T, s workbench.Scaffold) string {
	t.Helper()
	if s.Dir == "" {
		s.Dir = filepath.Join(t.TempDir(), s.Name)
	}
	s.SDK = "../.."
	if _, err := s.Make(); err != nil {
		t.Fatal(err)
	}
	return s.Dir
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func replace(t *testing.T, path, from, to string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), from) {
		t.Fatalf("%s does not hold %q", path, from)
	}
	write(t, path, strings.ReplaceAll(string(raw), from, to))
}
