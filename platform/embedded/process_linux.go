package embedded

import "syscall"

// childAttributes gives a child its own process group, so that Ctrl-C in the
// terminal reaches us alone and we stop the servers in order.
func childAttributes(who *syscall.Credential, onParentDeath syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: who, Pdeathsig: onParentDeath}
}
