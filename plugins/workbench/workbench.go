// Package workbench is what a strategy's author works with: it starts new
// strategies, guesses one from a table of orders, runs golden cases over the
// wire, shows a strategy while it is written, and compares what two of them
// pay.
//
// It asks strategies through the platform's own host, in the sandbox they have
// in production, so what holds here holds there. No database is needed.
// Whatever goes wrong is a [Flaw]: a code, a cause and a way to mend it.
package workbench

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Flaw is one thing that is wrong: with a strategy, with a file, with a
// command. It is an error as well.
type Flaw struct {
	Code  string `json:"code"`            // "new.bad_name", for machines
	Cause string `json:"cause"`           // what was found
	Fix   string `json:"fix"`             // what to do about it
	Place string `json:"place,omitempty"` // where: "orders.csv, row 3, column net", "config /rates/0"
}

func (f Flaw) Error() string {
	text := f.Code + ": " + f.Cause
	if f.Place != "" {
		text = f.Place + ": " + text
	}
	if f.Fix != "" {
		text += "\n  fix: " + f.Fix
	}
	return text
}

// Flaws are several; nil is a clean bill.
type Flaws []Flaw

func (all Flaws) Error() string {
	lines := make([]string, len(all))
	for i, f := range all {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Err is the flaws as an error, nil when there are none.
func (all Flaws) Err() error {
	if len(all) == 0 {
		return nil
	}
	return all
}

// Write prints them as every command does.
func (all Flaws) Write(w io.Writer) {
	for _, f := range all {
		fmt.Fprintln(w, "✗", strings.ReplaceAll(f.Error(), "\n", "\n  "))
	}
}

// FlawsOf is what an error says, whatever its type.
func FlawsOf(err error) Flaws {
	var all Flaws
	var one Flaw
	switch {
	case err == nil:
		return nil
	case errors.As(err, &all):
		return all
	case errors.As(err, &one):
		return Flaws{one}
	}
	return Flaws{{Code: "tool.failed", Cause: err.Error(), Fix: "see the message"}}
}
