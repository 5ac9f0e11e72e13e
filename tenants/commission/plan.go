package commission

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/program"
)

// plan is what the strategy of one revision may be told: its declared facts and
// the window that its configuration names. It never changes.
type plan struct {
	facts  map[string]bool
	window string // of running sums: "day", "month" …, "30d"; "month" without a word
}

// has reports whether the strategy has declared a fact. Without a plan nothing
// is.
func (p *plan) has(fact string) bool { return p != nil && p.facts[fact] }

// waves reports whether the strategy wants to know what it has answered before.
func (p *plan) waves() bool { return p.has(program.FactAwarded) }

// seesRole reports whether people of a role may be told to the strategy.
func (p *plan) seesRole(role string) bool { return p.has("role." + role) }

func compile(artifact program.Artifact, config []byte) (*plan, error) {
	p := &plan{facts: map[string]bool{}, window: "month"}
	for _, name := range program.FactsOf(artifact.Description) {
		p.facts[name] = true
	}
	var said struct {
		Window string `json:"window"`
	}
	if !p.has(program.FactStats) && !p.has(program.FactAwarded) && !artifact.Description.GetGradesMembers() {
		return p, nil // another strategy's window may be something else
	}
	if err := json.Unmarshal(config, &said); err != nil {
		return nil, err
	}
	if said.Window != "" {
		p.window = said.Window
	}
	return p, nil
}

// plan compiles the revision's, once. A draft has the same plan as the revision
// that it may become.
func (s *Service) plan(ctx context.Context, tx *pg.Tx, rev program.Revision) (*plan, error) {
	k := planKey{rev.Artifact, string(rev.Config)}
	if p := s.plans.get(k); p != nil {
		return p, nil
	}
	artifact, err := s.programs.Artifact(ctx, tx, rev.Artifact)
	if err != nil {
		return nil, err
	}
	p, err := compile(artifact, rev.Config)
	if err != nil {
		return nil, err
	}
	s.plans.put(k, p)
	return p, nil
}

// equip gives plans to orders that were not loaded by the lane. It is not for
// use in a transaction.
func (s *Service) equip(ctx context.Context, list []*work) error {
	return s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) (err error) { // strategies are the platform's
		for _, w := range list {
			if w.plan != nil {
				continue
			}
			if w.plan, err = s.plan(ctx, tx, w.revision); err != nil {
				return err
			}
		}
		return nil
	})
}

type planKey struct{ artifact, config string }

// planCache forgets everything when it is full, which is simple and rare.
type planCache struct {
	mu   sync.RWMutex
	kept map[planKey]*plan
}

const planCacheSize = 5_000

func (c *planCache) get(k planKey) *plan {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.kept[k]
}

func (c *planCache) put(k planKey, p *plan) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= planCacheSize {
		c.kept = map[planKey]*plan{}
	}
	c.kept[k] = p
}
