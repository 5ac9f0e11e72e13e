package sheet_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fenli-io/fenli/platform/sheet"
)

func TestCell_NothingIsRunAsAFormula(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+cmd|' /C calc'!A0": "'+cmd|' /C calc'!A0", "-2+3": "'-2+3", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "  =1": "'  =1",
		"＝1": "'＝1", "-12.50": "-12.50", "-7": "-7", "12.50": "12.50", "": "", "王小明": "王小明", "-": "'-", "-1.": "'-1.", "a=b": "a=b",
	} {
		if got := sheet.Cell(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
	}
}

// Whatever is written can be read again, and no cell begins like a formula.
func TestWriter_WhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SliceOfN(rapid.String(), 1, 6).Draw(t, "row")
		var b bytes.Buffer
		w := sheet.New(&b, true)
		w.Row(row...)
		w.Row("end")
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		text, marked := strings.CutPrefix(b.String(), "\ufeff")
		if !marked {
			t.Fatal("no mark")
		}
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i, cell := range rows[0] {
			if len(rows) == 2 && cell != sheet.Cell(row[i]) {
				t.Fatalf("%q was read as %q", row[i], cell)
			}
			if cell != "" && strings.ContainsAny(cell[:1], "=+@\t\r") {
				t.Fatalf("%q would be run", cell)
			}
		}
	})
}
