// Package tenants_test holds the rule of direction to the code: the table in
// README.md is read, not repeated, so the document is the rule.
package tenants_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const module = "github.com/fenli-io/fenli/"

func TestDirection_ImportsPointToWhereTheMoneyHasBeen(t *testing.T) {
	t.Parallel()
	found, err := violations(os.DirFS(".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// Each of these would be a hole in the rule, so each must be found.
func TestDirection_FindsWhatItForbids(t *testing.T) {
	t.Parallel()
	file := func(imports ...string) string {
		src := "package x\n"
		for _, i := range imports {
			src += "import _ \"" + module + i + "\"\n"
		}
		return src
	}
	for _, c := range []struct{ at, src, want string }{
		{"tenants/ledger/a.go", file("tenants/withdrawal"), "tenants/ledger may not import tenants/withdrawal"},
		{"tenants/ledger/a_test.go", file("tenants/withdrawal"), "tenants/ledger may not import tenants/withdrawal"},
		{"tenants/ledger/ledgerhttp/a.go", file("tenants/withdrawal"), "tenants/ledger/ledgerhttp may not import tenants/withdrawal"},
		{"tenants/withdrawal/a.go", file("tenants/withdrawal/withdrawalhttp"), "tenants/withdrawal may not import tenants/withdrawal/withdrawalhttp"},
		{"tenants/withdrawal/a.go", file("tenants/ledger/ledgerhttp"), "tenants/withdrawal may not import tenants/ledger/ledgerhttp"},
		{"tenants/withdrawal/a.go", file("plugins/host"), "tenants/withdrawal may not import plugins/host"},
		{"tenants/withdrawal/a.go", file("plugins/builtin/levels"), "tenants/withdrawal may not import plugins/builtin/levels"},
		{"tenants/withdrawal/a.go", file("cmd/internal/app"), "tenants/withdrawal may not import cmd/internal/app"},
		{"tenants/withdrawal/a.go", file("rbac"), "tenants/withdrawal may not import rbac"},
		{"tenants/stranger/a.go", file(), "tenants/stranger is not in the table"},
		{"tenants/withdrawal/a.go", file("tenants/storetest"), "tenants/withdrawal may not import tenants/storetest"},
		{"platform/pg/a.go", file("tenants/ledger"), "platform/pg may not import tenants/ledger"},
		{"platform/pg/a.go", file("plugins/sdk"), "platform/pg may not import plugins/sdk"},
		{"platform/pg/a.go", file("rbac"), "platform/pg may not import rbac"},
		{"rbac/a.go", file("tenants/ledger"), "rbac may not import tenants/ledger"},
		{"plugins/sdk/a.go", file("platform/fault"), "plugins/sdk may not import platform/fault"},
		{"plugins/builtin/levels/a.go", file("platform/fault"), "plugins/builtin/levels may not import platform/fault"},
		{"plugins/host/a.go", file("tenants/ledger"), "plugins/host may not import tenants/ledger"},
		{"tenants/withdrawal/a.go", "package x\nconst q = `select * from ledger_balance where 1 = 1`", "tenants/withdrawal names ledger_balance, a table of ledger"},
		{"tenants/withdrawal/a.go", "package x\ntype row struct { t int `bun:\"table:ledger_balance\"` }", "tenants/withdrawal names ledger_balance, a table of ledger"},
		{"platform/pg/a.go", "package x\nconst q = \"select 1 from ledger_balance\"", "platform/pg names ledger_balance, a table of ledger"},
		{"migrations/00002_withdrawal.sql", "CREATE TABLE ledger_extra (\n", "migrations/00002_withdrawal.sql creates ledger_extra"},
	} {
		tree := fstest.MapFS{
			"tenants/README.md":           {Data: []byte("| slice | 中文 | owns |\n|---|---|---|\n| ledger | 账本 | x |\n| withdrawal | 提现 | x |\n| insight | 数据 | x |\n")},
			"migrations/00001_ledger.sql": {Data: []byte("CREATE TABLE ledger_balance (\n")},
			c.at:                          {Data: []byte(c.src)},
		}
		found, err := violations(tree)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != 1 || !strings.Contains(found[0], c.want) {
			t.Errorf("%s: got %q, want %q", c.at, found, c.want)
		}
	}
}

func TestDirection_AllowsWhatTheTableAllows(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"tenants/README.md":                      {Data: []byte("| slice | 中文 | owns |\n|---|---|---|\n| ledger | 账本 | x |\n| withdrawal | 提现 | x |\n| insight | 数据 | x |\n")},
		"migrations/00001_ledger.sql":            {Data: []byte("CREATE TABLE ledger_balance (\n")},
		"tenants/withdrawal/a.go":                {Data: []byte("package x\nimport _ \"" + module + "tenants/ledger\"\nimport _ \"" + module + "platform/pg\"\n// ledger_balance is spoken of in a comment\n")},
		"tenants/withdrawal/withdrawalhttp/a.go": {Data: []byte("package x\nimport _ \"" + module + "tenants/withdrawal\"\nimport _ \"" + module + "rbac\"\n")},
		"tenants/ledger/a_test.go":               {Data: []byte("package x_test\nimport _ \"" + module + "tenants/storetest\"\n")},
		"tenants/withdrawal/a_test.go":           {Data: []byte("package x_test\nconst q = `select 1 from ledger_balance`\n")},
		"tenants/storetest/a.go":                 {Data: []byte("package x\nimport _ \"" + module + "tenants/withdrawal\"\n")},
		"tenants/insight/a.go":                   {Data: []byte("package x\nconst q = `select 1 from ledger_balance`\n")},
		"tenants/ledger/a.go":                    {Data: []byte("package x\nconst q = `select 1 from ledger_balance`\nconst code = \"withdrawal.in_debt\"\n")},
	}
	found, err := violations(tree)
	if err != nil || len(found) != 0 {
		t.Fatalf("%q, %v", found, err)
	}
}

// law is what the documents say: the order of slices, and who owns a table.
type law struct {
	order  []string
	owners map[string]string
}

func violations(tree fs.FS) ([]string, error) {
	l, found, err := read(tree)
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := path.Base(name); name == "web" || base == "node_modules" || base == "testdata" || len(base) > 1 && base[0] == '.' {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		in, err := l.violationsOf(tree, name)
		found = append(found, in...)
		return err
	})
	return found, err
}

var (
	tableRow    = regexp.MustCompile(`(?m)^\| ([a-z]+) \| [^|]+ \| [^|]+ \|$`)
	createTable = regexp.MustCompile(`(?mi)^CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)`)
	word        = regexp.MustCompile(`[a-z0-9_]+`)
)

func read(tree fs.FS) (law, []string, error) {
	l := law{owners: map[string]string{}}
	readme, err := fs.ReadFile(tree, "tenants/README.md")
	if err != nil {
		return l, nil, err
	}
	slicesTable, _, _ := strings.Cut(string(readme), "\n## ")
	for _, m := range tableRow.FindAllStringSubmatch(slicesTable, -1) {
		if m[1] != "slice" {
			l.order = append(l.order, m[1])
		}
	}
	if len(l.order) == 0 {
		return l, nil, fmt.Errorf("tenants/README.md has no table of slices")
	}
	found, err := l.readTables(tree)
	return l, found, err
}

// readTables learns every table's slice from its name, and finds migrations
// that create a table for another slice than their own.
func (l law) readTables(tree fs.FS) (found []string, err error) {
	names, err := fs.Glob(tree, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		body, err := fs.ReadFile(tree, name)
		if err != nil {
			return nil, err
		}
		_, slice, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".sql"), "_")
		for _, m := range createTable.FindAllStringSubmatch(string(body), -1) {
			owner, _, _ := strings.Cut(m[1], "_")
			l.owners[m[1]] = owner
			if slices.Contains(l.order, slice) && owner != slice {
				found = append(found, fmt.Sprintf("%s creates %s", name, m[1]))
			}
		}
	}
	return found, nil
}

