package registry

import (
	"context"
	"strings"

	"github.com/fenli-io/fenli/platform/pg"
)

// ActorNames says how whoever acted here is called: the staff and the API keys
// of this store, by what httpapi.Caller.Actor is for them. Whoever has left is
// absent, and so is the staff of another store that shares a payer with this
// one: their names are theirs.
func ActorNames(ctx context.Context, tx *pg.Tx, actors []string) (map[string]string, error) {
	var people []PersonID
	var keys []KeyID
	for _, a := range actors {
		kind, which, _ := strings.Cut(a, ":")
		var person PersonID
		var key KeyID
		switch {
		case kind == "staff" && person.UnmarshalText([]byte(which)) == nil:
			people = append(people, person)
		case kind == "key" && key.UnmarshalText([]byte(which)) == nil:
			keys = append(keys, key)
		}
	}
	names := make(map[string]string, len(people)+len(keys))
	if len(people) > 0 {
		rows, err := pg.Collect[memberRow](ctx, tx, memberColumns+`and s.person_id = any($2::uuid[])`, tx.Tenant(), people)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			names[actorOf(r.ID)] = r.Name
		}
	}
	if len(keys) > 0 {
		type keyName struct {
			ID   KeyID  `db:"id"`
			Name string `db:"name"`
		}
		rows, err := pg.Collect[keyName](ctx, tx, `select id, name from registry_api_key where tenant_id = $1 and id = any($2::uuid[])`, tx.Tenant(), keys)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			names["key:"+r.ID.String()] = r.Name
		}
	}
	return names, nil
}
