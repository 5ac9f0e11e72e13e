package web

import (
	"io/fs"
	"testing"
)

// TestFrontEnds claims that a front end is offered exactly when it can be
// served: with a first page when it was built, and not at all otherwise.
func TestFrontEnds(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func() (fs.FS, bool){"dist/admin": Admin, "dist/h5": H5} {
		files, ok := open()
		_, err := fs.Stat(dist, name+"/index.html")
		if ok != (err == nil) {
			t.Errorf("%s: offered %v, but its first page says %v", name, ok, err)
		}
		if (files != nil) != ok {
			t.Errorf("%s: files without a first page", name)
		}
	}
}
