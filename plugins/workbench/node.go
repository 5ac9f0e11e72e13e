package workbench

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
)

//go:embed templates-ts
var nodeTemplates embed.FS

// tsFiles is a TypeScript strategy. With a checkout of the SDK nearby its
// scripts run the SDK's own tool, so that nothing has to be installed first.
func (s Scaffold) tsFiles() (map[string][]byte, string, error) {
	if s.Template != "rates" {
		return nil, "", Flaw{"new.template_not_in_ts", fmt.Sprintf("there is no TypeScript template %q", s.Template), "use --template rates, or --lang go", "--template"}
	}
	sdk, err := s.findSDK("plugins/sdk-ts", func(dir string) bool { return isFile(filepath.Join(dir, "bin", "fenli-strategy.mjs")) })
	if err != nil {
		return nil, "", err
	}
	files := map[string][]byte{".gitignore": []byte("/dist/\nnode_modules/\n")}
	for _, name := range []string{"src/strategy.ts", "src/main.ts", "src/strategy.test.ts"} {
		raw, err := nodeTemplates.ReadFile(path.Join("templates-ts", s.Template, name))
		if err != nil {
			return nil, "", err
		}
		own := strings.NewReplacer("/** rates pays", "/** "+s.Name+" pays", `id: "rates"`, `id: "`+s.Name+`"`)
		files[name] = []byte(own.Replace(string(raw)))
	}
	if files["testdata/golden.json"], err = templates.ReadFile(path.Join("templates", s.Template, "testdata", "golden.json")); err != nil {
		return nil, "", err
	}
	files["package.json"], err = s.packageJSON(sdk)
	if err != nil {
		return nil, "", err
	}
	files["tsconfig.json"], err = tsconfig(sdk)
	return files, sdk, err
}

func (s Scaffold) packageJSON(sdk string) ([]byte, error) {
	type scripts struct {
		Build string `json:"build"`
		Test  string `json:"test"`
	}
	p := struct {
		Name         string            `json:"name"`
		Version      string            `json:"version"`
		Private      bool              `json:"private"`
		Type         string            `json:"type"`
		Scripts      scripts           `json:"scripts"`
		Dependencies map[string]string `json:"dependencies,omitempty"`
	}{Name: s.Name, Version: "0.1.0", Private: true, Type: "module"}
	tool := "fenli-strategy"
	if sdk == "" {
		p.Dependencies = map[string]string{"@fenli/strategy": strings.TrimPrefix(publishedSDK, "v")}
	} else {
		tool = fmt.Sprintf("node %q", filepath.Join(sdk, "bin", "fenli-strategy.mjs"))
	}
	p.Scripts = scripts{Build: tool + " build src/main.ts dist/" + s.Name + ".cjs", Test: tool + " test src/*.test.ts"}
	return indented(p)
}

// tsconfig is for editors: the build needs none.
func tsconfig(sdk string) ([]byte, error) {
	options := map[string]any{
		"target": "ES2022", "lib": []string{"ES2023"}, "module": "NodeNext", "moduleResolution": "NodeNext", "strict": true, "noEmit": true,
		"noUncheckedIndexedAccess": true, "resolveJsonModule": true, "skipLibCheck": true, "types": []string{},
	}
	if sdk != "" {
		options["paths"] = map[string][]string{
			"@fenli/strategy": {filepath.Join(sdk, "src", "index.ts")}, "@fenli/strategy/testing": {filepath.Join(sdk, "src", "testing", "index.ts")},
		}
	}
	return indented(map[string]any{"compilerOptions": options, "include": []string{"src"}})
}

func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// buildNode makes the one file of a TypeScript strategy: whatever its script
// "build" leaves in dist.
func (b *Bench) buildNode(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "npm", "run", "--silent", "build")
	cmd.Dir = dir
	said, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return "", Flaw{"build.no_node", "npm is not here", "install Node.js 20 or newer, or name the built file", dir}
	}
	if err != nil {
		return "", Flaw{"build.failed", string(bytes.TrimSpace(said)), "mend what the build says; an SDK in a checkout needs `npm ci` once", dir}
	}
	files, err := filepath.Glob(filepath.Join(dir, "dist", "*.cjs"))
	if err != nil || len(files) != 1 {
		return "", Flaw{"build.no_artifact", fmt.Sprintf("the build left %d files in dist, not one", len(files)), `let the script "build" run: fenli-strategy build src/main.ts dist/NAME.cjs`, dir}
	}
	return files[0], nil
}
