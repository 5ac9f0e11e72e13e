package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/fenli-io/fenli/migrations"
	"github.com/fenli-io/fenli/platform/config"
)

type migrateCommand struct {
	Up     migrateUp     `cmd:"" default:"1" help:"Migrate, as an administrator of the database, and set the product's password."`
	Status migrateStatus `cmd:"" help:"List the steps and which are done."`
}

// errNoDatabase: a private database is migrated by whoever starts it.
var errNoDatabase = errors.New("DATABASE_URL must name the database and an administrator of it")

type migrateUp struct {
	AppPassword string `env:"FENLI_APP_PASSWORD" required:"" help:"Password for the role fenli_app; better given in the environment."`
}

func (c migrateUp) Run(ctx context.Context) error {
	url, err := administrator()
	if err != nil {
		return err
	}
	if err := migrations.Up(ctx, url, c.AppPassword); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "the database is up to date")
	return nil
}

type migrateStatus struct{}

func (migrateStatus) Run(ctx context.Context) error {
	url, err := administrator()
	if err != nil {
		return err
	}
	steps, err := migrations.Status(ctx, url)
	if err != nil {
		return err
	}
	for _, s := range steps {
		done := "pending"
		if s.Applied {
			done = "done"
		}
		fmt.Printf("%05d  %-8s %s\n", s.Version, done, s.Name)
	}
	return nil
}

func administrator() (string, error) {
	cfg, err := config.Load()
	if err != nil {
		return "", err
	}
	if cfg.DatabaseURL == "" {
		return "", errNoDatabase
	}
	return cfg.DatabaseURL, nil
}
