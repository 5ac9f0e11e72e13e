package marketplace

import (
	"context"

	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/registry"
)

// Developers lists who signed up, the newest first, without their keys; before
// is the last of the page before.
func (s *Service) Developers(ctx context.Context, before DeveloperID, limit int) (list []Developer, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		rows, err := pg.Collect[developerRow](ctx, tx, `
			select id, name, created_at from marketplace_developer
			 where ($1::uuid is null or id < $1) order by id desc limit $2`, before, limit)
		for _, r := range rows {
			list = append(list, Developer{ID: r.ID, Name: r.Name, CreatedAt: r.CreatedAt})
		}
		return err
	})
	return list, err
}

// Package opens the package of a version as it was sent in: what a reviewer
// reads beside the report.
func (s *Service) Package(ctx context.Context, plugin, version string) (*registry.Package, error) {
	dir, err := s.open()
	if err != nil {
		return nil, err
	}
	v, err := s.Version(ctx, DeveloperID{}, plugin, version)
	if err != nil {
		return nil, err
	}
	return dir.Kept(v.Package)
}
