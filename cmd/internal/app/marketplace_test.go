package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/plugins/builtin"
	"github.com/fenli-io/fenli/plugins/registry"
)

// developer is somebody who writes strategies, with a key of their own.
type developer struct {
	*town
	id, token string
	key       *registry.Key
}

func (w *town) signUpDeveloper(name string) developer {
	w.t.Helper()
	var made struct{ ID, Token string }
	w.must(request{httpapi.Platform, "POST", "/developers", "", "", object{"name": name, "contact": name + "@dev.test"}, nil}, &made)
	d := developer{w, made.ID, made.Token, registry.NewKey()}
	d.must(d.call("POST", "/developers/me/keys", object{"public": d.key.Public(), "proof": d.key.Claim(d.id)}), nil)
	return d
}

func (d developer) call(method, path string, body any) request {
	return request{httpapi.Platform, method, path, d.token, "", body, nil}
}

// upload is a package on its way in.
func (d developer) upload(p *registry.Package) request {
	q := d.call("POST", "/plugins", p.Bytes())
	q.header = []string{"Content-Type", "application/octet-stream"}
	return q
}

func (w *town) operator(method, path string, body any) request {
	return request{httpapi.Platform, method, path, operator, "", body, nil}
}

// strategyPackage is the three-level strategy as if somebody else had written
// it: another id of the same length, and the version.
func (d developer) strategyPackage(version string, change ...func(*registry.Manifest)) *registry.Package {
	d.t.Helper()
	raw, err := os.ReadFile(filepath.Join(twoStrategies(d.t.(*testing.T)), builtin.List[0]))
	if err != nil {
		d.t.Fatal(err)
	}
	raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("three-level"), []byte("third-party")), []byte("1.0.0"), []byte(version))
	path := filepath.Join(d.t.TempDir(), "strategy")
	if err := os.WriteFile(path, raw, 0o755); err != nil {
		d.t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/var/tmp", "fenli-t")
	if err != nil {
		d.t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil {
		d.t.Fatal(err)
	}
	h, err := d.openExaminer(dir)
	if err != nil {
		d.t.Fatal(err)
	}
	defer h.Close(d.t.Context())
	_, described, err := h.Install(d.t.Context(), path)
	if err != nil {
		d.t.Fatal(err)
	}
	m := registry.ManifestOf(described, registry.Go)
	for _, c := range change {
		c(&m)
	}
	p, err := registry.Build(m, map[string][]byte{"schema.json": described.GetConfigSchema(), "bin/" + registry.HostPlatform(): raw})
	if err == nil {
		err = p.Sign(d.key)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// reviewed is a version as an operator sees it.
type reviewed struct {
	State    string
	Passed   *bool
	Report   json.RawMessage
	Progress struct{ Done, Total int }
}

// examined waits for an examination to end.
func (w *town) examined(path string) (v reviewed) {
	w.t.Helper()
	w.must(w.operator("POST", path+"/examine", nil), nil)
	for end := time.Now().Add(4 * time.Minute); ; time.Sleep(200 * time.Millisecond) {
		w.must(w.operator("GET", path, nil), &v)
		if v.Passed != nil {
			return v
		}
		if time.Now().After(end) {
			w.t.Fatalf("the examination does not end: %+v", v.Progress)
		}
	}
}

// offers is what a shop may choose of a strategy.
type offers struct {
	Strategy, Artifact, Withdrawn string
	InForce                       *struct{ Artifact, Version string } `json:"in_force"`
	Upgrade                       *struct{ Artifact, Version string }
	Versions                      []struct {
		Version   string
		Choosable bool
		BuiltIn   bool `json:"built_in"`
	}
}

func (s *shop) offered(strategy string) (found offers) {
	s.t.Helper()
	var list struct{ Items []offers }
	s.merchant("GET", "/strategies", nil, &list)
	for _, o := range list.Items {
		if o.Strategy == strategy {
			found = o
		}
	}
	return found
}

// TestAStrategyFromItsAuthorToAnOrder goes the whole way: signed, sent in,
// examined, approved, chosen, upgraded, rolled back, stopped and taken back.
func TestAStrategyFromItsAuthorToAnOrder(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	author, stranger := w.signUpDeveloper("author"), w.signUpDeveloper("stranger")
	s := w.openShop("chooses", "a")
	const v1, v2 = "/plugins/third-party/versions/1.0.0", "/plugins/third-party/versions/1.1.0"
	first := author.strategyPackage("1.0.0")
	refuses := func(q request, status int, code string) {
		t.Helper()
		if r := w.ask(q); r.status != status || r.problem().Code != code {
			t.Errorf("%s %s: %d %s, want %d %s", q.method, q.path, r.status, r.body, status, code)
		}
	}

	// Sending in.
	refuses(stranger.upload(first), 422, "marketplace.not_signer")
	w.must(author.upload(first), nil)
	w.must(author.upload(first), nil) // again is nothing new
	refuses(author.upload(author.strategyPackage("1.0.0", func(m *registry.Manifest) { m.License = "other" })), 409, "registry.changed_bytes")
	refuses(stranger.upload(stranger.strategyPackage("2.0.0")), 409, "marketplace.name_taken")
	refuses(author.upload(author.strategyPackage("1.0.0", func(m *registry.Manifest) { m.ID = "three-level" })), 409, "marketplace.name_taken")
	refuses(stranger.call("GET", "/developers/me"+v1, nil), 404, "marketplace.unknown")
	refuses(author.call("POST", v1+"/approve", object{}), 403, "request.forbidden")

	// Nothing can be chosen before its review, and nothing approved before its examination.
	choose := func(strategy string) request {
		return request{httpapi.Merchant, "POST", "/program/revisions", s.tokens["owner"], "", object{"strategy": strategy, "config": object{"rates": []string{"0.10"}}}, nil}
	}
	sha1 := first.Artifacts()[registry.HostPlatform()]
	refuses(choose(sha1), 422, "program.unknown_strategy")
	refuses(w.operator("POST", v1+"/approve", object{}), 409, "marketplace.not_examined")
	if v := w.examined(v1); !*v.Passed || v.Progress.Done == 0 {
		t.Fatalf("the examination failed: %s", v.Report)
	}
	w.must(w.operator("POST", v1+"/approve", object{"note": "good"}), nil)

	// Chosen, and an order is paid by it.
	w.must(choose("third-party"), nil)
	s.open("PUT", "/distributors/seller", object{"name": "seller"}, nil)
	s.open("POST", "/orders", reported("o-1", "b", "seller", 10000), nil)
	s.dealtWith("the first order")
	if o := s.offered("third-party"); o.InForce == nil || o.InForce.Version != "1.0.0" || o.Upgrade != nil || o.Versions[0].BuiltIn {
		t.Errorf("got %+v", o)
	}

	// A newer version is offered, chosen and left again; orders keep theirs.
	w.must(author.upload(author.strategyPackage("1.1.0")), nil)
	if v := w.examined(v2); !*v.Passed {
		t.Fatalf("the examination failed: %s", v.Report)
	}
	w.must(w.operator("POST", v2+"/approve", object{}), nil)
	o := s.offered("third-party")
	if o.Upgrade == nil || o.Upgrade.Version != "1.1.0" || o.InForce.Artifact != sha1 {
		t.Fatalf("got %+v", o)
	}
	upgraded := struct{ Version string }{}
	w.must(request{httpapi.Merchant, "POST", "/program/revisions", s.tokens["owner"], "", object{"strategy": o.Upgrade.Artifact}, nil}, &upgraded)
	s.open("POST", "/orders", reported("o-2", "b", "seller", 10000), nil)
	s.dealtWith("the second order")
	back := struct {
		Version string
		Config  json.RawMessage
	}{}
	w.must(request{httpapi.Merchant, "POST", "/program/revisions", s.tokens["owner"], "", object{"strategy": sha1}, nil}, &back)
	if upgraded.Version != "1.1.0" || back.Version != "1.0.0" || !strings.Contains(string(back.Config), "0.10") {
		t.Errorf("upgraded to %+v, back to %+v: a configuration goes from version to version", upgraded, back)
	}
	var uses struct {
		InForce, Before int
		Items           []struct {
			StoreID string `json:"store_id"`
			InForce bool   `json:"in_force"`
		}
	}
	w.must(w.operator("GET", v2+"/stores", nil), &uses)
	if len(uses.Items) != 1 || uses.Items[0].StoreID != s.id || uses.Items[0].InForce {
		t.Errorf("got %+v", uses)
	}

	// Drained: its orders are decided, its next change must leave it.
	w.must(w.operator("POST", v1+"/revoke", object{"level": "drain", "reason": "old"}), nil)
	refuses(request{httpapi.Merchant, "POST", "/program/revisions", s.tokens["owner"], "", object{"settings": object{"freeze_days": 3}}, nil}, 409, "marketplace.draining")
	s.open("POST", "/orders", reported("o-3", "b", "seller", 10000), nil)
	s.dealtWith("an order of a version that is being withdrawn")
	if o := s.offered("third-party"); o.Withdrawn == "" {
		t.Errorf("the merchant is not told: %+v", o)
	}

	// Stopped: an order waits, and is decided when that is taken back.
	w.must(w.operator("POST", v1+"/revoke", object{"level": "stop_now", "reason": "wrong sums"}), nil)
	s.open("POST", "/orders", reported("o-4", "b", "seller", 10000), nil)
	for _, o := range s.awaiting("the order waits", func(list []waiting) bool { return len(list) == 1 && list[0].Attempts > 0 }) {
		if o.Code != "plugin.revoked" || !hasHan(o.Sentence) {
			t.Errorf("an order waits with %+v", o)
		}
	}
	var process struct{ State string }
	w.must(w.operator("GET", v1+"/process", nil), &process)
	if process.State != "revoked" {
		t.Errorf("got %+v", process)
	}
	w.must(w.operator("POST", v1+"/revoke", object{"level": "none", "reason": "a mistake"}), nil)
	s.merchant("POST", "/awaiting/retry", nil, nil)
	s.dealtWith("the order that waited")
	if n := w.db.Int(t, "select count(*) from commission_award where tenant_id = $1 and granted = 1000", s.tenant("chooses")); n != 4 {
		t.Errorf("%d awards of 10.00, want one an order", n)
	}

	// Whoever reads the registry from outside finds the same.
	c, err := registry.Open(w.base+"/registry", registry.Trust{Keys: []registry.PublicKey{w.bazaar.dir.Operator()}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Refresh(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Release(t.Context(), "third-party", "1.1.0"); err != nil {
		t.Error(err)
	}
}

// TestWhatFailsItsExaminationIsNotApproved sends in a program that is not what
// its package says.
func TestWhatFailsItsExaminationIsNotApproved(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	author := w.signUpDeveloper("author")
	w.must(author.upload(author.strategyPackage("1.0.0", func(m *registry.Manifest) { m.Facts = m.Facts[:1] })), nil)
	const v1 = "/plugins/third-party/versions/1.0.0"
	if v := w.examined(v1); *v.Passed || !strings.Contains(string(v.Report), "package.honest") {
		t.Fatalf("it passed: %s", v.Report)
	}
	if r := w.ask(w.operator("POST", v1+"/approve", object{})); r.problem().Code != "marketplace.not_passed" {
		t.Errorf("got %s", r.body)
	}
	w.must(w.operator("POST", v1+"/reject", object{"reason": "it wants to know more than it says"}), nil)
	var own struct{ State, Reason string }
	w.must(author.call("GET", "/developers/me"+v1, nil), &own)
	if own.State != "rejected" || own.Reason == "" || len(w.Host.Artifacts()) != 2 {
		t.Errorf("got %+v, %d artifacts", own, len(w.Host.Artifacts()))
	}
}
