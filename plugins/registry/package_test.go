package registry

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/fenli-io/fenli/platform/fault"
)

// program is the smallest file that looks like a static program.
func program(machine uint16, segments ...uint32) []byte {
	if segments == nil {
		segments = []uint32{1}
	}
	b := make([]byte, elfHeader+segmentSize*len(segments))
	copy(b, "\x7fELF\x02\x01\x01")
	le := binary.LittleEndian
	le.PutUint16(b[16:], 2)
	le.PutUint16(b[18:], machine)
	le.PutUint64(b[32:], elfHeader)
	le.PutUint16(b[54:], segmentSize)
	le.PutUint16(b[56:], uint16(len(segments)))
	for i, kind := range segments {
		le.PutUint32(b[elfHeader+i*segmentSize:], kind)
	}
	return b
}

func manifest(version string) Manifest {
	return Manifest{ID: "flat", Version: version, SDK: "go/1.0.0", Runtime: Go, Title: Words{"按级", "Flat"}, Summary: Words{"按级给", "A rate a level"},
		Facts: []Fact{{"order.lines", Words{"分", "to share it"}}}}
}

func content() map[string][]byte {
	return map[string][]byte{
		"schema.json": []byte(`{"type":"object"}`), "locales/zh-CN.json": []byte(`{"title":"按级"}`), "cases/golden.json": []byte(`[]`),
		"README.md": []byte("# Flat\n"), "bin/linux-amd64": program(machineAMD64), "bin/linux-arm64": program(machineARM64),
	}
}