func (l law) violationsOf(tree fs.FS, name string) (found []string, err error) {
	src, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	pkg := path.Dir(name)
	if slice := sliceOf(pkg); slice != "" && slice != forTests && !slices.Contains(l.order, slice) {
		return []string{name + ": tenants/" + slice + " is not in the table of tenants/README.md"}, nil
	}
	for _, i := range file.Imports {
		target, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return nil, err
		}
		if target, ours := strings.CutPrefix(target, module); ours && !l.mayImport(name, target) {
			found = append(found, fmt.Sprintf("%s: %s may not import %s", name, pkg, target))
		}
	}
	for _, table := range tablesIn(file) {
		if owner := l.owners[table]; owner != "" && !l.mayName(name, table) {
			found = append(found, fmt.Sprintf("%s: %s names %s, a table of %s", name, pkg, table, owner))
		}
	}
	return found, nil
}

// forTests sets up whole stores: it imports every slice and tests alone import
// it.
const forTests = "storetest"

func (l law) mayImport(file, to string) bool {
	from := path.Dir(file)
	switch {
	case to == from, sliceOf(from) == forTests:
		return true // an outside test of the package; a whole store
	case sliceOf(to) == forTests, strings.HasPrefix(to, "plugins/builtin/") && sliceOf(from) != "":
		return isTest(file) // reference strategies answer in process
	}
	under := func(p string, roots ...string) bool {
		return slices.ContainsFunc(roots, func(r string) bool { return p == r || strings.HasPrefix(p, r+"/") })
	}
	switch {
	case under(from, "plugins/sdk"):
		return under(to, "plugins/sdk")
	case under(from, "plugins/builtin"):
		return under(to, "plugins/sdk", "plugins/builtin")
	case under(from, "plugins"):
		return under(to, "plugins", "platform")
	case under(from, "platform"):
		return under(to, "platform", "plugins/sdk/money", "migrations")
	case under(from, "rbac"):
		return under(to, "platform", "rbac")
	case under(from, "migrations"):
		return under(to, "platform", "migrations")
	case under(from, "tenants"):
		return l.sliceMayImport(from, to, under)
	}
	return true // cmd and the root put everything together
}

