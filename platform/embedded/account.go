package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user the servers run as. PostgreSQL refuses to run as root,
// so root lends the servers an account without rights.
type account struct {
	name     string
	uid, gid int
	lent     bool // we are root and act for somebody else
}

func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{name: "this user", uid: os.Geteuid(), gid: os.Getegid()}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return lentAccount(u)
		}
	}
	return account{}, errors.New("PostgreSQL refuses to run as root, and this system has neither a user postgres nor nobody; start as an ordinary user")
}

func lentAccount(u *user.User) (account, error) {
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	return account{name: u.Username, uid: uid, gid: gid, lent: true}, nil
}

func (a account) credential() *syscall.Credential {
	if !a.lent {
		return nil
	}
	return &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
}

// mayEnter asks the kernel, which also knows about access lists and mounts.
func (a account) mayEnter(dir string) bool {
	_, err := program{path: "/bin/sh", args: []string{"-c", "exit 0"}, dir: dir, who: a, onParentDeath: syscall.SIGKILL}.output()
	return err == nil
}

// own makes a directory that only the account can read.
func (a account) own(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return a.give(dir)
}

// give hands a file or an empty directory over to the account.
func (a account) give(path string) error {
	if !a.lent {
		return nil
	}
	return os.Lchown(path, a.uid, a.gid)
}

// adopt returns the account that already owns the data in dir: a PostgreSQL
// package installed since may have added a user postgres, but the files
// still belong to the account of the first start.
func (a account) adopt(dir string) (account, error) {
	info, err := os.Stat(dir)
	if errors.Is(err, os.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(owner.Uid) == a.uid {
		return a, nil
	}
	if !a.lent {
		return a, fmt.Errorf("%s belongs to another user (uid %d); run as that user or choose another directory", dir, owner.Uid)
	}
	if owner.Uid == 0 { // copied by root with the clone
		return a, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return a.give(path)
		})
	}
	a.uid, a.gid, a.name = int(owner.Uid), int(owner.Gid), fmt.Sprintf("uid %d", owner.Uid)
	return a, nil
}
