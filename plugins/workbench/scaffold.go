package workbench

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/fenli-io/fenli/plugins/sdk/stest"
)

// The templates are packages that compile and pass their tests here.
//
//go:embed templates
var templates embed.FS

const sdkModule = "github.com/fenli-io/fenli/plugins/sdk"

// Templates are the kinds of strategy one may begin with.
var Templates = []string{"rates", "tiers", "period", "categories", "pieces"}

// Scaffold says what a new strategy shall be.
type Scaffold struct {
	Name     string // "spring-sale": its id and its folder
	Dir      string // where; ./Name when empty
	Lang     string // "go" or "ts"; "go" when empty
	Template string // one of [Templates]; "rates" when empty
	Module   string // Go module path; "example.com/Name" when empty
	SDK      string // a checkout's plugins/sdk (or plugins/sdk-ts); looked for nearby when empty
	License  string // "mit" or "none"
	Holder   string // of the licence; "the authors" when empty

	guess *Guess // settings and cases that a table gave
}

// Made is what [Scaffold.Make] wrote.
type Made struct {
	Dir   string
	Files []string // relative to Dir
	SDK   string   // the checkout that go.mod points at; empty: a published version
}

var goodName = regexp.MustCompile(`^[a-z][a-z0-9-]{1,40}$`)

// Make writes the folder, which must be absent or empty. With a Go SDK nearby
// the folder compiles at once and needs no network.
func (s Scaffold) Make() (Made, error) {
	s = s.withDefaults()
	if err := s.check(); err != nil {
		return Made{}, err
	}
	files, sdk, err := s.files()
	if err != nil {
		return Made{}, err
	}
	made := Made{Dir: s.Dir, SDK: sdk}
	for _, name := range sortedKeys(files) {
		to := filepath.Join(s.Dir, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return made, err
		}
		if err := os.WriteFile(to, files[name], 0o644); err != nil {
			return made, err
		}
		made.Files = append(made.Files, name)
	}
	return made, nil
}

func (s Scaffold) withDefaults() Scaffold {
	for field, otherwise := range map[*string]string{
		&s.Dir: s.Name, &s.Lang: "go", &s.Template: "rates", &s.Module: "example.com/" + s.Name, &s.License: "none", &s.Holder: "the authors",
	} {
		if *field == "" {
			*field = otherwise
		}
	}
	return s
}

func (s Scaffold) check() error {
	switch {
	case !goodName.MatchString(s.Name):
		return Flaw{"new.bad_name", fmt.Sprintf("%q is no name for a strategy", s.Name), "use 2 to 41 small letters, digits and hyphens, a letter first: spring-sale", "NAME"}
	case !slices.Contains(Templates, s.Template):
		return Flaw{"new.unknown_template", fmt.Sprintf("there is no template %q", s.Template), "choose one of " + strings.Join(Templates, ", "), "--template"}
	case s.License != "none" && s.License != "mit":
		return Flaw{"new.unknown_license", fmt.Sprintf("there is no text of %q here", s.License), "choose mit or none and add your own LICENSE", "--license"}
	}
	entries, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Flaw{"new.folder", err.Error(), "name another folder with --dir", s.Dir}
	}
	if len(entries) > 0 {
		return Flaw{"new.folder_not_empty", "the folder holds files already", "name another one with --dir, or empty it", s.Dir}
	}
	return nil
}

// files is everything the folder gets, by name.
func (s Scaffold) files() (files map[string][]byte, sdk string, err error) {
	switch s.Lang {
	case "go":
		files, sdk, err = s.goFiles()
	case "ts":
		files, sdk, err = s.tsFiles()
	default:
		err = Flaw{"new.unknown_language", fmt.Sprintf("there is no scaffold for %q", s.Lang), "choose go or ts", "--lang"}
	}
	if err != nil {
		return nil, "", err
	}
	files["README.md"] = s.readme()
	if s.License == "mit" {
		files["LICENSE"] = []byte(strings.ReplaceAll(mit, "HOLDER", s.Holder))
	}
	if s.guess != nil {
		if files["testdata/golden.json"], err = writeCases(s.guess.Cases); err != nil {
			return nil, "", err
		}
		files["config.json"] = append(bytes.TrimSpace(s.guess.Config), '\n')
	}
	return files, sdk, nil
}

