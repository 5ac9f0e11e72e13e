// Package registry is how strategies travel: packages, the signatures on them,
// and the catalogue of those that somebody has looked at.
//
// A package is one file. Its author signs it, an operator reviews it and signs
// the review, and both are written into a registry: a folder of plain files
// that any web server, or a disk carried by hand, can hold. Nothing in that
// folder is believed. A client starts from the operator's keys and refuses,
// each with a reason of its own, an index that is forged, expired or older
// than one it has seen, a log that is not a continuation of the one it has
// seen, and bytes that are not those the index names.
//
// The promise: what a [Release] holds is exactly what its author signed and an
// operator approved, and a version's bytes never change. Only this package
// makes one.
package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"runtime"
)

// Runtime is what runs an artifact.
type Runtime string

const (
	Go   Runtime = "go"   // a static binary for each platform, bin/<os>-<arch>
	Node Runtime = "node" // one bundle.mjs
)

// NodePlatform is the name of a bundle's platform: it runs on all of them.
const NodePlatform = "node"

// bundle is where a package keeps what Node runs.
const bundle = "bundle.mjs"

// HostPlatform is the platform of this program: "linux-amd64".
func HostPlatform() string { return runtime.GOOS + "-" + runtime.GOARCH }

var (
	idPattern      = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	versionPattern = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})(-[0-9A-Za-z][0-9A-Za-z.-]{0,40})?$`)
	shaPattern     = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// Hash is the name of bytes: their SHA-256 in 64 small hexadecimal digits.
func Hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
