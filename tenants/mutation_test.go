package tenants_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/fenli-io/fenli/platform/embedded"
)

// Each promise about money is only as good as the test that notices when it is
// broken.
//
// All mutants are compiled at once: the function in which a guard stands gets a
// twin without it, and hands over to the twin when the test process is told
// that mutant's number. So a package is compiled and linked once, however many
// mutants it has, and each is alone in its own run. Nothing on disk changes:
// the twins stand in an -overlay. A guard outside of any function is compiled
// by itself.
func TestMutants(t *testing.T) {
	if testing.Short() || os.Getenv("FENLI_MUTANT") != "" {
		t.Skip("mutants are compiled and run one by one")
	}
	l := newLaboratory(t)
	l.serve(t)
	atOnce := make(chan struct{}, 2)
	for n, m := range mutants {
		t.Run(m.promise, func(t *testing.T) {
			t.Parallel()
			atOnce <- struct{}{}
			defer func() { <-atOnce }()
			l.kill(t, n, m)
		})
	}
}

// laboratory is where mutants live.
type laboratory struct {
	dir     string
	overlay string         // of the mutants that are twins
	alone   map[int]string // overlays of those that cannot be
	built   map[string]*binary
	making  sync.Mutex // compiling uses every core, so one package after another
	env     []string   // servers that the runs share
}

// binary is one package's tests, with all mutants asleep in it.
type binary struct {
	path string
	once sync.Once
	err  error
}

func newLaboratory(t *testing.T) *laboratory {
	t.Helper()
	l := &laboratory{dir: t.TempDir(), alone: map[int]string{}, built: map[string]*binary{}}
	byFile := map[string][]int{}
	var files []string
	for n, m := range mutants {
		if byFile[m.file] == nil {
			files = append(files, m.file)
		}
		byFile[m.file] = append(byFile[m.file], n)
	}
	twins := map[string]string{}
	for _, file := range files {
		path, err := filepath.Abs(file)
		if err != nil {
			t.Fatal(err)
		}
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := string(source)
		mutated := text
		for _, n := range byFile[file] {
			m := mutants[n]
			if strings.Count(text, m.guard) != 1 {
				t.Errorf("%s: the guard %q does not stand there once: the mutant %q is out of date", m.file, m.guard, m.promise)
				continue
			}
			twin, ok, err := twinOf(mutated, text, n, m)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				l.alone[n] = l.write(t, fmt.Sprintf("alone%d", n), map[string]string{path: strings.Replace(text, m.guard, m.without, 1)})
				continue
			}
			mutated = twin
		}
		if mutated == text {
			continue
		}
		pkg, err := packageOf(text)
		if err != nil {
			t.Fatal(err)
		}
		twins[path] = mutated
		twins[filepath.Join(filepath.Dir(path), "zz_the_mutant.go")] = "package " + pkg + "\n\nimport \"os\"\n\nvar theMutant = os.Getenv(\"FENLI_MUTANT\")\n"
	}
	l.overlay = l.write(t, "twins", twins)
	for n, m := range mutants {
		pkg, _, _ := strings.Cut(m.test, " ")
		if l.built[pkg] == nil {
			l.built[pkg] = &binary{path: filepath.Join(l.dir, fmt.Sprintf("%d.test", n))}
		}
	}
	return l
}

// serve starts the servers of the tests once for all mutants, where nobody has
// done so for all tests.
func (l *laboratory) serve(t *testing.T) {
	t.Helper()
	if os.Getenv("FENLI_TEST_DATABASE_URL") != "" {
		return
	}
	servers, err := embedded.Start(t.Context(), embedded.Config{Postgres: true, Redis: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = servers.Close() })
	l.env = []string{"FENLI_TEST_DATABASE_URL=" + servers.OwnerURL, "FENLI_TEST_REDIS_URL=" + servers.RedisURL}
}

// tests is the binary of a package's tests with every mutant that is a twin.
func (l *laboratory) tests(pkg string) (string, error) {
	b := l.built[pkg]
	b.once.Do(func() { b.err = l.compile(l.overlay, b.path, pkg) })
	return b.path, b.err
}

func (l *laboratory) compile(overlay, to, pkg string) error {
	l.making.Lock()
	defer l.making.Unlock()
	cmd := exec.Command("go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay", overlay, "-o", to, pkg)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s does not compile with its mutants: %w\n%s", pkg, err, out)
	}
	return nil
}

