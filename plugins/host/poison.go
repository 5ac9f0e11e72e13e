package host

import (
	"crypto/sha256"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
)

// poison remembers questions, mostly single orders, that ended their plugin. A strategy is a pure
// function, so the same bytes would end it again; until the memory fades they
// are answered without asking, and a store that retries one bad order does not
// drive everybody's plugin into quarantine.
type poison struct {
	mu   sync.Mutex
	seen map[[32]byte]bad
}

type bad struct {
	sha   string
	code  string
	until time.Time
}

// A crash is the order's doing; a timeout may have been a busy machine's.
const (
	poisonCrash   = 10 * time.Minute
	poisonTimeout = time.Minute
	poisonMost    = 10_000
)

func fingerprint(sha string, req proto.Message) [32]byte {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(req)
	if err != nil {
		return [32]byte{}
	}
	return sha256.Sum256(append([]byte(sha), raw...))
}

func (p *poison) known(sha string, req proto.Message) (code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.seen) == 0 {
		return ""
	}
	key := fingerprint(sha, req)
	b, ok := p.seen[key]
	if ok && time.Now().After(b.until) {
		delete(p.seen, key)
		return ""
	}
	return b.code
}

func (p *poison) add(sha string, req proto.Message, code string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seen == nil || len(p.seen) >= poisonMost {
		p.seen = map[[32]byte]bad{}
	}
	fades := poisonCrash
	if code == CodeTimeout {
		fades = poisonTimeout
	}
	p.seen[fingerprint(sha, req)] = bad{sha, code, time.Now().Add(fades)}
}

func (p *poison) clear(sha string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, b := range p.seen {
		if b.sha == sha {
			delete(p.seen, key)
		}
	}
}
