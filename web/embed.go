// Package web carries the front ends inside the binary.
//
// Both are built into dist: the console into dist/admin, the shop's H5 into
// dist/h5. The folder itself is always there, so that a clean clone compiles
// without Node; whoever serves a front end asks whether it was built.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Admin is the merchant console. Its pages live below /admin/. It is false
// when the console was not built before the binary was.
func Admin() (fs.FS, bool) { return built("dist/admin") }

// H5 is the shop as buyers and distributors open it in a browser. It is false
// when it was not built before the binary was.
func H5() (fs.FS, bool) { return built("dist/h5") }

func built(folder string) (fs.FS, bool) {
	files, err := fs.Sub(dist, folder)
	if err != nil {
		return nil, false
	}
	if _, err := fs.Stat(files, "index.html"); err != nil {
		return nil, false
	}
	return files, true
}
