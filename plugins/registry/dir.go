package registry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Dir is the operator's side of a registry: the folder, and the key with which
// its index is signed. Every change is made under a lock on the folder, so
// that several processes may hold the same one.
type Dir struct {
	path string
	key  *Key
}

// IndexLife is how long an index may be believed. Whoever runs a registry
// signs it anew, with Renew, well before.
const IndexLife = 30 * 24 * time.Hour

// CreateDir makes a registry in an empty or absent folder; in one that is a
// registry already it changes nothing.
func CreateDir(path string, key *Key, now time.Time) (*Dir, error) {
	if err := errors.Join(os.MkdirAll(filepath.Join(path, "packages"), 0o755), os.MkdirAll(filepath.Join(path, "roots"), 0o755)); err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	d := &Dir{path, key}
	unlock, err := d.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	if _, err := os.Stat(d.at("index.sig")); err == nil {
		_, err = d.read()
		return d, err
	}
	file, err := NewRoot(Root{1, 1, []PublicKey{key.Public()}}, key)
	if err != nil {
		return nil, err
	}
	if err := d.writeRoot(1, file); err != nil {
		return nil, err
	}
	s := &state{index: &Index{Keys: map[string]DeveloperKey{}, Plugins: map[string]map[string]Entry{}}}
	if err := s.note(now, Event{Kind: EventRoot, Key: key.Public().ID()}); err != nil {
		return nil, err
	}
	return d, d.write(s, now)
}

// OpenDir opens a registry that exists.
func OpenDir(path string, key *Key) (*Dir, error) {
	d := &Dir{path, key}
	_, err := d.read()
	return d, err
}

// Path is the folder.
func (d *Dir) Path() string { return d.path }

// Operator is the key that signs the index.
func (d *Dir) Operator() PublicKey { return d.key.Public() }

// Index is the catalogue as it stands.
func (d *Dir) Index() (*Index, error) {
	s, err := d.read()
	if err != nil {
		return nil, err
	}
	return s.index, nil
}

// Keep puts a package's file into the folder. Nobody finds it before it is
// published.
func (d *Dir) Keep(p *Package) error {
	path := d.at(packagePath(p.SHA256))
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, p.raw) {
		return nil
	}
	return replaceFile(path, p.raw, 0o644)
}

// Kept reads a package that Keep put away, by the hash of its file.
func (d *Dir) Kept(sha string) (*Package, error) {
	if !shaPattern.MatchString(sha) {
		return nil, errUnavailable.With("path", "packages")
	}
	f, err := os.Open(d.at(packagePath(sha)))
	if err != nil {
		return nil, errUnavailable.With("path", packagePath(sha)).Because(err)
	}
	defer f.Close()
	p, err := Read(f)
	if err == nil && p.SHA256 != sha {
		err = errFileHash.With("path", packagePath(sha))
	}
	return p, err
}

// TrustKey lets an author's key count. A revoked one never counts again.
func (d *Dir) TrustKey(k PublicKey, owner string, now time.Time) error {
	return d.change(now, func(s *state) error {
		if was, known := s.index.Keys[k.ID()]; known {
			if was.RevokedAt != nil {
				return errRevokedKey.With("key", k.ID())
			}
			return errNothing
		}
		s.index.Keys[k.ID()] = DeveloperKey{Key: k, Owner: owner}
		return s.note(now, Event{Kind: EventKey, Key: k.ID(), State: "active"})
	})
}

// RevokeKey ends a key: nothing that it signed is installed any more.
func (d *Dir) RevokeKey(id, reason string, now time.Time) error {
	return d.change(now, func(s *state) error {
		k, known := s.index.Keys[id]
		if !known {
			return errUnknownKey.With("key", id)
		}
		if k.RevokedAt != nil {
			return errNothing
		}
		k.RevokedAt = &now
		s.index.Keys[id] = k
		return s.note(now, Event{Kind: EventKey, Key: id, State: "revoked", Reason: reason})
	})
}

// Publish approves a package in the operator's name: it enters the index with
// the hash of the report that was looked at. The same package again changes
// nothing; other bytes for the same version are refused.
func (d *Dir) Publish(p *Package, report string, now time.Time) (Entry, error) {
	m := p.Manifest
	var made Entry
	err := d.change(now, func(s *state) error {
		if was, err := s.index.Find(m.ID, m.Version); err == nil {
			if made = was; was.Package == p.SHA256 {
				return errNothing
			}
			return errChangedBytes.With("plugin", m.ID).With("version", m.Version)
		}
		if p.Signer == nil {
			return errUnsigned
		}
		if _, err := s.index.developerKey(p.Signer.ID()); err != nil {
			return err
		}
		if err := d.Keep(p); err != nil {
			return err
		}
		made = Entry{
			Package: p.SHA256, Size: int64(len(p.raw)), Runtime: m.Runtime, Artifacts: p.Artifacts(), Developer: p.Signer.ID(), PublishedAt: now,
			Review:     Review{Approved, report, now, d.key.sign(forReview, reviewed(p.SHA256, Approved, report))},
			Revocation: Revocation{Level: NotRevoked},
		}
		if s.index.Plugins[m.ID] == nil {
			s.index.Plugins[m.ID] = map[string]Entry{}
		}
		s.index.Plugins[m.ID][m.Version] = made
		return errors.Join(
			s.note(now, Event{Kind: EventPublish, Plugin: m.ID, Version: m.Version, Package: p.SHA256, Key: p.Signer.ID()}),
			s.note(now, Event{Kind: EventReview, Plugin: m.ID, Version: m.Version, Package: p.SHA256, Verdict: Approved, Report: report, Key: d.key.Public().ID()}),
		)
	})
	return made, err
}

