package registry

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// What we read of an ELF file. It is read by hand, for the file is a
// stranger's: three fields of the header and the types of its segments.
const (
	elfHeader    = 64
	segmentSize  = 56
	maxSegments  = 64
	segDynamic   = 2
	segInterp    = 3
	machineAMD64 = 62
	machineARM64 = 183
)

var machines = map[string]uint16{"linux-amd64": machineAMD64, "linux-arm64": machineARM64}

// checkStatic refuses what is no statically linked ELF program for the
// platform: in the sandbox it finds no loader, no library and no interpreter.
func checkStatic(path, platform string, b []byte) error {
	no := func(format string, args ...any) error {
		return errNotStatic.With("path", path).With("problem", fmt.Sprintf(format, args...)).At(path)
	}
	switch {
	case bytes.HasPrefix(b, []byte("#!")):
		return no("it is a script")
	case len(b) < elfHeader || !bytes.HasPrefix(b, []byte("\x7fELF")):
		return no("it is no ELF program")
	case b[4] != 2 || b[5] != 1:
		return no("it is not 64-bit little-endian")
	}
	le := binary.LittleEndian
	if kind := le.Uint16(b[16:]); kind != 2 && kind != 3 {
		return no("it cannot be executed")
	}
	if machine := le.Uint16(b[18:]); machine != machines[platform] {
		return errWrongArch.With("path", path).With("found", nameOf(machine)).With("want", platform).At(path)
	}
	offset, size, count := le.Uint64(b[32:]), le.Uint16(b[54:]), le.Uint16(b[56:])
	if size != segmentSize || count == 0 || count > maxSegments || offset > uint64(len(b)) || uint64(len(b))-offset < uint64(count)*segmentSize {
		return no("its table of segments cannot be read")
	}
	for i := range uint64(count) {
		switch le.Uint32(b[offset+i*segmentSize:]) {
		case segInterp:
			return no("it asks for a dynamic loader")
		case segDynamic:
			return no("it is linked dynamically")
		}
	}
	return nil
}

func nameOf(machine uint16) string {
	for platform, m := range machines {
		if m == machine {
			return platform
		}
	}
	return fmt.Sprintf("machine %d", machine)
}
