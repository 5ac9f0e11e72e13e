package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// shortDirs is where directories of hosts are kept whose installation's own
// folder has too long a path.
var shortDirs = "/var/tmp"

// ownerFile names the installation that a short directory belongs to.
const ownerFile = "owner"

// hostDir is dir/plugins, unless sockets below it would have too long a path
// or, as root, the strategies' users could not reach it. A short directory
// elsewhere is marked with its owner, and those whose owners are gone are
// removed.
func hostDir(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("app: %w", err)
	}
	if len(abs) < 32 && os.Getuid() != 0 {
		return filepath.Join(abs, "plugins"), nil
	}
	if err := os.MkdirAll(abs, 0o755); err != nil { // an owner that is not there yet would be taken for dead
		return "", fmt.Errorf("app: %w", err)
	}
	sweepHostDirs()
	sum := sha256.Sum256([]byte(abs))
	short := filepath.Join(shortDirs, "fenli-"+hex.EncodeToString(sum[:4]))
	if err := os.MkdirAll(short, 0o711); err != nil {
		return "", fmt.Errorf("app: %w", err)
	}
	if err := os.WriteFile(filepath.Join(short, ownerFile), []byte(abs), 0o600); err != nil {
		return "", fmt.Errorf("app: %w", err)
	}
	return short, nil
}

// sweepHostDirs removes the directories of installations that are gone. One
// without a mark is left alone: whose it is cannot be known.
func sweepHostDirs() {
	dirs, _ := filepath.Glob(filepath.Join(shortDirs, "fenli-*"))
	for _, dir := range dirs {
		removeIfDead(dir)
	}
}

func removeIfDead(dir string) {
	owner, err := os.ReadFile(filepath.Join(dir, ownerFile))
	if err != nil || !filepath.IsAbs(string(owner)) {
		return
	}
	if _, err := os.Stat(string(owner)); !errors.Is(err, fs.ErrNotExist) || inUse(dir) {
		return
	}
	_ = os.RemoveAll(dir)
}

// inUse tells whether a process that lives has its sockets there.
func inUse(dir string) bool {
	entries, _ := os.ReadDir(filepath.Join(dir, "run"))
	for _, e := range entries {
		owner, _, _ := strings.Cut(e.Name(), ".")
		if pid, err := strconv.Atoi(owner); err == nil && !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
			return true
		}
	}
	return false
}

// closeHost ends the strategies, and with an installation that is gone goes
// their directory.
func (a *App) closeHost(ctx context.Context) {
	if err := a.Host.Close(ctx); err != nil {
		a.Log.Warn("the host of strategies was not closed cleanly", "error", err)
	}
	if a.hostDir != "" {
		removeIfDead(a.hostDir)
	}
}
