package host

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	retAllow = 0x7fff0000
	retErrno = 0x00050000
	retKill  = 0x80000000
)

// Where a system call's number, architecture and first arguments lie.
const (
	atNumber = 0
	atArch   = 4
	atArg0   = 16
	atArg1   = 24
	atArg3   = 40
)

func pointer[T any](v *T) uintptr { return uintptr(unsafe.Pointer(v)) }

// refused are doors that a strategy has no use for: other processes, the
// kernel's own interfaces, mounts, namespaces, and connect above all, since
// Landlock does not hold every kind of socket.
var refused = []uint32{
	unix.SYS_CONNECT, unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PROCESS_MADVISE, unix.SYS_KCMP,
	unix.SYS_KILL, unix.SYS_TKILL, unix.SYS_RT_SIGQUEUEINFO, unix.SYS_RT_TGSIGQUEUEINFO, unix.SYS_PIDFD_SEND_SIGNAL, unix.SYS_PIDFD_OPEN, unix.SYS_PIDFD_GETFD,
	unix.SYS_SETPRIORITY, unix.SYS_SCHED_SETAFFINITY, unix.SYS_SCHED_SETSCHEDULER, unix.SYS_SCHED_SETATTR, unix.SYS_SCHED_SETPARAM, unix.SYS_IOPRIO_SET,
	unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD, unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY, unix.SYS_MEMFD_CREATE,
	unix.SYS_MOUNT, unix.SYS_UMOUNT2, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT, unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_FSOPEN, unix.SYS_FSMOUNT,
	unix.SYS_MOVE_MOUNT, unix.SYS_OPEN_TREE, unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_QUOTACTL, unix.SYS_SWAPON, unix.SYS_REBOOT, unix.SYS_VHANGUP,
	unix.SYS_SHMGET, unix.SYS_SHMAT,
	unix.SYS_IO_URING_SETUP, unix.SYS_IO_URING_ENTER, unix.SYS_IO_URING_REGISTER,
	unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_KEXEC_LOAD, unix.SYS_PERSONALITY,
}

// program is a seccomp filter under construction.
type program []unix.SockFilter

func (p *program) add(code uint16, k uint32, yes, no uint8) {
	*p = append(*p, unix.SockFilter{Code: code, K: k, Jt: yes, Jf: no})
}

func (p *program) load(at uint32)     { p.add(unix.BPF_LD|unix.BPF_W|unix.BPF_ABS, at, 0, 0) }
func (p *program) ret(verdict uint32) { p.add(unix.BPF_RET|unix.BPF_K, verdict, 0, 0) }

// skipUnless passes over the next n steps unless the loaded word equals k.
func (p *program) skipUnless(k uint32, n uint8) { p.add(unix.BPF_JMP|unix.BPF_JEQ|unix.BPF_K, k, 0, n) }

// call decides a system call that is allowed only when an argument, masked,
// equals want.
func (p *program) call(number, at, mask, want uint32) {
	p.skipUnless(number, 5)
	p.load(at)
	p.add(unix.BPF_ALU|unix.BPF_AND|unix.BPF_K, mask, 0, 0)
	p.skipUnless(want, 1)
	p.ret(retAllow)
	p.ret(retErrno | uint32(unix.EPERM))
}

// refuse decides a system call that always fails.
func (p *program) refuse(number uint32, errno unix.Errno) {
	p.skipUnless(number, 1)
	p.ret(retErrno | uint32(errno))
}

// filter is the whole program, for the process that runs it.
func filter(pid int) program {
	var p program
	p.load(atArch)
	p.add(unix.BPF_JMP|unix.BPF_JEQ|unix.BPF_K, seccompArch, 1, 0)
	p.ret(retKill)
	p.load(atNumber)
	refuseForeignNumbers(&p)
	// A socket is of the local kind and a stream.
	p.skipUnless(unix.SYS_SOCKET, 7)
	p.load(atArg0)
	p.skipUnless(unix.AF_UNIX, 4)
	p.load(atArg1)
	p.add(unix.BPF_ALU|unix.BPF_AND|unix.BPF_K, 0xf, 0, 0)
	p.skipUnless(unix.SOCK_STREAM, 1)
	p.ret(retAllow)
	p.ret(retErrno | uint32(unix.EPERM))
	// Threads, but no processes; clone3 hides its flags from a filter.
	p.call(unix.SYS_CLONE, atArg0, unix.CLONE_THREAD, unix.CLONE_THREAD)
	p.refuse(unix.SYS_CLONE3, unix.ENOSYS)
	// Memory is private, for the limit does not count any that may be shared.
	p.skipUnless(unix.SYS_MMAP, 5)
	p.load(atArg3)
	p.add(unix.BPF_ALU|unix.BPF_AND|unix.BPF_K, unix.MAP_SHARED|unix.MAP_ANONYMOUS, 0, 0)
	p.skipUnless(unix.MAP_SHARED|unix.MAP_ANONYMOUS, 1)
	p.ret(retErrno | uint32(unix.EPERM))
	p.ret(retAllow)
	// Signals to its own threads, and its own limits alone.
	p.call(unix.SYS_TGKILL, atArg0, 0xffffffff, uint32(pid))
	p.call(unix.SYS_PRLIMIT64, atArg0, 0xffffffff, 0)
	for _, n := range append(refused, refusedHere...) {
		p.refuse(n, unix.EPERM)
	}
	p.ret(retAllow)
	return p
}

// filterCalls installs the filter on every thread, for good.
func filterCalls() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	p := filter(os.Getpid())
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	const setModeFilter, allThreads = 1, 1
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, setModeFilter, allThreads, pointer(&prog)); errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	return nil
}
