package registryhttp

import (
	"context"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/tenants/registry"
)

type keysAnswer struct{ Body httpapi.Page[Key] }

func (a api) keys(ctx context.Context, in *struct{ httpapi.PageQuery }) (*keysAnswer, error) {
	var before registry.KeyID
	if err := readAfter(in.Cursor, &before); err != nil {
		return nil, err
	}
	keys, err := a.registry.Keys(ctx, httpapi.TenantOf(ctx), before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := httpapi.PageOf(keys, in.Limit, func(k registry.Key) []string { return []string{k.ID.String()} })
	return &keysAnswer{httpapi.MapPage(page, keyShape)}, nil
}

type createKeyRequest struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"60"`
	}
}

type createKeyAnswer struct {
	Body struct {
		ID  registry.KeyID `json:"id"`
		Key string         `json:"key" doc:"Shown this once"`
	}
}

func (a api) createKey(ctx context.Context, in *createKeyRequest) (*createKeyAnswer, error) {
	key, token, err := a.registry.CreateKey(ctx, httpapi.CallerOf(ctx).Actor, httpapi.TenantOf(ctx), in.Body.Name)
	out := &createKeyAnswer{}
	out.Body.ID, out.Body.Key = key.ID, token
	return out, err
}

func (a api) revokeKey(ctx context.Context, in *struct {
	ID registry.KeyID `path:"id"`
}) (*struct{}, error) {
	return nil, a.registry.RevokeKey(ctx, httpapi.CallerOf(ctx).Actor, httpapi.TenantOf(ctx), in.ID)
}

type auditAnswer struct{ Body httpapi.Page[Entry] }

func (a api) audit(ctx context.Context, in *struct{ httpapi.PageQuery }) (*auditAnswer, error) {
	var before registry.EntryID
	if err := readAfter(in.Cursor, &before); err != nil {
		return nil, err
	}
	entries, err := a.registry.Audit(ctx, httpapi.TenantOf(ctx), before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := httpapi.PageOf(entries, in.Limit, func(e registry.Entry) []string { return []string{e.ID.String()} })
	return &auditAnswer{httpapi.MapPage(page, entryShape)}, nil
}

// readAfter reads a cursor that is one id.
func readAfter(cursor string, id interface{ UnmarshalText([]byte) error }) error {
	parts, err := httpapi.ReadCursor(cursor, 1)
	if err != nil || parts == nil {
		return err
	}
	if id.UnmarshalText([]byte(parts[0])) != nil {
		return httpapi.BadCursor()
	}
	return nil
}
