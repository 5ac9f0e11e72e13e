package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

func sale(seq int64) *strategyv1.Order {
	return &strategyv1.Order{
		Seq: seq, Currency: "CNY", MinorDigits: 2,
		Lines: []*strategyv1.Line{{Sku: "X", Quantity: 1, Net: 19900}},
		Chain: []*strategyv1.Member{{Handle: "a", Level: 1}, {Handle: "b", Level: 2}, {Handle: "c", Level: 3}},
	}
}

func TestEvaluate(t *testing.T) {
	t.Parallel()
	t.Run("AStrategyIsAsked", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		a, described, err := h.Install(context.Background(), friendly(t))
		if err != nil || a.ID != "three-level" || a.Version != "1.0.0" || described.GetId() != a.ID {
			t.Fatal(a, described, err)
		}
		orders := make([]*strategyv1.Order, 501)
		for i := range orders {
			orders[i] = sale(int64(i))
		}
		out, err := h.Evaluate(context.Background(), a.SHA256, &strategyv1.EvaluateRequest{Config: []byte(`{"rates":["0.10","0.05","0.03"]}`), Orders: orders})
		if err != nil || len(out.Decisions) != len(orders) {
			t.Fatal(err)
		}
		for i, d := range out.Decisions {
			if awards := d.GetPaid().GetAwards(); int(d.Order) != i || len(awards) != 3 || awards[0].Amount != 1990 || awards[2].Amount != 597 {
				t.Fatalf("decision %d: %v", i, d)
			}
		}
		if n := h.Counters().Calls; n != 3 {
			t.Errorf("501 orders took %d calls, want 3", n)
		}
		problems, err := h.ValidateConfig(context.Background(), a.SHA256, []byte(`{"rates":["x"]}`), nil)
		if err != nil || len(problems.Problems) != 1 || problems.Problems[0].Path != "/rates/0" {
			t.Error(problems, err)
		}
	})
	t.Run("APoisonOrderStandsAlone", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		orders := make([]*strategyv1.Order, 16)
		for i := range orders {
			orders[i] = &strategyv1.Order{Seq: int64(i)}
		}
		orders[11].Channel = "poison"
		for range 5 { // more often than quarantine allows crashes
			got := codesOf(askOrders(t, h, sha, "", orders...))
			for i, code := range got {
				if want := map[bool]string{true: CodeCrashed}[i == 11]; code != want {
					t.Fatalf("order %d: %q in %v", i, code, got)
				}
			}
			if got := codesOf(askOrders(t, h, sha, "", orders[11])); got[0] != CodeCrashed {
				t.Fatalf("alone: %v", got)
			}
			orders = append(orders[:11:11], orders[11:]...)
		}
		if c := h.Counters(); c.Quarantined != 0 {
			t.Errorf("one bad order cost everybody the strategy: %+v", c)
		}
	})
	t.Run("ASlowOrderStandsAlone", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.CallBase = 500 * time.Millisecond })
		sha := install(t, h, hostile(t, ""))
		got := codesOf(askOrders(t, h, sha, "", &strategyv1.Order{}, &strategyv1.Order{Channel: "tar"}, &strategyv1.Order{Seq: 2}))
		if fmt.Sprint(got) != fmt.Sprint([]string{"", CodeTimeout, ""}) {
			t.Errorf("got %v", got)
		}
	})
	t.Run("AMalformedAnswerFailsTheOrdersItTouches", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		got := codesOf(ask(t, h, sha, "malformed", 4))
		if fmt.Sprint(got) != fmt.Sprint([]string{CodeMalformed, "", CodeMalformed, CodeMalformed}) {
			t.Errorf("got %v", got)
		}
	})
	t.Run("AnErrorFailsItsOrders", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		for _, d := range ask(t, h, sha, "error", 2) {
			if f := d.GetFailed(); f.GetCode() != CodeError || !f.Retryable {
				t.Errorf("got %v", d)
			}
		}
	})
	t.Run("ABrokenStrategyIsGivenUpSoon", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.CallBase = 200 * time.Millisecond })
		sha := install(t, h, hostile(t, ""))
		for _, mode := range []string{"crash", "hang"} {
			before := h.Counters().Calls
			for i, code := range codesOf(ask(t, h, sha, mode, 200)) {
				if code == "" {
					t.Fatalf("order %d is decided", i)
				}
			}
			// Halving 200 orders down to the third lost one; asking each alone would be 200 and more.
			if calls := h.Counters().Calls - before; calls > 25 {
				t.Errorf("%s: it was asked %d times", mode, calls)
			}
			h.Forgive(sha)
		}
	})
	t.Run("AnImpatientCallerDoesNotSaveAHungPlugin", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.CallBase = time.Second })
		sha := install(t, h, hostile(t, ""))
		p := pid(h, sha)
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		out, err := h.Evaluate(ctx, sha, &strategyv1.EvaluateRequest{Config: []byte(`{"mode":"hang"}`), Orders: []*strategyv1.Order{{}}})
		if err != nil || out.Decisions[0].GetFailed().GetCode() != CodeUnavailable || gone(p) {
			t.Errorf("got %v, %v", out, err)
		}
		eventually(t, "the hung process is gone", func() bool { return gone(p) })
	})
	t.Run("AHungCheckOfAConfigurationEnds", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.CallBase, c.CallMax = 300*time.Millisecond, 300*time.Millisecond })
		sha := install(t, h, hostile(t, ""))
		if _, err := h.ValidateConfig(context.Background(), sha, []byte("hang"), nil); !errors.Is(err, errTimeout) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("AnotherCallersCrashIsNotHeldAgainstAnOrder", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		first := pid(h, sha)
		crashed := make(chan struct{})
		go func() {
			defer close(crashed)
			for h.Counters().Calls == 0 {
				time.Sleep(time.Millisecond)
			}
			time.Sleep(50 * time.Millisecond)
			_, _ = h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{"mode":"crash"}`), Orders: []*strategyv1.Order{{}}})
		}()
		if got := codesOf(ask(t, h, sha, "slow", 1)); got[0] != "" || !gone(first) {
			t.Errorf("got %v", got)
		}
		<-crashed
	})
	t.Run("AStrategyDoesNotSpeakInOurName", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		if got := codesOf(ask(t, h, sha, "pretender", 2)); got[0] != "strategy.revoked" || got[1] != got[0] {
			t.Errorf("got %v", got)
		}
	})
	t.Run("AnUnknownStrategyIsAnError", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		for _, sha := range []string{"", "../../etc/passwd", strings.Repeat("0", 64)} {
			if _, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{}); !errors.Is(err, ErrNotInstalled) {
				t.Errorf("%q: %v", sha, err)
			}
		}
	})
	t.Run("ManyCallersShareOneProcess", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, friendly(t))
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				out, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{sale(1)}})
				if err != nil || out.Decisions[0].GetPaid() == nil {
					t.Error(out, err)
				}
			})
		}
		all.Wait()
		if n := h.Counters().Started; n != 1 {
			t.Errorf("%d processes were started", n)
		}
	})
	t.Run("AnotherCallersVictimIsAskedAgain", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.CallBase = 600 * time.Millisecond })
		sha := install(t, h, hostile(t, ""))
		hang := make(chan struct{})
		go func() {
			defer close(hang)
			_, _ = h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{"mode":"hang"}`), Orders: []*strategyv1.Order{{}}})
		}()
		eventually(t, "the hanging call is in flight", func() bool { return h.Counters().Calls > 0 })
		time.Sleep(400 * time.Millisecond)
		got := codesOf(ask(t, h, sha, "slow", 1)) // still under way when the process is killed
		if got[0] != "" {
			t.Errorf("got %v", got)
		}
		<-hang
	})
}

