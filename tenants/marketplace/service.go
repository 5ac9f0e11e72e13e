package marketplace

import (
	"context"

	"github.com/fenli-io/fenli/platform/jobs"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/plugins/registry"
)

// Config is what the composition root hands over.
type Config struct {
	Box *secret.Box

	// Registry is where packages lie and what the operator signs; nil closes
	// the marketplace.
	Registry *registry.Dir

	// Reserved are the names of the strategies that come with the platform.
	Reserved []string

	// Examine runs a package in a sandbox and asks it whether it keeps the
	// contract. An error means that nothing could be found out.
	Examine func(ctx context.Context, p *registry.Package, progress func(Progress)) (Report, error)

	// Changed hears, in this process and after the fact, that a version was
	// approved or its level set.
	Changed func(ctx context.Context)
}

// Service is the slice's verbs. It is safe for concurrent use.
type Service struct {
	db     *pg.DB
	config Config

	// Jobs runs examinations; set once, before requests come.
	Jobs *jobs.Queue
}

// New builds the slice.
func New(db *pg.DB, config Config) *Service { return &Service{db: db, config: config} }

// open is the registry, or the fault that there is none.
func (s *Service) open() (*registry.Dir, error) {
	if s.config.Registry == nil {
		return nil, errClosed
	}
	return s.config.Registry, nil
}

func (s *Service) changed(ctx context.Context) {
	if s.config.Changed != nil {
		s.config.Changed(ctx)
	}
}
