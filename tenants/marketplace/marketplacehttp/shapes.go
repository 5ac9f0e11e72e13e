package marketplacehttp

import (
	"encoding/json"
	"time"

	"github.com/fenli-io/fenli/plugins/registry"
	"github.com/fenli-io/fenli/tenants/marketplace"
)

// Developer is who writes strategies.
type Developer struct {
	ID        string    `json:"id" example:"dev_01h455vb4pex5vsknk084sn02q"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	Keys      []Key     `json:"keys"`
	Contact   string    `json:"contact,omitempty" doc:"Operators see it"`
}

// Key is a key that packages are signed with.
type Key struct {
	ID        string     `json:"id" example:"key_0570e68adeafeb21846a106a"`
	Public    string     `json:"public" doc:"32 bytes in base64"`
	State     string     `json:"state" enum:"active,revoked"`
	CreatedAt time.Time  `json:"created_at"`
	RevokedAt *time.Time `json:"revoked_at"`
}

func developerShape(d marketplace.Developer) Developer {
	shape := Developer{ID: d.ID.String(), Name: d.Name, CreatedAt: d.CreatedAt.UTC(), Keys: []Key{}}
	for _, k := range d.Keys {
		shape.Keys = append(shape.Keys, keyShape(k))
	}
	return shape
}

func keyShape(k marketplace.Key) Key {
	state := "active"
	if k.RevokedAt != nil {
		state = "revoked"
	}
	return Key{k.ID, k.Public.String(), state, k.CreatedAt.UTC(), k.RevokedAt}
}

// Version is a version of a plugin and what became of it.
type Version struct {
	ID          string               `json:"id" example:"plv_01h455vb4pex5vsknk084sn02q"`
	Plugin      string               `json:"plugin" example:"three-level"`
	Version     string               `json:"version" example:"1.0.0"`
	DeveloperID string               `json:"developer_id"`
	Author      string               `json:"author" doc:"The developer's name"`
	Package     string               `json:"package" doc:"SHA-256 of the file; packages/<it>.fenli in the registry"`
	Size        int64                `json:"size" doc:"Bytes of the file"`
	KeyID       string               `json:"key_id" doc:"The key that signed it"`
	Manifest    registry.Manifest    `json:"manifest"`
	Artifacts   map[string]string    `json:"artifacts" doc:"SHA-256 of what is executed, by platform"`
	State       string               `json:"state" enum:"submitted,in_review,approved,rejected"`
	Progress    marketplace.Progress `json:"progress" doc:"Of the examination"`
	Passed      *bool                `json:"passed" doc:"Of the examination; null before it has ended"`
	ReportHash  string               `json:"report_hash" doc:"SHA-256 of the report, which the operator signs"`
	Reviewer    string               `json:"reviewer"`
	Reason      string               `json:"reason" doc:"Of the approval or the rejection"`
	Revocation  registry.Revocation  `json:"revocation"`
	SubmittedAt time.Time            `json:"submitted_at"`
	ReviewedAt  *time.Time           `json:"reviewed_at"`
}

func versionShape(v marketplace.Version) Version {
	shape := Version{
		ID: v.ID.String(), Plugin: v.Plugin, Version: v.Version, DeveloperID: v.Developer.String(), Author: v.Author, Package: v.Package, Size: v.Size,
		KeyID: v.KeyID, Manifest: v.Manifest, Artifacts: v.Artifacts, State: string(v.State), Progress: v.Progress, ReportHash: v.ReportHash,
		Reviewer: v.Reviewer, Reason: v.Reason, Revocation: v.Revocation, SubmittedAt: v.SubmittedAt.UTC(), ReviewedAt: v.ReviewedAt,
	}
	if v.Report != nil && !v.Progress.Running {
		shape.Passed = &v.Passed
	}
	return shape
}

// VersionInFull also holds the report of its examination.
type VersionInFull struct {
	Version
	Report json.RawMessage `json:"report" doc:"The conformance report; null before the examination has ended"`
}

func fullShape(v marketplace.Version) VersionInFull {
	report := v.Report
	if len(report) == 0 {
		report = json.RawMessage("null")
	}
	return VersionInFull{versionShape(v), report}
}

// Process is how a version's process is on the node that answers.
type Process struct {
	Artifact  string     `json:"artifact" doc:"SHA-256 of what is executed; empty when this node has not installed it"`
	State     string     `json:"state" enum:"absent,stopped,serving,crashed,quarantined,revoked"`
	Crashes   int        `json:"crashes" doc:"In the last ten minutes; three are a quarantine"`
	LastError string     `json:"last_error"`
	RetryAt   *time.Time `json:"retry_at"`
}

// PackageInside is what a reviewer sees of a package's inside.
type PackageInside struct {
	Signer string          `json:"signer" doc:"The author's ed25519 key that signed it, in base64; the signature was checked when it was read"`
	Files  []registry.File `json:"files"`
	Schema json.RawMessage `json:"schema" doc:"JSON Schema of its settings; null for none"`
}

func insideShape(p *registry.Package) PackageInside {
	inside := PackageInside{Signer: p.Signer.String(), Files: p.Files(), Schema: json.RawMessage("null")}
	if schema := p.File("schema.json"); json.Valid(schema) {
		inside.Schema = schema
	}
	return inside
}
