package workbench

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

const (
	watchEvery = 300 * time.Millisecond
	watchFiles = 5000
)

// watch calls changed whenever a file below a folder, or the file itself, is
// written, until the context ends. It looks several times a second: that works
// on every file system, and a strategy is a handful of files.
func watch(ctx context.Context, path string, changed func()) {
	seen := snapshot(path)
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if now := snapshot(path); !now.equal(seen) {
			seen = now
			changed()
		}
	}
}

type stamps map[string]stamp

type stamp struct {
	written time.Time
	size    int64
}

func (s stamps) equal(o stamps) bool {
	if len(s) != len(o) {
		return false
	}
	for path, at := range s {
		if other, there := o[path]; !there || other.size != at.size || !other.written.Equal(at.written) {
			return false
		}
	}
	return true
}

func snapshot(root string) stamps {
	s := stamps{}
	_ = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil // it went while we looked
		case e.IsDir() && path != root && ignored(e.Name()):
			return fs.SkipDir
		case e.IsDir() || strings.HasSuffix(path, "~"):
			return nil
		}
		if info, err := e.Info(); err == nil && len(s) < watchFiles {
			s[path] = stamp{info.ModTime(), info.Size()}
		}
		return nil
	})
	return s
}

// ignored are folders that builds write to.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || name == "node_modules" || name == "bin" || name == "dist" || name == "vendor"
}
