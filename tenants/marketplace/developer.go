package marketplace

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/plugins/registry"
)

// signUpsAnHour bounds what a stranger can make us write down.
const signUpsAnHour = 60

// SignUp makes a developer. The token is not kept and is shown this once.
func (s *Service) SignUp(ctx context.Context, name, contact string) (Developer, string, error) {
	if _, err := s.open(); err != nil {
		return Developer{}, "", err
	}
	token := newToken()
	var made Developer
	err := s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		lately, err := countDevelopersSince(ctx, tx, tx.Now().Add(-time.Hour))
		if err != nil {
			return err
		}
		if lately >= signUpsAnHour {
			return errBusy
		}
		made = Developer{ID: id.New[developerKind](tx.Now()), Name: strings.TrimSpace(name), CreatedAt: tx.Now()}
		sealed, err := s.config.Box.Seal([]byte(contact), "marketplace_developer.contact:"+made.ID.UUID())
		if err != nil {
			return err
		}
		return insertDeveloper(ctx, tx, made, sealed, secret.HashToken(token))
	})
	return made, token, err
}

const tokenPrefix = "fd_"

func newToken() string { return tokenPrefix + secret.Token() }

// DeveloperOf is whose token it is, else session.unknown.
func (s *Service) DeveloperOf(ctx context.Context, token string) (Developer, error) {
	if !strings.HasPrefix(token, tokenPrefix) {
		return Developer{}, errNoSession
	}
	var found Developer
	err := s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) (err error) {
		found, err = developerByToken(ctx, tx, secret.HashToken(token))
		return err
	})
	if errors.Is(err, pg.ErrNoRows) {
		return Developer{}, errNoSession
	}
	return found, err
}

// Developer reads one, with their keys.
func (s *Service) Developer(ctx context.Context, who DeveloperID) (d Developer, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		if d, err = developerByID(ctx, tx, who); err != nil {
			return err
		}
		d.Keys, err = keysOf(ctx, tx, who)
		return err
	})
	return d, err
}

// Contact opens a developer's address, for operators.
func (s *Service) Contact(ctx context.Context, who DeveloperID) (contact string, err error) {
	err = s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		sealed, err := contactOf(ctx, tx, who)
		if err != nil {
			return err
		}
		plain, err := s.config.Box.Open(sealed, "marketplace_developer.contact:"+who.UUID())
		contact = string(plain)
		return err
	})
	return contact, err
}

// NewToken ends a developer's token and makes the next.
func (s *Service) NewToken(ctx context.Context, who DeveloperID) (string, error) {
	token := newToken()
	return token, s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		return updateToken(ctx, tx, who, secret.HashToken(token))
	})
}

// AddKey registers a key to a developer who proves to hold it: the proof is
// the key's signature of the developer's id. Again, it changes nothing.
func (s *Service) AddKey(ctx context.Context, who DeveloperID, public registry.PublicKey, proof []byte) (Key, error) {
	if !public.Claimed(who.String(), proof) {
		return Key{}, errProof
	}
	var made Key
	err := s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		made = Key{ID: public.ID(), Public: public, CreatedAt: tx.Now()}
		if err := insertKey(ctx, tx, who, made); err != nil {
			return err
		}
		owner, kept, err := keyByID(ctx, tx, made.ID)
		if err == nil && (owner != who || kept.RevokedAt != nil) {
			err = errKeyTaken
		}
		made = kept
		return err
	})
	return made, err
}

// RevokeKey ends a key of a developer's: no package that it signed is
// installed any more. What runs already is stopped by revoking its version.
func (s *Service) RevokeKey(ctx context.Context, who DeveloperID, key, reason string) error {
	dir, err := s.open()
	if err != nil {
		return err
	}
	return s.db.Platform(ctx, func(ctx context.Context, tx *pg.Tx) error {
		owner, kept, err := keyByID(ctx, tx, key)
		if err != nil || owner != who {
			return errNoKey.Because(err)
		}
		if kept.RevokedAt != nil {
			return nil
		}
		if err := revokeKey(ctx, tx, key, tx.Now()); err != nil {
			return err
		}
		index, err := dir.Index()
		if err != nil {
			return err
		}
		if _, known := index.Keys[key]; !known { // nothing of theirs was ever approved
			return nil
		}
		return dir.RevokeKey(key, reason, tx.Now())
	})
}
