package host

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// Runtime is what an artifact's file needs to run. It follows from the file's
// first bytes, so a hash names the runtime as well.
type Runtime string

// The runtimes of version 1.
const (
	Native Runtime = ""     // a static program of this machine
	Node   Runtime = "node" // one JavaScript file, run by Node.js
)

// ErrNotRunnable says that a file is nothing that can run as a strategy, and why.
var ErrNotRunnable = errors.New("host: the file cannot run as a strategy")

// nodeLine begins every bundle of the TypeScript SDK.
const nodeLine = "#!/usr/bin/env node\n"

var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// runtimeOf tells what a file needs, or why it cannot run at all.
func runtimeOf(f *os.File) (Runtime, error) {
	head := make([]byte, len(nodeLine))
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return Native, fmt.Errorf("host: %w", err)
	}
	switch head = head[:n]; {
	case string(head) == nodeLine:
		return Node, nil
	case bytes.HasPrefix(head, []byte(elf.ELFMAG)):
		return Native, static(f)
	case bytes.HasPrefix(head, []byte("#!")):
		interpreter, _, _ := bytes.Cut(head[2:], []byte("\n"))
		return Native, fmt.Errorf("%w: it is a script for %q; a script must be one file that begins with %q", ErrNotRunnable, bytes.TrimSpace(interpreter), nodeLine[:len(nodeLine)-1])
	}
	return Native, fmt.Errorf("%w: it is neither a static Linux program nor a file that begins with %q", ErrNotRunnable, nodeLine[:len(nodeLine)-1])
}

func (s *store) runtimeOf(sha string) (Runtime, error) {
	f, err := os.Open(s.path(sha))
	if err != nil {
		return Native, fmt.Errorf("host: %w", err)
	}
	defer f.Close()
	return runtimeOf(f)
}

// static refuses programs that would look for files the sandbox does not show.
func static(f *os.File) error {
	program, err := elf.NewFile(f)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotRunnable, err)
	}
	if want, known := machines[runtime.GOARCH]; known && program.Machine != want {
		return fmt.Errorf("%w: it was built for %s, and this machine is %s", ErrNotRunnable, program.Machine, runtime.GOARCH)
	}
	for _, p := range program.Progs {
		if p.Type == elf.PT_INTERP {
			return fmt.Errorf("%w: it is linked dynamically, and the sandbox shows it no library: build it with CGO_ENABLED=0", ErrNotRunnable)
		}
	}
	return nil
}