// kill wakes a mutant and wants its test to notice.
func (l *laboratory) kill(t *testing.T, n int, m mutant) {
	t.Helper()
	pkg, name, _ := strings.Cut(m.test, " ")
	path, err := l.tests(pkg)
	if overlay, stands := l.alone[n]; stands {
		path = filepath.Join(l.dir, fmt.Sprintf("alone%d.test", n))
		err = l.compile(overlay, path, pkg)
	}
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, "-test.count=1", "-test.timeout=10m", "-test.run", name)
	cmd.Dir = pkg
	cmd.Env = append(append(os.Environ(), l.env...), fmt.Sprintf("FENLI_MUTANT=%d", n+1), "FENLI_SOAK=", "RAPID_NOFAILFILE=true")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Errorf("%s passes without %q", m.test, m.guard)
	} else if !strings.Contains(string(out), "--- FAIL") && !strings.Contains(string(out), "panic:") {
		t.Fatalf("the mutant did not run:\n%s", out)
	}
}

// write keeps texts in files of the laboratory and lists them in an overlay.
func (l *laboratory) write(t *testing.T, name string, texts map[string]string) string {
	t.Helper()
	replace := map[string]string{}
	for path, text := range texts {
		to := filepath.Join(l.dir, fmt.Sprintf("%s%d.go", name, len(replace)))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[path] = to
	}
	body, _ := json.Marshal(map[string]any{"Replace": replace}) // plain strings
	list := filepath.Join(l.dir, name+".json")
	if err := os.WriteFile(list, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return list
}

func packageOf(text string) (string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", text, parser.PackageClauseOnly)
	if err != nil {
		return "", err
	}
	return file.Name.Name, nil
}

// twinOf adds to a file, which other mutants may have changed, the twin of the
// function in which the guard stands in the original, and lets the function
// hand over to it. Not ok when the guard stands in no function, or in one whose
// arguments have no names to hand over.
func twinOf(mutated, original string, n int, m mutant) (text string, ok bool, err error) {
	const name = "m.go"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, original, parser.SkipObjectResolution)
	if err != nil {
		return "", false, err
	}
	at := func(p token.Pos) int { return fset.Position(p).Offset }
	from := strings.Index(original, m.guard)
	for _, d := range file.Decls {
		f, is := d.(*ast.FuncDecl)
		if !is || f.Body == nil || from < at(f.Body.Lbrace) || from+len(m.guard) > at(f.Body.Rbrace)+1 {
			continue
		}
		twin := fmt.Sprintf("%sMutant%d", f.Name.Name, n+1)
		call, can := callOf(f, twin)
		if !can {
			return "", false, nil
		}
		if f.Type.Results != nil {
			call = "return " + call
		} else {
			call += "; return"
		}
		signature := original[at(f.Pos()) : at(f.Body.Lbrace)+1]
		if strings.Count(mutated, signature) != 1 {
			return "", false, nil
		}
		mutated = strings.Replace(mutated, signature, fmt.Sprintf("%s if theMutant == \"%d\" { %s };", signature, n+1, call), 1)
		return mutated + "\n" + original[at(f.Pos()):at(f.Name.Pos())] + twin +
			strings.Replace(original[at(f.Name.End()):at(f.End())], m.guard, m.without, 1) + "\n", true, nil
	}
	return "", false, nil
}

// callOf is the call by which a function hands its arguments over.
func callOf(f *ast.FuncDecl, twin string) (call string, ok bool) {
	var args []string
	for _, p := range f.Type.Params.List {
		if len(p.Names) == 0 {
			return "", false
		}
		for _, name := range p.Names {
			if name.Name == "_" {
				return "", false
			}
			args = append(args, name.Name)
		}
		if _, rest := p.Type.(*ast.Ellipsis); rest {
			args[len(args)-1] += "..."
		}
	}
	if f.Type.TypeParams != nil {
		return "", false
	}
	if f.Recv != nil {
		names := f.Recv.List[0].Names
		if len(names) == 0 || names[0].Name == "_" {
			return "", false
		}
		twin = names[0].Name + "." + twin
	}
	return twin + "(" + strings.Join(args, ", ") + ")", true
}
