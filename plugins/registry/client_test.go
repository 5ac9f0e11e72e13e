package registry

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var today = time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)

// market is a registry with one approved version, and whose keys are whose.
type market struct {
	*Dir
	t        *testing.T
	operator *Key
	author   *Key
}

func open(t *testing.T) market {
	t.Helper()
	m := market{t: t, operator: NewKey(), author: NewKey()}
	d, err := CreateDir(t.TempDir(), m.operator, today)
	if err != nil {
		t.Fatal(err)
	}
	m.Dir = d
	m.must(d.TrustKey(m.author.Public(), "dev_1", today))
	m.publish("1.0.0")
	return m
}

func (m market) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m market) publish(version string) *Package {
	m.t.Helper()
	p := pack(m.t, version, m.author)
	_, err := m.Publish(p, Hash([]byte("report")), today)
	m.must(err)
	return p
}

// client trusts the operator's key and remembers in the file.
func (m market) client(base, memory string) *Client {
	m.t.Helper()
	c, err := Open(base, Trust{Keys: []PublicKey{m.operator.Public()}, Memory: memory})
	m.must(err)
	return c
}

func (m market) fetch(version string, now time.Time) (*Release, error) {
	c := m.client(m.Path(), "")
	if _, err := c.Refresh(m.t.Context(), now); err != nil {
		return nil, err
	}
	return c.Release(m.t.Context(), "flat", version)
}

// spoil rewrites a file of the registry.
func (m market) spoil(path string, change func([]byte) []byte) {
	m.t.Helper()
	raw, err := os.ReadFile(m.at(path))
	m.must(err)
	m.must(os.WriteFile(m.at(path), change(raw), 0o644))
}

func (m market) copyOf() string {
	to := m.t.TempDir()
	m.must(os.CopyFS(to, os.DirFS(m.Path())))
	return to
}

func swap(old, new string) func([]byte) []byte {
	return func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(old), []byte(new)) }
}

