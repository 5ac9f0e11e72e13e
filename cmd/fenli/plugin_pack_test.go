package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/plugins/registry"
)

// TestAPackageFromItsAuthorToARegistry takes a folder of Go through every
// command, as somebody without a platform would.
func TestAPackageFromItsAuthorToARegistry(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	author, operator, file, folder := at("author.json"), at("operator.json"), at("p.fenli"), at("registry")
	sealed := keyHolder{Passphrase: "correct horse"}
	must(keysNew{sealed, author}.Run())
	must(keysNew{File: operator}.Run())
	must(pluginPack{From: "../../plugins/builtin/cmd/three-level", Out: file, Platforms: []string{registry.HostPlatform()}, License: "Apache-2.0"}.Run(t.Context()))

	p, err := readPackage(file)
	must(err)
	if m := p.Manifest; m.ID != "three-level" || m.Title.Zh == "" || m.License != "Apache-2.0" || len(m.Facts) == 0 || p.File("locales/en.json") == nil || p.Signer != nil {
		t.Errorf("got %+v", m)
	}
	if err := (pluginInspect{Package: file}).Run(t.Context()); !errors.Is(err, errWrong) {
		t.Errorf("an unsigned package is found good: %v", err)
	}
	if err := (pluginSign{Package: file, Key: author}).Run(); fault.Of(err).Code != "registry.passphrase" {
		t.Errorf("a sealed key opens without its passphrase: %v", err)
	}
	must(pluginSign{keyHolder: sealed, Package: file, Key: author}.Run())
	must(pluginPublish{Package: file, Registry: folder, OperatorKey: operator}.Run(t.Context()))

	inspect := pluginInspect{Package: file, Registry: folder, Root: filepath.Join(folder, "root.json")}
	must(inspect.Run(t.Context()))
	own := ownRegistry{Registry: folder, OperatorKey: operator}
	must(registryRevoke{own, p.Manifest.ID, p.Manifest.Version, "stop_now", "wrong sums"}.Run())
	if err := inspect.Run(t.Context()); !errors.Is(err, errWrong) {
		t.Errorf("a revoked package is found good: %v", err)
	}
	must(registryRevoke{own, p.Manifest.ID, p.Manifest.Version, "none", "a mistake"}.Run())
	must(keysNew{File: at("next.json")}.Run())
	root, err := os.ReadFile(inspect.Root)
	must(err)
	must(os.WriteFile(at("root.json"), root, 0o644)) // had before the key changed
	must(registryRotate{own, at("next.json")}.Run())
	inspect.Root = at("root.json")
	must(inspect.Run(t.Context()))
}
