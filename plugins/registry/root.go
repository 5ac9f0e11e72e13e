package registry

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Root says whose word an index needs. A newer root is signed by the keys of
// the one before it and by its own, so that keys can be replaced and nobody
// else can replace them.
type Root struct {
	Version   int         `json:"version"` // 1, 2, 3 …, none left out
	Threshold int         `json:"threshold"`
	Keys      []PublicKey `json:"keys"`
}

// signedRoot is a root and the signatures of its exact bytes.
type signedRoot struct {
	Signed     json.RawMessage `json:"signed"`
	Signatures []Signature     `json:"signatures"`
}

// NewRoot writes a root, signed by all signers: those of the root before it
// and its own.
func NewRoot(r Root, signers ...*Key) ([]byte, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	out := signedRoot{Signed: raw}
	for _, k := range signers {
		out.Signatures = append(out.Signatures, k.sign(forRoot, raw))
	}
	file, err := json.Marshal(out)
	return append(file, '\n'), err
}

const maxKeys = 32

func (r Root) check() error {
	bad := errRoot.With("version", r.Version).With("trusted", "-")
	switch {
	case r.Version < 1:
		return bad.With("problem", "versions begin with 1")
	case len(r.Keys) == 0 || len(r.Keys) > maxKeys:
		return bad.With("problem", "it has no keys, or too many")
	case r.Threshold < 1 || r.Threshold > len(r.Keys):
		return bad.With("problem", "its threshold does not fit its keys")
	}
	for i, k := range r.Keys {
		if slices.ContainsFunc(r.Keys[:i], func(o PublicKey) bool { return o.ID() == k.ID() }) {
			return bad.With("problem", "a key stands in it twice")
		}
	}
	return nil
}

// readRoot reads a root and makes sure that it is signed by itself.
func readRoot(file []byte) (Root, signedRoot, error) {
	var s signedRoot
	var r Root
	if err := json.Unmarshal(file, &s); err != nil {
		return r, s, errRoot.With("version", "?").With("trusted", "-").With("problem", "it cannot be read").Because(err)
	}
	if err := json.Unmarshal(s.Signed, &r); err != nil {
		return r, s, errRoot.With("version", "?").With("trusted", "-").With("problem", "it cannot be read").Because(err)
	}
	if err := r.check(); err != nil {
		return r, s, err
	}
	return r, s, r.signedBy("root.json", forRoot, s.Signed, s.Signatures)
}

// follows makes sure that next is the version after r and that r's keys say so.
func (r Root) follows(next Root, s signedRoot) error {
	bad := errRoot.With("version", next.Version).With("trusted", r.Version)
	if next.Version != r.Version+1 {
		return bad.With("problem", "it is not the next one")
	}
	if err := r.signedBy("root.json", forRoot, s.Signed, s.Signatures); err != nil {
		return bad.With("problem", "the keys trusted so far did not sign it").Because(err)
	}
	return nil
}

// signedBy counts the keys of r that signed the bytes.
func (r Root) signedBy(what, purpose string, b []byte, signatures []Signature) error {
	good := map[string]bool{}
	for _, s := range signatures {
		if k := r.key(s.KeyID); k != nil && k.verify(purpose, b, s.Signature) {
			good[s.KeyID] = true
		}
	}
	switch {
	case len(good) == 0:
		return errBadSignature.With("what", what)
	case len(good) < r.Threshold:
		return errThreshold.With("what", what).With("have", len(good)).With("want", r.Threshold)
	}
	return nil
}

func (r Root) key(id string) PublicKey {
	for _, k := range r.Keys {
		if k.ID() == id {
			return k
		}
	}
	return nil
}
