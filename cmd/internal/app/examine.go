package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/fenli-io/fenli/plugins/conformance"
	"github.com/fenli-io/fenli/plugins/host"
	"github.com/fenli-io/fenli/plugins/registry"
	"github.com/fenli-io/fenli/tenants/marketplace"
)

// examinePackage runs a package that nobody has looked at in a host of its own, whose
// store and processes are gone afterwards, and asks it whether it keeps the
// contract.
func (a *App) examinePackage(ctx context.Context, p *registry.Package, progress func(marketplace.Progress)) (marketplace.Report, error) {
	dir, err := os.MkdirTemp("/var/tmp", "fenli-x")
	if err != nil {
		return marketplace.Report{}, fmt.Errorf("app: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil { // the strategy's own user passes through
		return marketplace.Report{}, fmt.Errorf("app: %w", err)
	}
	h, err := a.openExaminer(dir)
	if err != nil {
		return marketplace.Report{}, err
	}
	defer h.Close(context.WithoutCancel(ctx))

	sha, cases, broken := arrive(ctx, h, p, dir)
	if ctx.Err() != nil {
		return marketplace.Report{}, ctx.Err()
	}
	if broken != nil {
		return report(conformance.Report{Strategy: p.Manifest.ID, Version: p.Manifest.Version, SDK: p.Manifest.SDK, Results: []conformance.Result{*broken}})
	}
	done := marketplace.Progress{Total: len(conformance.Names())}
	found, err := conformance.Check(ctx, h, sha, conformance.Options{
		Cases: cases,
		Fresh: func(context.Context) (conformance.Asked, func(), error) {
			fresh, err := a.openExaminer(dir)
			if err != nil {
				return nil, nil, err
			}
			return fresh, func() { _ = fresh.Close(context.WithoutCancel(ctx)) }, nil
		},
		Progress: func(r conformance.Result) {
			done.Done, done.Last = done.Done+1, r.Name
			if r.Status == conformance.Fail {
				done.Failed++
			}
			progress(done)
		},
	})
	if err != nil {
		return marketplace.Report{}, err
	}
	return report(found)
}

// openExaminer demands the same sandbox as strategies that serve stores have.
func (a *App) openExaminer(dir string) (*host.Host, error) {
	return host.New(host.Config{Dir: dir, Development: !a.production}, a.Log)
}

// arrive starts the package's program and reads its golden cases; what keeps
// it from that is the report's only line.
func arrive(ctx context.Context, h *host.Host, p *registry.Package, dir string) (sha string, cases []conformance.Case, broken *conformance.Result) {
	fails := func(name, zh, en string, err error) (string, []conformance.Case, *conformance.Result) {
		return "", nil, &conformance.Result{Name: name, Title: conformance.Title{ZH: zh, EN: en}, Status: conformance.Fail, Detail: err.Error()}
	}
	_, program, err := p.Artifact(host.PlatformOf(p.Manifest.Runtime))
	file := filepath.Join(dir, "strategy")
	if p.Manifest.Runtime == registry.Node {
		file += ".mjs"
	}
	if err == nil {
		err = os.WriteFile(file, program, 0o755)
	}
	if err != nil {
		return fails("package.platform", "包里有本机平台的程序", "the package has a program for this platform", err)
	}
	artifact, described, err := h.Install(ctx, file)
	if err != nil {
		return fails("package.starts", "程序能在沙箱里启动", "the program starts in the sandbox", err)
	}
	if err := p.Speaks(described); err != nil {
		return fails("package.honest", "程序自述与包一致", "the program says of itself what its package says", err)
	}
	for _, path := range p.Under("cases") {
		more, err := conformance.Cases(p.File(path))
		if err != nil {
			return fails("package.cases", "样例可读", "the golden cases can be read", errors.Join(errors.New(path), err))
		}
		cases = append(cases, more...)
	}
	return artifact.SHA256, cases, nil
}

func report(r conformance.Report) (marketplace.Report, error) {
	raw, err := json.Marshal(r)
	return marketplace.Report{Passed: r.Passed(), JSON: raw}, err
}
