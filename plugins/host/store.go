package host

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// Artifact names one immutable strategy binary.
type Artifact struct {
	SHA256  string // 64 small hexadecimal digits
	ID      string // "three-level"
	Version string // "1.0.0"; "1.0.0-dev.<hash>" for changed bytes in development
	Runtime Runtime
}

// Installed is an artifact and what it said of itself.
type Installed struct {
	Artifact
	Describe *strategyv1.DescribeResponse
}

// What goes wrong with the store.
var (
	ErrNotInstalled = errors.New("host: no such strategy is installed")
	ErrTampered     = errors.New("host: the strategy's file is not what was installed")
	ErrVersionTaken = errors.New("host: this version is installed with other bytes")
)

// store keeps binaries under their hash, read-only, and beside each what it
// said of itself. A file whose bytes do not match its name is never run.
type store struct {
	dir   string
	known sync.Map // sha → Installed: artifacts never change

	remembering sync.Mutex
}

const maxBinary = 256 << 20

var shaPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

func openStore(dir string) (*store, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	return &store{dir: dir}, nil
}

func (s *store) path(sha string) string { return filepath.Join(s.dir, sha) }

// add copies a binary in and names it by the hash of what was copied.
func (s *store) add(path string) (sha string, err error) {
	if sha, known := s.remembered(path); known {
		return sha, nil
	}
	source, _ := stampOf(path) // before it is read: a change meanwhile shows
	if sha, err = s.copyIn(path); err == nil {
		s.remember(path, source, sha)
	}
	return sha, err
}

func (s *store) copyIn(path string) (sha string, err error) {
	from, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("host: %w", err)
	}
	defer from.Close()
	if info, err := from.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxBinary {
		return "", fmt.Errorf("host: %s is not a file of at most %d bytes", path, maxBinary)
	}
	to, err := os.CreateTemp(s.dir, ".new-")
	if err != nil {
		return "", fmt.Errorf("host: %w", err)
	}
	defer os.Remove(to.Name())
	defer to.Close()
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(to, hash), io.LimitReader(from, maxBinary)); err != nil {
		return "", fmt.Errorf("host: %w", err)
	}
	if err := errors.Join(to.Chmod(0o555), to.Sync(), to.Close()); err != nil {
		return "", fmt.Errorf("host: %w", err)
	}
	sha = hex.EncodeToString(hash.Sum(nil))
	if f, err := s.open(sha); err == nil { // already here, and intact
		return sha, f.Close()
	}
	return sha, os.Rename(to.Name(), s.path(sha))
}

// open returns the binary, verified through the very descriptor that will be
// executed: what is read later by path could be another file.
func (s *store) open(sha string) (*os.File, error) {
	if !shaPattern.MatchString(sha) {
		return nil, ErrNotInstalled
	}
	f, err := os.OpenFile(s.path(sha), os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, ErrTampered // a link where a file was put
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNotInstalled
	} else if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		f.Close()
		return nil, fmt.Errorf("host: %w", err)
	}
	if hex.EncodeToString(hash.Sum(nil)) != sha {
		f.Close()
		return nil, ErrTampered
	}
	return f, nil
}

// card is what the store keeps beside a binary.
type card struct {
	ID       string  `json:"id"`
	Version  string  `json:"version"`
	Runtime  Runtime `json:"runtime,omitempty"`
	Describe []byte  `json:"describe"` // protobuf
}

func (s *store) cardPath(sha string) string { return s.path(sha) + ".json" }

// register makes a binary an artifact.
func (s *store) register(sha string, d *strategyv1.DescribeResponse, development bool) (Artifact, error) {
	a := Artifact{SHA256: sha, ID: d.GetId(), Version: d.GetVersion()}
	all, err := s.list()
	if err != nil {
		return Artifact{}, err
	}
	if a.Runtime, err = s.runtimeOf(sha); err != nil {
		return Artifact{}, err
	}
	for _, other := range all {
		if other.ID != a.ID || other.Version != a.Version || other.SHA256 == sha {
			continue
		}
		if !development {
			return Artifact{}, fmt.Errorf("%w: %s %s is %s, not %s", ErrVersionTaken, a.ID, a.Version, other.SHA256[:8], sha[:8])
		}
		a.Version += "-dev." + sha[:8]
		break
	}
	described, err := proto.MarshalOptions{Deterministic: true}.Marshal(d)
	if err != nil {
		return Artifact{}, fmt.Errorf("host: %w", err)
	}
	raw, err := json.Marshal(card{ID: a.ID, Version: a.Version, Runtime: a.Runtime, Describe: described})
	if err != nil {
		return Artifact{}, fmt.Errorf("host: %w", err)
	}
	part := filepath.Join(s.dir, ".card-"+sha)
	if err := os.WriteFile(part, raw, 0o644); err != nil {
		return Artifact{}, fmt.Errorf("host: %w", err)
	}
	return a, os.Rename(part, s.cardPath(sha))
}

func (s *store) find(sha string) (Installed, error) {
	if !shaPattern.MatchString(sha) {
		return Installed{}, ErrNotInstalled
	}
	if i, ok := s.known.Load(sha); ok {
		return i.(Installed), nil
	}
	raw, err := os.ReadFile(s.cardPath(sha))
	if errors.Is(err, os.ErrNotExist) {
		return Installed{}, ErrNotInstalled
	} else if err != nil {
		return Installed{}, fmt.Errorf("host: %w", err)
	}
	var c card
	d := &strategyv1.DescribeResponse{}
	if err := errors.Join(json.Unmarshal(raw, &c), proto.Unmarshal(c.Describe, d)); err != nil {
		return Installed{}, fmt.Errorf("host: %w", err)
	}
	i := Installed{Artifact{SHA256: sha, ID: c.ID, Version: c.Version, Runtime: c.Runtime}, d}
	s.known.Store(sha, i)
	return i, nil
}

func (s *store) list() ([]Installed, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("host: %w", err)
	}
	var list []Installed
	for _, e := range entries {
		sha, isCard := strings.CutSuffix(e.Name(), ".json")
		if !isCard {
			continue
		}
		i, err := s.find(sha)
		if err != nil {
			return list, err
		}
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b Installed) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Version, b.Version), cmp.Compare(a.SHA256, b.SHA256))
	})
	return list, nil
}

func (s *store) remove(sha string) {
	s.known.Delete(sha)
	_ = os.Remove(s.cardPath(sha))
	_ = os.Remove(s.path(sha))
}
