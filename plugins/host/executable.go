package host

import (
	"fmt"
	"os"
)

// executable is a verified file and what the launcher needs to make a process of
// it. The file is executed itself, or read by its runtime, through the
// descriptor that was hashed.
type executable struct {
	files  []*os.File // the file, then its runtime
	env    []string
	orders orders
}

// A Node process maps more than it uses: code, stacks of its threads, buffers.
const nodeDataMiB, nodeHeapMiB = 1024, 256

// executableOf looks at a verified file and finds what it runs on.
func (h *Host) executableOf(file *os.File) (*executable, error) {
	runtime, err := runtimeOf(file)
	if err != nil {
		return nil, err
	}
	if runtime == Native {
		return &executable{
			files:  []*os.File{file},
			env:    []string{"TMPDIR=.", "TZ=UTC", "LANG=C.UTF-8", "GOMAXPROCS=2", "GOMEMLIMIT=256MiB", "GOTRACEBACK=single"},
			orders: orders{DataMiB: h.config.MaxDataMiB, Exec: binaryFile, Args: []string{"strategy"}},
		}, nil
	}
	node, err := h.node.find()
	if err != nil {
		return nil, err
	}
	binary, err := os.Open(node.path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRuntimeMissing, err)
	}
	o := orders{DataMiB: max(h.config.MaxDataMiB, nodeDataMiB), Exec: runtimeFile, Args: nodeArgs(nodeHeapMiB), Reads: node.reads}
	if node.loader != "" {
		o.Loads = []string{node.loader}
	}
	return &executable{files: []*os.File{file, binary}, env: nodeEnv, orders: o}, nil
}

func (p *executable) close() {
	for _, f := range p.files {
		_ = f.Close()
	}
}
