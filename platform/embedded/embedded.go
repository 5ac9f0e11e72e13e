// Package embedded runs real PostgreSQL and Redis servers for those who have
// none: the demo, the tests, and every subcommand without DATABASE_URL or
// REDIS_URL.
//
// It promises that the servers are ours (a private directory, a random
// password, a loopback port whose owner is verified), that nothing of them
// outlives the process that started them, not even when that process is
// killed, and that a second process in the same directory joins the first
// instead of starting its own.
//
// A directory looks like this:
//
//	<dir>/postgres/lock        held by the process that runs the server
//	<dir>/postgres/state.json  where it listens; only its owner may read it
//	<dir>/postgres/data        or, when that user may not enter dir, elsewhere:
//	<dir>/postgres/place       … then this file remembers where
//	<dir>/redis/…
package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Config says which servers are wanted and where they may live.
type Config struct {
	// Dir keeps the servers' data. Empty means a throwaway directory, removed by Close.
	Dir string

	// DatabaseURL and RedisURL, when set, are used as they are and nothing is started for them.
	DatabaseURL, RedisURL string

	// Log receives progress lines for people. It may be nil.
	Log func(string)

	// Postgres and Redis say which servers are wanted.
	Postgres, Redis bool

	// Durable data survive a power cut. Tests leave it false: then nothing is
	// synced to disk, which is several times faster, and only a clean or killed
	// process (not a killed machine) leaves the data readable.
	Durable bool

	// Settings are further settings of PostgreSQL, "name=value", over ours.
	Settings []string
}

func (c Config) say(format string, args ...any) {
	if c.Log != nil {
		c.Log(fmt.Sprintf(format, args...))
	}
}

// Servers is what Start found or brought up.
type Servers struct {
	// OwnerURL reaches the database "fenli" as the superuser who owns it.
	OwnerURL string

	// RedisURL reaches Redis, password included.
	RedisURL string

	// RedisNote is not empty when an imitation stands in for Redis; it says so in words for the operator.
	RedisNote string

	// Joined is true when a server belongs to another live process. It dies with that process.
	Joined bool

	closers []func() error
}

// Start brings up the wanted servers, or joins those that another live process
// of ours already runs in the same directory. Whoever started a server stops it
// in Close; those who joined lose it then.
//
// ctx limits the start only. When Start fails, whatever it had begun is stopped.
func Start(ctx context.Context, cfg Config) (_ *Servers, err error) {
	s := &Servers{OwnerURL: cfg.DatabaseURL, RedisURL: cfg.RedisURL}
	defer func() {
		if err != nil {
			_ = s.Close()
		}
	}()

	wantPostgres := cfg.Postgres && cfg.DatabaseURL == ""
	wantRedis := cfg.Redis && cfg.RedisURL == ""
	if !wantPostgres && !wantRedis {
		return s, nil
	}
	who, err := serverAccount()
	if err != nil {
		return nil, err
	}
	if cfg.Dir, err = s.prepare(cfg.Dir); err != nil {
		return nil, err
	}
	if wantPostgres {
		running, err := startPostgres(ctx, cfg, who)
		if err != nil {
			return nil, fmt.Errorf("embedded PostgreSQL: %w", err)
		}
		s.OwnerURL = running.URL
		s.keep(running)
	}
	if wantRedis {
		running, err := startRedis(ctx, cfg, who)
		if err != nil {
			return nil, fmt.Errorf("embedded Redis: %w", err)
		}
		s.RedisURL, s.RedisNote = running.URL, running.Note
		s.keep(running)
	}
	return s, nil
}

// prepare returns the absolute directory to use, making a throwaway one for an empty name.
func (s *Servers) prepare(dir string) (string, error) {
	if dir == "" {
		throwaway, err := makeThrowaway()
		if err != nil {
			return "", err
		}
		s.closers = append(s.closers, func() error { return os.RemoveAll(throwaway) })
		return throwaway, nil
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return abs, makeEnterable(abs)
}

func (s *Servers) keep(r *running) {
	s.Joined = s.Joined || r.joined
	if r.stop != nil {
		s.closers = append(s.closers, r.stop)
	}
}

// Close stops the servers that this Start brought up, and leaves joined ones alone.
// It may be called twice.
func (s *Servers) Close() error {
	var errs []error
	for i := len(s.closers) - 1; i >= 0; i-- {
		errs = append(errs, s.closers[i]())
	}
	s.closers = nil
	return errors.Join(errs...)
}

// Remove deletes the servers' data below dir, wherever they were placed.
// It refuses while a process still runs them.
func Remove(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for _, name := range []string{"postgres", "redis"} {
		if err := removeBerth(filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}
