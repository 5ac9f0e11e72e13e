package app

import (
	"bytes"
	"fmt"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/secret"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/registry"
)

// documentedVersion is of the API, not of the binary: the documents change
// when the API does.
const documentedVersion = "v1"

// Documents are the OpenAPI documents of the four audiences. The routes are
// registered as in a server, on slices without databases; nobody calls them.
func Documents() (map[httpapi.Audience][]byte, error) {
	box, err := secret.NewBox(secret.NewKey())
	if err != nil {
		return nil, err
	}
	a := &App{Role: API}
	if err := a.buildSlices(Config{}, box, &registry.Clock{}); err != nil {
		return nil, err
	}
	a.HTTP = httpapi.New(httpapi.Config{
		Allow:   func(c httpapi.Caller, permission string) bool { return rbac.Allow(c.Role, permission) },
		Version: documentedVersion,
	})
	a.openRoutes(Config{})
	all := map[httpapi.Audience][]byte{}
	for _, audience := range httpapi.Audiences {
		doc, err := a.HTTP.Document(audience)
		if err != nil {
			return nil, fmt.Errorf("app: the document of %s: %w", audience, err)
		}
		all[audience] = append(bytes.TrimSpace(doc), '\n')
	}
	return all, nil
}
