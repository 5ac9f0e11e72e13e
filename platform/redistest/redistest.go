// Package redistest gives each test an empty database of a real Redis.
//
// The server is the one named by FENLI_TEST_REDIS_URL, which the test run
// starts once for all packages; without it, each test process starts its own.
package redistest

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/embedded"
	"github.com/fenli-io/fenli/platform/redis"
	goredis "github.com/redis/go-redis/v9"
)

// Open returns a client of an empty database that belongs to this test alone.
func Open(t testing.TB) *redis.Client {
	t.Helper()
	client, err := redis.Open(context.Background(), URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// URL returns the address of an empty database that belongs to this test
// alone, for tests that start whole processes.
func URL(t testing.TB) string {
	t.Helper()
	house, err := server()
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	n, err := house.lease(t)
	if err != nil {
		t.Fatalf("redistest: %v", err)
	}
	return house.url(n)
}

// house is the shared server; its database 0 knows which others are taken.
type house struct {
	options   *goredis.Options
	door      *goredis.Client
	databases int
}

var server = sync.OnceValues(func() (*house, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	// Nobody closes it: it ends with this process.
	servers, err := embedded.Start(ctx, embedded.Config{RedisURL: os.Getenv("FENLI_TEST_REDIS_URL"), Redis: true})
	if err != nil {
		return nil, err
	}
	options, err := goredis.ParseURL(servers.RedisURL)
	if err != nil {
		return nil, err
	}
	h := &house{options: options, door: goredis.NewClient(options), databases: 16}
	if setting, err := h.door.ConfigGet(ctx, "databases").Result(); err == nil {
		if n, err := strconv.Atoi(setting["databases"]); err == nil {
			h.databases = n
		}
	}
	return h, h.door.Ping(ctx).Err()
})

// lease takes a database that no other test of any process uses. The lease of
// a killed process runs out.
func (h *house) lease(t testing.TB) (int, error) {
	const longest = 15 * time.Minute
	ctx := context.Background()
	for range h.databases {
		turn, err := h.door.Incr(ctx, "redistest:turn").Result()
		if err != nil {
			return 0, err
		}
		n := 1 + int(turn)%(h.databases-1)
		lease := fmt.Sprintf("redistest:lease:%d", n)
		switch got, err := h.door.SetNX(ctx, lease, t.Name(), longest).Result(); {
		case err != nil:
			return 0, err
		case !got:
			continue
		}
		t.Cleanup(func() { h.door.Del(ctx, lease) })
		return n, h.empty(ctx, n)
	}
	return 0, fmt.Errorf("all %d databases are in use", h.databases)
}

func (h *house) empty(ctx context.Context, n int) error {
	options := *h.options
	options.DB = n
	client := goredis.NewClient(&options)
	defer client.Close()
	return client.FlushDB(ctx).Err()
}

func (h *house) url(n int) string {
	password := ""
	if h.options.Password != "" {
		password = h.options.Username + ":" + h.options.Password + "@"
	}
	return fmt.Sprintf("redis://%s%s/%d", password, h.options.Addr, n)
}
