package workbench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/fenli-io/fenli/plugins/host"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Bench is a host of its own, in a folder of its own that Close removes.
type Bench struct {
	Host *host.Host
	// Named finds a strategy that is given by its id alone; optional.
	Named func(id string) (path string, err error)

	dir string
	log *slog.Logger
}

// Open makes a bench. It needs no settings and no server.
func Open(log *slog.Logger) (*Bench, error) {
	dir, err := os.MkdirTemp("/var/tmp", "fenli-") // short: sockets lie below it
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o711); err != nil { // a strategy's own user passes through
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	b := &Bench{dir: dir, log: log}
	if b.Host, err = b.another(); err != nil {
		return nil, errors.Join(Flaw{"tool.no_host", err.Error(), "fenli doctor says what this machine gives strategies", ""}, os.RemoveAll(dir))
	}
	return b, nil
}

// another is a host over the same store, so that a strategy can be asked in a
// process of its own.
func (b *Bench) another() (*host.Host, error) {
	return host.New(host.Config{Dir: b.dir, Development: true, IdleStop: time.Minute}, b.log)
}

// Close stops every strategy and removes what the bench wrote.
func (b *Bench) Close() error {
	patience, done := context.WithTimeout(context.Background(), 3*time.Second)
	defer done()
	return errors.Join(b.Host.Close(patience), os.RemoveAll(b.dir))
}

// Strategy is one that the bench can ask.
type Strategy struct {
	host.Artifact
	Described *strategyv1.DescribeResponse
	Source    string        // its folder; empty for a binary
	Golden    string        // its golden cases, if there are any
	Building  time.Duration // how long the build took
	Starting  time.Duration // from the first instruction to its first answer

	bench *Bench
}

// Load builds a folder, or takes a binary or the id of a known strategy, and
// installs it. An error is a [Flaw] that says what to do.
func (b *Bench) Load(ctx context.Context, target string) (*Strategy, error) {
	s := &Strategy{bench: b}
	binary, err := b.find(ctx, target, s)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	s.Artifact, s.Described, err = b.Host.Install(ctx, binary)
	if err != nil {
		return nil, Flaw{"strategy.does_not_start", err.Error(),
			"a strategy is a static binary (CGO_ENABLED=0) whose main is strategy.Serve, and nothing else is printed before it serves", binary}
	}
	s.Starting = time.Since(began)
	return s, nil
}

// find is the file to install; it builds a folder.
func (b *Bench) find(ctx context.Context, target string, s *Strategy) (string, error) {
	if target == "" {
		target = "."
	}
	info, err := os.Stat(target)
	switch {
	case err != nil && !strings.ContainsRune(target, os.PathSeparator) && b.Named != nil:
		return b.Named(target)
	case err != nil:
		return "", Flaw{"tool.not_found", err.Error(), "name a strategy's folder, its binary, or the id of one that comes with Fenli", target}
	case !info.IsDir():
		s.Golden = goldenBeside(filepath.Dir(target))
		return target, nil
	}
	if s.Source, err = filepath.Abs(target); err != nil {
		return "", err
	}
	s.Golden = goldenBeside(s.Source)
	began := time.Now()
	defer func() { s.Building = time.Since(began) }()
	return b.build(ctx, s.Source)
}

// goldenBeside is the golden file of a folder, or of the one it lies in (a
// binary is in bin/ or dist/).
func goldenBeside(dir string) string {
	for _, name := range []string{"testdata/golden.json", "golden.json", "../testdata/golden.json"} {
		if path := filepath.Join(dir, filepath.FromSlash(name)); isFile(path) {
			return path
		}
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// build makes the binary of a folder.
func (b *Bench) build(ctx context.Context, dir string) (string, error) {
	switch {
	case isFile(filepath.Join(dir, "package.json")):
		return b.buildNode(ctx, dir)
	case hasGo(dir):
		return b.buildGo(ctx, dir)
	}
	return "", Flaw{"build.no_sources", "the folder has neither Go files nor package.json", "run fenli plugin new NAME to start one", dir}
}

func hasGo(dir string) bool {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	return err == nil && len(names) > 0
}

func (b *Bench) buildGo(ctx context.Context, dir string) (string, error) {
	out := filepath.Join(b.dir, "built")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", out, ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	said, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return "", Flaw{"build.no_go", "the go command is not here", "install Go 1.26 or newer, or name a built binary", dir}
	}
	if err != nil {
		return "", Flaw{"build.failed", string(bytes.TrimSpace(said)), "mend what the compiler says", dir}
	}
	return out, nil
}

// Sentence is a reason in a language, "zh-CN" or "en"; the key itself when the
// strategy has no such sentence.
func (s *Strategy) Sentence(w *strategyv1.Why, lang string) string {
	template := w.GetKey()
	for _, l := range s.Described.GetLocales() {
		if text, ok := l.GetMessages()[w.GetKey()]; ok && (template == w.GetKey() || l.GetTag() == lang) {
			template = text
		}
	}
	for _, a := range w.GetArgs() {
		template = strings.ReplaceAll(template, "{"+a.GetName()+"}", a.GetValue())
	}
	return template
}

// Language is the tag of a language that a command was given: "zh" is "zh-CN".
func Language(short string) string {
	if short == "zh" {
		return "zh-CN"
	}
	return short
}

// Ask evaluates orders of one configuration.
func (s *Strategy) Ask(ctx context.Context, config []byte, rules *strategyv1.Rules, orders ...*strategyv1.Order) ([]*strategyv1.Decision, error) {
	out, err := s.bench.Host.Evaluate(ctx, s.SHA256, &strategyv1.EvaluateRequest{Config: config, Rules: rules, Orders: orders})
	if err != nil {
		return nil, Flaw{"strategy.cannot_be_asked", err.Error(), "run fenli plugin test for what it does wrong", s.ID}
	}
	return out.GetDecisions(), nil
}

// Close asks what a period pays.
func (s *Strategy) Close(ctx context.Context, req *strategyv1.ClosePeriodRequest) (*strategyv1.ClosePeriodResponse, error) {
	out, err := s.bench.Host.ClosePeriod(ctx, s.SHA256, req)
	if err != nil {
		return nil, Flaw{"strategy.cannot_be_asked", err.Error(), "run fenli plugin test for what it does wrong", s.ID}
	}
	return out, nil
}

// Title is the strategy's name and version, with the bytes' first digits.
func (s *Strategy) Title() string {
	return fmt.Sprintf("%s %s (sha256 %s)", s.ID, s.Version, s.SHA256[:12])
}
