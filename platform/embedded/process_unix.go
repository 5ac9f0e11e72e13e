//go:build unix && !linux

package embedded

import "syscall"

// childAttributes cannot ask for a parent-death signal here: only Linux has it.
// A killed parent leaves its servers running on these systems; the next Start
// finds them by their pid and ends them.
func childAttributes(who *syscall.Credential, _ syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: who}
}
