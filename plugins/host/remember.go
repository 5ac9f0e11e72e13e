package host

import (
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
)

// Reading, copying and hashing every strategy again took most of a start. So
// the store remembers which file a copy was made of, and believes it while
// neither file has been touched. What is run is hashed in any case, by open.

// stamp is what the system knows of a file's content without reading it. The
// time of its last change cannot be set by whoever changes it.
type stamp struct {
	Device, Inode    uint64
	Size             int64
	Modified, Change int64
}

func stampOf(path string) (st stamp, ok bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return st, false
	}
	sys, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return st, false
	}
	st = stamp{sys.Dev, sys.Ino, info.Size(), info.ModTime().UnixNano(), changedAt(sys)}
	return st, st.Change != 0 // where nobody tells, nothing is believed
}

// origin is a copy and what it was made of.
type origin struct {
	SHA256       string
	Source, Copy stamp
}

const originsFile = ".origins"

func (s *store) origins() map[string]origin {
	all := map[string]origin{}
	if text, err := os.ReadFile(filepath.Join(s.dir, originsFile)); err == nil {
		_ = json.Unmarshal(text, &all) // what cannot be read is not remembered
	}
	return all
}

func (s *store) remembered(path string) (sha string, ok bool) {
	s.remembering.Lock()
	o, known := s.origins()[path]
	s.remembering.Unlock()
	if !known || !shaPattern.MatchString(o.SHA256) {
		return "", false
	}
	source, here := stampOf(path)
	stored, there := stampOf(s.path(o.SHA256))
	return o.SHA256, here && there && source == o.Source && stored == o.Copy
}

func (s *store) remember(path string, source stamp, sha string) {
	now, here := stampOf(path)
	stored, there := stampOf(s.path(sha))
	if !here || !there || now != source {
		return
	}
	s.remembering.Lock()
	defer s.remembering.Unlock()
	all := s.origins()
	all[path] = origin{sha, source, stored}
	text, err := json.Marshal(all)
	if err != nil {
		return
	}
	fresh := filepath.Join(s.dir, originsFile+".new")
	if os.WriteFile(fresh, text, 0o600) == nil {
		_ = os.Rename(fresh, filepath.Join(s.dir, originsFile))
	}
}
