package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// oldestPostgres is the first version the schema works on.
const oldestPostgres = 15

// installation is one set of PostgreSQL programs.
type installation struct {
	bin   string
	major int
}

// machine says what this system has to offer. Tests replace it.
var machine = struct {
	postgres func() []string
	redis    func() string
	port     func() (int, error)
}{postgresOfMachine, redisOfMachine, freePort}

func postgresOfMachine() []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*",
		"/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin",
	} {
		found, _ := filepath.Glob(pattern)
		dirs = append(dirs, found...)
	}
	return dirs
}

// findPostgres chooses programs for the cluster: the machine's own, else the
// npm package. Data that exist decide the version, since a major version
// cannot read another's.
func findPostgres(ctx context.Context, cfg Config, c *cluster) (string, error) {
	need, err := dataVersion(c.data)
	if err != nil {
		return "", err
	}
	candidates := installations(append(machine.postgres(), fetchedBin(c.home)), c.who)
	if bin := choose(candidates, need); bin != "" {
		return bin, nil
	}
	if need != 0 && need != npmMajor {
		return "", fmt.Errorf("the data in %s were written by PostgreSQL %d, and this machine has %s; install PostgreSQL %d, or move the directory away to start afresh",
			c.data, need, describe(candidates), need)
	}
	bin, err := fetchPostgres(ctx, cfg, c.home)
	if err != nil {
		return "", fmt.Errorf("no PostgreSQL %d or newer on this machine (found %s), and none could be fetched (%w). Install it with:\n    %s\nor set DATABASE_URL",
			oldestPostgres, describe(candidates), err, installLine("postgresql"))
	}
	if got := installations([]string{bin}, c.who); len(got) == 0 {
		return "", fmt.Errorf("the fetched PostgreSQL in %s does not run on this machine; install it with:\n    %s\nor set DATABASE_URL", bin, installLine("postgresql"))
	}
	return bin, nil
}

// installations keeps the directories whose programs the account can run.
func installations(dirs []string, who account) []installation {
	var found []installation
	for _, dir := range dirs {
		if slices.ContainsFunc(found, func(i installation) bool { return i.bin == dir }) {
			continue
		}
		if major, err := majorVersion(dir, who); err == nil {
			found = append(found, installation{bin: dir, major: major})
		}
	}
	return found
}

var versionLine = regexp.MustCompile(`PostgreSQL\)? (\d+)`)

func majorVersion(bin string, who account) (int, error) {
	if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
		return 0, err
	}
	out, err := program{path: filepath.Join(bin, "postgres"), args: []string{"--version"}, dir: "/", who: who, onParentDeath: syscall.SIGKILL}.output()
	if err != nil {
		return 0, err
	}
	match := versionLine.FindStringSubmatch(out)
	if match == nil {
		return 0, errors.New("not a PostgreSQL: " + out)
	}
	return strconv.Atoi(match[1])
}

// choose returns the programs of exactly the needed version or, when there
// are no data yet, the first good ones: what is on PATH wins.
func choose(candidates []installation, need int) string {
	for _, i := range candidates {
		if i.major == need || need == 0 && i.major >= oldestPostgres {
			return i.bin
		}
	}
	return ""
}

func describe(candidates []installation) string {
	if len(candidates) == 0 {
		return "none"
	}
	var names []string
	for _, i := range candidates {
		names = append(names, fmt.Sprintf("%d in %s", i.major, i.bin))
	}
	return strings.Join(names, ", ")
}

// installLine is the one line a person types on this system to get a server.
func installLine(what string) string {
	managers := []struct{ program, line string }{
		{"apt-get", "sudo apt-get update && sudo apt-get install -y "},
		{"dnf", "sudo dnf install -y "},
		{"apk", "sudo apk add "},
		{"pacman", "sudo pacman -S "},
		{"zypper", "sudo zypper install -y "},
		{"brew", "brew install "},
	}
	names := map[string]map[string]string{
		"postgresql":   {"dnf": "postgresql-server", "zypper": "postgresql-server", "brew": "postgresql@16"},
		"redis-server": {"dnf": "redis", "apk": "redis", "pacman": "redis", "zypper": "redis", "brew": "redis"},
	}
	for _, m := range managers {
		if _, err := exec.LookPath(m.program); err != nil {
			continue
		}
		if name, ok := names[what][m.program]; ok {
			return m.line + name
		}
		return m.line + what
	}
	return "(your package manager) " + what + " on " + runtime.GOOS
}
