package embedded

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// forks receives every start of a child process.
//
// The kernel sends the parent-death signal when the *thread* that forked dies,
// and Go ends threads as it likes (golang/go#27505). So all children are forked
// by one goroutine that is locked to its thread and never returns.
var forks = sync.OnceValue(func() chan func() {
	ch := make(chan func())
	go func() {
		runtime.LockOSThread()
		for fork := range ch {
			fork()
		}
	}()
	return ch
})

func fork(cmd *exec.Cmd) error {
	result := make(chan error, 1)
	forks() <- func() { result <- cmd.Start() }
	return <-result
}

// program is a command to run as the account of the servers.
type program struct {
	path  string
	args  []string
	dir   string
	stdin string
	who   account

	// onParentDeath is sent by the kernel to the child when this process dies.
	onParentDeath syscall.Signal
}

func (p program) command() *exec.Cmd {
	cmd := exec.Command(p.path, p.args...)
	cmd.Dir = p.dir
	cmd.Env = cleanEnv(p.dir)
	if p.stdin != "" {
		cmd.Stdin = bytes.NewBufferString(p.stdin)
	}
	cmd.SysProcAttr = childAttributes(p.who.credential(), p.onParentDeath)
	// A grandchild that keeps the pipes open must not hang Wait.
	cmd.WaitDelay = 2 * time.Second
	return cmd
}

// output runs the program to its end and returns what it printed on both streams.
func (p program) output() (string, error) {
	var out bytes.Buffer
	cmd := p.command()
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := fork(cmd); err != nil {
		return "", err
	}
	err := cmd.Wait()
	return out.String(), err
}

// cleanEnv keeps PGDATA, PGPORT and other settings of the caller's shell away from our servers.
func cleanEnv(home string) []string {
	return []string{"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=" + home, "LC_ALL=C", "TZ=UTC"}
}

// process is a server we started.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed when the process has ended
}

// launch starts the program, its output going to the file log.
func (p program) launch(log string) (*process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := p.command()
	cmd.Stdout, cmd.Stderr = out, out
	if err := fork(cmd); err != nil {
		return nil, err
	}
	running := &process{cmd: cmd, log: log, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(running.done)
	}()
	return running, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// step is one degree of insistence when stopping a server.
type step struct {
	signal   syscall.Signal
	patience time.Duration
}

// stop asks politely first and returns once the process is gone.
func (p *process) stop(steps ...step) error {
	for _, s := range append(steps, step{syscall.SIGKILL, 5 * time.Second}) {
		_ = p.cmd.Process.Signal(s.signal)
		select {
		case <-p.done:
			return nil
		case <-time.After(s.patience):
		}
	}
	return fmt.Errorf("process %d does not end", p.pid())
}

// lastWords returns the end of the server's log, for error messages.
func (p *process) lastWords() string {
	const enough = 2000
	f, err := os.Open(p.log)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if size, err := f.Seek(0, io.SeekEnd); err == nil {
		_, _ = f.Seek(max(0, size-enough), io.SeekStart)
	}
	text, _ := io.ReadAll(io.LimitReader(f, enough))
	return string(bytes.TrimSpace(text))
}

// alive reports whether a process with this id exists, whoever owns it.
func alive(pid int) bool {
	if pid <= 0 {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || err == syscall.EPERM
}
