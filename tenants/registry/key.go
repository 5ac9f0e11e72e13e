package registry

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// CreateKey makes an API key. The token is not kept and is shown this once.
func (s *Service) CreateKey(ctx context.Context, actor string, tenant tenancy.ID, name string) (key Key, token string, err error) {
	if name = strings.TrimSpace(name); name == "" {
		return Key{}, "", errNameEmpty
	}
	token = "fk_" + hexOf(tenant) + "_" + secret.Token()
	now := clock.Real()
	key = Key{ID: id.New[keyKind](now), Name: name, Hint: token[len(token)-4:], CreatedAt: now}
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := insertKey(ctx, tx, key, secret.HashToken(token)); err != nil {
			return err
		}
		return Note(ctx, tx, actor, "key.create", key.ID.String(), map[string]string{"name": name})
	})
	return key, token, err
}

// Keys lists the store's keys, the newest first.
func (s *Service) Keys(ctx context.Context, tenant tenancy.ID, before KeyID, limit int) (keys []Key, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		keys, err = listKeys(ctx, tx, before, limit)
		return err
	})
	return keys, err
}

// RevokeKey ends a key, here at once and elsewhere within a second. Revoking
// again changes nothing.
func (s *Service) RevokeKey(ctx context.Context, actor string, tenant tenancy.ID, key KeyID) error {
	err := s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if err := revokeKey(ctx, tx, key, clock.Real()); err != nil {
			return err
		}
		return Note(ctx, tx, actor, "key.revoke", key.String(), nil)
	})
	s.sessions.clear()
	return err
}

// hexOf and tenancyFromHex write a store's id as 32 hexadecimal digits.
func hexOf(tenant tenancy.ID) string { return hex.EncodeToString(tenant[:]) }

func tenancyFromHex(s string) (tenant tenancy.ID, err error) {
	_, err = hex.Decode(tenant[:], []byte(s))
	return tenant, err
}
