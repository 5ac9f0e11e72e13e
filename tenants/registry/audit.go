package registry

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/fenli-io/fenli/platform/clock"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// Note writes a line into the store's audit log, in the transaction of what it
// tells about: who (httpapi.Caller.Actor), did what ("distributor.freeze"), to
// which id. detail becomes JSON and names no people; nil is {}.
func Note(ctx context.Context, tx *pg.Tx, actor, action, subject string, detail any) error {
	body := []byte("{}")
	if detail != nil {
		var err error
		if body, err = json.Marshal(detail); err != nil {
			return fmt.Errorf("registry: audit %s: %w", action, err)
		}
	}
	// Lines are in the order of real time: a test clock does not shuffle them.
	entry := Entry{ID: id.New[entryKind](clock.Real()), At: tx.Now(), Actor: actor, Action: action, Subject: subject, Detail: body}
	return insertEntry(ctx, tx, entry)
}

// Audit lists the log, the newest first.
func (s *Service) Audit(ctx context.Context, tenant tenancy.ID, before EntryID, limit int) (entries []Entry, err error) {
	err = s.db.Within(ctx, tenant, func(ctx context.Context, tx *pg.Tx) error {
		if entries, err = listEntries(ctx, tx, before, limit); err != nil {
			return err
		}
		actors := make([]string, len(entries))
		for i, e := range entries {
			actors[i] = e.Actor
		}
		names, err := ActorNames(ctx, tx, actors)
		for i := range entries {
			entries[i].Name = names[entries[i].Actor]
		}
		return err
	})
	return entries, err
}
