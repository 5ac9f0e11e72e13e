package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/fenli-io/fenli/plugins/registry"
)

type pluginKeys struct {
	New      keysNew      `cmd:"" help:"Make a key that signs packages."`
	Show     keysShow     `cmd:"" help:"Show the public half of a key."`
	Register keysRegister `cmd:"" help:"Tell a platform that a key is yours."`
}

// keyHolder is a key in a file, opened with the passphrase of the environment.
type keyHolder struct {
	Passphrase string `env:"FENLI_KEY_PASSPHRASE" hidden:""`
}

type keysNew struct {
	keyHolder
	File string `arg:"" default:"fenli-key.json" help:"Where to put it; nothing is overwritten."`
}

func (keysNew) Help() string {
	return `The file is yours alone (0600). With FENLI_KEY_PASSPHRASE in the environment it is sealed with that
passphrase. Keep a copy: who loses the key needs a new one, and who shows it must have it revoked.`
}

func (c keysNew) Run() error {
	k := registry.NewKey()
	if err := k.Save(c.File, c.Passphrase); err != nil {
		return err
	}
	sealed := "not sealed: FENLI_KEY_PASSPHRASE was empty"
	if c.Passphrase != "" {
		sealed = "sealed with the passphrase"
	}
	fmt.Printf("%s (%s)\n%s  %s\n", c.File, sealed, k.Public().ID(), k.Public())
	return nil
}

type keysShow struct {
	keyHolder
	File string `arg:"" type:"existingfile"`
}

func (c keysShow) Run() error {
	k, err := registry.LoadKey(c.File, c.Passphrase)
	if err == nil {
		fmt.Printf("%s  %s\n", k.Public().ID(), k.Public())
	}
	return err
}

// platformCall is somebody's account at a platform.
type platformCall struct {
	Token string `env:"FENLI_DEVELOPER_TOKEN" help:"The developer's token (fd_…); better in FENLI_DEVELOPER_TOKEN."`
}

type keysRegister struct {
	keyHolder
	platformCall
	File     string `arg:"" type:"existingfile"`
	Platform string `required:"" help:"The platform's address: https://fenli.example."`
}

func (c keysRegister) Run(ctx context.Context) error {
	k, err := registry.LoadKey(c.File, c.Passphrase)
	if err != nil {
		return err
	}
	var me struct {
		ID string `json:"id"`
	}
	if err := c.call(ctx, c.Platform, http.MethodGet, "/developers/me", nil, &me); err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"public": k.Public(), "proof": k.Claim(me.ID)})
	if err != nil {
		return err
	}
	if err := c.call(ctx, c.Platform, http.MethodPost, "/developers/me/keys", body, nil); err != nil {
		return err
	}
	fmt.Printf("%s is registered to %s\n", k.Public().ID(), me.ID)
	return nil
}

// call asks the platform's API; what it refuses is said in its own words.
func (c platformCall) call(ctx context.Context, platform, method, path string, body []byte, into any) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(platform, "/")+"/api/platform/v1"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "en")
	if bytes.HasPrefix(body, []byte("\x28\xb5\x2f\xfd")) { // a package
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err != nil {
		return err
	}
	if res.StatusCode >= 300 {
		var problem struct{ Code, Detail string }
		_ = json.Unmarshal(raw, &problem)
		return fmt.Errorf("%s says %s: %s %s", platform, res.Status, problem.Code, problem.Detail)
	}
	if into == nil || len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// operatorKey reads the key that signs a registry's index.
func (c keyHolder) operatorKey(file string) (*registry.Key, error) {
	if file == "" {
		return nil, fmt.Errorf("a registry in a folder is signed with its operator's key: name it with --operator-key, or make one with `fenli plugin keys new`")
	}
	if _, err := os.Stat(file); err != nil {
		return nil, err
	}
	return registry.LoadKey(file, c.Passphrase)
}
