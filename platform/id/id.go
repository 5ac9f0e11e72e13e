// Package id names things: a UUIDv7 inside, a TypeID ("ord_01h2x…") outside.
//
// An id knows its kind at compile time, so an order's id cannot be handed to
// a function that wants a distributor's. The format is TypeID 0.3: a prefix,
// an underscore and 26 characters of Crockford's base 32.
package id

import (
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/gofrs/uuid/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"go.jetify.com/typeid"
)

// Kind is implemented by an empty struct that names the prefix.
type Kind interface{ Prefix() string }

// Of is the id of one kind of thing. The zero value means "none".
type Of[K Kind] [16]byte

// New makes an id whose time part is at, so that ids sort by business time.
func New[K Kind](at time.Time) Of[K] {
	v, err := uuid.NewV7AtTime(at)
	if err != nil {
		panic(fmt.Sprintf("id: no randomness: %v", err)) // the kernel's generator does not fail
	}
	return Of[K](v)
}

// First is where the ids of an instant begin: no id whose time part is at or
// later sorts before it.
func First[K Kind](at time.Time) (i Of[K]) {
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(i[:6], ms[2:])
	return i
}

// Parse reads the TypeID form and refuses another kind's prefix.
func Parse[K Kind](s string) (Of[K], error) {
	prefix := prefixOf[K]()
	t, err := typeid.FromString(s)
	if err != nil || t.Prefix() != prefix {
		return Of[K]{}, fmt.Errorf("id: %q is not a %s id", s, prefix)
	}
	return Of[K](t.UUIDBytes()), nil
}

// FromUUID adopts a UUID in its 36-character form, as the database writes it.
func FromUUID[K Kind](s string) (Of[K], error) {
	v, err := uuid.FromString(s)
	return Of[K](v), err
}

// IsZero reports whether the id is absent.
func (i Of[K]) IsZero() bool { return i == Of[K]{} }

// UUID is the 36-character form.
func (i Of[K]) UUID() string { return uuid.UUID(i).String() }

// String is the TypeID form, "" for none.
func (i Of[K]) String() string {
	if i.IsZero() {
		return ""
	}
	t, err := typeid.FromUUIDBytesWithPrefix(prefixOf[K](), i[:])
	if err != nil {
		panic(fmt.Sprintf("id: %v", err)) // only a malformed prefix constant gets here
	}
	return t.String()
}

func (i Of[K]) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

func (i *Of[K]) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*i = Of[K]{}
		return nil
	}
	v, err := Parse[K](string(b))
	*i = v
	return err
}

// Value writes NULL for none.
func (i Of[K]) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.UUID(), nil
}

func (i *Of[K]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = Of[K]{}
		return nil
	case []byte:
		if len(v) == 16 {
			copy(i[:], v)
			return nil
		}
		return i.Scan(string(v))
	case [16]byte:
		*i = v
		return nil
	case string:
		u, err := uuid.FromString(strings.TrimSpace(v))
		*i = Of[K](u)
		return err
	}
	return fmt.Errorf("id: cannot scan %T", src)
}

// UUIDValue and ScanUUID let pgx move ids in binary, alone and in arrays.
func (i Of[K]) UUIDValue() (pgtype.UUID, error) {
	return pgtype.UUID{Bytes: i, Valid: !i.IsZero()}, nil
}

func (i *Of[K]) ScanUUID(v pgtype.UUID) error {
	*i = v.Bytes // the zero bytes when v is NULL
	return nil
}

func prefixOf[K Kind]() string {
	var k K
	return k.Prefix()
}
