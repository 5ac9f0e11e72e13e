package soak

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// tried collects the seeds of one run in a directory of its own.
func tried(t *testing.T, env map[string]string, corpus string, claim func(*testing.T, uint64)) (seeds []uint64) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range []string{howLong, oneSeed, mutant} {
		t.Setenv(name, env[name])
	}
	t.Run("run", func(t *testing.T) {
		if corpus != "" {
			if err := appendTo(filepath.Join("testdata", "seeds", "TestSeeds-"+filepath.Base(filepath.Dir(t.Name()))+"-run"), corpus); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		Seeds(t, 3, func(t *testing.T, seed uint64) {
			mu.Lock()
			seeds = append(seeds, seed)
			mu.Unlock()
			if claim != nil {
				claim(t, seed)
			}
		})
	})
	slices.Sort(seeds)
	return seeds
}

func TestSeeds(t *testing.T) {
	t.Run("AShortRunTriesWhatHasFailedAndAFewOthers", func(t *testing.T) {
		if got := tried(t, nil, "# a remark\n99 it once lost a refund\n2\n", nil); !slices.Equal(got, []uint64{1, 2, 3, 99}) {
			t.Errorf("%v", got)
		}
	})
	t.Run("OneSeedAlone", func(t *testing.T) {
		if got := tried(t, map[string]string{oneSeed: "77"}, "99\n", nil); !slices.Equal(got, []uint64{77}) {
			t.Errorf("%v", got)
		}
	})
	t.Run("ALongRunGoesOnUntilItsTimeIsOver", func(t *testing.T) {
		began := time.Now()
		got := tried(t, map[string]string{howLong: "80ms"}, "", func(*testing.T, uint64) { time.Sleep(2 * time.Millisecond) })
		if took := time.Since(began); took < 80*time.Millisecond || len(got) < 6 {
			t.Errorf("%d seeds in %v", len(got), took)
		}
		if slices.Equal(got[:3], got[3:6]) {
			t.Errorf("the same seeds again: %v", got)
		}
	})
	t.Run("SizesFollow", func(t *testing.T) {
		t.Setenv(howLong, "")
		if n := Size(1, 200); n != 1 {
			t.Error(n)
		}
		t.Setenv(howLong, "1h")
		if n := Size(1, 200); n != 200 || For(t) != time.Hour {
			t.Error(n)
		}
	})
}

// What fails is kept, once, unless a mutant made it fail.
func TestKeep(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv(mutant, "")
	keep(t, 5)
	keep(t, 7)
	keep(t, 5)
	if got := Kept(t); !slices.Equal(got, []uint64{5, 7}) {
		t.Errorf("%v", got)
	}
	t.Setenv(mutant, "1")
	keep(t, 8)
	if body, err := os.ReadFile(filepath.Join("testdata", "seeds", "TestKeep")); err != nil || string(body) != "5\n7\n" {
		t.Errorf("%q, %v", body, err)
	}
}

func TestRand_StreamsOfASeedAreTheSameAgainAndDifferFromOneAnother(t *testing.T) {
	draw := func(seed, stream uint64) [3]uint64 {
		r := Rand(seed, stream)
		return [3]uint64{r.Uint64(), r.Uint64(), r.Uint64()}
	}
	if draw(1, 2) != draw(1, 2) || draw(1, 2) == draw(1, 3) || draw(1, 2) == draw(2, 2) {
		t.Error("the source does not follow its seed and stream")
	}
}

func TestCheck_ALongRunAsksAgain(t *testing.T) {
	t.Setenv(howLong, "100ms")
	began, asked := time.Now(), 0
	Check(t, func(r *rapid.T) {
		asked++
		rapid.Bool().Draw(r, "coin")
		time.Sleep(10 * time.Microsecond)
	})
	if took := time.Since(began); took < 100*time.Millisecond {
		t.Errorf("asked %d times in %v", asked, took)
	}
}
