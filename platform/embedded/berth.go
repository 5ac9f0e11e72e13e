package embedded

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// berth is the private directory of one server, held by the process that runs it.
type berth struct {
	dir  string
	lock *os.File
}

// state tells other processes of ours where the server of a berth listens.
type state struct {
	Owner int    `json:"owner"` // pid of the process that started the server
	PID   int    `json:"pid"`   // pid of the server itself
	Port  int    `json:"port"`
	URL   string `json:"url"`
	Note  string `json:"note,omitempty"`
}

// running is a server as one process sees it: its own, or one it joined.
type running struct {
	state
	joined bool
	stop   func() error
}

// claim takes the berth, or returns the state of the live server in it.
//
// The lock is the kernel's: it falls when its holder dies, however it dies. So
// whoever gets it knows that no owner lives, and whoever does not waits for the
// owner to write down where the server listens.
func claim(ctx context.Context, dir string, answers func(context.Context, state) error) (*berth, *running, error) {
	const patience = 3 * time.Minute // the owner may be downloading
	if err := makeEnterable(dir); err != nil {
		return nil, nil, err
	}
	deadline := time.Now().Add(patience)
	for {
		b, err := tryLock(dir)
		if err != nil {
			return nil, nil, err
		}
		if b != nil {
			return b, nil, nil
		}
		st, err := readState(dir)
		if err == nil {
			if err = answers(ctx, st); err == nil {
				return nil, &running{state: st, joined: true}, nil
			}
		}
		if time.Now().After(deadline) {
			return nil, nil, fmt.Errorf("another process holds %s, but its server does not answer: %w", dir, err)
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// moor claims the berth and starts its server, or joins the live one.
func moor(ctx context.Context, dir string, answers func(context.Context, state) error, start func(*berth) (*running, error)) (*running, error) {
	b, joined, err := claim(ctx, dir, answers)
	if err != nil || joined != nil {
		return joined, err
	}
	r, err := start(b)
	if err != nil {
		b.leave()
		return nil, err
	}
	return r, nil
}

// open lets others join the server at url, and leaves the berth when it stops.
func (b *berth) open(server *process, port int, url string, stop func() error) (*running, error) {
	r := &running{
		state: state{PID: server.pid(), Port: port, URL: url},
		stop:  func() error { b.withdraw(); defer b.leave(); return stop() },
	}
	if err := b.publish(r.state); err != nil {
		return nil, errors.Join(err, stop())
	}
	return r, nil
}

// tryLock returns nil without an error when another process holds the berth.
func tryLock(dir string) (*berth, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &berth{dir: dir, lock: f}, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil
	}
	return nil, fmt.Errorf("lock %s: %w", dir, err)
}

func readState(dir string) (st state, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "state.json"))
	if err != nil {
		return st, err
	}
	return st, json.Unmarshal(text, &st)
}

// publish lets others join. The rename keeps them from reading half a file.
func (b *berth) publish(st state) error {
	st.Owner = os.Getpid()
	text, err := json.MarshalIndent(st, "", "  ")
	if err != nil {
		return err
	}
	fresh := filepath.Join(b.dir, "state.new")
	if err := os.WriteFile(fresh, text, 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, filepath.Join(b.dir, "state.json"))
}

// withdraw forgets where the server listens.
func (b *berth) withdraw() { _ = os.Remove(filepath.Join(b.dir, "state.json")) }

// leave gives the berth up to whoever comes next.
func (b *berth) leave() {
	b.withdraw()
	_ = b.lock.Close()
}

// password returns the berth's password, choosing it at the first start.
func (b *berth) password() (string, error) {
	file := filepath.Join(b.dir, "password")
	text, err := os.ReadFile(file)
	if err == nil && len(text) > 0 {
		return strings.TrimSpace(string(text)), nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	chosen := rand.Text()
	return chosen, os.WriteFile(file, []byte(chosen+"\n"), 0o600)
}

// removeBerth deletes a berth and the place outside that it remembers.
func removeBerth(dir string) error {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	b, err := tryLock(dir)
	if err != nil {
		return err
	}
	if b == nil {
		return fmt.Errorf("%s is in use by a running process; stop it first", dir)
	}
	defer b.leave()
	remembered, _ := os.ReadFile(filepath.Join(dir, "place"))
	if strings.TrimSpace(string(remembered)) == placeOutside(dir) {
		if err := os.RemoveAll(placeOutside(dir)); err != nil {
			return err
		}
	}
	return os.RemoveAll(dir)
}
