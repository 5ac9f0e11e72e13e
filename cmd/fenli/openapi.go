package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/fenli-io/fenli/cmd/internal/app"
	"github.com/fenli-io/fenli/platform/httpapi"
)

type openapiCommand struct {
	Dir string `default:"web/api" help:"Folder to write to."`
}

func (openapiCommand) Help() string {
	return `Writes the four OpenAPI 3.1 documents, openapi.<audience>.json, as the code of this binary
says them. Needs no database. The files in web/api are committed, and a test compares them.`
}

func (c openapiCommand) Run() error {
	docs, err := app.Documents()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o755); err != nil {
		return fmt.Errorf("--dir: %w", err)
	}
	for _, audience := range httpapi.Audiences {
		file := filepath.Join(c.Dir, "openapi."+string(audience)+".json")
		if err := os.WriteFile(file, docs[audience], 0o644); err != nil {
			return fmt.Errorf("--dir: %w", err)
		}
		fmt.Println(file)
	}
	return nil
}
