package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/fenli-io/fenli/plugins/registry"
)

type pluginSign struct {
	keyHolder
	Package string `arg:"" type:"existingfile"`
	Key     string `required:"" type:"existingfile" help:"The file of your key (fenli plugin keys new)."`
	Out     string `short:"o" help:"Where to put the signed package; in place when left out."`
}

func (c pluginSign) Run() error {
	p, err := readPackage(c.Package)
	if err != nil {
		return err
	}
	k, err := registry.LoadKey(c.Key, c.Passphrase)
	if err != nil {
		return err
	}
	if err := p.Sign(k); err != nil {
		return err
	}
	if c.Out == "" {
		c.Out = c.Package
	}
	if err := os.WriteFile(c.Out, p.Bytes(), 0o644); err != nil {
		return err
	}
	fmt.Printf("%s  signed by %s, sha256 %s\n", c.Out, p.Signer.ID(), p.SHA256)
	return nil
}

func readPackage(path string) (*registry.Package, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return registry.Read(bytes.NewReader(raw))
}
