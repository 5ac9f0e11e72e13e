package registry

import (
	"bytes"
	"encoding/json"
	"time"
)

// Event is a line of the log: what was done, for ever. Each line carries the
// hash of the line before it.
type Event struct {
	N       int64     `json:"n"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"` // root, key, publish, review, revoke
	Plugin  string    `json:"plugin,omitempty"`
	Version string    `json:"version,omitempty"`
	Package string    `json:"package,omitempty"`
	Verdict string    `json:"verdict,omitempty"`
	Report  string    `json:"report,omitempty"`
	Key     string    `json:"key,omitempty"`
	State   string    `json:"state,omitempty"` // of a key: active, revoked
	Level   Level     `json:"level,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	Prev    string    `json:"prev"`
}

// The kinds of events.
const (
	EventRoot    = "root"
	EventKey     = "key"
	EventPublish = "publish"
	EventReview  = "review"
	EventRevoke  = "revoke"
)

// Head names a log up to a line: how many, and the last one's hash.
type Head struct {
	Size int64  `json:"size"`
	Hash string `json:"hash"`
}

// appendEvent adds a line and moves the head.
func appendEvent(log []byte, head Head, e Event) ([]byte, Head, error) {
	e.N, e.Prev = head.Size+1, head.Hash
	line, err := json.Marshal(e)
	if err != nil {
		return nil, head, err
	}
	return append(append(log, line...), '\n'), Head{e.N, Hash(line)}, nil
}

// readLog reads the log up to a head, makes sure that it is one chain and
// that it goes on from what was seen before, and gives back the part that the
// head covers. Lines beyond it are not promised to anybody yet.
func readLog(log []byte, head, seen Head) (events []Event, covered []byte, err error) {
	if seen.Size > head.Size {
		return nil, nil, errLogRewritten.With("at", head.Size)
	}
	at := Head{}
	published := map[string]string{}
	rest := log
	for at.Size < head.Size {
		line, after, ok := bytes.Cut(rest, []byte("\n"))
		broken := errLogBroken.With("at", at.Size+1)
		if !ok {
			return nil, nil, broken.With("problem", "it ends too early")
		}
		var e Event
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, nil, broken.With("problem", "it cannot be read").Because(err)
		}
		if e.N != at.Size+1 || e.Prev != at.Hash {
			return nil, nil, broken.With("problem", "it does not follow the line before it")
		}
		if e.Kind == EventPublish {
			name := e.Plugin + " " + e.Version
			if was, known := published[name]; known && was != e.Package {
				return nil, nil, errChangedBytes.With("plugin", e.Plugin).With("version", e.Version)
			}
			published[name] = e.Package
		}
		at, rest, events = Head{e.N, Hash(line)}, after, append(events, e)
		if at.Size == seen.Size && at.Hash != seen.Hash {
			return nil, nil, errLogRewritten.With("at", at.Size)
		}
	}
	if at.Hash != head.Hash {
		return nil, nil, errLogBroken.With("at", at.Size).With("problem", "it ends otherwise than the index says")
	}
	return events, log[:len(log)-len(rest)], nil
}

// agrees makes sure that the index says nothing that the log does not: every
// entry was published with these bytes and reviewed with this report.
func (x *Index) agrees(events []Event) error {
	type fact struct{ kind, plugin, version, pkg, report string }
	said := make(map[fact]bool, len(events))
	for _, e := range events {
		said[fact{e.Kind, e.Plugin, e.Version, e.Package, e.Report}] = true
	}
	for plugin, versions := range x.Plugins {
		for version, e := range versions {
			if !said[fact{EventPublish, plugin, version, e.Package, ""}] || !said[fact{EventReview, plugin, version, e.Package, e.Review.Report}] {
				return errLogBroken.With("at", x.Log.Size).With("problem", "it does not know of "+plugin+" "+version)
			}
		}
	}
	return nil
}
