package ledger

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Every type with a leg is on the closed list, and has a line in the README
// with the way it goes and what corrects it.
func TestMovements_AreAClosedListAndEachHasItsLine(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "movement.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, m := range closedList {
		listed = append(listed, reflect.TypeOf(m).Name())
	}
	types := 0
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "leg" || f.Recv == nil {
			continue
		}
		types++
		if name := f.Recv.List[0].Type.(*ast.Ident).Name; !slices.Contains(listed, name) {
			t.Errorf("%s is not on the closed list", name)
		}
	}
	if types != len(closedList) || types != len(legs) {
		t.Errorf("%d types, %d on the list, %d names", types, len(closedList), len(legs))
	}
	lines := readme(t)
	for i, m := range closedList {
		l := m.leg()
		line, there := lines[listed[i]]
		if !there {
			t.Errorf("%s has no line in README.md", listed[i])
			continue
		}
		if way := string(l.from) + " → " + string(l.to); strings.TrimSuffix(line[0], " (points)") != way {
			t.Errorf("%s goes %s, and README.md says %s", listed[i], way, line[0])
		}
		for c := range strings.SplitSeq(line[1], ", ") {
			if !strings.HasPrefix(c, "—") && !slices.Contains(listed, c) {
				t.Errorf("%s is corrected by %q, which is no movement", listed[i], c)
			}
		}
	}
	if len(lines) != len(closedList) {
		t.Errorf("README.md has %d lines for %d movements", len(lines), len(closedList))
	}
}

// readme is each movement's way and correction.
func readme(t *testing.T) map[string][2]string {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	lines := map[string][2]string{}
	for line := range strings.SplitSeq(table, "\n") {
		cells := strings.Split(strings.Trim(line, "| "), " | ")
		if len(cells) != 3 {
			t.Fatalf("README.md: %q", line)
		}
		lines[cells[0]] = [2]string{cells[1], cells[2]}
	}
	return lines
}
