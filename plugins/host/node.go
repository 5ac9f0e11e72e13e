package host

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ErrRuntimeMissing says that a strategy cannot run on this machine for want
// of Node.js, which is no fault of the strategy. [CodeRuntimeMissing] is what
// its orders get.
var ErrRuntimeMissing = errors.New("host: " + CodeRuntimeMissing + ": the strategy is written for Node.js, and there is none here")

// oldestNode is the first major version that runs bundles of the SDK.
const oldestNode = 20

// nodeRuntime is the machine's Node.js: what it is, and what it must be able
// to read to start. It is trusted; the bundles it runs are not.
type nodeRuntime struct {
	configured string // Config.Node

	mu    sync.Mutex
	found *nodeFiles
}

type nodeFiles struct {
	path    string
	version string
	loader  string   // the dynamic loader, which the kernel executes; "" for a static program
	reads   []string // shared libraries and what finds them
}

// find looks once; a machine without Node.js may get one while the host runs.
func (n *nodeRuntime) find() (*nodeFiles, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.found != nil {
		return n.found, nil
	}
	path, err := findNode(n.configured)
	if err != nil {
		return nil, err
	}
	files, err := examineNode(path)
	if err != nil {
		return nil, err
	}
	n.found = files
	return files, nil
}

// CanRun tells whether this machine has what strategies of a runtime need;
// otherwise the error is an [ErrRuntimeMissing] that says what is missing.
func (h *Host) CanRun(r Runtime) error {
	if r != Node {
		return nil
	}
	_, err := h.node.find()
	return err
}

// findNode is the binary's path with symbolic links followed.
func findNode(configured string) (string, error) {
	path, err := exec.LookPath(configured)
	if configured == "" {
		path, err = exec.LookPath("node")
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRuntimeMissing, err)
	}
	if path, err = filepath.Abs(path); err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrRuntimeMissing, err)
	}
	return path, nil
}

// nodeReport tells which Node.js would be used, without starting it.
func nodeReport(configured string) (path, note string) {
	path, err := findNode(configured)
	if err != nil {
		return "", "strategies in TypeScript are refused: there is no Node.js"
	}
	return path, fmt.Sprintf("a strategy in TypeScript may use %d MiB and read %s with its libraries", nodeDataMiB, path)
}

var nodeVersion = regexp.MustCompile(`^v(\d+)\.\d+\.\d+`)

func examineNode(path string) (*nodeFiles, error) {
	said, err := trusted(path, "--version")
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrRuntimeMissing, path, err)
	}
	found := nodeVersion.FindStringSubmatch(said)
	if found == nil {
		return nil, fmt.Errorf("%w: %s says that it is %.40q", ErrRuntimeMissing, path, said)
	}
	if major, _ := strconv.Atoi(found[1]); major < oldestNode {
		return nil, fmt.Errorf("%w: %s is %s, and %d or newer is needed", ErrRuntimeMissing, path, found[0], oldestNode)
	}
	files := &nodeFiles{path: path, version: found[0]}
	if files.loader, err = loaderOf(path); err != nil || files.loader == "" {
		return files, err
	}
	listed, err := trusted(files.loader, "--list", path)
	if err != nil {
		return nil, fmt.Errorf("%w: what %s is linked with: %w", ErrRuntimeMissing, path, err)
	}
	files.reads = append(librariesIn(listed), present("/etc/ld.so.cache", "/usr/share/nodejs")...) // Debian's own package keeps parts of Node there
	return files, nil
}

// trusted runs a program of the operator's without handing it our environment.
func trusted(path string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = []string{"LANG=C.UTF-8"}
	cmd.Dir = "/"
	out, err := cmd.Output()
	return string(bytes.TrimSpace(out)), err
}

// loaderOf reads the program's interpreter from its header.
func loaderOf(path string) (string, error) {
	program, err := elf.Open(path)
	if err != nil {
		return "", fmt.Errorf("%w: %s is no program: %w", ErrRuntimeMissing, path, err)
	}
	defer program.Close()
	for _, p := range program.Progs {
		if p.Type == elf.PT_INTERP {
			raw, err := io.ReadAll(io.LimitReader(p.Open(), 4096))
			if err != nil {
				return "", fmt.Errorf("host: %w", err)
			}
			return string(bytes.TrimRight(raw, "\x00")), nil
		}
	}
	return "", nil
}

// librariesIn reads lines such as "libm.so.6 => /lib/libm.so.6 (0x7f…)".
func librariesIn(listed string) []string {
	var paths []string
	for line := range strings.Lines(listed) {
		for _, word := range strings.Fields(line) {
			if filepath.IsAbs(word) {
				paths = append(paths, word)
				break
			}
		}
	}
	return present(paths...)
}

func present(paths ...string) []string {
	var there []string
	for _, path := range paths {
		if _, err := os.Stat(path); err == nil {
			there = append(there, path)
		}
	}
	return there
}

// nodeArgs is how a bundle is run. It comes in through the descriptor that was
// verified, and Node is kept from resolving that to a path and reading another
// file. Its heap is bounded well below the limit on all its memory, so that a
// strategy that wants too much ends by itself.
func nodeArgs(heapMiB int) []string {
	return []string{
		"strategy", "--preserve-symlinks-main", "--disallow-code-generation-from-strings", "--no-addons", "--no-warnings",
		"--v8-pool-size=1", "--max-semi-space-size=4", fmt.Sprintf("--max-old-space-size=%d", heapMiB), binaryFile,
	}
}

// nodeEnv is what a Node process finds in its environment beside what
// go-plugin hands over. The machine's OpenSSL settings are not for it.
var nodeEnv = []string{"TMPDIR=.", "HOME=.", "TZ=UTC", "LANG=C.UTF-8", "UV_THREADPOOL_SIZE=1", "OPENSSL_CONF=./none"}
