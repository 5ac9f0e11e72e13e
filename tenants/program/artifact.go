package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"google.golang.org/protobuf/proto"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Remember records what the host has installed. Artifacts are never deleted:
// old decisions refer to them, and their sentences explain old awards.
func (s *Service) Remember(ctx context.Context, artifacts []Artifact) error {
	return s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		for _, a := range artifacts {
			described, err := proto.MarshalOptions{Deterministic: true}.Marshal(a.Description)
			if err != nil {
				return fmt.Errorf("program: %w", err)
			}
			if _, err := tx.Exec(ctx, `
				insert into program_artifact (sha256, strategy, version, description, installed_at)
				values ($1, $2, $3, $4, $5) on conflict do nothing`,
				a.SHA256, a.Strategy, a.Version, described, tx.Now()); err != nil {
				return fmt.Errorf("program: remember %s: %w", a.Strategy, err)
			}
		}
		return nil
	})
}

// Artifact reads one artifact by its hash; it never changes, so it is kept in
// memory.
func (s *Service) Artifact(ctx context.Context, tx *pg.Tx, sha256 string) (Artifact, error) {
	if kept, ok := s.artifacts.Load(sha256); ok {
		return kept.(Artifact), nil
	}
	found, err := installed(ctx, tx, sha256)
	if err != nil {
		return Artifact{}, err
	}
	if len(found) == 0 {
		return Artifact{}, errUnknown.With("strategy", sha256).At("strategy")
	}
	if found[0].SHA256 == sha256 {
		s.artifacts.Store(sha256, found[0])
	}
	return found[0], nil
}

type artifactRow struct {
	Sha256      string
	Strategy    string
	Version     string
	Description []byte
}

func (r artifactRow) artifact() (Artifact, error) {
	d := new(strategyv1.DescribeResponse)
	if err := proto.Unmarshal(r.Description, d); err != nil {
		return Artifact{}, fmt.Errorf("program: description of %s: %w", r.Strategy, err)
	}
	return Artifact{SHA256: r.Sha256, Strategy: r.Strategy, Version: r.Version, Description: d}, nil
}

// installed reads artifacts of a strategy by its id, or one by its own hash,
// or all of them for "": those that came last first.
func installed(ctx context.Context, tx *pg.Tx, name string) ([]Artifact, error) {
	rows, err := pg.Collect[artifactRow](ctx, tx, `
		select sha256, strategy, version, description from program_artifact
		 where $1 = '' or strategy = $1 or sha256 = $1 order by installed_at desc, sha256`, name)
	if err != nil {
		return nil, fmt.Errorf("program: artifacts: %w", err)
	}
	all := make([]Artifact, len(rows))
	for i, r := range rows {
		if all[i], err = r.artifact(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// checkSchema validates a configuration against the strategy's JSON Schema and
// names the first place that does not fit.
func checkSchema(schema, config []byte) error {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return fmt.Errorf("program: the strategy's schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", parsed); err != nil {
		return fmt.Errorf("program: the strategy's schema: %w", err)
	}
	compiled, err := compiler.Compile("config.json")
	if err != nil {
		return fmt.Errorf("program: the strategy's schema: %w", err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(config))
	if err != nil {
		return errConfig.With("problem", "not JSON").With("problem_zh", "不是 JSON").At("config").Because(err)
	}
	err = compiled.Validate(value)
	if err == nil {
		return nil
	}
	var leaf *jsonschema.ValidationError
	if !errors.As(err, &leaf) {
		return fmt.Errorf("program: validate: %w", err)
	}
	for len(leaf.Causes) > 0 {
		leaf = leaf.Causes[0]
	}
	where := "config"
	if len(leaf.InstanceLocation) > 0 {
		where += "/" + strings.Join(leaf.InstanceLocation, "/")
	}
	return errConfig.With("problem", leaf.ErrorKind.LocalizedString(english)).With("problem_zh", inChinese(leaf.ErrorKind)).At(where)
}

// Sentence writes a strategy's reason in the language, from the templates that
// the strategy brought. A template in the other language, then the bare key,
// stand in for a missing one.
func Sentence(d *strategyv1.DescribeResponse, why *strategyv1.Why, lang string) string {
	template := why.GetKey()
	for _, l := range d.GetLocales() {
		text, ok := l.GetMessages()[why.GetKey()]
		if !ok {
			continue
		}
		template = text
		if sameLanguage(l.GetTag(), lang) {
			break
		}
	}
	for _, a := range why.GetArgs() {
		template = strings.ReplaceAll(template, "{"+a.GetName()+"}", a.GetValue())
	}
	return template
}

func sameLanguage(tag, lang string) bool {
	a, _, _ := strings.Cut(strings.ToLower(tag), "-")
	b, _, _ := strings.Cut(strings.ToLower(lang), "-")
	return a == b
}
