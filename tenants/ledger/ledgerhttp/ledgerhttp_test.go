package ledgerhttp_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/pgtest"
	"github.com/fenli-io/fenli/platform/tenancy"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/ledger/ledgerhttp"
)

type other struct{}

func (other) Prefix() string { return "oth" }

func TestJournal_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	db := pgtest.Open(t)
	journal := ledger.New(db.DB, func(context.Context, tenancy.ID) (*time.Location, error) { return time.UTC, nil })
	wang := ledger.Party(id.New[other](pgtest.Start))
	for day := range 3 {
		err := db.Within(t.Context(), db.A, func(ctx context.Context, tx *pg.Tx) error {
			book, err := ledger.Open(ctx, tx, []ledger.Party{wang})
			if err != nil {
				return err
			}
			for n := range 2 {
				if err := book.Move(ledger.HoldCommission{Payee: wang, Amount: int64(10*day + n + 1), Order: ledger.Ref(wang)}); err != nil {
					return err
				}
			}
			return book.Post(ctx)
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := journal.Seal(t.Context(), db.A); err != nil {
			t.Fatal(err)
		}
		db.Clock.Advance(24 * time.Hour)
	}
	door := apitest.Open(t, db, rbac.Allow, nil)
	ledgerhttp.Routes(door.Server, db.DB, journal)

	var heads, more httpapi.Page[ledgerhttp.Head]
	door.Get("/ledger/heads?limit=2", "finance@a", &heads)
	door.Get("/ledger/heads?limit=2&cursor="+heads.NextCursor, "finance@a", &more)
	if len(heads.Items) != 2 || heads.Items[0].Number != 6 || heads.Items[0].Open || len(more.Items) != 1 || more.Items[0].Day != "2026-03-01" || more.NextCursor != "" {
		t.Fatalf("%+v %+v", heads, more)
	}
	var entries, rest httpapi.Page[ledgerhttp.Entry]
	door.Get("/ledger/entries?limit=4", "owner@a", &entries)
	door.Get("/ledger/entries?limit=4&cursor="+entries.NextCursor, "owner@a", &rest)
	if len(entries.Items) != 4 || len(rest.Items) != 2 || rest.Items[1].Number != 6 || rest.Items[1].Hash != heads.Items[0].Hash || rest.Items[0].PartyID != wang || *rest.Items[0].Ref != wang.UUID() {
		t.Fatalf("%+v %+v", entries, rest)
	}

	t.Run("AFileHoldsWhatAHashIsMadeOf", func(t *testing.T) {
		rows, err := csv.NewReader(strings.NewReader(export(t, door, "csv&after=2&limit=3"))).ReadAll()
		if err != nil || len(rows) != 4 || rows[1][0] != "3" || rows[3][10] != rest.Items[0].Hash.String() {
			t.Fatalf("%v %v", rows, err)
		}
		lines := strings.Split(strings.TrimSpace(export(t, door, "jsonl")), "\n")
		var last struct {
			Number int64
			Party  string
			Hash   ledger.Hash
		}
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || len(lines) != 6 || last.Party != wang.UUID() || last.Hash != heads.Items[0].Hash {
			t.Fatalf("%v %+v %v", lines, last, err)
		}
	})
	t.Run("AnotherStoreSeesNothing", func(t *testing.T) {
		door.Get("/ledger/heads", "owner@b", &heads)
		door.Get("/ledger/entries", "owner@b", &entries)
		if len(heads.Items)+len(entries.Items) != 0 {
			t.Errorf("%+v %+v", heads, entries)
		}
	})
	door.Refused(403, "request.forbidden", "", "GET", "/ledger/entries", "support@a", "")
	door.Refused(403, "request.forbidden", "", "GET", "/ledger/export", "manager@a", "")
	door.Refused(422, "request.cursor_invalid", "cursor", "GET", "/ledger/heads?cursor="+httpapi.MakeCursor("yesterday"), "owner@a", "")
}

func export(t *testing.T, door *apitest.Door, format string) string {
	t.Helper()
	req := httptest.NewRequest("GET", httpapi.Merchant.Prefix()+"/ledger/export?format="+format, nil)
	req.Header.Set("Authorization", "Bearer finance@a")
	req.Header.Set("X-Store", "store-a")
	res, err := door.Fiber().Test(req, -1)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%v %v", res, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