// Revoke sets how firmly a version is withdrawn; [NotRevoked] takes it back.
func (d *Dir) Revoke(plugin, version string, level Level, reason string, now time.Time) error {
	return d.change(now, func(s *state) error {
		e, err := s.index.Find(plugin, version)
		if err != nil {
			return err
		}
		e.Revocation = Revocation{level, reason, &now}
		s.index.Plugins[plugin][version] = e
		return s.note(now, Event{Kind: EventRevoke, Plugin: plugin, Version: version, Package: e.Package, Level: level, Reason: reason})
	})
}

// Renew signs the index anew, with a later end.
func (d *Dir) Renew(now time.Time) error {
	return d.change(now, func(*state) error { return nil })
}

// Rotate replaces the operator's keys by one new key, which signs everything
// from now on, the reviews so far included.
func (d *Dir) Rotate(next *Key, now time.Time) error {
	return d.change(now, func(s *state) error {
		root := Root{s.root.Version + 1, 1, []PublicKey{next.Public()}}
		file, err := NewRoot(root, d.key, next)
		if err != nil {
			return err
		}
		for _, versions := range s.index.Plugins {
			for version, e := range versions {
				e.Review.Signature = next.sign(forReview, reviewed(e.Package, e.Review.Verdict, e.Review.Report))
				versions[version] = e
			}
		}
		if err := s.note(now, Event{Kind: EventRoot, Key: next.Public().ID()}); err != nil {
			return err
		}
		s.signers = []*Key{d.key, next} // the root that makes the new one count comes last
		s.after = func() error {
			d.key = next
			return d.writeRoot(root.Version, file)
		}
		return nil
	})
}

// state is the folder's content in hand.
type state struct {
	root       Root
	index      *Index
	log        []byte
	signatures []Signature // of the index as it was
	signers    []*Key      // of the index to come; none is the operator's alone
	after      func() error
}

func (s *state) note(now time.Time, e Event) (err error) {
	e.At = now
	s.log, s.index.Log, err = appendEvent(s.log, s.index.Log, e)
	return err
}

// errNothing says that there is nothing to change.
var errNothing = errors.New("nothing to do")

// change reads, changes and writes under the lock.
func (d *Dir) change(now time.Time, fn func(*state) error) error {
	unlock, err := d.lock()
	if err != nil {
		return err
	}
	defer unlock()
	s, err := d.read()
	if err != nil {
		return err
	}
	if err := fn(s); errors.Is(err, errNothing) {
		return nil
	} else if err != nil {
		return err
	}
	return d.write(s, now)
}

// read reads the folder and believes it only as far as our own key signed it.
// Lines of the log beyond the index are left from a change that was cut off.
func (d *Dir) read() (*state, error) {
	var s state
	file, err := os.ReadFile(d.at("root.json"))
	if err != nil {
		return nil, errUnavailable.With("path", d.at("root.json")).Because(err)
	}
	if s.root, _, err = readRoot(file); err != nil {
		return nil, err
	}
	if s.root.key(d.key.Public().ID()) == nil {
		return nil, errUnknownKey.With("key", d.key.Public().ID())
	}
	index, err1 := os.ReadFile(d.at("index.json"))
	signatures, err2 := os.ReadFile(d.at("index.sig"))
	if err := errors.Join(err1, err2); err != nil {
		return nil, errUnavailable.With("path", d.at("index.json")).Because(err)
	}
	if s.index, err = readIndex(index, signatures, s.root); err != nil {
		return nil, err
	}
	_ = json.Unmarshal(signatures, &s.signatures) // readIndex has read them
	if s.log, err = os.ReadFile(d.at("log.jsonl")); err != nil {
		return nil, errUnavailable.With("path", d.at("log.jsonl")).Because(err)
	}
	_, s.log, err = readLog(s.log, s.index.Log, Head{})
	return &s, err
}

// write puts the log first: an index never speaks of lines that are not there.
// While the index is replaced, the signatures of both lie beside it, so that
// whoever reads or is cut off in between finds a pair that fits.
func (d *Dir) write(s *state, now time.Time) error {
	s.index.Counter++
	s.index.IssuedAt, s.index.ExpiresAt = now, now.Add(IndexLife)
	file, err := json.Marshal(s.index)
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	file = append(file, '\n')
	if len(s.signers) == 0 {
		s.signers = []*Key{d.key}
	}
	var fresh []Signature
	for _, k := range s.signers {
		fresh = append(fresh, k.sign(forIndex, file))
	}
	both, err1 := json.Marshal(append(fresh[:len(fresh):len(fresh)], s.signatures...))
	one, err2 := json.Marshal(fresh)
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	for _, f := range []struct {
		name    string
		content []byte
	}{{"log.jsonl", s.log}, {"index.sig", both}, {"index.json", file}, {"index.sig", one}} {
		if err := replaceFile(d.at(f.name), f.content, 0o644); err != nil {
			return err
		}
	}
	if s.after != nil {
		return s.after()
	}
	return nil
}

func (d *Dir) writeRoot(version int, file []byte) error {
	if err := replaceFile(d.at(rootPath(version)), file, 0o644); err != nil {
		return err
	}
	return replaceFile(d.at("root.json"), file, 0o644)
}

func (d *Dir) at(path string) string { return filepath.Join(d.path, filepath.FromSlash(path)) }

// lock keeps other processes from changing the folder.
func (d *Dir) lock() (unlock func(), err error) {
	f, err := os.OpenFile(d.at(".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("registry: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("registry: %w", err)
	}
	return func() { _ = f.Close() }, nil
}
