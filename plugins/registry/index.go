package registry

import (
	"encoding/json"
	"fmt"
	"time"
)

// Index is the catalogue: every approved version, whose keys count, and how
// long all this may be believed.
type Index struct {
	Counter   int64                       `json:"counter"` // only ever rises
	IssuedAt  time.Time                   `json:"issued_at"`
	ExpiresAt time.Time                   `json:"expires_at"`
	Log       Head                        `json:"log"`
	Keys      map[string]DeveloperKey     `json:"keys"`    // by id
	Plugins   map[string]map[string]Entry `json:"plugins"` // by id and version
}

// DeveloperKey is a key that authors sign with.
type DeveloperKey struct {
	Key       PublicKey  `json:"key"`
	Owner     string     `json:"owner"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"` // nothing signed with it is believed any more
}

// Entry is one version of a plugin.
type Entry struct {
	Package     string            `json:"package"` // sha256 of the file
	Size        int64             `json:"size"`
	Runtime     Runtime           `json:"runtime"`
	Artifacts   map[string]string `json:"artifacts"` // platform → sha256
	Developer   string            `json:"developer"` // id of the key that signed it
	PublishedAt time.Time         `json:"published_at"`
	Review      Review            `json:"review"`
	Revocation  Revocation        `json:"revocation"`
}

// Review is an operator's word about a package.
type Review struct {
	Verdict   string    `json:"verdict"` // "approved"
	Report    string    `json:"report"`  // sha256 of the conformance report
	At        time.Time `json:"at"`
	Signature Signature `json:"signature"`
}

// Approved is the only verdict that an index carries.
const Approved = "approved"

// reviewed is what a review's signature covers.
func reviewed(pkg, verdict, report string) []byte {
	b, _ := json.Marshal([]string{pkg, verdict, report}) // texts always become JSON
	return b
}

// Level is how firmly a version has been withdrawn.
type Level string

const (
	NotRevoked    Level = "none"
	NoNewInstalls Level = "no_new_installs" // who uses it may go on and change its settings; nobody else may choose it
	Drain         Level = "drain"           // who uses it goes on, and leaves it with their next change
	StopNow       Level = "stop_now"        // no host runs it; orders wait
)

// Levels lists them from mild to firm.
var Levels = []Level{NotRevoked, NoNewInstalls, Drain, StopNow}

// Revocation is a level and why.
type Revocation struct {
	Level  Level      `json:"level"`
	Reason string     `json:"reason,omitempty"`
	At     *time.Time `json:"at,omitempty"`
}

// Find is the entry of a version.
func (x *Index) Find(plugin, version string) (Entry, error) {
	e, ok := x.Plugins[plugin][version]
	if !ok {
		return Entry{}, errUnknownPlugin.With("plugin", plugin).With("version", version)
	}
	return e, nil
}

// developerKey is the key's public half, unless it is unknown or revoked.
func (x *Index) developerKey(id string) (PublicKey, error) {
	k, ok := x.Keys[id]
	switch {
	case !ok || k.Key.ID() != id:
		return nil, errUnknownKey.With("key", id)
	case k.RevokedAt != nil:
		return nil, errRevokedKey.With("key", id)
	}
	return k.Key, nil
}

// readIndex reads an index whose signatures root believes.
func readIndex(file, signatures []byte, root Root) (*Index, error) {
	var signed []Signature
	if err := json.Unmarshal(signatures, &signed); err != nil {
		return nil, errBadSignature.With("what", "index.json").Because(err)
	}
	if err := root.signedBy("index.json", forIndex, file, signed); err != nil {
		return nil, err
	}
	x := &Index{}
	if err := json.Unmarshal(file, x); err != nil {
		return nil, fmt.Errorf("registry: index.json: %w", err)
	}
	return x, nil
}
