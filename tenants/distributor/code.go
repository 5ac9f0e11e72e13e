package distributor

import (
	"crypto/rand"
	"regexp"
)

// letters has no 0, 1, I, L, O or U: a code is read aloud and typed from posters.
const letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

var codeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{3,32}$`)

// newCode draws eight letters: 6.5 × 10^11 codes a store.
func newCode() string {
	var code [8]byte
	for i := range code {
		code[i] = letters[draw()]
	}
	return string(code[:])
}

// draw is an even choice: bytes past the last whole multiple are thrown away.
func draw() int {
	var b [1]byte
	for {
		_, _ = rand.Read(b[:]) // never fails
		if int(b[0]) < 256/len(letters)*len(letters) {
			return int(b[0]) % len(letters)
		}
	}
}