func TestClient(t *testing.T) {
	t.Parallel()
	t.Run("FetchesWhatWasApproved", func(t *testing.T) {
		t.Parallel()
		m := open(t)
		r, err := m.fetch("1.0.0", today)
		if err != nil || r.Package().Manifest.ID != "flat" || r.Entry().Developer != m.author.Public().ID() {
			t.Fatal(r, err)
		}
		_, err = m.fetch("9.0.0", today)
		refused(t, err, "registry.unknown_version")
	})
	t.Run("ReadsAWebServer", func(t *testing.T) {
		t.Parallel()
		m := open(t)
		server := httptest.NewServer(http.FileServer(http.Dir(m.Path())))
		defer server.Close()
		c := m.client(server.URL, "")
		if _, err := c.Refresh(t.Context(), today); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Release(t.Context(), "flat", "1.0.0"); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("AsksNobodyElse", func(t *testing.T) {
		t.Parallel()
		for _, base := range []string{"http://registry.example", "ftp://127.0.0.1", "https://user:pw@registry.example", "http://10.0.0.1", "https://registry.example/?a=b"} {
			_, err := Open(base, Trust{})
			refused(t, err, "registry.source")
		}
	})
	t.Run("FollowsNoRedirect", func(t *testing.T) {
		t.Parallel()
		m := open(t)
		server := httptest.NewServer(http.RedirectHandler("http://127.0.0.1:1/", http.StatusFound))
		defer server.Close()
		_, err := m.client(server.URL, "").Refresh(t.Context(), today)
		refused(t, err, "registry.unavailable")
	})
	t.Run("TrustsNobodyByItself", func(t *testing.T) {
		t.Parallel()
		m := open(t)
		for _, trust := range []Trust{{}, {Keys: []PublicKey{NewKey().Public()}}} {
			c, err := Open(m.Path(), trust)
			m.must(err)
			_, err = c.Refresh(t.Context(), today)
			refused(t, err, "registry.untrusted_root")
		}
	})
	t.Run("BelievesNoIndexThatIs", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			code  string
			spoil func(m market)
			later time.Duration
		}{
			"Altered":           {"registry.bad_signature", func(m market) { m.spoil("index.json", swap(`"none"`, `"NONE"`)) }, 0},
			"SignedByAStranger": {"registry.bad_signature", func(m market) { m.spoil("index.sig", resign(m, NewKey())) }, 0},
			"Expired":           {"registry.index_expired", func(market) {}, IndexLife},
			"WithoutItsLog":     {"registry.unavailable", func(m market) { m.must(os.Remove(m.at("log.jsonl"))) }, 0},
			"WithABrokenLog": {"registry.log_broken", func(m market) {
				m.spoil("log.jsonl", swap(`"owner"`, `"x"`))
				m.spoil("log.jsonl", swap(`"active"`, `"Active"`))
			}, 0},
			"WithAShortLog":        {"registry.log_broken", func(m market) { m.spoil("log.jsonl", func(b []byte) []byte { return b[:len(b)/2] }) }, 0},
			"OverAForgedRoot":      {"registry.untrusted_root", func(m market) { m.spoil("root.json", forgeRoot(m)) }, 0},
			"SilentAboutTheReview": {"registry.log_broken", silent, 0},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				m := open(t)
				m.t = t
				c.spoil(m)
				_, err := m.fetch("1.0.0", today.Add(c.later))
				refused(t, err, c.code)
			})
		}
	})
	t.Run("RefusesARelease", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			code  string
			spoil func(m market)
		}{
			"WithOneByteChanged": {"registry.hash_mismatch", func(m market) { m.spoil(m.packageFile(), func(b []byte) []byte { b[len(b)/2] ^= 1; return b }) }},
			"InPlaceOfAnother": {"registry.hash_mismatch", func(m market) {
				other := pack(m.t, "1.0.0", NewKey())
				m.spoil(m.packageFile(), func([]byte) []byte { return other.Bytes() })
			}},
			"ThatIsALinkToAnother": {"registry.hash_mismatch", func(m market) {
				m.must(os.WriteFile(m.at("packages/x"), []byte("x"), 0o644))
				m.must(os.Remove(m.at(m.packageFile())))
				m.must(os.Symlink("x", m.at(m.packageFile())))
			}},
			"ThatIsALinkOutside": {"registry.unavailable", func(m market) {
				m.must(os.Remove(m.at(m.packageFile())))
				m.must(os.Symlink("/etc/passwd", m.at(m.packageFile())))
			}},
			"OfARevokedKey": {"registry.revoked_key", func(m market) { m.must(m.RevokeKey(m.author.Public().ID(), "stolen", today)) }},
			"ToBeStopped":   {"registry.revoked", func(m market) { m.must(m.Revoke("flat", "1.0.0", StopNow, "wrong sums", today)) }},
			"WhoseReviewIsForged": {"registry.bad_signature", func(m market) {
				m.edit(func(x *Index) {
					e := x.Plugins["flat"]["1.0.0"]
					e.Review.Signature = NewKey().sign(forReview, reviewed(e.Package, Approved, e.Review.Report))
					x.Plugins["flat"]["1.0.0"] = e
				})
			}},
			"WhoseReviewIsOfAnother": {"registry.bad_signature", func(m market) {
				m.edit(func(x *Index) {
					e := x.Plugins["flat"]["1.0.0"]
					e.Review.Signature = m.operator.sign(forReview, reviewed(Hash(nil), Approved, e.Review.Report))
					x.Plugins["flat"]["1.0.0"] = e
				})
			}},
			"OfAnotherAuthor": {"registry.bad_signature", func(m market) {
				thief := NewKey()
				m.edit(func(x *Index) {
					x.Keys[thief.Public().ID()] = DeveloperKey{Key: thief.Public()}
					e := x.Plugins["flat"]["1.0.0"]
					e.Developer = thief.Public().ID()
					x.Plugins["flat"]["1.0.0"] = e
				})
			}},
			"OfAKeyNobodyKnows": {"registry.unknown_key", func(m market) { m.edit(func(x *Index) { delete(x.Keys, m.author.Public().ID()) }) }},
			"UnderAnotherArtifact": {"registry.hash_mismatch", func(m market) {
				m.edit(func(x *Index) { x.Plugins["flat"]["1.0.0"].Artifacts["linux-amd64"] = Hash(nil) })
			}},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				m := open(t)
				m.t = t
				c.spoil(m)
				_, err := m.fetch("1.0.0", today)
				refused(t, err, c.code)
			})
		}
	})
	t.Run("AcceptsAMilderRevocation", func(t *testing.T) {
		t.Parallel()
		m := open(t)
		m.must(m.Revoke("flat", "1.0.0", Drain, "old", today))
		r, err := m.fetch("1.0.0", today)
		if err != nil || r.Entry().Revocation.Level != Drain {
			t.Error(r, err)
		}
	})
}

// packageFile is where the only package is.
func (m market) packageFile() string {
	x, err := m.Index()
	m.must(err)
	return packagePath(x.Plugins["flat"]["1.0.0"].Package)
}

// edit changes the index as an operator who lies would.
func (m market) edit(fn func(*Index)) {
	m.t.Helper()
	m.must(m.change(today, func(s *state) error { fn(s.index); return nil }))
}

func resign(m market, k *Key) func([]byte) []byte {
	return func([]byte) []byte {
		file, err := os.ReadFile(m.at("index.json"))
		m.must(err)
		raw, _ := json.Marshal([]Signature{k.sign(forIndex, file)})
		return raw
	}
}

