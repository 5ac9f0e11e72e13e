package host

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Each of these is a way in which a plugin got the better of go-plugin.
func TestTrap(t *testing.T) {
	t.Run("KillReturnsOnAHungPlugin", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.CallBase = 300 * time.Millisecond })
		sha := install(t, h, hostile(t, ""))
		began := time.Now()
		if got := codesOf(ask(t, h, sha, "hang", 1)); got[0] != CodeTimeout {
			t.Errorf("got %v", got)
		}
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
	})
	t.Run("APluginThatIgnoresTheRequestToEndIsKilled", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, "ignore-term"))
		p := pid(h, sha)
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		eventually(t, "the plugin is gone", func() bool { return gone(p) })
	})
	t.Run("CallsInFlightEndBeforeAStop", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		codes := make(chan string, 4)
		for range cap(codes) {
			go func() {
				out, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{"mode":"slow"}`), Orders: []*strategyv1.Order{{}}})
				if err != nil {
					codes <- err.Error()
					return
				}
				codes <- out.Decisions[0].GetFailed().GetCode()
			}()
		}
		eventually(t, "all calls are in flight", func() bool { return h.Counters().Calls == int64(cap(codes)) })
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		for range cap(codes) {
			if code := <-codes; code != "" {
				t.Errorf("a call was cut: %s", code)
			}
		}
	})
	t.Run("APluginWithoutTLSIsRefused", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.StartTimeout = 2 * time.Second })
		if _, _, err := h.Install(context.Background(), hostile(t, "no-tls")); err == nil {
			t.Error("it runs")
		}
	})
	t.Run("ACertificateOfGarbageIsRefused", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		line := "announce 1|1|unix|./s|grpc|" + strings.Repeat("A", 80)
		if _, _, err := h.Install(context.Background(), hostile(t, line)); err == nil {
			t.Error("it runs")
		}
	})
	t.Run("AForeignAddressIsNeverDialled", func(t *testing.T) {
		t.Parallel()
		foreignAddress(t)
	})
	t.Run("TheHostsEnvironmentIsNotInherited", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		env := attack(t, h, install(t, h, hostile(t, "")), nil)["environment"]
		for _, name := range regexp.MustCompile(`(?m)^([A-Z][A-Z0-9_]*)=`).FindAllStringSubmatch(env, -1) {
			if !strings.HasPrefix(name[1], "PLUGIN_") && !slices.Contains([]string{"TMPDIR", "TZ", "LANG", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK", "FENLI_STRATEGY"}, name[1]) {
				t.Errorf("the plugin sees %s", name[1])
			}
		}
		if env == "" {
			t.Error("the plugin told nothing")
		}
	})
	t.Run("AnAnswerOf20MiBIsRefusedAndTheNextIsTaken", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		if got := codesOf(ask(t, h, sha, "big", 1)); got[0] != CodeTooLarge {
			t.Errorf("got %v", got)
		}
		if got := codesOf(ask(t, h, sha, "", 1)); got[0] != "" {
			t.Errorf("got %v", got)
		}
	})
	t.Run("AQuestionAbove4MiBArrives", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, friendly(t))
		big := &strategyv1.Order{Currency: "CNY", Channel: strings.Repeat("x", 5<<20)}
		out, err := h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Config: []byte(`{}`), Orders: []*strategyv1.Order{big}})
		if err != nil || out.Decisions[0].GetNoCommission() == nil {
			t.Errorf("%.200v, %v", out, err)
		}
	})
	t.Run("APluginThatSpinsOnIsKilled", func(t *testing.T) {
		t.Parallel()
		h := newHost(t, func(c *Config) { c.CallBase = 300 * time.Millisecond })
		sha := install(t, h, hostile(t, ""))
		p := pid(h, sha)
		if got := codesOf(ask(t, h, sha, "spin", 1)); got[0] != CodeTimeout {
			t.Errorf("got %v", got)
		}
		eventually(t, "the spinning process is gone", func() bool { return gone(p) })
	})
	t.Run("AChangedByteIsRefused", func(t *testing.T) {
		t.Parallel()
		changedByte(t)
	})
	t.Run("NoOrphansWhenTheHostIsKilled", func(t *testing.T) {
		t.Parallel()
		noOrphanOf(t, hostile(t, "ignore-term"))
	})
	t.Run("ALongDirectoryIsRefused", func(t *testing.T) {
		t.Parallel()
		if _, err := New(Config{Dir: filepath.Join(t.TempDir(), strings.Repeat("x", 80)), Development: true}, testLog(t)); err == nil {
			t.Error("it is accepted")
		}
	})
	t.Run("SocketsLieInThePrivateDirectory", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		address := h.slot(sha).process.runner.address
		if !strings.HasPrefix(address, h.sockets+"/") {
			t.Errorf("the socket is %s", address)
		}
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(h.sockets); !os.IsNotExist(err) {
			t.Errorf("the sockets remain: %v", err)
		}
	})
	for _, start := range []string{"garbage", "endless", "crash", "silent"} {
		t.Run("AStartWith_"+start, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, func(c *Config) { c.StartTimeout = 2 * time.Second })
			_, _, err := h.Install(context.Background(), hostile(t, start))
			if err == nil {
				t.Error("it runs")
			}
			if len(h.Artifacts()) != 0 {
				t.Error("it is installed all the same")
			}
		})
	}
	t.Run("ShoutingOnStdoutBlocksNobody", func(t *testing.T) {
		t.Parallel()
		h := newHost(t)
		sha := install(t, h, hostile(t, ""))
		for range 3 {
			if got := codesOf(ask(t, h, sha, "shout", 1)); got[0] != "" {
				t.Errorf("got %v", got)
			}
		}
	})
}

func foreignAddress(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	local, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Skip(err)
	}
	defer local.Close()
	dialled := make(chan string, 2)
	for _, l := range []net.Listener{tcp, local} {
		go func() {
			if _, err := l.Accept(); err == nil {
				dialled <- l.Addr().String()
			}
		}()
	}
	h := newHost(t, func(c *Config) { c.StartTimeout = 2 * time.Second })
	for _, address := range []string{"tcp|" + tcp.Addr().String(), "unix|" + local.Addr().String(), "unix|../../" + filepath.Base(h.config.Dir), "unix|./none"} {
		if _, _, err := h.Install(context.Background(), hostile(t, "announce 1|1|"+address+"|grpc|")); err == nil {
			t.Errorf("a plugin at %s runs", address)
		}
	}
	select {
	case address := <-dialled:
		t.Errorf("the host dialled %s", address)
	default:
	}
}

func changedByte(t *testing.T) {
	h := newHost(t, func(c *Config) { c.IdleStop = 50 * time.Millisecond })
	sha := install(t, h, hostile(t, ""))
	eventually(t, "the plugin is idle", func() bool { return pid(h, sha) == 0 })
	path := h.store.path(sha)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)-1] ^= 1
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o555); err != nil {
		t.Fatal(err)
	}
	_, err = h.Evaluate(context.Background(), sha, &strategyv1.EvaluateRequest{Orders: []*strategyv1.Order{{}}})
	if err == nil || !strings.Contains(err.Error(), ErrTampered.Error()) {
		t.Errorf("got %v", err)
	}
	if pid(h, sha) != 0 {
		t.Error("it runs")
	}
}
