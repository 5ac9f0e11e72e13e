// Package marketplace keeps what comes between a strategy's author and a
// store that chooses it: developers and their keys, the versions they sent in,
// the examination and review of each, and its revocation.
//
// The promise: a store can choose only what an operator approved after its
// examination passed, or what came with the platform.
package marketplace

import (
	"encoding/json"
	"time"

	"github.com/fenli-io/fenli/platform/id"
	"github.com/fenli-io/fenli/plugins/registry"
)

// DeveloperID names a developer: "dev_…".
type DeveloperID = id.Of[developerKind]

type developerKind struct{}

func (developerKind) Prefix() string { return "dev" }

// VersionID names a version: "plv_…".
type VersionID = id.Of[versionKind]

type versionKind struct{}

func (versionKind) Prefix() string { return "plv" }

// Developer is who writes strategies.
type Developer struct {
	ID        DeveloperID
	Name      string
	CreatedAt time.Time
	Keys      []Key
}

// Key is a key a developer signs packages with.
type Key struct {
	ID        string
	Public    registry.PublicKey
	CreatedAt time.Time
	RevokedAt *time.Time
}

// State is how far a version has come.
type State string

const (
	Submitted State = "submitted"
	InReview  State = "in_review" // the examination runs, or an operator reads its report
	Approved  State = "approved"
	Rejected  State = "rejected"
)

// Version is one package that was sent in.
type Version struct {
	ID          VersionID
	Plugin      string
	Version     string
	Developer   DeveloperID
	Author      string // the developer's name
	Package     string // sha256 of the file
	Size        int64
	KeyID       string
	Manifest    registry.Manifest
	Artifacts   map[string]string // platform → sha256
	State       State
	Progress    Progress
	Report      json.RawMessage // of the examination; nil before
	ReportHash  string
	Passed      bool
	Reviewer    string
	Reason      string // of the approval or the rejection
	Revocation  registry.Revocation
	SubmittedAt time.Time
	ReviewedAt  *time.Time
}

// Progress is how far an examination has come.
type Progress struct {
	Done    int       `json:"done"`
	Total   int       `json:"total"`
	Failed  int       `json:"failed"`
	Last    string    `json:"last,omitempty"` // name of the last check
	Running bool      `json:"running"`
	At      time.Time `json:"at,omitzero"`
}

// Report is what an examination found.
type Report struct {
	Passed bool
	JSON   json.RawMessage
}