func pack(t *testing.T, version string, k *Key) *Package {
	t.Helper()
	p, err := Build(manifest(version), content())
	if err != nil {
		t.Fatal(err)
	}
	if k != nil {
		if err := p.Sign(k); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	f := fault.Of(err)
	if err == nil || f.Code != code {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	for _, lang := range []string{"zh", "en"} {
		if s := f.Sentence(lang); s == "" || strings.ContainsAny(s, "{}") {
			t.Errorf("the sentence has a hole: %s", s)
		}
	}
}

func TestPackage(t *testing.T) {
	t.Parallel()
	k := NewKey()
	p := pack(t, "1.0.0", k)

	t.Run("IsReadBackAsItWas", func(t *testing.T) {
		got, err := Read(bytes.NewReader(p.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if got.SHA256 != p.SHA256 || got.Signer.ID() != k.Public().ID() || got.Manifest.ID != "flat" || string(got.File("README.md")) != "# Flat\n" || len(got.Files()) != 7 {
			t.Errorf("got %+v", got.Manifest)
		}
		sha, b, err := got.Artifact("linux-arm64")
		if err != nil || !bytes.Equal(b, program(machineARM64)) || sha != Hash(b) || got.Artifacts()["linux-arm64"] != sha {
			t.Error(sha, err)
		}
		_, _, err = got.Artifact("linux-riscv64")
		refused(t, err, "registry.no_artifact")
	})
	t.Run("TheSameContentIsTheSameFile", func(t *testing.T) {
		if again := pack(t, "1.0.0", k); again.SHA256 != p.SHA256 {
			t.Error("two packages of one content differ")
		}
	})
	t.Run("ABundleIsAPackageToo", func(t *testing.T) {
		m := manifest("1.0.0")
		m.Runtime = Node
		files := map[string][]byte{"schema.json": []byte(`{}`), "bundle.mjs": []byte("export {}\n")}
		made, err := Build(m, files)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Read(bytes.NewReader(made.Bytes()))
		if err != nil || got.Artifacts()[NodePlatform] != Hash(files["bundle.mjs"]) || got.Signer != nil {
			t.Error(got, err)
		}
	})
	t.Run("EveryChangedByteIsNoticed", func(t *testing.T) {
		raw := p.Bytes()
		for at := range raw {
			bad := bytes.Clone(raw)
			bad[at] ^= 1
			if got, err := Read(bytes.NewReader(bad)); err == nil && got.SHA256 == p.SHA256 {
				t.Fatalf("byte %d", at)
			}
		}
	})
	t.Run("IsRefusedFor", func(t *testing.T) {
		for name, c := range map[string]struct {
			code   string
			change func(m *Manifest, files map[string][]byte)
		}{
			"AScript":               {"registry.not_static", func(_ *Manifest, f map[string][]byte) { f["bin/linux-amd64"] = []byte("#!/usr/bin/env node\n") }},
			"ADynamicProgram":       {"registry.not_static", func(_ *Manifest, f map[string][]byte) { f["bin/linux-amd64"] = program(machineAMD64, 1, segInterp) }},
			"ALibrary":              {"registry.not_static", func(_ *Manifest, f map[string][]byte) { f["bin/linux-amd64"] = program(machineAMD64, 1, segDynamic) }},
			"ACutOffProgram":        {"registry.not_static", func(_ *Manifest, f map[string][]byte) { f["bin/linux-amd64"] = program(machineAMD64)[:80] }},
			"AnotherMachine":        {"registry.wrong_architecture", func(_ *Manifest, f map[string][]byte) { f["bin/linux-amd64"] = program(machineARM64) }},
			"AnUnknownPlatform":     {"registry.unreadable", func(_ *Manifest, f map[string][]byte) { f["bin/plan9-386"] = program(machineAMD64) }},
			"NoProgram":             {"registry.unreadable", func(_ *Manifest, f map[string][]byte) { delete(f, "bin/linux-amd64"); delete(f, "bin/linux-arm64") }},
			"AProgramAndABundle":    {"registry.unreadable", func(_ *Manifest, f map[string][]byte) { f["bundle.mjs"] = []byte("x") }},
			"AStrayFile":            {"registry.unreadable", func(_ *Manifest, f map[string][]byte) { f["notes.txt"] = nil }},
			"NoSchema":              {"registry.unreadable", func(_ *Manifest, f map[string][]byte) { delete(f, "schema.json") }},
			"ASchemaThatIsNotJSON":  {"registry.unreadable", func(_ *Manifest, f map[string][]byte) { f["schema.json"] = []byte("{") }},
			"AnId":                  {"registry.manifest", func(m *Manifest, _ map[string][]byte) { m.ID = "../flat" }},
			"AVersion":              {"registry.manifest", func(m *Manifest, _ map[string][]byte) { m.Version = "1.0" }},
			"AVersionOfDevelopment": {"registry.manifest", func(m *Manifest, _ map[string][]byte) { m.Version = "1.0.0-dev.abcd1234" }},
			"ATitleInOneLanguage":   {"registry.manifest", func(m *Manifest, _ map[string][]byte) { m.Title.En = "" }},
			"APlainHomepage":        {"registry.manifest", func(m *Manifest, _ map[string][]byte) { m.Homepage = "http://a.test" }},
		} {
			m, files := manifest("1.0.0"), content()
			c.change(&m, files)
			_, err := Build(m, files)
			if err == nil {
				t.Errorf("%s is packed", name)
				continue
			}
			t.Run(name, func(t *testing.T) {
				refused(t, err, c.code)
				// Whoever packs without us does not get through either.
				forged := &Package{files: files}
				raw, _ := json.Marshal(m)
				forged.files["manifest.json"] = raw
				forged.listing = listingOf(forged.Files())
				if err := forged.seal(); err != nil {
					t.Fatal(err)
				}
				_, err := Read(bytes.NewReader(forged.Bytes()))
				refused(t, err, c.code)
			})
		}
	})
	t.Run("AnotherKeysSignatureIsWorthNothing", func(t *testing.T) {
		forged := pack(t, "1.0.0", k)
		other := pack(t, "1.0.1", k)
		forged.signature = other.signature
		if err := forged.seal(); err != nil {
			t.Fatal(err)
		}
		_, err := Read(bytes.NewReader(forged.Bytes()))
		refused(t, err, "registry.bad_signature")
	})
}

type entry struct {
	header tar.Header
	body   string
}

// archive writes any tar, as a stranger would.
func archive(entries ...entry) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := e.header
		if h.Typeflag == 0 {
			h.Typeflag = tar.TypeReg
		}
		h.Size = int64(len(e.body))
		if err := w.WriteHeader(&h); err != nil {
			panic(err)
		}
		_, _ = w.Write([]byte(e.body))
	}
	_ = w.Close()
	return compressed(b.Bytes())
}

func compressed(b []byte) []byte {
	enc, _ := zstd.NewWriter(nil)
	return enc.EncodeAll(b, nil)
}

func TestAHostileArchiveIsRefused(t *testing.T) {
	t.Parallel()
	p := pack(t, "1.0.0", NewKey())
	whole := func() (all []entry) {
		all = append(all, entry{tar.Header{Name: listingName, Mode: 0o644}, string(p.listing)})
		for _, f := range p.Files() {
			all = append(all, entry{tar.Header{Name: f.Path, Mode: 0o644}, string(p.files[f.Path])})
		}
		return all
	}
	plain, err := unpack(p.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		code string
		raw  []byte
	}{
		"Nothing":              {"registry.unreadable", nil},
		"Noise":                {"registry.unreadable", []byte("this is no package at all")},
		"ABomb":                {"registry.too_large", compressed(make([]byte, maxUnpacked+2))},
		"ALink":                {"registry.unreadable", archive(append(whole(), entry{tar.Header{Name: "README.md", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, ""})...)},
		"AHardLink":            {"registry.unreadable", archive(append(whole(), entry{tar.Header{Name: "LICENSE", Typeflag: tar.TypeLink, Linkname: "README.md"}, ""})...)},
		"ADevice":              {"registry.unreadable", archive(append(whole(), entry{tar.Header{Name: "LICENSE", Typeflag: tar.TypeChar}, ""})...)},
		"AFolder":              {"registry.unreadable", archive(append(whole(), entry{tar.Header{Name: "cases/", Typeflag: tar.TypeDir}, ""})...)},
		"AnAbsolutePath":       {"registry.unreadable", archive(append(whole(), entry{tar.Header{Name: "/etc/cron.d/x"}, "x"})...)},
		"APathUpwards":         {"registry.unreadable", archive(append(whole(), entry{tar.Header{Name: "cases/../../x.json"}, "x"})...)},
		"AFileTwice":           {"registry.unreadable", archive(append(whole(), entry{tar.Header{Name: "README.md"}, "# Other"})...)},
		"AnUnlistedFile":       {"registry.unlisted_file", archive(append(whole(), entry{tar.Header{Name: "LICENSE"}, "mine"})...)},
		"AMissingFile":         {"registry.unlisted_file", archive(whole()[:4]...)},
		"NoListing":            {"registry.unreadable", archive(whole()[1:]...)},
		"AnOwner":              {"registry.unreadable", archive(append([]entry{{tar.Header{Name: listingName, Mode: 0o644, Uid: 1000}, string(p.listing)}}, whole()[1:]...)...)},
		"SomethingAfterTheEnd": {"registry.unreadable", compressed(append(bytes.Clone(plain), "hidden"...))},
		"ACutOffFile":          {"registry.unreadable", p.Bytes()[:len(p.Bytes())/2]},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(bytes.NewReader(c.raw))
			refused(t, err, c.code)
		})
	}
	t.Run("ChangedBytes", func(t *testing.T) {
		all := whole()
		all[2].body += " "
		_, err := Read(bytes.NewReader(archive(all...)))
		refused(t, err, "registry.hash_mismatch")
	})
	t.Run("TooManyFiles", func(t *testing.T) {
		all := whole()
		for i := range maxFiles {
			all = append(all, entry{tar.Header{Name: "cases/c" + strings.Repeat("x", i%70) + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ".json"}, "[]"})
		}
		_, err := Read(bytes.NewReader(archive(all...)))
		refused(t, err, "registry.too_large")
	})
}

func FuzzRead(f *testing.F) {
	p, err := Build(manifest("1.0.0"), content())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(p.Bytes())
	f.Add(archive(entry{tar.Header{Name: listingName}, "x"}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got, err := Read(bytes.NewReader(raw)); err == nil && got.Manifest.check() != nil {
			t.Fatal("a package without a manifest")
		}
	})
}

func TestKeys(t *testing.T) {
	t.Parallel()
	k := NewKey()
	t.Run("AreReadBack", func(t *testing.T) {
		for _, passphrase := range []string{"", "correct horse"} {
			path := filepath.Join(t.TempDir(), "key")
			if err := k.Save(path, passphrase); err != nil {
				t.Fatal(err)
			}
			if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v", info.Mode())
			}
			got, err := LoadKey(path, passphrase)
			if err != nil || !bytes.Equal(got.private, k.private) {
				t.Fatal(err)
			}
			if k.Save(path, "") == nil {
				t.Error("a key was written over another")
			}
			if raw, _ := os.ReadFile(path); passphrase != "" {
				if bytes.Contains(raw, []byte(`"seed"`)) {
					t.Error("the sealed file holds the seed")
				}
				_, err = LoadKey(path, "wrong")
				refused(t, err, "registry.passphrase")
			}
			_ = os.Chmod(path, 0o644)
			_, err = LoadKey(path, passphrase)
			refused(t, err, "registry.key_file")
		}
	})
	t.Run("ProveToWhomTheyBelong", func(t *testing.T) {
		word := k.Claim("dev_1")
		if !k.Public().Claimed("dev_1", word) || k.Public().Claimed("dev_2", word) || NewKey().Public().Claimed("dev_1", word) {
			t.Error("a claim is worth something elsewhere")
		}
	})
}
