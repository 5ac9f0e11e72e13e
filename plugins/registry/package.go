package registry

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Package is one version of a strategy as its author ships it. What is read
// is whole and well-formed; whether its signature is anybody's whom we trust is
// the client's or the platform's to say.
type Package struct {
	SHA256   string // of the file
	Manifest Manifest
	Signer   PublicKey // whose signature is on it and good; nil for none

	files     map[string][]byte
	listing   []byte // MANIFEST
	signature []byte // SIGNATURE, nil for none
	raw       []byte // the file
}

// File is one file of a package.
type File struct {
	Path   string `json:"path"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
}

// Build makes an unsigned package of a manifest and the other files, by their
// paths inside it.
func Build(m Manifest, files map[string][]byte) (*Package, error) {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	p := &Package{files: maps.Clone(files)}
	p.files["manifest.json"] = append(raw, '\n')
	if err := p.check(); err != nil {
		return nil, err
	}
	p.listing = listingOf(p.Files())
	return p, p.seal()
}

// Sign puts the author's signature on the package, in place of one that is
// there. Its hash changes, what it ships does not.
func (p *Package) Sign(k *Key) error {
	word := signed{k.Public(), k.sign(forPackage, []byte(Hash(p.listing))).Signature}
	raw, err := json.Marshal(word)
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	p.signature, p.Signer = raw, k.Public()
	return p.seal()
}

// signed is the file SIGNATURE.
type signed struct {
	Key       PublicKey `json:"key"`
	Signature []byte    `json:"signature"`
}

// Bytes is the file.
func (p *Package) Bytes() []byte { return p.raw }

// File is the content of a file, nil for one that is not there.
func (p *Package) File(path string) []byte { return p.files[path] }

// Files lists what the package ships, by path.
func (p *Package) Files() []File {
	list := make([]File, 0, len(p.files))
	for _, path := range slices.Sorted(maps.Keys(p.files)) {
		list = append(list, File{path, len(p.files[path]), Hash(p.files[path])})
	}
	return list
}

// Under lists the paths in a folder of the package: "cases".
func (p *Package) Under(folder string) (paths []string) {
	for _, path := range slices.Sorted(maps.Keys(p.files)) {
		if strings.HasPrefix(path, folder+"/") {
			paths = append(paths, path)
		}
	}
	return paths
}

// Artifacts are the hashes of what is executed, by platform.
func (p *Package) Artifacts() map[string]string {
	all := map[string]string{}
	if b, ok := p.files[bundle]; ok {
		all[NodePlatform] = Hash(b)
	}
	for _, path := range p.Under("bin") {
		all[strings.TrimPrefix(path, "bin/")] = Hash(p.files[path])
	}
	return all
}

// Artifact is what this package runs on a platform.
func (p *Package) Artifact(platform string) (sha string, content []byte, err error) {
	path := "bin/" + platform
	if p.Manifest.Runtime == Node {
		path = bundle
	}
	if b, ok := p.files[path]; ok {
		return Hash(b), b, nil
	}
	return "", nil, errNoArtifact.With("platform", platform)
}

const (
	maxBundle = 8 << 20
	maxJSON   = 1 << 20
)

// check holds the files against the form of a package, and reads its manifest.
func (p *Package) check() (err error) {
	for path := range p.files {
		if !pathPattern.MatchString(path) {
			return errUnreadable.With("problem", fmt.Sprintf("%.80q has no place in a package", path)).At(path)
		}
	}
	if p.Manifest, err = readManifest(p.files["manifest.json"]); err != nil {
		return err
	}
	for path, b := range p.files {
		if strings.HasSuffix(path, ".json") && (len(b) > maxJSON || !json.Valid(b)) {
			return errUnreadable.With("problem", path+" is not JSON of at most 1 MiB").At(path)
		}
	}
	if p.files["schema.json"] == nil {
		return errUnreadable.With("problem", "schema.json is missing").At("schema.json")
	}
	return p.checkProgram()
}

// checkProgram wants static binaries, or one bundle, and never both.
func (p *Package) checkProgram() error {
	binaries, script := p.Under("bin"), p.files[bundle]
	if p.Manifest.Runtime == Node {
		if len(binaries) > 0 || len(script) == 0 || len(script) > maxBundle {
			return errUnreadable.With("problem", "a strategy for Node is one bundle.mjs of at most 8 MiB and no binary").At(bundle)
		}
		return nil
	}
	if script != nil || len(binaries) == 0 {
		return errUnreadable.With("problem", "a strategy in Go is a binary in bin/ for at least one platform and no bundle").At("bin")
	}
	for _, path := range binaries {
		if err := checkStatic(path, strings.TrimPrefix(path, "bin/"), p.files[path]); err != nil {
			return err
		}
	}
	return nil
}
