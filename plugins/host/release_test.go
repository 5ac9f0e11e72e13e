package host

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/plugins/registry"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

var today = time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)

// bytesOf is the three-level strategy that calls itself a version.
func bytesOf(t *testing.T, version string) []byte {
	t.Helper()
	raw, err := os.ReadFile(friendly(t))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(raw, []byte("1.0.0"), []byte(version))
}

// packed makes a package of a program as its author would.
func packed(t *testing.T, program []byte, change ...func(*registry.Manifest)) *registry.Package {
	t.Helper()
	path := filepath.Join(t.TempDir(), "strategy")
	if err := os.WriteFile(path, program, 0o755); err != nil {
		t.Fatal(err)
	}
	_, described, err := newHost(t).Install(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	m := registry.ManifestOf(described, registry.Go)
	for _, c := range change {
		c(&m)
	}
	p, err := registry.Build(m, map[string][]byte{"schema.json": described.GetConfigSchema(), "bin/" + registry.HostPlatform(): program})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// author signs every package here, and signed keeps those of honest programs:
// making one takes a second.
var (
	author = registry.NewKey()
	signed sync.Map // version → func() *registry.Package
)

func signedOnce(t *testing.T, version string) *registry.Package {
	made, _ := signed.LoadOrStore(version, sync.OnceValue(func() *registry.Package {
		p := packed(t, bytesOf(t, version))
		if err := p.Sign(author); err != nil {
			t.Fatal(err)
		}
		return p
	}))
	return made.(func() *registry.Package)()
}

// market is a registry of one author and one operator.
type market struct {
	*registry.Dir
	t        *testing.T
	operator *registry.Key
}

func openMarket(t *testing.T, versions ...string) market {
	t.Helper()
	m := market{t: t, operator: registry.NewKey()}
	var err error
	m.Dir, err = registry.CreateDir(t.TempDir(), m.operator, today)
	m.must(err)
	m.must(m.TrustKey(author.Public(), "dev_1", today))
	for _, version := range versions {
		_, err := m.Publish(signedOnce(t, version), registry.Hash(nil), today)
		m.must(err)
	}
	return m
}

func (m market) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m market) publish(p *registry.Package) {
	m.t.Helper()
	m.must(p.Sign(author))
	_, err := m.Publish(p, registry.Hash(nil), today)
	m.must(err)
}

func (m market) release(version string, now time.Time) (*registry.Release, error) {
	c, err := registry.Open(m.Path(), registry.Trust{Keys: []registry.PublicKey{m.operator.Public()}})
	m.must(err)
	if _, err := c.Refresh(m.t.Context(), now); err != nil {
		return nil, err
	}
	return c.Release(m.t.Context(), "three-level", version)
}

func (m market) file() string {
	x, err := m.Index()
	m.must(err)
	return filepath.Join(m.Path(), "packages", x.Plugins["three-level"]["1.0.0"].Package+".fenli")
}

// TestOnlySignedCataloguedBytesRun is promise P1: whatever is wrong on the way
// from the author to the process, no process starts.
func TestOnlySignedCataloguedBytesRun(t *testing.T) {
	t.Parallel()
	program := bytesOf(t, "1.0.0")
	t.Run("AReleaseRuns", func(t *testing.T) {
		t.Parallel()
		m, h := openMarket(t, "1.0.0"), newHost(t)
		r, err := m.release("1.0.0", today)
		m.must(err)
		a, _, err := h.InstallRelease(t.Context(), r)
		m.must(err)
		if again, _, err := h.InstallRelease(t.Context(), r); err != nil || again != a || h.Counters().Started != 1 {
			t.Error(again, err, h.Counters())
		}
		out, err := h.Evaluate(t.Context(), a.SHA256, &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{sale(1)}})
		if err != nil || out.Decisions[0].GetPaid() == nil {
			t.Error(out, err)
		}
	})
	for name, c := range map[string]struct {
		code  string
		spoil func(m market)
		later time.Duration
	}{
		"OneByteChanged": {"registry.hash_mismatch", func(m market) {
			raw, err := os.ReadFile(m.file())
			m.must(err)
			raw[len(raw)/2] ^= 1
			m.must(os.WriteFile(m.file(), raw, 0o644))
		}, 0},
		"ALinkToAnotherFile": {"registry.unavailable", func(m market) {
			m.must(os.Remove(m.file()))
			m.must(os.Symlink("/bin/true", m.file()))
		}, 0},
		"TheWrongKey": {"registry.hash_mismatch", func(m market) {
			p := packed(m.t, program)
			m.must(p.Sign(registry.NewKey()))
			m.must(os.WriteFile(m.file(), p.Bytes(), 0o644))
		}, 0},
		"ARevokedKey":     {"registry.revoked_key", func(m market) { m.must(m.RevokeKey(author.Public().ID(), "stolen", today)) }, 0},
		"ARevokedVersion": {"registry.revoked", func(m market) { m.must(m.Revoke("three-level", "1.0.0", registry.StopNow, "wrong", today)) }, 0},
		"AnExpiredIndex":  {"registry.index_expired", func(market) {}, registry.IndexLife},
		"AForgedIndex": {"registry.bad_signature", func(m market) {
			file := filepath.Join(m.Path(), "index.json")
			raw, err := os.ReadFile(file)
			m.must(err)
			m.must(os.WriteFile(file, bytes.Replace(raw, []byte("2026"), []byte("2126"), 1), 0o644))
		}, 0},
	} {
		t.Run(name+"DoesNotStart", func(t *testing.T) {
			t.Parallel()
			m, h := openMarket(t, "1.0.0"), newHost(t)
			c.spoil(m)
			r, err := m.release("1.0.0", today.Add(c.later))
			if err == nil {
				_, _, err = h.InstallRelease(t.Context(), r)
			}
			if err == nil || fault.Of(err).Code != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
			if h.Counters().Started != 0 || len(h.Artifacts()) != 0 {
				t.Errorf("it started: %+v", h.Counters())
			}
		})
	}
	t.Run("ABundleRunsToo", func(t *testing.T) {
		t.Parallel()
		path := bundled(t, threeLevelTS)
		_, described, err := newHost(t).Install(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p, err := registry.Build(registry.ManifestOf(described, registry.Node), map[string][]byte{"schema.json": described.GetConfigSchema(), "bundle.mjs": raw})
		if err != nil {
			t.Fatal(err)
		}
		m, h := openMarket(t), newHost(t)
		m.publish(p)
		c, err := registry.Open(m.Path(), registry.Trust{Keys: []registry.PublicKey{m.operator.Public()}})
		m.must(err)
		_, err = c.Refresh(t.Context(), today)
		m.must(err)
		r, err := c.Release(t.Context(), p.Manifest.ID, p.Manifest.Version)
		m.must(err)
		a, _, err := h.InstallRelease(t.Context(), r)
		m.must(err)
		out, err := h.Evaluate(t.Context(), a.SHA256, &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{sale(1)}})
		if err != nil || a.Runtime != Node || out.Decisions[0].GetPaid() == nil {
			t.Error(a, out, err)
		}
	})
	t.Run("AScriptDoesNotStart", func(t *testing.T) {
		t.Parallel()
		_, err := registry.Build(packed(t, program).Manifest, map[string][]byte{"schema.json": []byte("{}"), "bin/" + registry.HostPlatform(): []byte("#!/bin/sh\n")})
		if fault.Of(err).Code != "registry.not_static" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("AProgramThatIsNotWhatItsPackageSaysDoesNotStay", func(t *testing.T) {
		t.Parallel()
		m, h := openMarket(t), newHost(t)
		m.publish(packed(t, program, func(l *registry.Manifest) { l.Facts = l.Facts[:1] })) // it wants to know more than merchants read
		r, err := m.release("1.0.0", today)
		m.must(err)
		_, _, err = h.InstallRelease(t.Context(), r)
		if fault.Of(err).Code != "registry.manifest_lies" || len(h.Artifacts()) != 0 {
			t.Errorf("got %v, %v", err, h.Artifacts())
		}
	})
	t.Run("OtherBytesOfAVersionDoNotStart", func(t *testing.T) {
		t.Parallel()
		m, h := openMarket(t, "1.0.0"), newHost(t, func(c *Config) { c.Development = true })
		_, _, err := h.Install(t.Context(), other(t, program))
		m.must(err)
		r, err := m.release("1.0.0", today)
		m.must(err)
		if _, _, err := h.InstallRelease(t.Context(), r); !errors.Is(err, ErrVersionTaken) {
			t.Errorf("got %v", err)
		}
	})
}

// other is the same program with other bytes.
func other(t *testing.T, program []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "other")
	if err := os.WriteFile(path, append(bytes.Clone(program), 0), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheStoreIsNotBelievedEither(t *testing.T) {
	t.Parallel()
	installed := func(t *testing.T) (*Host, string, string) {
		h := newHost(t)
		sha := install(t, h, friendly(t))
		h.slot(sha).stopIfIdle(0)
		eventually(t, "it has stopped", func() bool { return pid(h, sha) == 0 })
		return h, sha, h.store.path(sha)
	}
	t.Run("ALinkDoesNotStart", func(t *testing.T) {
		t.Parallel()
		h, sha, path := installed(t)
		if err := errors.Join(os.Rename(path, path+"x"), os.Symlink(filepath.Base(path)+"x", path)); err != nil {
			t.Fatal(err)
		}
		if err := h.Warm(t.Context(), sha); !errors.Is(err, ErrTampered) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("AFileSwappedBetweenCheckAndStartDoesNotStart", func(t *testing.T) {
		t.Parallel()
		h, sha, path := installed(t)
		f, err := h.store.open(sha) // checked
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := os.WriteFile(path+"x", []byte("another program"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+"x", path); err != nil { // swapped
			t.Fatal(err)
		}
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		kept, err := io.ReadAll(f) // what is executed is this descriptor
		if err != nil || registry.Hash(kept) != sha {
			t.Error("the descriptor holds other bytes than were checked")
		}
		if err := h.Warm(t.Context(), sha); !errors.Is(err, ErrTampered) {
			t.Errorf("got %v", err)
		}
	})
}

func TestAStoppedStrategy(t *testing.T) {
	t.Parallel()
	req := func() *strategyv1.EvaluateRequest {
		return &strategyv1.EvaluateRequest{Config: []byte(`{"mode":"slow"}`), Orders: []*strategyv1.Order{{}, {Seq: 1}}}
	}
	t.Run("LeavesItsOrdersWaiting", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		h.SetStopped(map[string]string{sha: "wrong sums"})
		out, err := h.Evaluate(t.Context(), sha, req())
		if err != nil || strings.Join(codesOf(out.GetDecisions()), " ") != CodeRevoked+" "+CodeRevoked || !out.Decisions[0].GetFailed().Retryable {
			t.Errorf("got %v, %v", out, err)
		}
		closed, err := h.ClosePeriod(t.Context(), sha, &strategyv1.ClosePeriodRequest{})
		if err != nil || closed.GetFailed().GetCode() != CodeRevoked {
			t.Errorf("got %v, %v", closed, err)
		}
		if err := h.Warm(t.Context(), sha); !errors.Is(err, ErrRevoked) || h.Status(sha).State != "revoked" {
			t.Errorf("got %v, %+v", err, h.Status(sha))
		}
		eventually(t, "its process is gone", func() bool { return pid(h, sha) == 0 })
	})
	t.Run("EndsUnderACallInFlight", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		process := pid(h, sha)
		answered := make(chan []string)
		go func() {
			out, err := h.Evaluate(context.Background(), sha, req())
			if err != nil {
				t.Error(err)
			}
			answered <- codesOf(out.GetDecisions())
		}()
		eventually(t, "the call is in flight", func() bool { return h.Counters().Calls > 0 })
		h.SetStopped(map[string]string{sha: "wrong sums"})
		if got := <-answered; strings.Join(got, " ") != CodeRevoked+" "+CodeRevoked {
			t.Errorf("got %v", got)
		}
		eventually(t, "its process is gone", func() bool { return gone(process) })
		if c := h.Counters(); c.Crashed != 0 {
			t.Errorf("it counts as a crash: %+v", c)
		}
	})
	t.Run("RunsAgainWhenItIsTakenBack", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		h.SetStopped(map[string]string{sha: "a mistake"})
		h.SetStopped(nil)
		if got := codesOf(ask(t, h, sha, "", 2)); got[0] != "" || got[1] != "" {
			t.Errorf("got %v", got)
		}
	})
}

// TestAnUpgradeLosesNoCall moves about a thousand callers from one version to
// the next while they ask, and back.
func TestAnUpgradeLosesNoCall(t *testing.T) {
	t.Parallel()
	m := openMarket(t, "1.0.0", "1.1.0")
	h := newHost(t, func(c *Config) { c.IdleStop = 200 * time.Millisecond })
	arrive := func(version string) string {
		r, err := m.release(version, today)
		m.must(err)
		a, _, err := h.InstallRelease(t.Context(), r)
		m.must(err)
		if a.Version != version {
			t.Fatalf("got %s", a.Version)
		}
		return a.SHA256
	}
	old := arrive("1.0.0")
	var inForce atomic.Pointer[string]
	inForce.Store(&old)

	const callers, rounds = 1000, 4
	var asked, wrong atomic.Int64
	var all sync.WaitGroup
	for n := range callers {
		all.Go(func() {
			for round := range rounds {
				out, err := h.Evaluate(t.Context(), *inForce.Load(), &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{sale(int64(n*rounds + round))}})
				if asked.Add(1); err != nil || out.Decisions[0].GetPaid().GetAwards()[0].GetAmount() != 1990 {
					wrong.Add(1)
					t.Error(out, err)
				}
			}
		})
	}
	eventually(t, "calls are in flight", func() bool { return asked.Load() > callers/2 })
	next := arrive("1.1.0") // beside the old one, which goes on
	inForce.Store(&next)
	eventually(t, "the new one is asked", func() bool { return asked.Load() > callers*2 })
	inForce.Store(&old) // back again
	eventually(t, "the old one is asked again", func() bool { return asked.Load() > callers*3 })
	inForce.Store(&next)
	all.Wait()
	if asked.Load() != callers*rounds || wrong.Load() != 0 || h.Counters().Crashed != 0 {
		t.Errorf("%d asked, %d lost, %+v", asked.Load(), wrong.Load(), h.Counters())
	}
	eventually(t, "what nobody asks has ended", func() bool { return h.Status(old).State == "stopped" })
}
