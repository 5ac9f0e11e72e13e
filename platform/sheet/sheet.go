// Package sheet writes CSV files that people open in a spreadsheet: in UTF-8
// with a mark that tells so where they ask for it, and with no cell that a
// spreadsheet would run as a formula.
package sheet

import (
	"encoding/csv"
	"io"
	"strings"
)

// mark at the front tells Excel that a file is UTF-8.
const mark = "\ufeff"

// Writer writes rows.
type Writer struct {
	to  io.Writer
	csv *csv.Writer
	err error
}

// New begins a file.
func New(to io.Writer, marked bool) *Writer {
	w := &Writer{to: to, csv: csv.NewWriter(to)}
	w.csv.UseCRLF = true
	if marked {
		_, w.err = io.WriteString(to, mark)
	}
	return w
}

// Row writes a row.
func (w *Writer) Row(cells ...string) {
	if w.err != nil {
		return
	}
	safe := make([]string, len(cells))
	for i, c := range cells {
		safe[i] = Cell(c)
	}
	w.err = w.csv.Write(safe)
}

// Flush hands on what has been written, and tells what has failed so far.
func (w *Writer) Flush() error {
	w.csv.Flush()
	if w.err == nil {
		w.err = w.csv.Error()
	}
	return w.err
}

// Cell keeps a cell that a spreadsheet would run as text: a quote at its front
// tells it to. Figures stay figures.
func Cell(c string) string {
	c = lines.Replace(c)
	trimmed := strings.TrimLeft(c, " ")
	if trimmed == "" || !strings.ContainsRune("=+-@\t\n＝＋－＠", []rune(trimmed)[0]) || figure(c) {
		return c
	}
	return "'" + c
}

// lines makes every end of a line the same; the writer makes them the file's.
var lines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// figure is a decimal number with nothing else about it.
func figure(c string) bool {
	digits := strings.TrimPrefix(c, "-")
	whole, part, decimal := strings.Cut(digits, ".")
	return only(whole) && whole != "" && (!decimal || only(part) && part != "")
}

func only(s string) bool { return strings.Trim(s, "0123456789") == "" }
