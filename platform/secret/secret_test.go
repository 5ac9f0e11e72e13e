package secret_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/secret"
)

func box(t *testing.T) *secret.Box {
	t.Helper()
	b, err := secret.NewBox(secret.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSealed(t *testing.T) {
	t.Parallel()
	b, other := box(t), box(t)
	sealed, err := b.Seal([]byte("13800138000"), "login:1")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("OpensForItsPurpose", func(t *testing.T) {
		if plain, err := b.Open(sealed, "login:1"); err != nil || string(plain) != "13800138000" {
			t.Fatal(string(plain), err)
		}
	})
	t.Run("OpensNowhereElse", func(t *testing.T) {
		altered := bytes.Clone(sealed)
		altered[len(altered)-1] ^= 1
		for name, try := range map[string]func() ([]byte, error){
			"another row":  func() ([]byte, error) { return b.Open(sealed, "login:2") },
			"another key":  func() ([]byte, error) { return other.Open(sealed, "login:1") },
			"altered":      func() ([]byte, error) { return b.Open(altered, "login:1") },
			"empty":        func() ([]byte, error) { return b.Open(nil, "login:1") },
			"one byte":     func() ([]byte, error) { return b.Open([]byte{1}, "login:1") },
			"other format": func() ([]byte, error) { return b.Open(append([]byte{9}, sealed[1:]...), "login:1") },
		} {
			if _, err := try(); !errors.Is(err, secret.ErrSealed) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	t.Run("IsNeverTheSameTwice", func(t *testing.T) {
		again, _ := b.Seal([]byte("13800138000"), "login:1")
		if bytes.Equal(sealed, again) || bytes.Contains(sealed, []byte("1380")) {
			t.Fatal("sealing shows what is inside")
		}
	})
}

func TestIndexFindsTheSameAndNothingElse(t *testing.T) {
	t.Parallel()
	b := box(t)
	one := b.Index("login", "lin@example.com")
	if !bytes.Equal(one, b.Index("login", "lin@example.com")) {
		t.Fatal("not found again")
	}
	for _, other := range [][]byte{b.Index("login", "wang@example.com"), b.Index("phone", "lin@example.com"), b.Index("loginl", "in@example.com"), box(t).Index("login", "lin@example.com")} {
		if bytes.Equal(one, other) {
			t.Fatal("two values share an index")
		}
	}
}

func TestPassword(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(1)
	hash, err := p.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		claim, password, hash string
		right                 bool
	}{{"RightIsRight", "correct horse", hash, true}, {"WrongIsWrong", "correct horse ", hash, false}, {"OfNobodyIsWrong", "x", "", false}, {"EmptyOfNobodyIsWrong", "", "", false}} {
		if ok, err := p.Verify(t.Context(), c.password, c.hash); err != nil || ok != c.right {
			t.Errorf("%s: %v %v", c.claim, ok, err)
		}
	}
	if strings.Contains(hash, "horse") {
		t.Fatal("the hash shows the password")
	}
	if _, err := p.Verify(t.Context(), "x", "$2a$10$abc"); err == nil {
		t.Fatal("a malformed hash was taken")
	}
}

func TestGuessesWaitTheirTurn(t *testing.T) {
	t.Parallel()
	p := secret.NewPasswords(1)
	started := make(chan struct{})
	go func() {
		close(started)
		for range 20 {
			_, _ = p.Hash(context.Background(), "x")
		}
	}()
	<-started
	ctx, cancel := context.WithTimeout(t.Context(), time.Microsecond)
	defer cancel()
	time.Sleep(time.Millisecond)
	refused := false
	for range 50 { // the single slot may be free at the instant we ask
		if _, err := p.Hash(ctx, "x"); errors.Is(err, context.DeadlineExceeded) {
			refused = true
			break
		}
	}
	if !refused {
		t.Fatal("a full house let everybody in")
	}
}

func TestKeyMustBe32Bytes(t *testing.T) {
	t.Parallel()
	if _, err := secret.ParseKey(base64.StdEncoding.EncodeToString(secret.NewKey())); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "short", base64.StdEncoding.EncodeToString(make([]byte, 16))} {
		if _, err := secret.ParseKey(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestTokensAreLongAndHashed(t *testing.T) {
	t.Parallel()
	a, b := secret.Token(), secret.Token()
	if a == b || len(a) != 43 || bytes.Equal(secret.HashToken(a), secret.HashToken(b)) {
		t.Fatal(a, b)
	}
}
