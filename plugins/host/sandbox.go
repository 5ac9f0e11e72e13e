package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"

	llsys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// SandboxLevel is how tightly plugins are held. Each level includes those
// before it, and a host applies whatever the machine offers.
type SandboxLevel int

// The levels. Landlock alone does not keep a plugin off the network, so
// seccomp comes first.
const (
	LevelLimits  SandboxLevel = iota + 1 // own process, empty environment, resource limits
	LevelSeccomp                         // no network, no other process, no kernel doors
	LevelSealed                          // Landlock: no file but its own binary and directory
	LevelOwnUser                         // a user of its own for each artifact; needs root
	LevelApart                           // namespaces of its own for network, processes and IPC; needs CAP_SYS_ADMIN
)

func (l SandboxLevel) String() string {
	switch l {
	case LevelLimits:
		return "limits"
	case LevelSeccomp:
		return "limits+seccomp"
	case LevelSealed:
		return "limits+seccomp+landlock"
	case LevelOwnUser:
		return "limits+seccomp+landlock+uid"
	case LevelApart:
		return "limits+seccomp+landlock+uid+namespaces"
	}
	return "none"
}

// Report tells what this machine offers.
type Report struct {
	Level       SandboxLevel
	Seccomp     bool
	LandlockABI int // 0: the kernel has none
	OwnUser     bool
	Namespaces  bool
	Notes       []string // what is missing, for people

	Node     string // the Node.js that strategies in TypeScript run on; empty: they are refused
	NodeNote string // why there is none, or what it is given that programs are not
}

// SandboxReport examines the machine, for the host and for doctor.
func SandboxReport() Report { return examine() }

var examine = sync.OnceValue(func() Report {
	r := examineKernel()
	r.Node, r.NodeNote = nodeReport("")
	return r
})

func examineKernel() Report {
	r := Report{Level: LevelLimits, Seccomp: seccompAvailable(), OwnUser: canChangeUser(), Namespaces: canSetApart()}
	if abi, err := llsys.LandlockGetABIVersion(); err == nil {
		r.LandlockABI = abi
	}
	if !r.Seccomp {
		r.Notes = append(r.Notes, "seccomp filters are not available: plugins could reach the network")
		return r
	}
	r.Level = LevelSeccomp
	if r.LandlockABI < 1 {
		r.Notes = append(r.Notes, "the kernel has no Landlock (5.13 or newer, enabled at boot): plugins could read files")
		return r
	}
	r.Level = LevelSealed
	if !r.OwnUser {
		r.Notes = append(r.Notes, "not root: plugins run as the server's own user")
		return r
	}
	r.Level = LevelOwnUser
	if !r.Namespaces {
		r.Notes = append(r.Notes, "the kernel refuses namespaces (they need CAP_SYS_ADMIN): plugins share the server's network and process numbers, and are kept from them by seccomp alone")
		return r
	}
	r.Level = LevelApart
	return r
}

// apart are the namespaces of a plugin that root starts. Its network has no
// interface but a loopback that is down, and it is the only process that it
// could name.
const apart = unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWIPC

// canSetApart asks the kernel for the namespaces and then for a program that
// is not there: whoever hears that it is missing was given them.
func canSetApart() bool {
	if os.Geteuid() != 0 {
		return false
	}
	_, err := syscall.ForkExec("/proc/self/no-such-program", []string{launcherName}, &syscall.ProcAttr{Sys: &syscall.SysProcAttr{Cloneflags: apart}})
	return errors.Is(err, syscall.ENOENT)
}

// firstUser and users are the range from which an artifact's user is taken.
// Nobody else uses them: it is the range of transient service users.
const firstUser, users = 61184, 4096

// canChangeUser is true for root in a user namespace that maps the range.
func canChangeUser() bool {
	if os.Geteuid() != 0 {
		return false
	}
	raw, err := os.ReadFile("/proc/self/uid_map")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(raw)) {
		var from, outside, n uint64
		if _, err := fmt.Sscan(line, &from, &outside, &n); err == nil && from <= firstUser && from+n >= firstUser+users {
			return true
		}
	}
	return false
}

func seccompAvailable() bool {
	if seccompArch == 0 {
		return false
	}
	const getActionAvail = 2
	action := uint32(retErrno)
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, getActionAvail, 0, pointer(&action))
	return errno == 0
}

type sandbox struct{ Report }

// orders are what the launcher is told to do to itself before it becomes the
// plugin.
type orders struct {
	Parent   int  `json:"parent"` // the host as the launcher sees it: 0 from a namespace of its own
	User     int  `json:"user"`   // 0: stay
	DataMiB  int  `json:"data_mib"`
	Seccomp  bool `json:"seccomp"`
	Landlock bool `json:"landlock"`

	Exec  string   `json:"exec"` // what is executed: the binary itself, or its interpreter
	Args  []string `json:"args"`
	Loads []string `json:"loads"` // files that may be executed as well: the interpreter's loader
	Reads []string `json:"reads"` // files and folders that may be read: its libraries
}

// command is this program again, as the launcher of a binary.
func (b sandbox) command(sha string, p *executable, dir string) (*exec.Cmd, error) {
	o := p.orders
	o.Parent, o.Seccomp, o.Landlock = os.Getpid(), b.Seccomp, b.LandlockABI > 0
	if b.OwnUser {
		n, err := strconv.ParseUint(sha[:8], 16, 32)
		if err != nil {
			return nil, fmt.Errorf("host: %w", err)
		}
		o.User = firstUser + int(n%users)
		if err := os.Chown(dir, o.User, o.User); err != nil {
			return nil, fmt.Errorf("host: %w", err)
		}
	}
	attr := &syscall.SysProcAttr{}
	if b.Namespaces {
		attr.Cloneflags, o.Parent = apart, 0
	}
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	return &exec.Cmd{Path: "/proc/self/exe", Args: []string{launcherName, string(raw)}, Dir: dir, ExtraFiles: p.files, SysProcAttr: attr}, nil
}
