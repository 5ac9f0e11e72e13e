package registry

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"golang.org/x/crypto/argon2"

	"github.com/fenli-io/fenli/platform/secret"
)

// PublicKey is the half that others know.
type PublicKey []byte

// ID is how a key is spoken of.
func (k PublicKey) ID() string { return "key_" + Hash(k)[:24] }

func (k PublicKey) String() string { return base64.StdEncoding.EncodeToString(k) }

// MarshalText writes base64.
func (k PublicKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads base64 of 32 bytes.
func (k *PublicKey) UnmarshalText(b []byte) error {
	raw, err := base64.StdEncoding.DecodeString(string(b))
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return errors.New("a public key is 32 bytes in base64")
	}
	*k = raw
	return nil
}

// Signature is a key's word for some bytes.
type Signature struct {
	KeyID     string `json:"key_id"`
	Signature []byte `json:"signature"`
}

// What a signature is for stands before what is signed, so that one made for
// one purpose is worth nothing for another.
const (
	forPackage  = "fenli package v1\n"
	forReview   = "fenli review v1\n"
	forRoot     = "fenli root v1\n"
	forIndex    = "fenli index v1\n"
	forClaiming = "fenli developer key v1\n"
)

// verify reports whether the key signed the bytes for the purpose.
func (k PublicKey) verify(purpose string, b, signature []byte) bool {
	return len(k) == ed25519.PublicKeySize && len(signature) == ed25519.SignatureSize &&
		ed25519.Verify(ed25519.PublicKey(k), append([]byte(purpose), b...), signature)
}

// Key signs.
type Key struct{ private ed25519.PrivateKey }

// NewKey makes one.
func NewKey() *Key {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(fmt.Sprintf("registry: no randomness: %v", err)) // the kernel's generator does not fail
	}
	return &Key{private}
}

// Public is the half to give away.
func (k *Key) Public() PublicKey { return PublicKey(k.private.Public().(ed25519.PublicKey)) }

func (k *Key) sign(purpose string, b []byte) Signature {
	return Signature{k.Public().ID(), ed25519.Sign(k.private, append([]byte(purpose), b...))}
}

// Claim proves to a platform that a developer holds the key: the signature of
// the developer's own id.
func (k *Key) Claim(developer string) []byte { return k.sign(forClaiming, []byte(developer)).Signature }

// Claimed reports whether the key's holder signed the developer's id.
func (k PublicKey) Claimed(developer string, signature []byte) bool {
	return k.verify(forClaiming, []byte(developer), signature)
}

// keyFile is how a key is kept: in clear, or sealed with a passphrase.
type keyFile struct {
	Kind   string    `json:"kind"`
	ID     string    `json:"id"`
	Public PublicKey `json:"public"`
	Seed   []byte    `json:"seed,omitempty"`
	Salt   []byte    `json:"salt,omitempty"`
	Sealed []byte    `json:"sealed,omitempty"`
}

const keyKind = "fenli signing key 1"

// Cost of a guess at a passphrase: argon2id, 64 MiB, about 100 ms.
const (
	guessTime   = 3
	guessMemory = 64 << 10
	guessLanes  = 1
)

// Save writes the key to a new file that its owner alone may read, sealed
// unless the passphrase is empty.
func (k *Key) Save(path, passphrase string) error {
	kept := keyFile{Kind: keyKind, ID: k.Public().ID(), Public: k.Public()}
	if passphrase == "" {
		kept.Seed = k.private.Seed()
	} else {
		kept.Salt = make([]byte, 16)
		_, _ = rand.Read(kept.Salt) // never fails: the program ends instead
		box, err := kept.box(passphrase)
		if err != nil {
			return err
		}
		if kept.Sealed, err = box.Seal(k.private.Seed(), keyKind+kept.ID); err != nil {
			return fmt.Errorf("registry: %w", err)
		}
	}
	raw, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("registry: %w", err)
	}
	_, err = f.Write(append(raw, '\n'))
	return errors.Join(err, f.Close())
}

func (f keyFile) box(passphrase string) (*secret.Box, error) {
	return secret.NewBox(argon2.IDKey([]byte(passphrase), f.Salt, guessTime, guessMemory, guessLanes, secret.KeySize))
}

// LoadKey reads a key that Save wrote. A file that others may read is refused.
func LoadKey(path, passphrase string) (*Key, error) {
	bad := errKeyFile.With("path", path)
	info, err := os.Stat(path)
	if err != nil {
		return nil, bad.With("problem", "it cannot be opened").Because(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, bad.With("problem", "others may read it; chmod 600")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, bad.With("problem", "it cannot be read").Because(err)
	}
	var kept keyFile
	if err := json.Unmarshal(raw, &kept); err != nil || kept.Kind != keyKind {
		return nil, bad.With("problem", "its content is something else").Because(err)
	}
	seed := kept.Seed
	if len(kept.Sealed) > 0 {
		box, err := kept.box(passphrase)
		if err != nil {
			return nil, err
		}
		if seed, err = box.Open(kept.Sealed, keyKind+kept.ID); err != nil {
			return nil, errPassphrase.Because(err)
		}
	}
	if len(seed) != ed25519.SeedSize {
		return nil, bad.With("problem", "it holds no key")
	}
	k := &Key{ed25519.NewKeyFromSeed(seed)}
	if k.Public().ID() != kept.ID {
		return nil, bad.With("problem", "its halves do not belong together")
	}
	return k, nil
}
