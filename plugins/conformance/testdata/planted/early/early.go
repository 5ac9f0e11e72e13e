// Package early keeps the real standard output. It is set up before the SDK,
// by the order of import paths, which takes that output away.
package early

import (
	"os"
	"syscall"
)

// Stdout is where the handshake goes.
var Stdout = keep()

func keep() *os.File {
	fd, err := syscall.Dup(1)
	if err != nil {
		return os.Stdout
	}
	syscall.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), "stdout")
}