// forgeRoot names the operator's key and is signed by somebody else's.
func forgeRoot(m market) func([]byte) []byte {
	return func([]byte) []byte {
		stranger := NewKey()
		raw, err := NewRoot(Root{1, 1, []PublicKey{stranger.Public(), m.operator.Public()}}, stranger)
		m.must(err)
		return raw
	}
}

// silent puts a version into the index behind the log's back.
func silent(m market) {
	p := pack(m.t, "2.0.0", m.author)
	m.must(m.Keep(p))
	m.edit(func(x *Index) {
		e := x.Plugins["flat"]["1.0.0"]
		e.Package = p.SHA256
		x.Plugins["flat"]["2.0.0"] = e
	})
}

func TestWhatWasSeenIsNotUndone(t *testing.T) {
	t.Parallel()
	see := func(t *testing.T, m market, base, memory string) error {
		_, err := m.client(base, memory).Refresh(t.Context(), today)
		return err
	}
	t.Run("AnOldIndexIsRefused", func(t *testing.T) {
		t.Parallel()
		m, memory := open(t), filepath.Join(t.TempDir(), "seen")
		old := m.copyOf()
		m.must(m.Revoke("flat", "1.0.0", StopNow, "wrong sums", today))
		m.must(see(t, m, m.Path(), memory))
		refused(t, see(t, m, old, memory), "registry.rolled_back")
		m.must(see(t, m, m.Path(), memory))
	})
	t.Run("ARewrittenLogIsRefused", func(t *testing.T) {
		t.Parallel()
		m, memory := open(t), filepath.Join(t.TempDir(), "seen")
		fork := market{t: t, operator: m.operator, author: m.author}
		var err error
		fork.Dir, err = OpenDir(m.copyOf(), m.operator)
		m.must(err)
		m.publish("1.1.0")
		m.must(see(t, m, m.Path(), memory))
		fork.publish("1.2.0")
		fork.must(fork.Renew(today)) // a higher number, another history
		fork.must(fork.Renew(today))
		refused(t, see(t, m, fork.Path(), memory), "registry.log_rewritten")
	})
	t.Run("ALostMemoryIsNoReasonToForget", func(t *testing.T) {
		t.Parallel()
		m, memory := open(t), filepath.Join(t.TempDir(), "seen")
		m.must(os.WriteFile(memory, []byte("{"), 0o600))
		if _, err := Open(m.Path(), Trust{Keys: []PublicKey{m.operator.Public()}, Memory: memory}); err == nil {
			t.Error("a damaged memory counts as none")
		}
	})
	t.Run("TheMemoryAloneIsTrustEnough", func(t *testing.T) {
		t.Parallel()
		m, memory := open(t), filepath.Join(t.TempDir(), "seen")
		m.must(see(t, m, m.Path(), memory))
		c, err := Open(m.Path(), Trust{Memory: memory})
		m.must(err)
		if _, err := c.Refresh(t.Context(), today); err != nil {
			t.Error(err)
		}
	})
}

func TestOperatorsKeysRotate(t *testing.T) {
	t.Parallel()
	m, memory := open(t), filepath.Join(t.TempDir(), "seen")
	old := m.client(m.Path(), memory)
	_, err := old.Refresh(t.Context(), today)
	m.must(err)
	next := NewKey()
	m.must(m.Rotate(next, today))
	m.publish("1.1.0")

	t.Run("WhoTrustedTheOldKeyFollows", func(t *testing.T) {
		if _, err := old.Refresh(t.Context(), today); err != nil {
			t.Fatal(err)
		}
		for _, version := range []string{"1.0.0", "1.1.0"} {
			if _, err := old.Release(t.Context(), "flat", version); err != nil {
				t.Errorf("%s: %v", version, err)
			}
		}
	})
	t.Run("TheOldKeySignsNothingMore", func(t *testing.T) {
		_, err := OpenDir(m.Path(), m.operator)
		refused(t, err, "registry.unknown_key")
		m.spoil("index.sig", resign(m, m.operator))
		_, err = old.Refresh(t.Context(), today)
		refused(t, err, "registry.bad_signature")
	})
	t.Run("NobodyElseIntroducesARoot", func(t *testing.T) {
		m := open(t)
		stranger := NewKey()
		forged, err := NewRoot(Root{2, 1, []PublicKey{stranger.Public()}}, stranger)
		m.must(err)
		m.must(m.writeRoot(2, forged))
		c, err := Open(m.Path(), Trust{Root: firstRootOf(m)})
		m.must(err)
		_, err = c.Refresh(t.Context(), today)
		refused(t, err, "registry.root")
	})
	t.Run("AThresholdIsCounted", func(t *testing.T) {
		m := open(t)
		root, err := NewRoot(Root{1, 2, []PublicKey{m.operator.Public(), next.Public()}}, m.operator, next)
		m.must(err)
		c, err := Open(m.Path(), Trust{Root: root})
		m.must(err)
		_, err = c.Refresh(t.Context(), today)
		refused(t, err, "registry.too_few_signatures")
	})
}

