package host

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

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
	}
	return "none"
}

// Report tells what this machine offers.
type Report struct {
	Level       SandboxLevel
	Seccomp     bool
	LandlockABI int // 0: the kernel has none
	OwnUser     bool
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
	r := Report{Level: LevelLimits, Seccomp: seccompAvailable(), OwnUser: canChangeUser()}
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
	return r
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
	Parent   int  `json:"parent"`
	User     int  `json:"user"` // 0: stay
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
	raw, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	return &exec.Cmd{Path: "/proc/self/exe", Args: []string{launcherName, string(raw)}, Dir: dir, ExtraFiles: p.files}, nil
}
