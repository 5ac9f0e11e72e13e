// Package config reads the settings of a process from its environment, once, at its start.
package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Config is everything that differs between two installations. Without any of
// it the process works for a person on their own machine.
type Config struct {
	// DatabaseURL is the PostgreSQL to use; empty means a private one in Dir.
	DatabaseURL string `env:"DATABASE_URL"`

	// RedisURL is the Redis to use; empty means a private one in Dir.
	RedisURL string `env:"REDIS_URL"`

	// Addr is host:port to listen on. The demo moves to a free port when it is taken.
	Addr string `env:"FENLI_ADDR" envDefault:"127.0.0.1:8080"`

	// BaseDomain is the domain below which each store has its host name.
	BaseDomain string `env:"FENLI_BASE_DOMAIN" envDefault:"localhost"`

	// Dir holds private servers, keys and plugins of this installation.
	Dir string `env:"FENLI_DIR" envDefault:"./.fenli"`

	// TestClock allows stores whose time is moved by hand. Never in production.
	TestClock bool `env:"FENLI_TEST_CLOCK"`

	// Sandbox lets buyers pay with nothing, marked as such. For tests and shows
	// alone; never in production.
	Sandbox bool `env:"FENLI_SANDBOX"`

	// OperatorToken opens the platform's API; empty closes it.
	OperatorToken string `env:"FENLI_OPERATOR_TOKEN"`

	// Strategies is a folder of built reference strategies; empty looks in
	// strategies/ beside the binary.
	Strategies string `env:"FENLI_STRATEGIES"`

	// Registry is the folder of the registry of strategies, which every node
	// of an installation shares; empty means registry/ in Dir.
	Registry string `env:"FENLI_REGISTRY"`

	// RegistryKey is the file of the operator's key, which signs the registry
	// (fenli plugin keys new); empty keeps one in Dir.
	RegistryKey string `env:"FENLI_REGISTRY_KEY"`

	// KeyPassphrase opens that file when it is sealed.
	KeyPassphrase string `env:"FENLI_KEY_PASSPHRASE"`

	// PDFFont is the file of a Chinese TrueType font for PDF documents; empty
	// looks where systems keep one.
	PDFFont string `env:"FENLI_PDF_FONT"`

	// Production refuses what is good enough on a developer's machine alone: a
	// weaker sandbox for strategies, and changed bytes of a known version.
	Production bool `env:"FENLI_PRODUCTION"`

	// Log is "json" for machines or "text" for people.
	Log string `env:"FENLI_LOG" envDefault:"text"`

	// Traces is where traces of requests and decisions are sent by OTLP over
	// HTTP ("http://collector:4318"), one in TraceEvery; empty makes none.
	Traces     string `env:"FENLI_OTLP_ENDPOINT"`
	TraceEvery int    `env:"FENLI_TRACE_EVERY" envDefault:"100"`

	// SecretKey is 32 bytes in base64 that seal the stores' secrets; empty
	// means a key file in Dir.
	SecretKey string `env:"FENLI_SECRET_KEY"`
}

// Load reads the environment. Its error names every variable that is wrong,
// and never shows a value that might be secret.
func Load() (Config, error) {
	cfg, err := env.ParseAs[Config]()
	if err != nil {
		return Config{}, fmt.Errorf("config: %w", err)
	}
	if err := cfg.check(); err != nil {
		return Config{}, fmt.Errorf("config: %w", err)
	}
	return cfg, nil
}

func (c Config) check() error {
	return errors.Join(
		checkURL("DATABASE_URL", c.DatabaseURL, "postgres", "postgresql"),
		checkURL("REDIS_URL", c.RedisURL, "redis", "rediss"),
		checkEndpoint(c.Traces),
		checkAddr(c.Addr),
		checkDomain(c.BaseDomain),
		checkLog(c.Log),
		checkToken(c.OperatorToken),
		checkKey(c.SecretKey),
	)
}

// checkURL does not repeat the address: it carries a password.
func checkURL(name, value string, schemes ...string) error {
	if value == "" {
		return nil
	}
	if u, err := url.Parse(value); err == nil && u.Host != "" {
		for _, scheme := range schemes {
			if u.Scheme == scheme {
				return nil
			}
		}
	}
	return fmt.Errorf("%s must look like %s://user:password@host:port/name", name, schemes[0])
}

func checkEndpoint(endpoint string) error {
	if u, err := url.Parse(endpoint); endpoint != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("FENLI_OTLP_ENDPOINT must look like http://host:4318")
	}
	return nil
}

func checkAddr(addr string) error {
	if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
		return fmt.Errorf("FENLI_ADDR must be host:port, not %q", addr)
	}
	return nil
}

func checkDomain(domain string) error {
	if domain == "" || strings.ContainsAny(domain, ":/ ") {
		return fmt.Errorf("FENLI_BASE_DOMAIN must be a bare domain such as shops.example.com, not %q", domain)
	}
	return nil
}

func checkLog(format string) error {
	if format != "json" && format != "text" {
		return fmt.Errorf("FENLI_LOG must be json or text, not %q", format)
	}
	return nil
}

func checkToken(token string) error {
	const shortest = 16
	if token != "" && len(token) < shortest {
		return fmt.Errorf("FENLI_OPERATOR_TOKEN must have at least %d characters", shortest)
	}
	return nil
}

func checkKey(key string) error {
	if key == "" {
		return nil
	}
	if raw, err := base64.StdEncoding.DecodeString(key); err != nil || len(raw) != 32 {
		return errors.New("FENLI_SECRET_KEY must be 32 random bytes in base64; make one with: openssl rand -base64 32")
	}
	return nil
}
