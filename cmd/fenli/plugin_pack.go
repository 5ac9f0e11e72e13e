package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/fenli-io/fenli/plugins/host"
	"github.com/fenli-io/fenli/plugins/registry"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

type pluginPack struct {
	From        string   `arg:"" type:"path" help:"A strategy's folder (Go, or a bundle.mjs), or one static binary."`
	Out         string   `short:"o" help:"Where to put the package; <id>-<version>.fenli beside us when left out."`
	Platforms   []string `default:"linux-amd64,linux-arm64" help:"What to build a folder of Go for."`
	Homepage    string   `help:"An https address about the strategy."`
	License     string   `help:"Its licence, such as Apache-2.0."`
	MinPlatform string   `help:"The oldest Fenli it runs on."`
}

func (pluginPack) Help() string {
	return `A folder of Go is built for every platform, static and without paths, then the program is started in
the host's sandbox and asked what it is: the manifest, the schema and the sentences are its own words. Golden
cases are taken from cases/*.json and testdata/golden*.json, README.md and LICENSE from the folder.`
}

func (c pluginPack) Run(ctx context.Context) error {
	files, runtime, err := c.programs(ctx)
	if err != nil {
		return err
	}
	described, err := describe(ctx, files, runtime)
	if err != nil {
		return err
	}
	m := registry.ManifestOf(described, runtime)
	m.Homepage, m.License, m.MinPlatform = c.Homepage, c.License, c.MinPlatform
	if files["schema.json"] = described.GetConfigSchema(); len(files["schema.json"]) == 0 {
		files["schema.json"] = []byte("{}")
	}
	for _, l := range described.GetLocales() {
		raw, err := json.MarshalIndent(l.GetMessages(), "", "  ")
		if err != nil {
			return err
		}
		files["locales/"+l.GetTag()+".json"] = append(raw, '\n')
	}
	if err := c.beside(files); err != nil {
		return err
	}
	p, err := registry.Build(m, files)
	if err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = m.ID + "-" + m.Version + ".fenli"
	}
	if err := os.WriteFile(c.Out, p.Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Printf("%s  %s %s, %d KiB, sha256 %s\nnext: fenli plugin sign %s --key KEY\n", c.Out, m.ID, m.Version, len(p.Bytes())>>10, p.SHA256, c.Out)
	return nil
}

// programs are what the package will execute, by their places in it.
func (c pluginPack) programs(ctx context.Context) (map[string][]byte, registry.Runtime, error) {
	info, err := os.Stat(c.From)
	if err != nil {
		return nil, "", err
	}
	if !info.IsDir() {
		return c.single()
	}
	if raw, err := os.ReadFile(filepath.Join(c.From, "bundle.mjs")); err == nil {
		return map[string][]byte{"bundle.mjs": raw}, registry.Node, nil
	}
	out, err := os.MkdirTemp("", "fenli-pack-")
	if err != nil {
		return nil, "", err
	}
	defer os.RemoveAll(out)
	files := map[string][]byte{}
	for _, platform := range c.Platforms {
		path := filepath.Join(out, platform)
		if err := buildFor(ctx, c.From, platform, path); err != nil {
			return nil, "", err
		}
		if files["bin/"+platform], err = os.ReadFile(path); err != nil {
			return nil, "", err
		}
	}
	return files, registry.Go, nil
}

// single takes one file: a bundle, or a binary of this machine's platform.
func (c pluginPack) single() (map[string][]byte, registry.Runtime, error) {
	raw, err := os.ReadFile(c.From)
	if err != nil {
		return nil, "", err
	}
	if strings.HasSuffix(c.From, ".mjs") {
		return map[string][]byte{"bundle.mjs": raw}, registry.Node, nil
	}
	return map[string][]byte{"bin/" + registry.HostPlatform(): raw}, registry.Go, nil
}

func buildFor(ctx context.Context, dir, platform, out string) error {
	system, arch, _ := strings.Cut(platform, "-")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", out, ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+arch)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build for %s: %w\n%s", platform, err, bytes.TrimSpace(said))
	}
	return nil
}

// beside adds what lies in the folder for people and reviewers.
func (c pluginPack) beside(files map[string][]byte) error {
	for _, name := range []string{"README.md", "LICENSE"} {
		if raw, err := os.ReadFile(filepath.Join(c.From, name)); err == nil {
			files[name] = raw
		}
	}
	for _, pattern := range []string{"cases/*.json", "testdata/golden*.json"} {
		found, err := filepath.Glob(filepath.Join(c.From, pattern))
		if err != nil {
			return err
		}
		for _, path := range found {
			raw, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files["cases/"+filepath.Base(path)] = raw
		}
	}
	return nil
}

// describe asks the program of this machine's platform what it is, in the
// sandbox, so that a manifest cannot say something else.
func describe(ctx context.Context, files map[string][]byte, runtime registry.Runtime) (*strategyv1.DescribeResponse, error) {
	name, place := "strategy", "bin/"+registry.HostPlatform()
	if runtime == registry.Node {
		name, place = "bundle.mjs", "bundle.mjs"
	}
	program, ok := files[place]
	if !ok {
		return nil, fmt.Errorf("no program for %s: this machine cannot ask the strategy what it is", registry.HostPlatform())
	}
	dir, err := os.MkdirTemp("/var/tmp", "fenli-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := errors.Join(os.Chmod(dir, 0o711), os.WriteFile(filepath.Join(dir, name), program, 0o755)); err != nil { // the strategy's own user passes through
		return nil, err
	}
	h, err := host.New(host.Config{Dir: dir, Development: true}, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return nil, err
	}
	defer h.Close(context.WithoutCancel(ctx))
	_, described, err := h.Install(ctx, filepath.Join(dir, name))
	return described, err
}
