package host

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"

	"github.com/fenli-io/fenli/plugins/sdk/handshake"
)

const (
	launcherName = "fenli-strategy-launcher"
	binaryFile   = "/proc/self/fd/3" // inherited, and verified through this very descriptor
	runtimeFile  = "/proc/self/fd/4" // what runs it, if it is no program itself
)

var launcherReady atomic.Bool

// MaybeLauncher turns this process into a plugin when the host has started it
// for that, and does not return then. Otherwise it does nothing. It must come
// first in main, before flags are read or files opened.
func MaybeLauncher() {
	launcherReady.Store(true)
	if len(os.Args) != 2 || os.Args[0] != launcherName {
		return
	}
	runtime.LockOSThread()
	if err := launch(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "the sandbox cannot be entered:", err)
	}
	os.Exit(97)
}

// launch gives everything up and executes the plugin. It returns only an error.
func launch(raw string) error {
	var o orders
	if err := json.Unmarshal([]byte(raw), &o); err != nil {
		return err
	}
	if err := limit(o); err != nil {
		return err
	}
	if o.User != 0 {
		if err := becomeUser(o.User); err != nil {
			return err
		}
	}
	if err := dieWithParent(o.Parent); err != nil {
		return err
	}
	if o.Landlock {
		if err := seal(o); err != nil {
			return err
		}
	}
	if o.Seccomp {
		if err := filterCalls(); err != nil {
			return err
		}
	}
	cookie := handshake.Config.MagicCookieKey + "=" + handshake.Config.MagicCookieValue
	return syscall.Exec(o.Exec, o.Args, append(os.Environ(), cookie))
}

// limit bounds resources. RLIMIT_DATA, not RLIMIT_AS: a Go program maps far
// more address space than it uses. Processes are counted per user, so that
// limit makes sense only for a user of the plugin's own.
func limit(o orders) error {
	limits := map[int]uint64{
		unix.RLIMIT_NOFILE:  64,
		unix.RLIMIT_CORE:    0,
		unix.RLIMIT_FSIZE:   16 << 20,
		unix.RLIMIT_MEMLOCK: 0,
		unix.RLIMIT_DATA:    uint64(o.DataMiB) << 20,
	}
	if o.User != 0 {
		limits[unix.RLIMIT_NPROC] = 256
	}
	for resource, n := range limits {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			return fmt.Errorf("limit %d: %w", resource, err)
		}
	}
	return nil
}

func becomeUser(id int) error {
	if err := syscall.Setgroups(nil); err != nil {
		return fmt.Errorf("groups: %w", err)
	}
	if err := syscall.Setresgid(id, id, id); err != nil {
		return fmt.Errorf("group: %w", err)
	}
	if err := syscall.Setresuid(id, id, id); err != nil {
		return fmt.Errorf("user: %w", err)
	}
	return nil
}

// dieWithParent asks for the signal again: a change of user forgets it.
func dieWithParent(parent int) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("parent's death: %w", err)
	}
	if os.Getppid() != parent {
		return fmt.Errorf("the host is gone")
	}
	return nil
}

// seal leaves the plugin its own binary, what that needs to run, and its own
// directory, and no port.
func seal(o orders) error {
	const execute, readFile = 1 << 0, 1 << 2
	rules := []landlock.Rule{
		landlock.PathAccess(readFile, binaryFile),
		landlock.PathAccess(execute|readFile, append([]string{o.Exec}, o.Loads...)...),
		landlock.RWDirs("."),
	}
	for _, path := range o.Reads {
		rules = append(rules, readable(path))
	}
	if err := landlock.V7.BestEffort().Restrict(rules...); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	return nil
}

func readable(path string) landlock.Rule {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return landlock.RODirs(path)
	}
	return landlock.ROFiles(path)
}
