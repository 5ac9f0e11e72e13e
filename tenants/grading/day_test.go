package grading

import (
	"testing"
	"time"
)

// A day ends, wherever the store lives and whatever is done to its clocks: a
// day without an end would be graded for ever.
func TestDayEnd(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo", "America/Havana", "Europe/London", "Asia/Shanghai", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2010, 1, 1, 0, 0, 0, 0, zone).UTC()
		for at.Year() < 2025 {
			end := dayEnd(at, zone)
			if length := end.Sub(at); length < 23*time.Hour || length > 25*time.Hour {
				t.Fatalf("%s: the day of %s has %s", name, at.In(zone), length)
			}
			if before, after := dayOf(end, zone), dayOf(end.Add(time.Hour), zone); before == after {
				t.Fatalf("%s: %s ends at %s, on the same day", name, before, end.In(zone))
			}
			at = end
		}
	}
}
