package host

import "syscall"

func changedAt(sys *syscall.Stat_t) int64 { return sys.Ctim.Nano() }
