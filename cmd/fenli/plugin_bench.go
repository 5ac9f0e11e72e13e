package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"strings"

	"github.com/fenli-io/fenli/plugins/workbench"
)

// openBench is a host for one command, which knows the reference strategies by
// their ids.
func openBench() (*workbench.Bench, error) {
	b, err := workbench.Open(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	if err != nil {
		return nil, err
	}
	b.Named = func(id string) (string, error) { return pluginRun{Strategy: id}.binary() }
	return b, nil
}

// inlineOrFile is JSON as it stands, or of the file after an @; nil for nothing.
func inlineOrFile(text string) ([]byte, error) {
	if file, named := strings.CutPrefix(text, "@"); named {
		return os.ReadFile(file)
	}
	if text == "" {
		return nil, nil
	}
	return []byte(text), nil
}

func printJSON(v any) error {
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