func firstRootOf(m market) []byte {
	raw, err := os.ReadFile(m.at("roots/1.json"))
	m.must(err)
	return raw
}

func TestDir(t *testing.T) {
	t.Parallel()
	t.Run("AVersionsBytesNeverChange", func(t *testing.T) {
		t.Parallel()
		m := open(t)
		if _, err := m.Publish(pack(t, "1.0.0", m.author), "", today); err != nil {
			t.Error("the same bytes again:", err)
		}
		files := content()
		files["README.md"] = []byte("# Other\n")
		other, err := Build(manifest("1.0.0"), files)
		m.must(err)
		m.must(other.Sign(m.author))
		_, err = m.Publish(other, "", today)
		refused(t, err, "registry.changed_bytes")
	})
	t.Run("OnlyARegisteredKeysPackageIsPublished", func(t *testing.T) {
		t.Parallel()
		m := open(t)
		_, err := m.Publish(pack(t, "2.0.0", nil), "", today)
		refused(t, err, "registry.unsigned")
		_, err = m.Publish(pack(t, "2.0.0", NewKey()), "", today)
		refused(t, err, "registry.unknown_key")
		m.must(m.RevokeKey(m.author.Public().ID(), "lost", today))
		_, err = m.Publish(pack(t, "2.0.0", m.author), "", today)
		refused(t, err, "registry.revoked_key")
		refused(t, m.TrustKey(m.author.Public(), "dev_1", today), "registry.revoked_key")
	})
	t.Run("TheLogTellsEverything", func(t *testing.T) {
		t.Parallel()
		m := open(t)
		m.must(m.Revoke("flat", "1.0.0", Drain, "old", today))
		m.must(m.RevokeKey(m.author.Public().ID(), "lost", today))
		raw, err := os.ReadFile(m.at("log.jsonl"))
		m.must(err)
		var kinds []string
		for line := range strings.Lines(string(raw)) {
			var e Event
			m.must(json.Unmarshal([]byte(line), &e))
			kinds = append(kinds, e.Kind)
		}
		if got := strings.Join(kinds, " "); got != "root key publish review revoke key" {
			t.Error(got)
		}
	})
	t.Run("AChangeThatWasCutOffAnywhereIsHarmless", func(t *testing.T) {
		t.Parallel()
		m := open(t)
		before := m.copyOf()
		m.publish("1.1.0")
		order := []string{"log.jsonl", "index.json"} // signatures of both lie beside the index
		for cut := range len(order) + 1 {
			half, err := os.MkdirTemp(t.TempDir(), "half")
			m.must(err)
			m.must(os.CopyFS(filepath.Join(half, "r"), os.DirFS(before)))
			for _, name := range order[:cut] {
				raw, _ := os.ReadFile(m.at(name))
				m.must(os.WriteFile(filepath.Join(half, "r", name), raw, 0o644))
			}
			a, _ := os.ReadFile(filepath.Join(before, "index.sig"))
			b, _ := os.ReadFile(m.at("index.sig"))
			var one, other []Signature
			m.must(json.Unmarshal(a, &one))
			m.must(json.Unmarshal(b, &other))
			both, _ := json.Marshal(append(one, other...))
			m.must(os.WriteFile(filepath.Join(half, "r", "index.sig"), both, 0o644))
			d, err := OpenDir(filepath.Join(half, "r"), m.operator)
			if err != nil {
				t.Fatalf("after %d files: %v", cut, err)
			}
			if _, err := d.Publish(pack(t, "1.1.0", m.author), Hash([]byte("report")), today); err != nil {
				t.Errorf("after %d files: %v", cut, err)
			}
			if _, err := m.client(d.Path(), "").Refresh(t.Context(), today); err != nil {
				t.Errorf("after %d files: %v", cut, err)
			}
		}
	})
	t.Run("TwoAtOnceLoseNothing", func(t *testing.T) {
		t.Parallel()
		m := open(t)
		done := make(chan error)
		versions := []string{"2.0.0", "2.0.1", "2.0.2", "2.0.3"}
		for _, v := range versions {
			p := pack(t, v, m.author)
			go func() { _, err := m.Publish(p, "r", today); done <- err }()
		}
		for range versions {
			m.must(<-done)
		}
		x, err := m.Index()
		m.must(err)
		if len(x.Plugins["flat"]) != 5 {
			t.Errorf("%d versions", len(x.Plugins["flat"]))
		}
	})
}