func (l law) sliceMayImport(from, to string, under func(string, ...string) bool) bool {
	if to == "rbac" {
		return isHTTP(from)
	}
	if !under(to, "tenants") {
		return under(to, "platform", "plugins/sdk", "plugins/registry") // packages are files; processes are the host's
	}
	if isHTTP(to) && !isHTTP(from) {
		return false
	}
	here, there := slices.Index(l.order, sliceOf(from)), slices.Index(l.order, sliceOf(to))
	return there >= 0 && there <= here
}

func isTest(file string) bool { return strings.HasSuffix(file, "_test.go") }

// mayName tells whether a file may write a table's name into a string. Tests
// look where they must to find out what has happened.
func (l law) mayName(file, table string) bool {
	pkg := path.Dir(file)
	switch slice := sliceOf(pkg); {
	case isTest(file), slice == forTests, slice == "insight", slice == l.owners[table]:
		return true
	case slice != "":
		return false
	case strings.HasPrefix(pkg, "platform/"):
		return pkg == "platform/"+l.owners[table] ||
			pkg == "platform/pgtest" && table == "registry_store"
	}
	return true // migrations list tables to audit them, cmd seeds and examines
}

// sliceOf is "withdrawal" for tenants/withdrawal and what is below it.
func sliceOf(pkg string) string {
	rest, ok := strings.CutPrefix(pkg, "tenants/")
	if !ok {
		return ""
	}
	slice, _, _ := strings.Cut(rest, "/")
	return slice
}

func isHTTP(pkg string) bool {
	slice := sliceOf(pkg)
	return strings.HasPrefix(pkg, "tenants/"+slice+"/"+slice+"http")
}

// tablesIn lists the words of the file's string literals, struct tags
// included; comments may speak of anything.
func tablesIn(file *ast.File) (words []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil {
				words = append(words, word.FindAllString(s, -1)...)
			}
		}
		return true
	})
	slices.Sort(words)
	return slices.Compact(words)
}
