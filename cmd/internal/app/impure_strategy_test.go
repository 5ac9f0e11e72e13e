package app

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestAStrategyThatIsNoFunction answers the same question in two ways. What it
// answered stands, but nothing more is paid by it: orders wait with a sentence,
// operators see why, and no merchant can lift it.
func TestAStrategyThatIsNoFunction(t *testing.T) {
	t.Parallel()
	w := openTown(t, func(c *Config) { c.RecheckEvery = 1 })
	s := w.openShop("moody", "a")
	w.install(buildStrategy(t, "liar"))
	s.merchant("POST", "/program/revisions", object{"strategy": "liar", "config": object{}, "consent": []string{"order.channel"}}, nil)
	s.open("PUT", "/distributors/seller", object{"name": "seller"}, nil)
	sell := func(id, channel string) {
		o := reported(id, "b", "seller", 10000)
		o["channel"] = channel
		s.open("POST", "/orders", o, nil)
	}
	sha := strategyOf(w, s)
	sell("first", "moody")
	s.dealtWith("it is decided once")
	for end := time.Now().Add(30 * time.Second); w.Host.Status(sha).State != "quarantined"; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not in quarantine: %+v", w.Host.Status(sha))
		}
	}

	waits := func() {
		t.Helper()
		list := s.awaiting("it waits", func(list []waiting) bool { return len(list) == 1 && list[0].Attempts > 0 })
		if o := list[0]; o.Code != "plugin.impure" || !hasHan(o.Sentence) || unfilled.MatchString(o.Sentence) {
			t.Errorf("it waits with %+v", o)
		}
	}
	sell("second", "h5")
	waits()
	s.merchant("POST", "/awaiting/retry", nil, nil)
	waits()
	if n := s.db.Int(t, "select count(*) from commission_decision where tenant_id = $1", s.tenant(s.slug)); n != 1 {
		t.Errorf("%d decisions", n)
	}

	res, err := http.Get(w.base + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	figures, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	named := `{artifact="` + sha[:8] + `",strategy="liar",version="1.0.0"} 1`
	for _, line := range []string{"fenli_strategy_impure_total" + named, `state="quarantined"`} {
		if !strings.Contains(string(figures), line) {
			t.Errorf("no figure says %s", line)
		}
	}
	if !strings.Contains(w.log.String(), "answered the same question differently") {
		t.Error("the log does not tell of the incident")
	}
	if p := w.Host.Status(sha); !strings.Contains(p.LastError, "differently") {
		t.Errorf("operators see %+v", p)
	}

	w.Host.Forgive(sha) // as an operator may, and who retries is asked
	s.merchant("POST", "/awaiting/retry", nil, nil)
	s.dealtWith("forgiven, it is asked again")
}
