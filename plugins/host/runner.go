package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// runner is one plugin process as go-plugin sees it. It is ours because
// go-plugin's own inherits the environment, dials whatever address the plugin
// names, and waits for ever on a plugin that does not end.
type runner struct {
	cmd     *exec.Cmd
	dir     string // the process's private directory: its sockets, its cwd
	grace   time.Duration
	address string // the socket it announced
	stdout  *os.File
	stderr  *os.File
	theirs  []*os.File // the process's ends, closed here once it runs
	done    chan struct{}
	once    sync.Once
	err     error
	pid     atomic.Int64 // 0 before it runs
	ended   sync.Once
}

// forks runs every fork on one thread that never ends. The kernel sends a
// parent-death signal when the forking thread ends, not the process.
var forks = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for f := range work {
			f()
		}
	}()
	return work
})

func newRunner(cmd *exec.Cmd, dir string, grace time.Duration) (*runner, error) {
	r := &runner{cmd: cmd, dir: dir, grace: grace, done: make(chan struct{})}
	out, outTheirs, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	errs, errsTheirs, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, out.Close(), outTheirs.Close())
	}
	r.stdout, r.stderr = out, errs
	r.theirs = []*os.File{outTheirs, errsTheirs}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, outTheirs, errsTheirs
	cmd.SysProcAttr.Setpgid, cmd.SysProcAttr.Pdeathsig = true, syscall.SIGKILL
	return r, nil
}

// Start forks the process.
func (r *runner) Start(context.Context) error {
	started := make(chan error, 1)
	forks() <- func() { started <- r.cmd.Start() }
	err := <-started
	for _, f := range append(r.theirs, r.cmd.ExtraFiles...) {
		_ = f.Close()
	}
	if err != nil {
		return errors.Join(err, r.stdout.Close(), r.stderr.Close())
	}
	r.pid.Store(int64(r.cmd.Process.Pid))
	go r.Wait(context.Background()) //nolint:errcheck // reaps; whoever wants the error waits as well
	return nil
}

// Wait returns when the process has ended.
func (r *runner) Wait(context.Context) error {
	r.once.Do(func() {
		r.err = r.cmd.Wait()
		close(r.done)
	})
	<-r.done
	return r.err
}

// Kill asks the process to end and, after the grace, ends its whole group.
func (r *runner) Kill(context.Context) error {
	r.end(r.grace)
	r.murder()
	return nil
}

// end asks the process to end and waits for a while.
func (r *runner) end(patience time.Duration) {
	if r.pid.Load() == 0 {
		return
	}
	r.signal(syscall.SIGTERM)
	select {
	case <-r.done:
	case <-time.After(patience):
	}
}

// murder ends the process's group at once.
func (r *runner) murder() {
	if r.pid.Load() == 0 {
		return
	}
	r.signal(syscall.SIGKILL)
	select {
	case <-r.done:
	case <-time.After(r.grace): // in the kernel's hands
	}
	r.ended.Do(func() { // nobody may hold our ends open from inside
		_ = r.stdout.Close()
		_ = r.stderr.Close()
	})
}

// signal goes to the group. Once the process is reaped its number may be
// somebody else's, so nothing is sent then: the plugin cannot fork, and has
// left nobody behind.
func (r *runner) signal(s syscall.Signal) {
	select {
	case <-r.done:
	default:
		_ = syscall.Kill(-int(r.pid.Load()), s)
	}
}

// Stdout gives go-plugin the handshake line and nothing more; its scanner would
// block the plugin on a long line.
func (r *runner) Stdout() io.ReadCloser { return &firstLine{from: r.stdout} }

// Stderr gives go-plugin nothing: the log is read by logLines.
func (r *runner) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

func (r *runner) Name() string                    { return r.cmd.Path }
func (r *runner) Diagnose(context.Context) string { return "" }

// ID is the process's number, empty before it runs.
func (r *runner) ID() string {
	if pid := r.pid.Load(); pid != 0 {
		return strconv.FormatInt(pid, 10)
	}
	return ""
}

// PluginToHost accepts only a socket inside the process's own directory.
func (r *runner) PluginToHost(network, address string) (string, string, error) {
	if network != "unix" {
		return "", "", fmt.Errorf("the plugin announced a %q address", network)
	}
	if !filepath.IsAbs(address) {
		address = filepath.Join(r.dir, address)
	}
	address = filepath.Clean(address)
	if filepath.Dir(address) != r.dir {
		return "", "", errors.New("the plugin announced a socket outside its directory")
	}
	if info, err := os.Lstat(address); err != nil || info.Mode().Type() != os.ModeSocket {
		return "", "", errors.New("the plugin announced something that is no socket")
	}
	r.address = address
	return network, address, nil
}

// HostToPlugin changes nothing: the host announces no address.
func (r *runner) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// dial connects to the announced socket and makes sure that the process we
// started is behind it, and not one whose socket was put in its place.
func (r *runner) dial(ctx context.Context) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", r.address)
	if err != nil {
		return nil, err
	}
	raw, err := conn.(*net.UnixConn).SyscallConn()
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	var peer *unix.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		peer, credErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	})
	if err = errors.Join(err, credErr); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if int64(peer.Pid) != r.pid.Load() {
		return nil, errors.Join(fmt.Errorf("process %d answers for plugin %d", peer.Pid, r.pid.Load()), conn.Close())
	}
	return conn, nil
}
