package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Trust is where a client starts from. One of the first two is needed unless
// the memory already knows a root.
type Trust struct {
	Root   []byte      // a root.json that came from the operator and not from the registry
	Keys   []PublicKey // or keys, one of which the registry's first root must hold
	Memory string      // file that remembers what was seen; "" forgets when the program ends
}

// Client reads a registry without believing it. It is for one goroutine at a
// time.
type Client struct {
	from   source
	trust  Trust
	known  bool
	memory memory
	root   Root
	index  *Index
}

// memory is what a client has seen and will not let be undone.
type memory struct {
	Root    json.RawMessage `json:"root"` // the newest trusted root.json
	Counter int64           `json:"counter"`
	Log     Head            `json:"log"`
}

// Open prepares a client of a registry in a folder, at an https address or on
// this machine. Nothing is read yet.
func Open(base string, trust Trust) (*Client, error) {
	from, err := openSource(base)
	if err != nil {
		return nil, err
	}
	c := &Client{from: from, trust: trust}
	if trust.Memory == "" {
		return c, nil
	}
	raw, err := os.ReadFile(trust.Memory)
	if errors.Is(err, os.ErrNotExist) {
		return c, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &c.memory)
	}
	if err != nil { // to forget what was seen would be to accept an older index
		return nil, fmt.Errorf("registry: the memory of what was seen cannot be read: %w", err)
	}
	c.root, _, err = readRoot(c.memory.Root)
	c.known = err == nil
	return c, err
}

// Refresh reads root, index and log, refuses what does not hold, remembers
// what was seen and gives back the index. now is the time by which the index
// may have expired.
func (c *Client) Refresh(ctx context.Context, now time.Time) (*Index, error) {
	if err := c.readRoots(ctx); err != nil {
		return nil, err
	}
	x, err := c.readIndex(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case x.Counter < c.memory.Counter:
		return nil, errRolledBack.With("counter", x.Counter).With("seen", c.memory.Counter)
	case !now.Before(x.ExpiresAt):
		return nil, errIndexExpired.With("at", x.ExpiresAt.Format(time.RFC3339))
	}
	log, err := c.read(ctx, "log.jsonl", maxLog)
	if err != nil {
		return nil, err
	}
	events, _, err := readLog(log, x.Log, c.memory.Log)
	if err != nil {
		return nil, err
	}
	if err := x.agrees(events); err != nil {
		return nil, err
	}
	c.memory.Counter, c.memory.Log = x.Counter, x.Log
	if err := c.remember(); err != nil {
		return nil, err
	}
	c.index = x
	return x, nil
}

// readRoots goes from the trusted root to the newest, one version after the
// other.
func (c *Client) readRoots(ctx context.Context) error {
	if !c.known {
		if err := c.firstRoot(ctx); err != nil {
			return err
		}
	}
	for {
		file, err := c.from.read(ctx, rootPath(c.root.Version+1), maxRoot)
		if errors.Is(err, errAbsent) {
			return nil
		}
		if err != nil {
			return err
		}
		next, signed, err := readRoot(file)
		if err == nil {
			err = c.root.follows(next, signed)
		}
		if err != nil {
			return err
		}
		c.root, c.memory.Root = next, file
	}
}

func rootPath(version int) string { return "roots/" + strconv.Itoa(version) + ".json" }

func (c *Client) firstRoot(ctx context.Context) error {
	file := c.trust.Root
	if file == nil && len(c.trust.Keys) == 0 {
		return errNoRoot
	}
	if file == nil {
		var err error
		if file, err = c.read(ctx, "root.json", maxRoot); err != nil {
			return err
		}
	}
	root, signed, err := readRoot(file)
	if err != nil {
		return err
	}
	if c.trust.Root == nil {
		err = errNoRoot
		for _, k := range c.trust.Keys {
			pinned := Root{Threshold: 1, Keys: []PublicKey{k}}
			if root.key(k.ID()) != nil && pinned.signedBy("root.json", forRoot, signed.Signed, signed.Signatures) == nil {
				err = nil
			}
		}
		if err != nil {
			return err
		}
	}
	c.root, c.memory.Root, c.known = root, file, true
	return nil
}

