package host

import "golang.org/x/sys/unix"

const seccompArch = 0xC000003E // AUDIT_ARCH_X86_64

var refusedHere = []uint32{unix.SYS_FORK, unix.SYS_VFORK, unix.SYS_IOPERM, unix.SYS_IOPL, unix.SYS_MODIFY_LDT, unix.SYS_KEXEC_FILE_LOAD}

// refuseForeignNumbers keeps the x32 numbers from passing by.
func refuseForeignNumbers(p *program) {
	p.add(unix.BPF_JMP|unix.BPF_JGE|unix.BPF_K, 0x40000000, 0, 1)
	p.ret(retKill)
}
