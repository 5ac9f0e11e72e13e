package ledger

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"time"
)

// Format is of an exported journal.
type Format string

const (
	CSV       Format = "csv"
	JSONLines Format = "jsonl"
)

// exported is an entry as a file shows it: the fields of its Line, then its
// hash.
type exported struct {
	Number     int64   `json:"number"`
	ID         int64   `json:"id"`
	Kind       string  `json:"kind"`
	Party      string  `json:"party"`
	Asset      Asset   `json:"asset"`
	Source     Account `json:"source"`
	Target     Account `json:"target"`
	Amount     int64   `json:"amount"`
	Ref        string  `json:"ref"` // "-" for none, as in the line
	RecordedAt string  `json:"recorded_at"`
	Hash       Hash    `json:"hash"`
}

func export(s Sealed) exported {
	e := exported{s.Number, s.ID, s.Kind, s.Party.UUID(), s.Asset, s.Source, s.Target, s.Amount, "-", s.RecordedAt.UTC().Format(recordedFormat), s.Hash}
	if !s.Ref.IsZero() {
		e.Ref = s.Ref.UUID()
	}
	return e
}

func (e exported) cells() []string {
	return []string{strconv.FormatInt(e.Number, 10), strconv.FormatInt(e.ID, 10), e.Kind, e.Party, string(e.Asset), string(e.Source),
		string(e.Target), strconv.FormatInt(e.Amount, 10), e.Ref, e.RecordedAt, e.Hash.String()}
}

var exportHeader = []string{"number", "id", "kind", "party", "asset", "source", "target", "amount", "ref", "recorded_at", "hash"}

// Export writes entries so that everything their hashes are made of can be
// read from the file; header asks for the first line of a CSV.
func Export(to io.Writer, as Format, header bool, entries []Sealed) error {
	if as == JSONLines {
		lines := json.NewEncoder(to)
		for _, s := range entries {
			if err := lines.Encode(export(s)); err != nil {
				return err
			}
		}
		return nil
	}
	w := csv.NewWriter(to)
	if header {
		_ = w.Write(exportHeader) // Flush remembers
	}
	for _, s := range entries {
		_ = w.Write(export(s).cells())
	}
	w.Flush()
	return w.Error()
}

// KeptHead is a line of the file in which an auditor keeps heads outside.
type KeptHead struct {
	Store  string    `json:"store"` // slug
	Day    string    `json:"day"`
	Number int64     `json:"number"`
	Hash   Hash      `json:"hash"`
	KeptAt time.Time `json:"kept_at"`
}

// ReadHeads reads such a file, by store.
func ReadHeads(from io.Reader) (map[string][]Head, error) {
	all := map[string][]Head{}
	for lines := json.NewDecoder(from); ; {
		var k KeptHead
		if err := lines.Decode(&k); err == io.EOF {
			return all, nil
		} else if err != nil {
			return nil, wrapped("read kept heads", err)
		}
		all[k.Store] = append(all[k.Store], Head{Day: k.Day, Number: k.Number, Hash: k.Hash})
	}
}