// readIndex reads the index and its signatures, which are two files: somebody
// may be writing them, so a mismatch is looked at again.
func (c *Client) readIndex(ctx context.Context) (*Index, error) {
	const tries = 4
	for try := 1; ; try++ {
		signatures, err := c.read(ctx, "index.sig", maxRoot)
		if err != nil {
			return nil, err
		}
		file, err := c.read(ctx, "index.json", maxIndex)
		if err != nil {
			return nil, err
		}
		x, err := readIndex(file, signatures, c.root)
		if err == nil || try == tries {
			return x, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (c *Client) read(ctx context.Context, path string, limit int64) ([]byte, error) {
	b, err := c.from.read(ctx, path, limit)
	if errors.Is(err, errAbsent) {
		return nil, errUnavailable.With("path", path).Because(err)
	}
	return b, err
}

func (c *Client) remember() error {
	if c.trust.Memory == "" {
		return nil
	}
	raw, err := json.Marshal(c.memory)
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	return replaceFile(c.trust.Memory, raw, 0o600)
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, content []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-")
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	return os.Rename(f.Name(), path)
}

// Release is one version that was proved: its bytes are those its author
// signed and an operator approved. Only a client makes one.
type Release struct {
	pkg   *Package
	entry Entry
}

// Package is what was shipped.
func (r *Release) Package() *Package { return r.pkg }

// Entry is what the index says of it.
func (r *Release) Entry() Entry { return r.entry }

// Release fetches a version and proves it. A version to stop now is refused;
// whether a milder revocation lets somebody choose it is theirs to judge by
// its entry. Refresh comes first.
func (c *Client) Release(ctx context.Context, plugin, version string) (*Release, error) {
	if c.index == nil {
		return nil, errNoRoot
	}
	e, err := c.index.Find(plugin, version)
	if err != nil {
		return nil, err
	}
	switch {
	case e.Revocation.Level == StopNow:
		return nil, errRevoked.With("plugin", plugin).With("version", version).With("reason", e.Revocation.Reason)
	case e.Review.Verdict != Approved:
		return nil, errUnreviewed.With("plugin", plugin).With("version", version)
	}
	operator := c.root.key(e.Review.Signature.KeyID)
	if operator == nil || !operator.verify(forReview, reviewed(e.Package, e.Review.Verdict, e.Review.Report), e.Review.Signature.Signature) {
		return nil, errBadSignature.With("what", "the review of "+plugin+" "+version)
	}
	author, err := c.index.developerKey(e.Developer)
	if err != nil {
		return nil, err
	}
	if !shaPattern.MatchString(e.Package) {
		return nil, errFileHash.With("path", "the package's name")
	}
	raw, err := c.read(ctx, packagePath(e.Package), MaxPackage)
	if err != nil {
		return nil, err
	}
	if Hash(raw) != e.Package {
		return nil, errFileHash.With("path", packagePath(e.Package))
	}
	p, err := Read(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	if err := p.proves(e, plugin, version, author); err != nil {
		return nil, err
	}
	return &Release{p, e}, nil
}

// proves compares the package with its entry.
func (p *Package) proves(e Entry, plugin, version string, author PublicKey) error {
	switch {
	case p.Signer == nil:
		return errUnsigned
	case p.Signer.ID() != author.ID():
		return errBadSignature.With("what", plugin+" "+version)
	case p.Manifest.ID != plugin || p.Manifest.Version != version || p.Manifest.Runtime != e.Runtime:
		return errFileHash.With("path", "manifest.json")
	}
	artifacts := p.Artifacts()
	if len(artifacts) != len(e.Artifacts) {
		return errFileHash.With("path", "bin")
	}
	for platform, sha := range artifacts {
		if e.Artifacts[platform] != sha {
			return errFileHash.With("path", "bin/"+platform)
		}
	}
	return nil
}

func packagePath(sha string) string { return "packages/" + sha + ".fenli" }
