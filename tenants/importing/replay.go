package importing

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/fenli-io/fenli/platform/tenancy"
)

// Run reads the files, makes a store for every country and replays its
// history. Called again after whatever stopped it, it goes on where it was;
// called again after it has finished, it changes nothing.
func (s *Service) Run(ctx context.Context, job Job) (Result, error) {
	histories, report, err := read(job.Files, job.Prefix)
	if err != nil {
		return Result{}, err
	}
	run := &run{Service: s, tell: job.Progress}
	for _, h := range histories {
		run.total += len(h.steps)
	}
	tenants, err := run.all(ctx, histories, cmp.Or(job.Workers, 2))
	if err != nil {
		return Result{Report: report}, err
	}
	result := Result{Report: report}
	for i, h := range histories {
		summary, err := s.summary(ctx, tenants[i], h)
		if err != nil {
			return result, fmt.Errorf("importing: %s: %w", h.slug, err)
		}
		result.Stores = append(result.Stores, summary)
	}
	return result, nil
}

// run is one call of Run.
type run struct {
	*Service
	tell  func(Progress)
	total int

	mu   sync.Mutex
	done int
}

// all replays the stores side by side, each in its own order. The longest
// begin first, so that no worker is left alone with one at the end.
func (r *run) all(ctx context.Context, histories []*history, workers int) ([]tenancy.ID, error) {
	nths := make([]int, len(histories))
	for i := range nths {
		nths[i] = i
	}
	slices.SortStableFunc(nths, func(a, b int) int { return len(histories[b].steps) - len(histories[a].steps) })
	tenants := make([]tenancy.ID, len(histories))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, i := range nths {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			tenant, err := r.store(ctx, histories[i])
			if err != nil {
				return fmt.Errorf("importing: %s: %w", histories[i].slug, err)
			}
			tenants[i] = tenant
			return nil
		})
	}
	return tenants, group.Wait()
}

// store replays one store from the first step that is not done.
//
// Steps that are played together are one transaction together with their place
// in the history, so they happen exactly once whatever is killed when; moving
// the clock can be repeated. Nothing is kept elsewhere.
func (r *run) store(ctx context.Context, h *history) (tenancy.ID, error) {
	tenant, err := r.SignUp(ctx, h.slug, h.name, Currency, h.zone, h.begins)
	if err != nil {
		return tenant, err
	}
	done, err := r.begin(ctx, tenant, h)
	if err != nil {
		return tenant, err
	}
	r.progress(h, done, done)
	stage := newStage(r.Service, h)
	for done < len(h.steps) {
		next := h.next(done, r.foldMost)
		if err := r.Clock.Advance(ctx, tenant, next[len(next)-1].At); err != nil {
			return tenant, err
		}
		if err := stage.play(ctx, tenant, done, next); err != nil {
			return tenant, err
		}
		done += len(next)
		r.progress(h, len(next), done)
	}
	return tenant, nil
}

// progress adds steps to the whole and tells.
func (r *run) progress(h *history, steps, done int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done += steps
	if r.tell == nil {
		return
	}
	p := Progress{Done: r.done, Total: r.total, Store: h.slug, Phase: PhaseReplay}
	if done == len(h.steps) {
		p.Phase = PhaseDone
	}
	r.tell(p)
}
