package redis_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/redis"
	"github.com/fenli-io/fenli/platform/redistest"
)

type name string

func (n name) String() string { return string(n) }

func TestKeyKeepsATenantOnOneNode(t *testing.T) {
	t.Parallel()
	if got := redis.Key(name("a"), "board", "day"); got != "{t:a}:board:day" {
		t.Errorf("got %s", got)
	}
	if got := redis.Key(name("a")); got != "{t:a}" {
		t.Errorf("got %s", got)
	}
}

func TestOpen(t *testing.T) {
	t.Run("AnswersThroughTheAddressOfATest", func(t *testing.T) {
		t.Parallel()
		client := redistest.Open(t)
		if err := client.Set(t.Context(), "k", "v", 0).Err(); err != nil {
			t.Fatal(err)
		}
		if err := client.Get(t.Context(), "missing").Err(); !errors.Is(err, redis.Nil) {
			t.Errorf("got %v", err)
		}
	})

	t.Run("SaysWhoDoesNotAnswerWithoutThePassword", func(t *testing.T) {
		t.Parallel()
		_, err := redis.Open(t.Context(), "redis://:hidden@127.0.0.1:1/0")
		if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") || strings.Contains(err.Error(), "hidden") {
			t.Errorf("got %v", err)
		}
	})

	t.Run("DoesNotWaitForAServerThatHangs", func(t *testing.T) {
		t.Parallel()
		silent, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := redis.Open(ctx, "redis://"+silent.Addr().String()); err == nil {
			t.Error("a silent server answered")
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("waited %v", took)
		}
	})
}
