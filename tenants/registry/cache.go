package registry

import (
	"sync"
	"time"

	"github.com/fenli-io/fenli/platform/clock"
)

// cache keeps answers for a moment, in bounded memory: what it says may be as
// old as its life.
type cache[V any] struct {
	mu    sync.Mutex
	kept  map[string]cached[V]
	life  time.Duration
	bound int
}

type cached[V any] struct {
	value V
	until time.Time
}

func newCache[V any](life time.Duration, bound int) *cache[V] {
	return &cache[V]{kept: map[string]cached[V]{}, life: life, bound: bound}
}

// get answers from memory or asks; failures are not kept.
func (c *cache[V]) get(key string, ask func() (V, error)) (V, error) {
	now := clock.Real()
	c.mu.Lock()
	found, ok := c.kept[key]
	c.mu.Unlock()
	if ok && now.Before(found.until) {
		return found.value, nil
	}
	v, err := ask()
	if err != nil {
		return v, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= c.bound {
		clear(c.kept) // simple, and rare at the bounds we give
	}
	c.kept[key] = cached[V]{v, now.Add(c.life)}
	return v, nil
}

func (c *cache[V]) drop(keys ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range keys {
		delete(c.kept, k)
	}
}

func (c *cache[V]) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.kept)
}
