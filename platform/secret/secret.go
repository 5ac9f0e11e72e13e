// Package secret keeps what a stolen database must not give away: sealed
// values, blind indexes, password hashes and tokens.
//
// One key of 32 bytes (FENLI_SECRET_KEY) is the root. What is sealed with it
// opens only for the purpose it was sealed for.
package secret

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
)

// KeySize is the length of the root key in bytes.
const KeySize = 32

// version is the first byte of everything sealed, so that a second key or
// cipher can stand beside the first.
const version = 1

// Box seals and indexes under one root key. It is safe for concurrent use.
type Box struct {
	aead  *subtle.XChaCha20Poly1305
	index []byte
}

// ErrSealed is what Open says of a value that was altered, sealed with another
// key or for another purpose.
var ErrSealed = errors.New("secret: the sealed value does not open")

// ParseKey reads a root key in standard base64.
func ParseKey(encoded string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(key) != KeySize {
		return nil, fmt.Errorf("secret: FENLI_SECRET_KEY must be %d bytes in base64 (openssl rand -base64 %d)", KeySize, KeySize)
	}
	return key, nil
}

// NewKey makes a root key.
func NewKey() []byte { return random(KeySize) }

// NewBox derives one key for each use from the root.
func NewBox(root []byte) (*Box, error) {
	if len(root) != KeySize {
		return nil, fmt.Errorf("secret: a key of %d bytes, want %d", len(root), KeySize)
	}
	sealing, err := hkdf.Expand(sha256.New, root, "fenli seal v1", KeySize)
	if err != nil {
		return nil, err
	}
	index, err := hkdf.Expand(sha256.New, root, "fenli blind index v1", KeySize)
	if err != nil {
		return nil, err
	}
	aead, err := subtle.NewXChaCha20Poly1305(sealing)
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return &Box{aead: aead, index: index}, nil
}

// Seal encrypts for one purpose, such as "registry_person.login:<id>": a value
// copied into another row does not open there.
func (b *Box) Seal(plain []byte, purpose string) ([]byte, error) {
	sealed, err := b.aead.Encrypt(plain, []byte(purpose))
	if err != nil {
		return nil, fmt.Errorf("secret: %w", err)
	}
	return append([]byte{version}, sealed...), nil
}

// Open decrypts what was sealed for the purpose, else [ErrSealed].
func (b *Box) Open(sealed []byte, purpose string) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != version {
		return nil, ErrSealed
	}
	plain, err := b.aead.Decrypt(sealed[1:], []byte(purpose))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

// Index is a keyed hash by which a value is found without being readable:
// phone numbers are few enough to try them all against a plain hash.
func (b *Box) Index(purpose, value string) []byte {
	mac := hmac.New(sha256.New, b.index)
	mac.Write([]byte(purpose))
	mac.Write([]byte{0})
	mac.Write([]byte(value))
	return mac.Sum(nil)
}

// Token is 32 random bytes for a URL or a header.
func Token() string { return base64.RawURLEncoding.EncodeToString(random(32)) }

// HashToken is what the database keeps of a token. Tokens cannot be guessed,
// so a fast hash without a key is enough.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the program ends instead
	return b
}
