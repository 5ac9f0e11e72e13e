package marketplace

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/plugins/registry"
)

// waitingAtMost bounds the versions of one developer that wait for review.
const waitingAtMost = 10

var errUnsigned = errNotSigner.With("key", "-")

// Submit takes a package from its developer. The same package again changes
// nothing; other bytes under a version that exists are refused.
func (s *Service) Submit(ctx context.Context, who DeveloperID, raw []byte) (Version, error) {
	dir, err := s.open()
	if err != nil {
		return Version{}, err
	}
	p, err := registry.Read(bytes.NewReader(raw))
	if err != nil {
		return Version{}, err
	}
	if p.Signer == nil {
		return Version{}, errUnsigned
	}
	if slices.Contains(s.config.Reserved, p.Manifest.ID) {
		return Version{}, errNameTaken.With("plugin", p.Manifest.ID)
	}
	var made Version
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if err := maySubmit(ctx, tx, who, p); err != nil {
			return err
		}
		made, err = versionOf(ctx, tx, p.Manifest.ID, p.Manifest.Version)
		if err == nil {
			return sameBytes(made, p)
		}
		if !errors.Is(err, errUnknown) {
			return err
		}
		waiting, err := countWaiting(ctx, tx, who)
		if err != nil {
			return err
		}
		if waiting >= waitingAtMost {
			return errQueue.With("limit", waitingAtMost)
		}
		if err := dir.Keep(p); err != nil {
			return err
		}
		if err := insertVersion(ctx, tx, Version{
			ID: id.New[versionKind](tx.Now()), Plugin: p.Manifest.ID, Version: p.Manifest.Version, Developer: who, Package: p.SHA256, Size: int64(len(raw)),
			KeyID: p.Signer.ID(), Manifest: p.Manifest, Artifacts: p.Artifacts(), State: Submitted, SubmittedAt: tx.Now(),
		}); err != nil {
			return err
		}
		made, err = versionOf(ctx, tx, p.Manifest.ID, p.Manifest.Version)
		return err
	})
	return made, err
}

// maySubmit wants the signer's key and the plugin's name to be the sender's.
// A name that nobody has becomes theirs.
func maySubmit(ctx context.Context, tx *pg.Tx, who DeveloperID, p *registry.Package) error {
	owner, key, err := keyByID(ctx, tx, p.Signer.ID())
	if errors.Is(err, pg.ErrNoRows) || err == nil && (owner != who || key.RevokedAt != nil) {
		return errNotSigner.With("key", p.Signer.ID())
	}
	if err != nil {
		return err
	}
	first, err := claimPlugin(ctx, tx, p.Manifest.ID, who)
	if err == nil && first != who {
		err = errNameTaken.With("plugin", p.Manifest.ID)
	}
	return err
}

func sameBytes(v Version, p *registry.Package) error {
	if v.Package == p.SHA256 {
		return nil
	}
	return registry.ChangedBytes(v.Plugin, v.Version)
}
