package httpapi

import (
	"encoding/base64"
	"encoding/json"

	"github.com/fenli-io/fenli/platform/fault"
)

// PageQuery is embedded in the request of a list.
type PageQuery struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
	Cursor string `query:"cursor" maxLength:"512" doc:"next_cursor of the page before"`
}

// Page is the answer of a list. NextCursor is "" on the last page.
type Page[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor"`
}

var errBadCursor = fault.New(fault.Invalid, "request.cursor_invalid", "翻页游标无效", "the cursor is not one of ours").At("cursor")

// PageOf cuts a page out of rows read with limit+1. after gives the parts of
// the cursor that stands behind a row: what the next query compares with.
func PageOf[T any](rows []T, limit int, after func(T) []string) Page[T] {
	if len(rows) <= limit {
		return Page[T]{Items: append([]T{}, rows...)} // [] and never null
	}
	rows = rows[:limit]
	return Page[T]{Items: rows, NextCursor: MakeCursor(after(rows[limit-1])...)}
}

// MapPage changes the items of a page and keeps its cursor.
func MapPage[A, B any](p Page[A], f func(A) B) Page[B] {
	items := make([]B, len(p.Items))
	for i, a := range p.Items {
		items[i] = f(a)
	}
	return Page[B]{Items: items, NextCursor: p.NextCursor}
}

// MakeCursor packs the sort key of the last row of a page.
func MakeCursor(parts ...string) string {
	b, _ := json.Marshal(parts) // strings
	return base64.RawURLEncoding.EncodeToString(b)
}

// ReadCursor unpacks n parts; nil for the first page.
func ReadCursor(cursor string, n int) ([]string, error) {
	if cursor == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, errBadCursor
	}
	var parts []string
	if json.Unmarshal(b, &parts) != nil || len(parts) != n {
		return nil, errBadCursor
	}
	return parts, nil
}

// BadCursor is the fault of a cursor whose parts make no sense.
func BadCursor() error { return errBadCursor }
