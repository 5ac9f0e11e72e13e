package program

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/fenli-io/fenli/platform/pg"
	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Revision is one immutable state of a programme.
type Revision struct {
	Revision    int
	EffectiveAt time.Time
	Settings    Settings
	Strategy    string // "three-level"
	Version     string
	Artifact    string // sha256 of the strategy's binary
	Config      json.RawMessage
	Author      string
	Note        string
	CreatedAt   time.Time
	Consent     []string // facts that the author let the strategy know and nobody had before
}

// Draft is a revision that somebody would like to have.
type Draft struct {
	Settings Settings
	Strategy string // its id, or the sha256 of one exact artifact
	Config   json.RawMessage
	Author   string
	Note     string
	Consent  []string // facts that the author lets the strategy know

	EffectiveFrom time.Time // in store time; zero: at once
}

// Artifact is a strategy that the platform has installed.
type Artifact struct {
	SHA256      string
	Strategy    string
	Version     string
	Description *strategyv1.DescribeResponse
}

// Strategies answers for the strategies' processes; the host implements it.
type Strategies interface {
	// ValidateConfig asks the strategy itself. An error means that it could
	// not be asked.
	ValidateConfig(ctx context.Context, sha256 string, config []byte, rules *strategyv1.Rules) (*strategyv1.ValidateConfigResponse, error)
}

// Service holds the verbs.
type Service struct {
	db         *pg.DB
	strategies Strategies

	Revised func(context.Context, *pg.Tx) error // a revision has been written or taken back; nil: nobody asks

	cache     cache
	artifacts sync.Map // sha256 → Artifact
}

// New builds the service.
func New(db *pg.DB, strategies Strategies) *Service { return &Service{db: db, strategies: strategies} }

// beginning is when a store's first revision takes effect, so that an import
// of old orders always finds one in force.
var beginning = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)

// OnSignUp gives a new store its first revision: the trade's defaults and the
// three-level strategy with its own defaults, when the platform has it.
func (s *Service) OnSignUp(ctx context.Context, tx *pg.Tx) error {
	artifact, err := s.choose(ctx, tx, "three-level")
	if err != nil {
		return err
	}
	return insertRevision(ctx, tx, Revision{
		Revision: 1, EffectiveAt: beginning, Settings: Defaults(), Strategy: artifact.Strategy, Version: artifact.Version,
		Artifact: artifact.SHA256, Config: json.RawMessage(`{"rates": ["0.10", "0.03", "0"]}`), Author: "system", CreatedAt: tx.Now(),
		Consent: FactsOf(artifact.Description),
	})
}

// Propose checks a draft against the strategy's schema and the strategy
// itself and makes it the revision in force from now on, or from the instant it
// names. A strategy that wants
// to know what no revision of the store has agreed to needs the draft's consent
// (program.new_facts otherwise).
func (s *Service) Propose(ctx context.Context, tenant tenantID, d Draft) (Revision, error) {
	artifact, err := s.Check(ctx, tenant, d)
	if err != nil {
		return Revision{}, err
	}
	var made Revision
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		at, err := startOf(d, tx.Now())
		if err != nil {
			return err
		}
		made, err = s.write(ctx, tx, d, artifact, at)
		return err
	})
	return made, err
}

// write makes a checked draft the next revision.
func (s *Service) write(ctx context.Context, tx *pg.Tx, d Draft, artifact Artifact, at time.Time) (Revision, error) {
	last, err := lastRevision(ctx, tx)
	if err != nil {
		return Revision{}, err
	}
	agreed, err := s.consent(ctx, tx, artifact, d.Consent)
	if err != nil {
		return Revision{}, err
	}
	made := Revision{
		Revision: last + 1, EffectiveAt: at, Settings: d.Settings, Strategy: artifact.Strategy, Version: artifact.Version,
		Artifact: artifact.SHA256, Config: d.Config, Author: d.Author, Note: d.Note, CreatedAt: tx.Now(), Consent: agreed,
	}
	if err := insertRevision(ctx, tx, made); err != nil {
		return made, err
	}
	return made, s.revised(ctx, tx)
}

func (s *Service) revised(ctx context.Context, tx *pg.Tx) error {
	if s.Revised == nil {
		return nil
	}
	return s.Revised(ctx, tx)
}

// Check refuses a draft that could not be put in force. Nothing is written.
func (s *Service) Check(ctx context.Context, tenant tenantID, d Draft) (Artifact, error) {
	if err := d.Settings.check(); err != nil {
		return Artifact{}, err
	}
	var artifact Artifact
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) (err error) {
		artifact, err = s.choose(ctx, tx, d.Strategy)
		return err
	})
	if err != nil {
		return Artifact{}, err
	}
	for _, fact := range FactsOf(artifact.Description) {
		if _, known := CostOf(fact); !known {
			return Artifact{}, errUnknownFact.With("fact", fact).At("strategy")
		}
	}
	if d.Settings.Refund == "recompute" && !artifact.Description.GetCanRecompute() {
		return Artifact{}, errRecompute.With("strategy", artifact.Strategy).At("settings.refund")
	}
	if err := checkSchema(artifact.Description.GetConfigSchema(), d.Config); err != nil {
		return Artifact{}, err
	}
	answer, err := s.strategies.ValidateConfig(ctx, artifact.SHA256, d.Config, d.Settings.Rules())
	if err != nil {
		return Artifact{}, err
	}
	for _, p := range answer.GetProblems() {
		return Artifact{}, errConfig.With("problem", Sentence(artifact.Description, p.GetWhy(), "en")).
			With("problem_zh", Sentence(artifact.Description, p.GetWhy(), "zh-CN")).At("config" + p.GetPath())
	}
	return artifact, nil
}

// InForce is the revision of the instant.
func (s *Service) InForce(ctx context.Context, tx *pg.Tx, at time.Time) (Revision, error) {
	return s.AskInForce(tx, at)(ctx)
}

// AskInForce is [Service.InForce] for whoever does not wait for the answer yet.
func (s *Service) AskInForce(tx *pg.Tx, at time.Time) func(context.Context) (Revision, error) {
	asked := askRevisionAt(tx, at)
	return func(ctx context.Context) (Revision, error) {
		n, err := asked(ctx)
		if err != nil {
			return Revision{}, err
		}
		return s.Revision(ctx, tx, n)
	}
}

// AskInForceAt is [Service.AskInForce] of many instants in one question.
func (s *Service) AskInForceAt(tx *pg.Tx, instants []time.Time) func(context.Context) (map[time.Time]Revision, error) {
	asked := askRevisionsAt(tx, instants)
	return func(ctx context.Context) (map[time.Time]Revision, error) {
		numbers, err := asked(ctx)
		if err != nil {
			return nil, err
		}
		all := make(map[time.Time]Revision, len(instants))
		for i, at := range instants {
			if all[at], err = s.Revision(ctx, tx, numbers[i]); err != nil {
				return nil, err
			}
		}
		return all, nil
	}
}

// Revision reads one revision; it never changes, so it is kept in memory.
func (s *Service) Revision(ctx context.Context, tx *pg.Tx, n int) (Revision, error) {
	k := cacheKey{tx.Tenant(), n}
	if r, ok := s.cache.get(k); ok {
		return r, nil
	}
	r, err := readRevision(ctx, tx, n)
	if err != nil {
		return Revision{}, err
	}
	s.cache.put(k, r)
	return r, nil
}

// Revisions lists them, newest first, below the given number (0 for all).
func (s *Service) Revisions(ctx context.Context, tx *pg.Tx, below, limit int) ([]Revision, error) {
	return listRevisions(ctx, tx, below, limit)
}
