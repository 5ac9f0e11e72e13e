package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/redistest"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/plugins/host"
)

// asFenli makes this test binary the program itself, so that a test can kill
// it without building it first.
const asFenli = "FENLI_TEST_RUN_AS_FENLI"

func TestMain(m *testing.M) {
	host.MaybeLauncher()
	if os.Getenv(asFenli) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// ground is where processes under test stand: servers that outlive them, and
// one folder.
type ground struct {
	t   *testing.T
	db  *pgtest.Database
	env []string
}

func newGround(t *testing.T, env ...string) *ground {
	t.Helper()
	g := &ground{t: t, db: pgtest.Open(t)}
	g.db.Owner(t, "delete from registry_store") // the two that tests of slices have, which nobody signed up
	dir, err := filepath.Abs(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	g.env = append(os.Environ(), append([]string{
		asFenli + "=1", "DATABASE_URL=" + g.db.AppURL, "REDIS_URL=" + redistest.URL(t), "FENLI_DIR=" + dir,
		"FENLI_SECRET_KEY=" + base64.StdEncoding.EncodeToString(secret.NewKey()), "FENLI_STRATEGIES=" + strategies(t),
	}, env...)...)
	return g
}

// strategies is a folder with the one strategy that new stores begin with:
// seven would make every start seven times as long.
func strategies(t *testing.T) string {
	t.Helper()
	dir, err := threeLevel()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

var threeLevel = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(os.TempDir(), "fenli-three-level")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", dir+"/three-level", "../../plugins/builtin/cmd/three-level")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return dir, nil
})

// child is a process of the program.
type child struct {
	*exec.Cmd
	out, log bytes.Buffer
	ended    chan struct{}
	err      error
}

func (g *ground) start(args ...string) *child {
	g.t.Helper()
	c := &child{Cmd: exec.Command(os.Args[0], args...), ended: make(chan struct{})}
	c.Env, c.Stdout, c.Stderr = g.env, &c.out, &c.log
	if err := c.Start(); err != nil {
		g.t.Fatal(err)
	}
	go func() { c.err = c.Wait(); close(c.ended) }()
	g.t.Cleanup(func() { _ = c.Process.Kill(); <-c.ended })
	return c
}

// run runs it to its end, which must be good.
func (g *ground) run(args ...string) string {
	g.t.Helper()
	c := g.start(args...)
	select {
	case <-c.ended:
	case <-time.After(2 * time.Minute):
		g.t.Fatalf("%s did not end:\n%s", strings.Join(args, " "), c.log.String())
	}
	if c.err != nil {
		g.t.Fatalf("%s: %v\n%s\n%s", strings.Join(args, " "), c.err, c.out.String(), c.log.String())
	}
	return c.out.String()
}

func (c *child) over() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

func (g *ground) connect() *pgx.Conn {
	g.t.Helper()
	conn, err := pgx.Connect(context.Background(), g.db.OwnerURL)
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}