func (s Scaffold) goFiles() (map[string][]byte, string, error) {
	files := map[string][]byte{".gitignore": []byte("/bin/\n"), "Makefile": []byte(strings.ReplaceAll(makefile, "NAME", s.Name))}
	for _, name := range []string{"strategy.go", "locales.go", "strategy_test.go", "testdata/golden.json"} {
		raw, err := templates.ReadFile(path.Join("templates", s.Template, name))
		if err != nil {
			return nil, "", err
		}
		if name == "strategy.go" {
			name, raw = "main.go", append(raw, "\nfunc main() { strategy.Serve(Strategy) }\n"...)
		}
		files[name] = s.own(raw)
	}
	sdk, err := s.findSDK("plugins/sdk", func(dir string) bool {
		raw, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		return err == nil && bytes.Contains(raw, []byte("module "+sdkModule+"\n"))
	})
	if err != nil {
		return nil, "", err
	}
	if err := s.goModule(files, sdk); err != nil {
		return nil, "", err
	}
	return files, sdk, nil
}

// own makes a template's package this strategy's command.
func (s Scaffold) own(raw []byte) []byte {
	return []byte(strings.NewReplacer(
		"// Package "+s.Template+" ", "// Command "+s.Name+" ",
		"package "+s.Template+"\n", "package main\n",
		`ID: "`+s.Template+`"`, `ID: "`+s.Name+`"`,
	).Replace(string(raw)))
}

// goModule writes go.mod and, from the SDK's own, the sums that a build without
// a network needs.
func (s Scaffold) goModule(files map[string][]byte, sdk string) error {
	var mod strings.Builder
	fmt.Fprintf(&mod, "module %s\n\ngo 1.26\n\n", s.Module)
	if sdk == "" {
		fmt.Fprintf(&mod, "require %s %s\n", sdkModule, publishedSDK)
		files["go.mod"] = []byte(mod.String())
		return nil
	}
	theirs, err := os.ReadFile(filepath.Join(sdk, "go.mod"))
	if err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(sdk, "go.sum"))
	if err != nil {
		return err
	}
	fmt.Fprintf(&mod, "require %s v0.0.0\n\n// The SDK as it lies here. Once you require a published version, delete this line and run: go mod tidy\nreplace %s => %s\n\nrequire (\n", sdkModule, sdkModule, sdk)
	for _, r := range requirement.FindAllStringSubmatch(string(theirs), -1) {
		fmt.Fprintf(&mod, "\t%s %s // indirect\n", r[1], r[2])
	}
	mod.WriteString(")\n")
	files["go.mod"], files["go.sum"] = []byte(mod.String()), sums
	return nil
}

const publishedSDK = "v1.0.0"

var requirement = regexp.MustCompile(`(?m)^(?:require)?\s+([a-z0-9.]+\.[a-z]+/\S+) (v\S+)`)

// findSDK is where a checkout's SDK lies: where it was said to be, or near the
// new folder, the working folder or this program.
func (s Scaffold) findSDK(under string, is func(dir string) bool) (string, error) {
	if s.SDK != "" {
		for _, dir := range []string{s.SDK, filepath.Join(s.SDK, filepath.FromSlash(under))} {
			if is(dir) {
				return filepath.Abs(dir)
			}
		}
		return "", Flaw{"new.no_sdk", "the SDK is not in that folder", "name a checkout of Fenli or its folder " + under, "--sdk " + s.SDK}
	}
	starts := []string{s.Dir, "."}
	if exe, err := os.Executable(); err == nil {
		starts = append(starts, filepath.Dir(exe))
	}
	for _, start := range starts {
		dir, err := filepath.Abs(start)
		if err != nil {
			continue
		}
		for ; ; dir = filepath.Dir(dir) {
			if at := filepath.Join(dir, filepath.FromSlash(under)); is(at) {
				return at, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return "", nil
}

// writeCases is the golden file's form: one case after the other, to be read.
func writeCases(cases []stest.Case) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("[")
	for i, c := range cases {
		if i > 0 {
			b.WriteString(",")
		}
		raw, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		b.WriteString("\n  ")
		b.Write(raw)
	}
	b.WriteString("\n]\n")
	return b.Bytes(), nil
}

// Next tells what to do with the new folder.
func (m Made) Next() string {
	if isFile(filepath.Join(m.Dir, "package.json")) {
		return m.nextInNode()
	}
	sdk := "It builds against the SDK in " + m.SDK + " (a replace line in go.mod, until a published version is required)."
	if m.SDK == "" {
		sdk = "No checkout of the SDK is near, so go.mod requires " + publishedSDK + ": run `go mod tidy` once, or name a checkout with --sdk."
	}
	return sdk + "\nNext:  cd " + m.Dir + " && go test ./... && fenli plugin dev"
}

func (m Made) nextInNode() string {
	sdk, install := "Its scripts run the SDK in "+m.SDK+" (run `npm ci` there once).", ""
	if m.SDK == "" {
		sdk, install = "No checkout of the SDK is near, so package.json names a published version.", "npm install && "
	}
	return sdk + "\nNext:  cd " + m.Dir + " && " + install + "npm test && fenli plugin dev"
}
