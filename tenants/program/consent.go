package program

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fenli-io/fenli/platform/pg"
)

// consent returns the facts that the strategy needs and that the store agrees
// to only now; it refuses when one of them is not among those given. What an
// earlier revision's strategy was told the store has agreed to.
func (s *Service) consent(ctx context.Context, tx *pg.Tx, artifact Artifact, given []string) (agreed []string, err error) {
	known, err := s.Consented(ctx, tx)
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, fact := range FactsOf(artifact.Description) {
		switch {
		case slices.Contains(known, fact):
		case slices.Contains(given, fact):
			agreed = append(agreed, fact)
		default:
			missing = append(missing, fact)
		}
	}
	if len(missing) > 0 {
		return nil, errNewFacts.With("facts", strings.Join(missing, ", ")).At("consent")
	}
	return agreed, nil
}

// Consented are the facts that the store has let its strategies know, sorted.
func (s *Service) Consented(ctx context.Context, tx *pg.Tx) (facts []string, err error) {
	rows, err := pg.Collect[struct {
		Artifact string
		Consent  []string
	}](ctx, tx, `select distinct artifact, consent from program_revision where tenant_id = $1`, tx.Tenant())
	if err != nil {
		return nil, fmt.Errorf("program: consent: %w", err)
	}
	for _, r := range rows {
		facts = append(facts, r.Consent...)
		a, err := s.Artifact(ctx, tx, r.Artifact)
		if err != nil {
			return nil, err
		}
		facts = append(facts, FactsOf(a.Description)...)
	}
	slices.Sort(facts)
	return slices.Compact(facts), nil
}
