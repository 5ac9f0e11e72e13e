// Package redis opens Redis, names its keys, and rings the doorbell between processes.
//
// Redis answers reads and wakes sleepers; it is never the truth. Losing it
// loses nothing: boards are rebuilt from sums, and whatever the doorbell would
// have announced is found by a sweep.
package redis

import (
	"context"
	"fmt"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// Client is a connection pool to one Redis.
type Client = goredis.Client

// Nil is what a read of a missing key returns.
const Nil = goredis.Nil

// Open connects to the Redis at url ("redis://:password@host:port/db") and
// proves that it answers. Every command is bounded: a Redis that hangs must not
// hang a request.
func Open(ctx context.Context, url string) (*Client, error) {
	options, err := goredis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("redis: the address is not valid: %w", err)
	}
	options.DialTimeout = 2 * time.Second
	options.ReadTimeout = 2 * time.Second
	options.WriteTimeout = 2 * time.Second
	options.PoolTimeout = 3 * time.Second
	options.MaxRetries = 1
	options.ContextTimeoutEnabled = true
	client := goredis.NewClient(options)
	if err := client.Ping(ctx).Err(); err != nil {
		_ = client.Close()
		return nil, fmt.Errorf("redis: %s does not answer: %w", options.Addr, err)
	}
	return client, nil
}

// Key builds every key we use. The braces keep one tenant's keys on one node of
// a Redis Cluster, so a pipeline or a script over them works there too.
//
//	Key(tenant, "board", "2026-11") // {t:0193…}:board:2026-11
func Key(tenant fmt.Stringer, parts ...string) string {
	var key strings.Builder
	key.WriteString("{t:")
	key.WriteString(tenant.String())
	key.WriteByte('}')
	for _, part := range parts {
		key.WriteByte(':')
		key.WriteString(part)
	}
	return key.String()
}
