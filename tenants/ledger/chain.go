package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/fenli-io/fenli/platform/tenancy"
)

// Hash is a place in a store's chain: of an entry and of everything before it.
type Hash [sha256.Size]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

func (h *Hash) UnmarshalText(b []byte) error {
	if hex.DecodedLen(len(b)) != len(h) {
		return fmt.Errorf("ledger: a hash has 64 hexadecimal digits and not %d", len(b))
	}
	_, err := hex.Decode(h[:], b)
	return err
}

// Sealed is an entry with its number and its place in the chain.
type Sealed struct {
	Entry
	Number int64
	Hash   Hash
}

// genesis stands before a store's first entry, so that the chain of one store
// is no chain of another.
func genesis(tenant tenancy.ID) Hash { return sha256.Sum256([]byte("fenli ledger " + tenant.UUID())) }

// after is the hash of entry n: SHA-256 of the hash before it and its line.
func (h Hash) after(n int64, e Entry) Hash {
	buf := make([]byte, 0, 320)
	buf = append(buf, h[:]...)
	return sha256.Sum256(appendLine(buf, n, e))
}

// recordedFormat is UTC to the microsecond, as the database keeps it.
const recordedFormat = "2006-01-02T15:04:05.000000Z"

// Line is the canonical form of an entry, what its hash is made of: ten fields
// with a tab between them and a line feed at the end. Ids are UUIDs, a missing
// reference is "-". It never changes: every hash ever kept depends on it.
func Line(n int64, e Entry) string { return string(appendLine(nil, n, e)) }

func appendLine(b []byte, n int64, e Entry) []byte {
	ref := "-"
	if !e.Ref.IsZero() {
		ref = e.Ref.UUID()
	}
	b = strconv.AppendInt(b, n, 10)
	b = strconv.AppendInt(append(b, '\t'), e.ID, 10)
	for _, field := range [...]string{e.Kind, e.Party.UUID(), string(e.Asset), string(e.Source), string(e.Target)} {
		b = append(append(b, '\t'), field...)
	}
	b = strconv.AppendInt(append(b, '\t'), e.Amount, 10)
	b = append(append(b, '\t'), ref...)
	b = e.RecordedAt.UTC().AppendFormat(append(b, '\t'), recordedFormat)
	return append(b, '\n')
}

// markSize is how much of each hash a seal keeps: enough to name the entry at
// which a chain departs. The whole hash at its end is the proof.
const markSize = 4

// packIDs writes ids as the differences between them: neighbours of one
// posting take a byte each.
func packIDs(ids []int64) []byte {
	b := make([]byte, 0, len(ids)+8)
	var before int64
	for _, id := range ids {
		b = binary.AppendVarint(b, id-before)
		before = id
	}
	return b
}

func unpackIDs(b []byte) ([]int64, error) {
	ids := make([]int64, 0, len(b))
	var before int64
	for len(b) > 0 {
		d, n := binary.Varint(b)
		if n <= 0 {
			return nil, fmt.Errorf("ledger: a seal's list of entries cannot be read after %d", len(ids))
		}
		before += d
		ids, b = append(ids, before), b[n:]
	}
	return ids, nil
}
