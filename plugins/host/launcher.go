package host

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	llsys "github.com/landlock-lsm/go-landlock/landlock/syscall"
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

// dieWithParent asks for the signal again: a change of user forgets it. A host
// that died before that is seen by the parent's number, which changes, or, from
// a process namespace where it is always 0, by the pipe that nobody reads.
func dieWithParent(parent int) error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("parent's death: %w", err)
	}
	output := []unix.PollFd{{Fd: 1}}
	if _, err := unix.Poll(output, 0); err != nil {
		return fmt.Errorf("parent's pipe: %w", err)
	}
	if os.Getppid() != parent || output[0].Revents&unix.POLLERR != 0 {
		return fmt.Errorf("the host is gone")
	}
	return nil
}

// seal leaves the plugin its own binary, what that needs to run, and its own
// directory, and no port. It binds the calling thread, and exec ends all
// others. The library would bind them all and, in a build with cgo, look for
// them by number under /proc, where a process namespace is given the host's.
func seal(o orders) error {
	handled := []landlock.Config{landlock.V1, landlock.V2, landlock.V3, landlock.V4, landlock.V5, landlock.V6, landlock.V7}
	abi, err := llsys.LandlockGetABIVersion()
	if err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	c := handled[min(abi, len(handled))-1]
	rules, err := llsys.LandlockCreateRuleset(&llsys.RulesetAttr{
		HandledAccessFS: uint64(c.HandledAccessFS), HandledAccessNet: uint64(c.HandledAccessNet), Scoped: uint64(c.Scoped),
	}, 0)
	if err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	defer unix.Close(rules)
	const execute, readFile, readDir = llsys.AccessFSExecute, llsys.AccessFSReadFile, llsys.AccessFSReadDir
	const notOwn = llsys.AccessFSRefer | llsys.AccessFSIoctlDev
	allow := map[string]uint64{binaryFile: readFile, ".": uint64(c.HandledAccessFS) &^ notOwn}
	for _, path := range o.Reads {
		allow[path] = execute | readFile
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			allow[path] |= readDir
		}
	}
	for _, path := range append([]string{o.Exec}, o.Loads...) {
		allow[path] |= execute | readFile
	}
	for path, access := range allow {
		if err := allowPath(rules, path, access); err != nil {
			return fmt.Errorf("landlock: %s: %w", path, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	if err := llsys.LandlockRestrictSelf(rules, 0); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	return nil
}

func allowPath(rules int, path string, access uint64) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return llsys.LandlockAddPathBeneathRule(rules, &llsys.PathBeneathAttr{AllowedAccess: access, ParentFd: fd}, 0)
}
