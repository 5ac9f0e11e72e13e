// Package ledgerhttp shows the journal as an auditor reads it: entries by
// number with their place in the chain, and the heads to keep outside.
package ledgerhttp

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/ledger"
)

type handlers struct {
	db      *pg.DB
	journal *ledger.Journal
}

// Routes adds the slice's operations.
func Routes(s *httpapi.Server, db *pg.DB, journal *ledger.Journal) {
	h := &handlers{db, journal}
	op := func(id, path, permission, summary string) httpapi.Operation {
		return httpapi.Operation{ID: id, Method: http.MethodGet, Path: path, Permission: permission, Summary: summary}
	}
	httpapi.Register(s, httpapi.Merchant, op("ledger.heads", "/ledger/heads", rbac.LedgerRead, "List where the journal stood at the end of each day, the newest first"), h.heads)
	httpapi.Register(s, httpapi.Merchant, op("ledger.entries", "/ledger/entries", rbac.LedgerRead, "List the journal's entries by number"), h.entries)
	httpapi.Register(s, httpapi.Merchant, op("ledger.export", "/ledger/export", rbac.LedgerExport, "A part of the journal as a file, with what an auditor needs to make every hash again"), h.export)
}

// Head is where the journal stood at the end of a day.
type Head struct {
	Day    string      `json:"day" doc:"In the store's time" example:"2026-03-01"`
	Number int64       `json:"number" doc:"Of the last entry sealed that day"`
	Hash   ledger.Hash `json:"hash" doc:"SHA-256, 64 hexadecimal digits"`
	Open   bool        `json:"open" doc:"The day is not over: it may still move"`
}

type headsPage struct{ Body httpapi.Page[Head] }

func (h *handlers) heads(ctx context.Context, in *struct{ httpapi.PageQuery }) (*headsPage, error) {
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	before := ""
	if parts != nil {
		if before = parts[0]; !isDay(before) {
			return nil, httpapi.BadCursor()
		}
	}
	out := &headsPage{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := h.journal.Heads(ctx, tx, before, in.Limit+1)
		cut := httpapi.PageOf(found, in.Limit, func(head ledger.Head) []string { return []string{head.Day} })
		out.Body = httpapi.MapPage(cut, func(head ledger.Head) Head { return Head(head) })
		return err
	})
	return out, err
}

func isDay(s string) bool { _, err := time.Parse(time.DateOnly, s); return err == nil }

// Entry is one movement with its number.
type Entry struct {
	Number     int64          `json:"number"`
	PartyID    ledger.Party   `json:"party_id" doc:"Whose balance it moved"`
	Kind       string         `json:"kind" example:"hold_commission"`
	Asset      ledger.Asset   `json:"asset" enum:"money,points"`
	Source     ledger.Account `json:"source"`
	Target     ledger.Account `json:"target"`
	Amount     int64          `json:"amount" minimum:"-9007199254740991" maximum:"9007199254740991" doc:"Minor units of the store's currency, or points"`
	Ref        *string        `json:"ref" doc:"What caused it, as a UUID"`
	RecordedAt time.Time      `json:"recorded_at"`
	Hash       ledger.Hash    `json:"hash"`
}

type entriesPage struct{ Body httpapi.Page[Entry] }

func (h *handlers) entries(ctx context.Context, in *struct {
	httpapi.PageQuery
	After int64 `query:"after" minimum:"0" doc:"Begin behind this number"`
}) (*entriesPage, error) {
	parts, err := httpapi.ReadCursor(in.Cursor, 1)
	if err != nil {
		return nil, err
	}
	after := in.After
	if parts != nil {
		if after, err = strconv.ParseInt(parts[0], 10, 64); err != nil || after < 0 {
			return nil, httpapi.BadCursor()
		}
	}
	out := &entriesPage{}
	err = h.within(ctx, func(ctx context.Context, tx *pg.Tx) error {
		found, err := ledger.Read(ctx, tx, after, in.Limit+1)
		cut := httpapi.PageOf(found, in.Limit, func(s ledger.Sealed) []string { return []string{strconv.FormatInt(s.Number, 10)} })
		out.Body = httpapi.MapPage(cut, shape)
		return err
	})
	return out, err
}

func shape(s ledger.Sealed) Entry {
	e := Entry{s.Number, s.Party, s.Kind, s.Asset, s.Source, s.Target, s.Amount, nil, s.RecordedAt, s.Hash}
	if !s.Ref.IsZero() {
		ref := s.Ref.UUID()
		e.Ref = &ref
	}
	return e
}

func (h *handlers) within(ctx context.Context, read func(context.Context, *pg.Tx) error) error {
	return h.db.Within(ctx, httpapi.CallerOf(ctx).Tenant, read)
}
