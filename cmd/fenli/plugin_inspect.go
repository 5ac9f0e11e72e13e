package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/plugins/registry"
)

type pluginInspect struct {
	Package  string `arg:"" type:"existingfile"`
	Registry string `help:"Also look it up in a registry: a folder or an https address."`
	Root     string `type:"existingfile" help:"The registry's root.json, as you had it from its operator."`
}

var errWrong = errors.New("the package is not to be trusted")

func (c pluginInspect) Run(ctx context.Context) error {
	p, err := readPackage(c.Package)
	if err != nil {
		return err
	}
	m := p.Manifest
	fmt.Printf("%s %s  %s / %s\n%s, runs in %s\nsha256 %s, %d KiB\n\n", m.ID, m.Version, m.Title.Zh, m.Title.En, m.SDK, m.Runtime, p.SHA256, len(p.Bytes())>>10)
	for _, f := range m.Facts {
		fmt.Printf("  wants %-22s %s\n", f.Name, f.Purpose.En)
	}
	fmt.Println()
	for _, f := range p.Files() {
		fmt.Printf("  %s  %9d  %s\n", f.SHA256[:16], f.Size, f.Path)
	}
	wrong := c.signatures(ctx, p)
	fmt.Println()
	for _, w := range wrong {
		fmt.Println("  wrong:", w)
	}
	if len(wrong) > 0 {
		return errWrong
	}
	return nil
}

// signatures says who stands for the package, and what is wrong with that.
func (c pluginInspect) signatures(ctx context.Context, p *registry.Package) (wrong []string) {
	if p.Signer == nil {
		wrong = append(wrong, "nobody has signed it; sign it with `fenli plugin sign`")
	} else {
		fmt.Printf("\n  author    %s  %s\n", p.Signer.ID(), p.Signer)
	}
	if c.Registry == "" {
		fmt.Println("  operator  not asked; name --registry and --root to see the review")
		return wrong
	}
	if err := c.review(ctx, p); err != nil {
		wrong = append(wrong, strings.TrimSpace(err.Error()))
	}
	return wrong
}

func (c pluginInspect) review(ctx context.Context, p *registry.Package) error {
	root, err := os.ReadFile(c.Root)
	if err != nil {
		return fmt.Errorf("--root: %w", err)
	}
	client, err := registry.Open(c.Registry, registry.Trust{Root: root})
	if err != nil {
		return err
	}
	index, err := client.Refresh(ctx, clock.Real())
	if err != nil {
		return err
	}
	e, err := index.Find(p.Manifest.ID, p.Manifest.Version)
	if err != nil {
		return err
	}
	if e.Package != p.SHA256 {
		return fmt.Errorf("the registry has other bytes under this version: %s", e.Package)
	}
	fmt.Printf("  operator  %s  %s at %s, report %.16s\n", e.Review.Signature.KeyID, e.Review.Verdict, e.Review.At.Format("2006-01-02"), e.Review.Report)
	if e.Revocation.Level != registry.NotRevoked {
		return fmt.Errorf("revoked (%s): %s", e.Revocation.Level, e.Revocation.Reason)
	}
	_, err = client.Release(ctx, p.Manifest.ID, p.Manifest.Version)
	return err
}
