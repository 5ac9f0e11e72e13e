package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/plugins/registry"
)

type pluginPublish struct {
	keyHolder
	platformCall
	Package     string `arg:"" type:"existingfile"`
	Registry    string `required:"" help:"A platform's address, where somebody will review it, or the folder of a registry of your own."`
	OperatorKey string `type:"path" help:"Of a registry of your own: the key that signs its index."`
	Report      string `type:"existingfile" help:"Of a registry of your own: the conformance report that you have looked at."`
}

func (pluginPublish) Help() string {
	return `A platform gets the package with your developer's token and reviews it. A folder becomes a registry that
any web server, or a disk carried by hand, can hold: you are its operator, the review is yours, and whoever reads it
starts from its root.json, which they must have from you and not from the folder.`
}

func (c pluginPublish) Run(ctx context.Context) error {
	p, err := readPackage(c.Package)
	if err != nil {
		return err
	}
	if strings.Contains(c.Registry, "://") {
		return c.send(ctx, p)
	}
	if p.Signer == nil {
		return fmt.Errorf("sign it first: fenli plugin sign %s --key KEY", c.Package)
	}
	key, err := c.operatorKey(c.OperatorKey)
	if err != nil {
		return err
	}
	report := registry.Hash(nil)
	if c.Report != "" {
		raw, err := os.ReadFile(c.Report)
		if err != nil {
			return err
		}
		report = registry.Hash(raw)
	}
	now := clock.Real()
	d, err := registry.CreateDir(c.Registry, key, now)
	if err != nil {
		return err
	}
	if err := d.TrustKey(p.Signer, "local", now); err != nil {
		return err
	}
	e, err := d.Publish(p, report, now)
	if err != nil {
		return err
	}
	fmt.Printf("%s %s is in %s as packages/%s.fenli\n", p.Manifest.ID, p.Manifest.Version, c.Registry, e.Package)
	return nil
}

func (c pluginPublish) send(ctx context.Context, p *registry.Package) error {
	var made struct{ Plugin, Version, State string }
	if err := c.call(ctx, c.Registry, http.MethodPost, "/plugins", p.Bytes(), &made); err != nil {
		return err
	}
	fmt.Printf("%s %s is %s\n", made.Plugin, made.Version, made.State)
	return nil
}

type pluginRegistry struct {
	Renew  registryRenew  `cmd:"" help:"Sign the index anew, before it expires."`
	Revoke registryRevoke `cmd:"" help:"Withdraw a version, or take that back."`
	Rotate registryRotate `cmd:"" help:"Replace the operator's key by a new one."`
}

// ownRegistry is a registry in a folder, and its operator's key.
type ownRegistry struct {
	keyHolder
	Registry    string `arg:"" type:"existingdir" help:"The registry's folder."`
	OperatorKey string `required:"" type:"existingfile" help:"The key that signs its index."`
}

func (c ownRegistry) open() (*registry.Dir, error) {
	key, err := c.operatorKey(c.OperatorKey)
	if err != nil {
		return nil, err
	}
	return registry.OpenDir(c.Registry, key)
}

type registryRenew struct{ ownRegistry }

func (c registryRenew) Run() error {
	d, err := c.open()
	if err != nil {
		return err
	}
	return d.Renew(clock.Real())
}

type registryRevoke struct {
	ownRegistry
	Plugin  string `arg:""`
	Version string `arg:""`
	Level   string `arg:"" enum:"none,no_new_installs,drain,stop_now" help:"none, no_new_installs, drain or stop_now."`
	Reason  string `required:"" help:"Why, for everybody to read."`
}

func (c registryRevoke) Run() error {
	d, err := c.open()
	if err != nil {
		return err
	}
	return d.Revoke(c.Plugin, c.Version, registry.Level(c.Level), c.Reason, clock.Real())
}

type registryRotate struct {
	ownRegistry
	NewKey string `required:"" type:"existingfile" help:"The key to sign with from now on."`
}

func (c registryRotate) Run() error {
	d, err := c.open()
	if err != nil {
		return err
	}
	next, err := registry.LoadKey(c.NewKey, c.Passphrase)
	if err != nil {
		return err
	}
	return d.Rotate(next, clock.Real())
}
