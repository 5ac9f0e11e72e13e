package registry

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/redis"
	"github.com/fenli-io/fenli/platform/redistest"
)

func TestGuesses(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_770_000_000, 0)
	process := func(client *redis.Client) *guesses {
		th := newThrottle()
		th.now = func() time.Time { return now }
		return &guesses{here: th, redis: client}
	}
	t.Run("TwoProcessesCountTogether", func(t *testing.T) {
		client := redistest.Open(t)
		processes := []*guesses{process(client), process(client)}
		a, reached := attemptOf([]byte("lin"), here), 0
		for i := range 50 {
			if processes[i%2].admit(t.Context(), a) == 0 {
				reached++
			}
		}
		if reached != freePerPair {
			t.Fatalf("%d reached the hash, want %d", reached, freePerPair)
		}
		processes[0].succeed(t.Context(), a)
		if wait := processes[1].admit(t.Context(), a); wait != 0 {
			t.Errorf("forgiven in one process, the other waits %s", wait)
		}
	})
	t.Run("TheArithmeticIsTheThrottles", func(t *testing.T) {
		client := redistest.Open(t)
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			shared, alone := process(client), process(nil)
			for range rapid.IntRange(1, 60).Draw(rt, "attempts") {
				a := attemptOf(fmt.Appendf(nil, "%d-%d", run, rapid.IntRange(0, 1).Draw(rt, "login")), fmt.Sprint(run, "-", rapid.IntRange(0, 1).Draw(rt, "address")))
				got, want := shared.admit(t.Context(), a), alone.admit(t.Context(), a)
				if got != want {
					rt.Fatalf("waits %s, want %s", got, want)
				}
				if want == 0 && rapid.IntRange(0, 9).Draw(rt, "right") == 0 {
					shared.succeed(t.Context(), a)
					alone.succeed(t.Context(), a)
				}
				now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(rt, "ms")) * time.Millisecond)
			}
		})
	})
	t.Run("WithoutRedisEachProcessCountsForItself", func(t *testing.T) {
		client := redistest.Open(t)
		g := process(client)
		if err := client.Close(); err != nil {
			t.Fatal(err)
		}
		began, reached := time.Now(), 0
		for range 50 {
			if g.admit(t.Context(), attemptOf([]byte("lin"), here)) == 0 {
				reached++
			}
		}
		if reached != freePerPair {
			t.Errorf("%d reached the hash, want %d", reached, freePerPair)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("fifty attempts took %s", took)
		}
	})
	t.Run("WhatAStrangerMakesRedisRememberIsBoundedAndFades", func(t *testing.T) {
		client := redistest.Open(t)
		g := process(client)
		for i := range 300 {
			g.admit(t.Context(), attemptOf(fmt.Append(nil, i), fmt.Sprint(i)))
		}
		keys, err := client.Keys(t.Context(), "*").Result()
		if err != nil || len(keys) == 0 {
			t.Fatal(keys, err)
		}
		for _, key := range keys {
			var kind string
			var n int
			if _, err := fmt.Sscanf(key, "{login}:%1s:%x", &kind, &n); err != nil || n >= guessBuckets {
				t.Fatalf("%s: %v", key, err)
			}
			if left := client.PTTL(t.Context(), key).Val(); left <= 0 || left > forgetAfter {
				t.Fatalf("%s stays for %s", key, left)
			}
		}
	})
}
