// Package soak runs the tests of promises: short in every test run, long when
// somebody has the time.
//
// One seed drives a test, so whatever a run did can be done again. A seed that
// fails is printed and kept in testdata/seeds, a file a test, and is the first
// to be tried next time. FENLI_SOAK=10m lets every such test go on for ten
// minutes with seeds that nobody has tried; FENLI_SEED=7 tries one alone.
package soak

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const (
	howLong = "FENLI_SOAK"
	oneSeed = "FENLI_SEED"
	mutant  = "FENLI_MUTANT" // a guard has been taken away: its failures are not worth keeping
)

// enough failing seeds end a long run: the rest would say the same.
const enough = 3

// Long reports whether this is a long run.
func Long() bool { return os.Getenv(howLong) != "" }

// Size is how much of something a run does: the short figure, or the long one.
func Size(short, long int) int {
	if Long() {
		return long
	}
	return short
}

// For is how long every test of a long run goes on; zero in a short one.
func For(t testing.TB) time.Duration {
	t.Helper()
	if !Long() {
		return 0
	}
	d, err := time.ParseDuration(os.Getenv(howLong))
	if err != nil || d <= 0 {
		t.Fatalf("soak: %s says how long, as in 10m, not %q", howLong, os.Getenv(howLong))
	}
	return d
}

// Seeds runs the claim once for every kept seed and for the seeds 1 to short,
// beside each other; a long run goes on with fresh ones, one after another.
func Seeds(t *testing.T, short int, claim func(t *testing.T, seed uint64)) {
	t.Helper()
	if s := os.Getenv(oneSeed); s != "" {
		seed, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("soak: %s: %v", oneSeed, err)
		}
		run(t, seed, false, claim)
		return
	}
	first := Kept(t)
	for seed := range uint64(short) {
		if !slices.Contains(first, seed+1) {
			first = append(first, seed+1)
		}
	}
	long := For(t)
	for _, seed := range first {
		run(t, seed, long == 0, claim)
	}
	failed := 0
	for end := time.Now().Add(long); time.Now().Before(end) && failed < enough; {
		if !run(t, rand.Uint64N(1<<53), false, claim) { // 2^53: a seed may pass through JSON
			failed++
		}
	}
}

func run(t *testing.T, seed uint64, beside bool, claim func(*testing.T, uint64)) bool {
	t.Helper()
	return t.Run("seed "+strconv.FormatUint(seed, 10), func(t *testing.T) {
		if beside {
			t.Parallel()
		}
		t.Cleanup(func() {
			if t.Failed() {
				keep(t, seed)
			}
		})
		claim(t, seed)
	})
}

// Check holds a property. It keeps failing draws by itself, in testdata/rapid;
// a long run asks again until its time is over.
func Check(t *testing.T, property func(*rapid.T)) {
	t.Helper()
	end := time.Now().Add(For(t))
	for rapid.Check(t, property); time.Now().Before(end); {
		rapid.Check(t, property)
	}
}

// Rand draws from a seed; streams of one seed are independent.
func Rand(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// Kept are the seeds that have failed before.
func Kept(t testing.TB) []uint64 {
	t.Helper()
	file, err := os.Open(corpus(t))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatalf("soak: %v", err)
	}
	defer file.Close()
	var seeds []uint64
	for lines := bufio.NewScanner(file); lines.Scan(); {
		word, _, _ := strings.Cut(strings.TrimSpace(lines.Text()), " ") // what follows is a remark
		if word == "" || word == "#" {
			continue
		}
		seed, err := strconv.ParseUint(word, 10, 64)
		if err != nil {
			t.Fatalf("soak: %s: %v", file.Name(), err)
		}
		seeds = append(seeds, seed)
	}
	return seeds
}

// corpus is where a test's seeds are kept; those of a subtest "seed 7" belong
// to its parent.
func corpus(t testing.TB) string {
	name, _, _ := strings.Cut(t.Name(), "/seed_")
	return filepath.Join("testdata", "seeds", strings.ReplaceAll(name, "/", "-"))
}

var keeping sync.Mutex // seeds fail beside each other

func keep(t *testing.T, seed uint64) {
	t.Helper()
	name, _, _ := strings.Cut(t.Name(), "/seed_")
	t.Logf("seed %d fails; again with: %s=%d go test -run '^%s$'", seed, oneSeed, seed, strings.ReplaceAll(name, "/", "$/^"))
	if os.Getenv(mutant) != "" {
		return
	}
	keeping.Lock()
	defer keeping.Unlock()
	if slices.Contains(Kept(t), seed) {
		return
	}
	if err := appendTo(corpus(t), fmt.Sprintf("%d\n", seed)); err != nil {
		t.Logf("soak: the seed is not kept: %v", err)
	}
}

func appendTo(path, line string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err := file.WriteString(line); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
