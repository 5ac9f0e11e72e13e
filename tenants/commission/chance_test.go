package commission

import (
	"testing"
	"time"
)

// TestChance is how often a strategy that keeps crashing is tried again.
func TestChance(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	t.Run("EachIsTwiceAsFarAwayAsTheLastUpToTenMinutes", func(t *testing.T) {
		c, now := chance{CrashedAt: start}, start
		for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 10 * time.Minute, 10 * time.Minute} {
			c = c.give(now)
			if got := c.NextAt.Sub(now); got != want {
				t.Fatalf("after chance %d: %s, want %s", c.InRow, got, want)
			}
			now = *c.NextAt
		}
	})
	t.Run("ThoseOfLongAgoAreForgotten", func(t *testing.T) {
		c := chance{CrashedAt: start}.give(start).give(start.Add(time.Minute))
		late := start.Add(time.Minute + chancesFade + time.Second)
		if c = c.give(late); c.NextAt.Sub(late) != chancePause {
			t.Errorf("the next is %s away", c.NextAt.Sub(late))
		}
	})
	t.Run("OneThatHasNotFailedYetIsNotSpentTwice", func(t *testing.T) {
		c := chance{CrashedAt: start}
		if !c.failed() {
			t.Error("it crashed and has had no chance")
		}
		if c = c.give(start.Add(time.Second)); c.failed() {
			t.Error("it has not crashed since")
		}
		if c.CrashedAt = start.Add(2 * time.Second); !c.failed() {
			t.Error("it has")
		}
	})
}
