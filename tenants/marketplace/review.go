package marketplace

import (
	"context"
	"slices"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/registry"
)

// Examination is the job that examines a version.
type Examination struct {
	Version VersionID `json:"version"`
}

// Kind names the job.
func (Examination) Kind() string { return "marketplace.examine" }

// StartExamination puts a version under review and its examination into the
// queue. A version that was examined may be examined again until it is decided.
func (s *Service) StartExamination(ctx context.Context, plugin, version string) (v Version, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if v, err = lockVersion(ctx, tx, plugin, version); err != nil {
			return err
		}
		if v.State != Submitted && v.State != InReview {
			return errNotWaiting.With("state", v.State)
		}
		v.State, v.Progress = InReview, Progress{Running: true, At: tx.Now()}
		if err := setReview(ctx, tx, v); err != nil {
			return err
		}
		return asProduct(ctx, tx, func() error { return s.Jobs.Insert(ctx, tx, Examination{v.ID}) })
	})
	return v, err
}

// Examine does the job. Done twice it finds the same.
func (s *Service) Examine(ctx context.Context, job Examination) error {
	dir, err := s.open()
	if err != nil {
		return err
	}
	v, err := s.byID(ctx, job.Version)
	if err != nil || v.State != InReview { // decided meanwhile
		return err
	}
	p, err := dir.Kept(v.Package)
	if err != nil {
		return err
	}
	report, err := s.config.Examine(ctx, p, func(done Progress) { s.noteProgress(ctx, job.Version, done) })
	if err != nil {
		return err
	}
	return s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if v, err = lockVersionByID(ctx, tx, job.Version); err != nil || v.State != InReview {
			return err
		}
		v.Report, v.ReportHash, v.Passed = report.JSON, registry.Hash(report.JSON), report.Passed
		v.Progress.Running, v.Progress.At = false, tx.Now()
		return setReview(ctx, tx, v)
	})
}

// noteProgress is for people who watch; one that is lost does no harm.
func (s *Service) noteProgress(ctx context.Context, version VersionID, done Progress) {
	done.Running, done.At = true, clock.Real()
	_ = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error { return setProgress(ctx, tx, version, done) })
}

// Approve lets stores choose a version that passed its examination: the
// operator's signature enters the registry, and its package can be installed.
func (s *Service) Approve(ctx context.Context, actor, plugin, version, note string) (v Version, err error) {
	dir, err := s.open()
	if err != nil {
		return v, err
	}
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if v, err = lockVersion(ctx, tx, plugin, version); err != nil || v.State == Approved {
			return err
		}
		switch {
		case v.State == Rejected:
			return errNotWaiting.With("state", v.State)
		case v.Report == nil || v.Progress.Running:
			return errNotExamined
		case !v.Passed:
			return errNotPassed
		}
		p, err := dir.Kept(v.Package)
		if err != nil {
			return err
		}
		if err := insertArtifacts(ctx, tx, v); err != nil {
			return err
		}
		if err := s.publish(ctx, tx, dir, p, v); err != nil {
			return err
		}
		now := tx.Now()
		v.State, v.Reviewer, v.Reason, v.ReviewedAt = Approved, actor, note, &now
		return setReview(ctx, tx, v)
	})
	if err == nil {
		s.changed(ctx)
	}
	return v, err
}

// publish signs. The folder comes before the row: approved twice is approved
// once, and a row never speaks of what is not in the folder.
func (s *Service) publish(ctx context.Context, tx *pg.Tx, dir *registry.Dir, p *registry.Package, v Version) error {
	owner, key, err := keyByID(ctx, tx, v.KeyID)
	if err != nil {
		return err
	}
	if owner != v.Developer || key.RevokedAt != nil {
		return errNotSigner.With("key", v.KeyID)
	}
	if err := dir.TrustKey(key.Public, v.Developer.String(), tx.Now()); err != nil {
		return err
	}
	_, err = dir.Publish(p, v.ReportHash, tx.Now())
	return err
}

// Reject says no, and why. The developer reads the reason and sends in another
// version.
func (s *Service) Reject(ctx context.Context, actor, plugin, version, reason string) (v Version, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if v, err = lockVersion(ctx, tx, plugin, version); err != nil {
			return err
		}
		if v.State != Submitted && v.State != InReview {
			return errNotWaiting.With("state", v.State)
		}
		now := tx.Now()
		v.State, v.Reviewer, v.Reason, v.ReviewedAt = Rejected, actor, reason, &now
		v.Progress.Running = false
		return setReview(ctx, tx, v)
	})
	return v, err
}

// Revoke sets how firmly an approved version is withdrawn; "none" takes it
// back.
func (s *Service) Revoke(ctx context.Context, plugin, version string, level registry.Level, reason string) (v Version, err error) {
	dir, err := s.open()
	if err != nil {
		return v, err
	}
	if !slices.Contains(registry.Levels, level) {
		return v, errLevel.With("level", level)
	}
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if v, err = lockVersion(ctx, tx, plugin, version); err != nil {
			return err
		}
		if v.State != Approved {
			return errNotWaiting.With("state", v.State)
		}
		now := tx.Now()
		v.Revocation = registry.Revocation{Level: level, Reason: reason, At: &now}
		if err := dir.Revoke(plugin, version, level, reason, now); err != nil {
			return err
		}
		return setLevel(ctx, tx, v)
	})
	if err == nil {
		s.changed(ctx)
	}
	return v, err
}

// Renew signs the registry's index anew, well before it expires.
func (s *Service) Renew(context.Context) error {
	if s.config.Registry == nil {
		return nil
	}
	return s.config.Registry.Renew(clock.Real())
}
