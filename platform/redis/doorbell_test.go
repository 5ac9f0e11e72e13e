package redis

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/embedded"
)

// ownRedis is a server of this test alone, which it may take down. It is not
// redistest's, which imports this package.
func ownRedis(t *testing.T) (*Client, *embedded.Servers) {
	t.Helper()
	servers, err := embedded.Start(t.Context(), embedded.Config{Redis: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = servers.Close() })
	client, err := Open(t.Context(), servers.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client, servers
}

func hang(t *testing.T, client *Client) *Doorbell {
	t.Helper()
	d := NewDoorbell(client, slog.New(slog.DiscardHandler))
	t.Cleanup(d.Close)
	return d
}

func hears(t *testing.T, ear <-chan string, want string) {
	t.Helper()
	select {
	case got := <-ear:
		if got != want {
			t.Fatalf("heard %q, not %q", got, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("did not hear %q", want)
	}
}

// untilHeard rings until the ear hears: a subscription takes a moment to stand.
func untilHeard(t *testing.T, d *Doorbell, ear <-chan string, tenant string) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); {
		d.Ring(t.Context(), tenant)
		select {
		case got := <-ear:
			if got == tenant {
				return
			}
		case <-time.After(100 * time.Millisecond):
		}
	}
	t.Fatalf("nobody hears %q", tenant)
}

func silentFor(t *testing.T, ear <-chan string, d time.Duration) {
	t.Helper()
	select {
	case got := <-ear:
		t.Fatalf("heard %q", got)
	case <-time.After(d):
	}
}

func TestDoorbell(t *testing.T) {
	t.Run("EveryListenerOfTheProcessHearsWithoutRedis", func(t *testing.T) {
		t.Parallel()
		d := hang(t, nil)
		a, b := d.Listen(t.Context()), d.Listen(t.Context())
		d.Ring(t.Context(), "s1")
		hears(t, a, "s1")
		hears(t, b, "s1")
	})

	t.Run("RingsOfOneStoreFoldWhileNobodyReads", func(t *testing.T) {
		t.Parallel()
		d := hang(t, nil)
		ear := d.Listen(t.Context())
		d.Ring(t.Context(), "first")
		time.Sleep(50 * time.Millisecond) // now the listener holds it out to us
		for range 10_000 {
			d.Ring(t.Context(), "busy")
		}
		d.Ring(t.Context(), "last")
		hears(t, ear, "first")
		hears(t, ear, "busy")
		hears(t, ear, "last")
	})

	t.Run("AListenerLeavesWithItsContext", func(t *testing.T) {
		t.Parallel()
		d := hang(t, nil)
		ctx, leave := context.WithCancel(t.Context())
		ear := d.Listen(ctx)
		leave()
		select {
		case _, open := <-ear:
			if open {
				t.Error("heard something")
			}
		case <-time.After(5 * time.Second):
			t.Error("the channel stays open")
		}
	})

	t.Run("AnotherProcessHearsAndTheRingerIsNotEchoed", func(t *testing.T) {
		t.Parallel()
		client, _ := ownRedis(t)
		here, there := hang(t, client), hang(t, client)
		near, far := here.Listen(t.Context()), there.Listen(t.Context())
		untilHeard(t, there, near, "warm up")
		untilHeard(t, here, far, "s1")
		time.Sleep(200 * time.Millisecond)
		drain(near)
		drain(far)
		here.Ring(t.Context(), "s2")
		hears(t, near, "s2")
		hears(t, far, "s2")
		silentFor(t, near, 300*time.Millisecond)
	})

	t.Run("RingsAtHomeWhileRedisIsAwayAndFindsBack", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		first, err := embedded.Start(t.Context(), embedded.Config{Dir: dir, Redis: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = embedded.Remove(dir) })
		client, err := Open(t.Context(), first.RedisURL)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		here, there := hang(t, client), hang(t, client)
		near, far := here.Listen(t.Context()), there.Listen(t.Context())
		untilHeard(t, here, far, "before")
		if err := client.Do(t.Context(), "CLIENT", "KILL", "TYPE", "pubsub").Err(); err != nil {
			t.Fatal(err)
		}
		untilHeard(t, here, far, "after a broken line")
		drain(near)
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		here.Ring(t.Context(), "alone")
		if took := time.Since(began); took > 100*time.Millisecond {
			t.Errorf("ringing waited %v", took)
		}
		hears(t, near, "alone")
	})
}

func drain(ear <-chan string) (heard []string) {
	for {
		select {
		case s := <-ear:
			heard = append(heard, s)
		case <-time.After(50 * time.Millisecond):
			return heard
		}
	}
}