func TestCrash(t *testing.T) {
	t.Parallel()
	t.Run("ThreeInTenMinutesAreQuarantinedUntilReset", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.BackoffMin, c.BackoffMax = time.Millisecond, 2*time.Millisecond })
		sha := install(t, h, hostile(t, ""))
		for i := range 3 {
			order := &strategyv1.Order{Seq: int64(i)} // other bytes each time
			if got := codesOf(askOrders(t, h, sha, "crash", order)); got[0] != CodeCrashed {
				t.Fatalf("crash %d: %v", i, got)
			}
			time.Sleep(5 * time.Millisecond)
		}
		_, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Orders: []*strategyv1.Order{{}}})
		if !errors.Is(err, ErrQuarantined) {
			t.Fatalf("got %v", err)
		}
		if s := h.Status(sha); s.State != "quarantined" || s.Crashes != 3 || s.LastError == "" {
			t.Errorf("got %+v", s)
		}
		h.Forgive(sha)
		if s := h.Status(sha); s.State != "stopped" || s.LastError != "" {
			t.Errorf("got %+v", s)
		}
		if got := codesOf(ask(t, h, sha, "", 1)); got[0] != "" {
			t.Errorf("after the reset: %v", got)
		}
	})
	t.Run("AChanceIsForOneMoreCrash", func(t *testing.T) {
		t.Parallel()
		var told atomic.Int64
		h := newHost(t, func(c *Config) {
			c.BackoffMin, c.BackoffMax = time.Millisecond, 2*time.Millisecond
			c.Troubled = func(string, time.Time) { told.Add(1) }
		})
		sha := install(t, h, hostile(t, ""))
		crash := func(seq int64) {
			_, _ = h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{"mode":"crash"}`), Orders: []*strategyv1.Order{{Seq: seq}}})
			time.Sleep(5 * time.Millisecond)
		}
		for i := range int64(5) {
			crash(i)
		}
		if c := h.Counters().Crashed; c != 3 || h.Trouble(sha).IsZero() || told.Load() < 3 {
			t.Fatalf("%d crashes, trouble %s, told %d", c, h.Trouble(sha), told.Load())
		}
		h.Reset(sha)
		if !h.Trouble(sha).IsZero() {
			t.Error("what the chance was for is not forgotten")
		}
		for i := range int64(5) {
			crash(10 + i)
		}
		if c := h.Counters().Crashed; c != 4 {
			t.Errorf("%d crashes: one is what a chance may cost", c)
		}
	})
	t.Run("AHangingStartIsNotTriedAtOnce", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.BackoffMin = time.Millisecond })
		s := h.slot(install(t, h, hostile(t, "")))
		s.crashedAfter(errors.New("it hung"), 10*time.Second)
		if wait := time.Until(h.Status(s.sha).RetryAt); wait < 19*time.Second {
			t.Errorf("the next start is in %s", wait)
		}
	})
	t.Run("TheNextStartWaits", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.BackoffMin = time.Hour; c.BackoffMax = 2 * time.Hour })
		sha := install(t, h, hostile(t, ""))
		ask(t, h, sha, "crash", 1)
		_, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Orders: []*strategyv1.Order{{}}})
		if s := h.Status(sha); !errors.Is(err, ErrBackingOff) || s.State != "crashed" || s.RetryAt.IsZero() {
			t.Errorf("got %v, %+v", err, s)
		}
	})
}

func TestPurity(t *testing.T) {
	t.Parallel()
	every := func(c *Config) { c.RecheckEvery = 2 }
	t.Run("AStrategyThatAnswersDifferentlyIsQuarantined", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, every)
		sha := install(t, h, hostile(t, ""))
		ask(t, h, sha, "moody", 2)
		eventually(t, "it is quarantined", func() bool { return h.Status(sha).State == "quarantined" })
		p, started := pid(h, sha), h.Counters().Started
		for range 2 {
			if got := codesOf(ask(t, h, sha, "", 2)); got[0] != CodeImpure || got[1] != CodeImpure {
				t.Errorf("got %v", got)
			}
			h.Reset(sha) // a merchant cannot lift it
		}
		if h.Counters().Started != started || pid(h, sha) != p {
			t.Error("it was started again")
		}
		h.Forgive(sha)
		if got := codesOf(ask(t, h, sha, "", 2)); got[0] != "" {
			t.Errorf("forgiven: %v", got)
		}
	})
	t.Run("OneThatMindsItsNeighboursIsQuarantined", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, every)
		sha := install(t, h, hostile(t, ""))
		ask(t, h, sha, "sociable", 8)
		eventually(t, "it is quarantined", func() bool { return h.Status(sha).State == "quarantined" })
		if s := h.Status(sha); !strings.Contains(s.LastError, "differently") || h.Counters().Impure != 1 {
			t.Errorf("got %+v, %+v", s, h.Counters())
		}
	})
	t.Run("NeverTwoAtATime", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.RecheckEvery = 1 })
		sha := install(t, h, friendly(t))
		for i := range int64(20) {
			if _, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{sale(i)}}); err != nil {
				t.Fatal(err)
			}
		}
		if n := h.Counters().Started; n > 2 { // its own, and one that asks again and then rests
			t.Errorf("%d processes for twenty orders", n)
		}
	})
	t.Run("APureOneIsNot", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, every)
		sha := install(t, h, friendly(t))
		req := &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{sale(1), sale(2), sale(3)}}
		if _, err := h.Evaluate(context.Background(), sha, req); err != nil {
			t.Fatal(err)
		}
		eventually(t, "three are asked again, and one of them alone", func() bool { return h.Counters().Rechecked == 4 })
		if h.Counters().Impure != 0 || h.Status(sha).State != "serving" {
			t.Errorf("got %+v, %+v", h.Counters(), h.Status(sha))
		}
	})
}

func TestInstall(t *testing.T) {
	t.Parallel()
	t.Run("TheSameBytesAgainChangeNothing", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		if install(t, h, hostile(t, "")) != install(t, h, hostile(t, "")) || len(h.Artifacts()) != 1 {
			t.Errorf("got %v", h.Artifacts())
		}
	})
	t.Run("OtherBytesOfAVersionAreRefusedOrMarked", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.Development = false; c.Level = LevelLimits })
		install(t, h, hostile(t, ""))
		if _, _, err := h.Install(context.Background(), hostile(t, "ignore-term")); !errors.Is(err, ErrVersionTaken) {
			t.Errorf("in production: %v", err)
		}
		h.config.Development = true
		a, _, err := h.Install(context.Background(), hostile(t, "ignore-term"))
		if err != nil || a.Version != "1.0.0-dev."+a.SHA256[:8] {
			t.Errorf("in development: %v, %v", a, err)
		}
	})
	t.Run("TheStoreOutlivesTheHost", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, friendly(t))
		if err := h.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		again := newHost(t, func(c *Config) { c.Dir = h.config.Dir })
		d, err := again.Describe(context.Background(), sha)
		if err != nil || d.GetId() != "three-level" || len(again.Artifacts()) != 1 {
			t.Fatal(d, err)
		}
		out, err := again.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{sale(1)}})
		if err != nil || out.Decisions[0].GetPaid() == nil {
			t.Error(out, err)
		}
	})
	t.Run("TwoHostsShareAStore", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, friendly(t))
		other := newHost(t, func(c *Config) { c.Dir = h.config.Dir })
		for _, host := range []*Host{other, h} {
			if err := host.Warm(context.Background(), sha); err != nil || host.Status(sha).State != "serving" {
				t.Fatal(err, host.Status(sha))
			}
		}
		if err := other.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
		out, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{sale(1)}})
		if err != nil || out.Decisions[0].GetPaid() == nil || h.Counters().Started != 1 {
			t.Error(out, err)
		}
	})
	t.Run("ALiarIsNotStartedAgain", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.IdleStop = 50 * time.Millisecond })
		sha := install(t, h, hostile(t, "liar"))
		eventually(t, "it is idle", func() bool { return pid(h, sha) == 0 })
		if _, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Orders: []*strategyv1.Order{{}}}); err == nil {
			t.Error("a plugin that changed its description is asked")
		}
	})
	t.Run("WhatIsNoProgramIsRefused", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		path := t.TempDir() + "/text"
		if err := os.WriteFile(path, []byte("#!/bin/sh\nexit 0\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		for _, p := range []string{path, t.TempDir(), "/dev/zero"} {
			if _, _, err := h.Install(context.Background(), p); err == nil {
				t.Errorf("%s is installed", p)
			}
		}
	})
}

func TestIdleProcessesEndAndComeBack(t *testing.T) {
	t.Parallel()
	h := newHost(t, func(c *Config) { c.IdleStop = 100 * time.Millisecond })
	sha := install(t, h, friendly(t))
	first := pid(h, sha)
	eventually(t, "the idle process is gone", func() bool { return gone(first) && pid(h, sha) == 0 })
	out, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{sale(1)}})
	if err != nil || out.Decisions[0].GetPaid() == nil {
		t.Error(out, err)
	}
}

func TestLogOfAPluginIsCut(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	long := strings.Repeat("x", 1<<20) + "\n" + strings.Repeat("y\n", 1000) + `{"@level":"warn","@message":"no"}` + "\n"
	logLines(strings.NewReader(long), slog.New(slog.NewTextHandler(&log, nil)))
	if log.Len() > 16<<10 || strings.Count(log.String(), "\n") > logsASecond+5 {
		t.Errorf("%d bytes were logged", log.Len())
	}
}
