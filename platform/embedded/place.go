package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	outside         = "/var/tmp" // survives a reboot, unlike /tmp
	outsidePrefix   = "fenli-"
	throwawayPrefix = "fenli-throwaway-"
)

// makeEnterable creates dir so that a lent account can pass through it,
// without being able to list it. A directory that exists keeps its mode.
func makeEnterable(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return err
	}
	return os.Chmod(dir, 0o711) // whatever the umask said
}

// settle returns the directory where data of the berth live: the berth itself
// or, when the account may not enter it (a clone under root's 0700 home), a
// private directory outside, which the berth remembers.
func settle(b *berth, who account) (string, error) {
	note := filepath.Join(b.dir, "place")
	if remembered, err := os.ReadFile(note); err == nil {
		if place := strings.TrimSpace(string(remembered)); who.mayEnter(place) {
			return place, nil
		}
	}
	if _, err := os.Stat(filepath.Join(b.dir, "data")); err == nil || who.mayEnter(b.dir) {
		return b.dir, nil
	}
	place := placeOutside(b.dir)
	// Only a directory that we made a moment ago is safe in a folder that anybody writes to.
	if err := os.RemoveAll(place); err != nil {
		return "", err
	}
	if err := os.Mkdir(place, 0o711); err != nil {
		return "", err
	}
	if err := os.Chmod(place, 0o711); err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(place, "origin"), []byte(b.dir), 0o600); err != nil {
		return "", err
	}
	if !who.mayEnter(place) {
		return "", fmt.Errorf("user %s can enter neither %s nor %s; choose another directory", who.name, b.dir, place)
	}
	return place, os.WriteFile(note, []byte(place+"\n"), 0o600)
}

func placeOutside(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join(outside, outsidePrefix+hex.EncodeToString(sum[:8]))
}

// sweepOutside removes places whose directory no longer exists.
func sweepOutside() {
	if os.Geteuid() != 0 {
		return
	}
	places, _ := filepath.Glob(filepath.Join(outside, outsidePrefix+"*"))
	for _, place := range places {
		origin, err := os.ReadFile(filepath.Join(place, "origin"))
		if err != nil || !filepath.IsAbs(string(origin)) { // empty: another process is about to write it
			continue
		}
		if _, err := os.Stat(string(origin)); errors.Is(err, os.ErrNotExist) {
			_ = os.RemoveAll(place)
		}
	}
}

// makeThrowaway creates a directory for one run. A process that is killed
// cannot remove its own, so each run first removes what dead ones left.
func makeThrowaway() (string, error) {
	sweepThrowaways()
	dir, err := os.MkdirTemp(os.TempDir(), throwawayPrefix)
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}

func sweepThrowaways() {
	const settled = time.Minute // a younger one may be about to take its lock
	leftovers, _ := filepath.Glob(filepath.Join(os.TempDir(), throwawayPrefix+"*"))
	for _, dir := range leftovers {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < settled {
			continue
		}
		if owner, ok := info.Sys().(*syscall.Stat_t); !ok || int(owner.Uid) != os.Geteuid() {
			continue
		}
		if Remove(dir) == nil {
			_ = os.RemoveAll(dir)
		}
	}
}
