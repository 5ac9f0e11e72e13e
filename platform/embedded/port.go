package embedded

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
)

// freePort asks the kernel for a port that was free a moment ago. Another
// program may take it before the server does; callers verify and ask again.
func freePort() (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("no loopback port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// runsWith reports whether the command line of a process names the path.
func runsWith(pid int, path string) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil { // no /proc on this system
		line, err = exec.Command("ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	}
	return err == nil && bytes.Contains(line, []byte(path))
}
