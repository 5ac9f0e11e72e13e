package tenants_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// promise is one row of PROMISES.md.
type promise struct {
	name           string
	tests, mutants []string
}

var quoted = regexp.MustCompile("`([^`]+)`")

func promises(t *testing.T) (list []promise) {
	t.Helper()
	text, err := os.ReadFile("PROMISES.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		name := strings.TrimSpace(cells[0])
		if !regexp.MustCompile(`^M\d+$`).MatchString(name) {
			continue
		}
		if len(cells) != 4 {
			t.Errorf("%s has %d cells", name, len(cells))
			continue
		}
		p := promise{name: name}
		for _, test := range quoted.FindAllStringSubmatch(cells[2], -1) {
			p.tests = append(p.tests, test[1])
		}
		for m := range strings.SplitSeq(cells[3], ";") {
			p.mutants = append(p.mutants, strings.TrimSpace(m))
		}
		list = append(list, p)
	}
	return list
}

// The table says which tests and mutants prove a promise; both are there.
func TestPromises_AreKeptByTestsAndProvenByMutants(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, m := range mutants {
		known[m.promise] = true
	}
	var named []string
	for _, p := range promises(t) {
		named = append(named, p.name)
		if len(p.tests) == 0 {
			t.Errorf("%s has no test", p.name)
		}
		for _, test := range p.tests {
			if err := exists(test); err != nil {
				t.Errorf("%s: %v", p.name, err)
			}
		}
		for _, m := range p.mutants {
			if !known[p.name+" "+m] {
				t.Errorf("%s: there is no mutant %q", p.name, m)
			}
		}
	}
	for n := range 13 {
		if name := fmt.Sprint("M", n+1); !slices.Contains(named, name) {
			t.Errorf("%s is not in the table", name)
		}
	}
}

// exists looks for "./ledger TestBook": the function in the package's tests.
func exists(test string) error {
	dir, name, ok := strings.Cut(test, " ")
	if !ok {
		return fmt.Errorf("%q is no package and test", test)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), dir+"/"+e.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			if f, is := d.(*ast.FuncDecl); is && f.Recv == nil && f.Name.Name == name {
				return nil
			}
		}
	}
	return fmt.Errorf("%s has no test %s", dir, name)
}
