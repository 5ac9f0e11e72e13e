package app

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/fenli-io/fenli/migrations"
	"github.com/fenli-io/fenli/platform/config"
	"github.com/fenli-io/fenli/platform/embedded"
	"github.com/fenli-io/fenli/platform/secret"
)

// Ground is what a process stands on: the servers it was given, or private
// ones in its folder that live as long as it does.
type Ground struct {
	DatabaseURL string // as fenli_app
	OwnerURL    string // "" when the database was given: then migrating is `fenli migrate`
	RedisURL    string
	Note        string // what an operator should know about the servers
	SecretKey   []byte

	servers *embedded.Servers
}

// Prepare finds or starts the servers and reads or makes the secret key. A
// private database is migrated; one that was given is not touched.
func Prepare(ctx context.Context, cfg config.Config, say func(string)) (_ *Ground, err error) {
	if err := os.MkdirAll(cfg.Dir, 0o755); err != nil { // the servers' own user passes through
		return nil, fmt.Errorf("app: %w", err)
	}
	g := &Ground{DatabaseURL: cfg.DatabaseURL}
	if g.SecretKey, err = secretKey(cfg); err != nil {
		return nil, err
	}
	g.servers, err = embedded.Start(ctx, embedded.Config{
		Dir: cfg.Dir, DatabaseURL: cfg.DatabaseURL, RedisURL: cfg.RedisURL, Log: say, Postgres: true, Redis: true, Durable: true,
	})
	if err != nil {
		return nil, err
	}
	g.RedisURL, g.Note = g.servers.RedisURL, g.servers.RedisNote
	if cfg.DatabaseURL == "" {
		err = g.migratePrivate(ctx, cfg.Dir)
	}
	if err != nil {
		_ = g.Close()
		return nil, err
	}
	return g, nil
}

func (g *Ground) migratePrivate(ctx context.Context, dir string) error {
	password, err := Kept(filepath.Join(dir, "app-password"), secret.Token)
	if err != nil {
		return err
	}
	g.OwnerURL = g.servers.OwnerURL
	if err := migrations.Up(ctx, g.OwnerURL, password); err != nil {
		return err
	}
	g.DatabaseURL, err = migrations.AppURL(g.OwnerURL, password)
	return err
}

// Close stops private servers.
func (g *Ground) Close() error { return g.servers.Close() }

// secretKey is the one given, else one kept in the folder. Whoever loses it
// loses every login, so a given database wants a given key.
func secretKey(cfg config.Config) ([]byte, error) {
	if cfg.SecretKey != "" {
		return secret.ParseKey(cfg.SecretKey)
	}
	if cfg.DatabaseURL != "" {
		return nil, errors.New("app: FENLI_SECRET_KEY is needed beside DATABASE_URL: logins are sealed with it (openssl rand -base64 32)")
	}
	text, err := Kept(filepath.Join(cfg.Dir, "secret-key"), func() string { return base64.StdEncoding.EncodeToString(secret.NewKey()) })
	if err != nil {
		return nil, err
	}
	return secret.ParseKey(text)
}

// Kept reads a file of one line, or makes it with what fresh says; of two
// at once one makes it and both read it.
func Kept(path string, fresh func() string) (string, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(fresh() + "\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("app: %w", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("app: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
