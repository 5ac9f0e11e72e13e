package registry

import (
	"context"
	"fmt"
	"hash/fnv"
	"sync/atomic"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/redis"
)

// guesses count in Redis, for all processes together, and in this process
// alone while Redis is away: nobody is kept from logging in for want of it.
type guesses struct {
	here  *throttle
	redis *redis.Client // nil counts here alone
	away  atomic.Int64  // until when Redis is not asked, in Unix milliseconds
}

const (
	guessPatience = 300 * time.Millisecond // a login does not wait longer for Redis
	guessAway     = 2 * time.Second

	// guessBuckets bounds what a stranger can make Redis remember: three kinds
	// of as many keys. Who shares a bucket shares its count.
	guessBuckets = 1 << 18
)

// admitting refuses while any of three counters says to wait, else counts in
// all: the throttle's arithmetic, in one step. The braces of the keys keep them
// on one node of a cluster.
var admitting = goredis.NewScript(`
local now, longest, forget = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wait = 0
for i, key in ipairs(KEYS) do
  local left = tonumber(redis.call('HGET', key, 'until') or '0') - now
  if left > wait then wait = left end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  local over = redis.call('HINCRBY', key, 'count', 1) - tonumber(ARGV[3 + i])
  if over >= 0 then
    redis.call('HSET', key, 'until', string.format('%.0f', now + math.min(longest, 1000 * 2 ^ math.min(over, 20))))
  end
  redis.call('PEXPIRE', key, forget)
end
return 0`)

// succeeding forgives the pair and the login; the address keeps its count,
// less this one.
var succeeding = goredis.NewScript(`
redis.call('DEL', KEYS[1], KEYS[2])
if redis.call('EXISTS', KEYS[3]) == 1 and redis.call('HINCRBY', KEYS[3], 'count', -1) < tonumber(ARGV[1]) then
  redis.call('HDEL', KEYS[3], 'until')
end
return 0`)

// admit says how long to wait, 0 for now.
func (g *guesses) admit(ctx context.Context, a attempt) time.Duration {
	ms, asked := g.ask(ctx, admitting, a, g.here.now().UnixMilli(), longestWait.Milliseconds(), forgetAfter.Milliseconds(), freePerPair, freePerLogin, freePerAddress)
	if !asked {
		return g.here.admit(a)
	}
	return time.Duration(ms) * time.Millisecond
}

// succeed forgives, wherever it was counted.
func (g *guesses) succeed(ctx context.Context, a attempt) {
	g.here.succeed(a)
	g.ask(ctx, succeeding, a, freePerAddress)
}

// ask runs a script over the attempt's counters; asked is false when Redis
// could not be.
func (g *guesses) ask(ctx context.Context, script *goredis.Script, a attempt, args ...any) (ms int64, asked bool) {
	now := clock.Real()
	if g.redis == nil || now.UnixMilli() < g.away.Load() {
		return 0, false
	}
	within, cancel := context.WithTimeout(ctx, guessPatience)
	defer cancel()
	ms, err := script.Run(within, g.redis, []string{bucket(a.pair), bucket(a.login), bucket(a.address)}, args...).Int64()
	if err != nil && ctx.Err() == nil {
		g.away.Store(now.Add(guessAway).UnixMilli())
	}
	return ms, err == nil
}

// bucket is a counter's key, which says nothing about whose it is. The first
// letter of what is counted is its kind.
func bucket(counted string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(counted))
	return fmt.Sprintf("{login}:%c:%x", counted[0], h.Sum64()%guessBuckets)
}
