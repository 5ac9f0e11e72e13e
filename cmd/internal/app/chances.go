package app

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/fenli-io/fenli/plugins/host"
)

// chances carry between this process's host and the others what merchants may
// do for a strategy that crashed: each host says when it did, and gives it
// another chance when one was given since.
type chances struct {
	host  *host.Host
	note  func(context.Context, map[string]time.Time) error
	given func(ctx context.Context, artifact string) (time.Time, error)
	log   *slog.Logger

	mu      sync.Mutex
	crashed map[string]time.Time
}

// troubled hears the host. What it hears is written soon, by tell.
func (c *chances) troubled(sha string, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.crashed == nil {
		c.crashed = map[string]time.Time{}
	}
	c.crashed[sha] = at
}

// tell writes what has been heard, until the context ends.
func (c *chances) tell(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if err := c.tellNow(ctx); err != nil && ctx.Err() == nil {
			c.log.ErrorContext(ctx, "a strategy's crash could not be noted; it is tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (c *chances) tellNow(ctx context.Context) error {
	c.mu.Lock()
	heard := c.crashed
	c.crashed = nil
	c.mu.Unlock()
	if len(heard) == 0 {
		return nil
	}
	err := c.note(ctx, heard)
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		maps.Copy(heard, c.crashed)
		c.crashed = heard
	}
	return err
}

// take gives the strategy the chance that somebody has given it since it last
// crashed here. One that has not crashed costs nothing.
func (c *chances) take(ctx context.Context, sha string) {
	trouble := c.host.Trouble(sha)
	if trouble.IsZero() {
		return
	}
	given, err := c.given(ctx, sha)
	if err != nil && !errors.Is(err, context.Canceled) {
		c.log.ErrorContext(ctx, "whether a strategy was given another chance cannot be read", "error", err)
	}
	if given.After(trouble) {
		c.host.Reset(sha)
	}
}
