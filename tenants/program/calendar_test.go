package program

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"
)

func in(t testing.TB, zone, at string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	x, err := time.ParseInLocation("2006-01-02 15:04:05", at, loc)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func calendarOf(t testing.TB, zone string, turns ...turn) Calendar {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return Calendar{loc, turns}
}

// Weeks close on Sunday 24:00 and months on their last day's 24:00, of the
// store: also in the weeks that are an hour shorter or longer.
func TestCalendar_ClosesAtMidnightOfTheStore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, kind, after, closes string }{
		{"Asia/Shanghai", Month, "2026-03-01 00:00:00", "2026-04-01 00:00:00"},
		{"Asia/Shanghai", Month, "2026-03-31 23:59:59", "2026-04-01 00:00:00"},
		{"Asia/Shanghai", Week, "2026-03-01 12:00:00", "2026-03-02 00:00:00"},
		{"Asia/Shanghai", Week, "2026-03-02 00:00:00", "2026-03-09 00:00:00"},
		{"America/New_York", Week, "2026-03-07 12:00:00", "2026-03-09 00:00:00"}, // clocks go forward on the 8th
		{"America/New_York", Week, "2026-10-31 12:00:00", "2026-11-02 00:00:00"}, // and back on 1 November
		{"America/New_York", Month, "2026-11-15 12:00:00", "2026-12-01 00:00:00"},
		{"America/Santiago", Week, "2026-08-31 00:00:00", "2026-09-07 00:00:00"},
		{"Pacific/Apia", Month, "2011-12-15 00:00:00", "2012-01-01 00:00:00"}, // 30 December never was
	} {
		cal := calendarOf(t, c.zone, turn{beginning, SettlementSettings{AfterFreeze, c.kind}})
		if got, want := cal.NextClose(in(t, c.zone, c.after)), in(t, c.zone, c.closes); !got.Equal(want) {
			t.Errorf("%s, %s, after %s: closes %s, want %s", c.zone, c.kind, c.after, got.In(cal.zone), want)
		}
	}
	// At midnight of 6 September 2026 clocks in Santiago go to one o'clock.
	if got := dayStart(2026, 9, 6, in(t, "America/Santiago", "2026-09-01 00:00:00").Location()); got.UTC().Format(time.DateTime) != "2026-09-06 04:00:00" {
		t.Error(got)
	}
	// In Havana the hour from midnight to one of 1 November is lived twice.
	if got := dayStart(2026, 11, 1, in(t, "America/Havana", "2026-09-01 00:00:00").Location()); got.UTC().Format(time.DateTime) != "2026-11-01 04:00:00" {
		t.Error(got)
	}
}

// The first instant of a day is in it, and the moment before is not.
func TestCalendar_ADayBeginsWithItsFirstInstant(t *testing.T) {
	t.Parallel()
	zones := []string{"Asia/Shanghai", "America/New_York", "America/Santiago", "America/Havana", "America/Sao_Paulo", "Asia/Beirut", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "Europe/London", "Africa/Cairo", "America/Asuncion"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		day := time.Date(2000, 1, 1+rapid.IntRange(0, 12_000).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
		at := dayStart(day.Year(), day.Month(), day.Day(), zone)
		date := func(x time.Time) string { return x.In(zone).Format(time.DateOnly) }
		if date(at) != day.Format(time.DateOnly) || date(at.Add(-time.Microsecond)) >= date(at) {
			t.Fatalf("%s in %s begins %s, after %s", day.Format(time.DateOnly), zone, at.In(zone), at.Add(-time.Microsecond).In(zone))
		}
	})
}

// A switch of the period within one makes it end at the next boundary of the
// new kind, and changes no close that has been.
func TestCalendar_ASwitchOfThePeriodEndsTheOpenOne(t *testing.T) {
	t.Parallel()
	const zone = "Asia/Shanghai"
	cal := calendarOf(t, zone,
		turn{beginning, SettlementSettings{PeriodEnd, Month}},
		turn{in(t, zone, "2026-03-10 15:00:00"), SettlementSettings{PeriodEnd, Week}},
		turn{in(t, zone, "2026-04-08 09:00:00"), SettlementSettings{PeriodEnd, Month}})
	at := in(t, zone, "2026-02-15 00:00:00")
	for _, want := range []string{"2026-03-01", "2026-03-16", "2026-03-23", "2026-03-30", "2026-04-06", "2026-05-01", "2026-06-01"} {
		next := cal.NextClose(at)
		if got := next.In(cal.zone).Format(time.DateTime); got != want+" 00:00:00" {
			t.Fatalf("after %s comes %s, want %s", at.In(cal.zone), got, want)
		}
		if last, found := cal.LastClose(next.Add(24 * time.Hour)); !found || !last.Equal(next) {
			t.Errorf("a day after %s the last close was %s", next, last)
		}
		at = next
	}
}

// The mark stands in the last moment of the period that closed last; before
// the first close under this method, in the moment before it was chosen.
func TestCalendar_CutOff(t *testing.T) {
	t.Parallel()
	const zone = "America/New_York"
	cal := calendarOf(t, zone,
		turn{beginning, SettlementSettings{AfterFreeze, Month}},
		turn{in(t, zone, "2026-03-10 15:00:00"), SettlementSettings{PeriodEnd, Month}},
		turn{in(t, zone, "2026-05-10 15:00:00"), SettlementSettings{PeriodEnd, Week}},
		turn{in(t, zone, "2026-06-10 15:00:00"), SettlementSettings{AfterFreeze, Week}})
	for _, c := range []struct{ now, upTo string }{
		{"2026-03-10 14:59:59", "2026-03-10 14:59:59"},
		{"2026-03-10 15:00:00", "2026-03-10 15:00:00-"},
		{"2026-03-31 23:59:59", "2026-03-10 15:00:00-"},
		{"2026-04-01 00:00:00", "2026-04-01 00:00:00-"},
		{"2026-05-01 00:00:00", "2026-05-01 00:00:00-"},
		{"2026-05-10 23:59:59", "2026-05-01 00:00:00-"},
		{"2026-05-11 00:00:00", "2026-05-11 00:00:00-"},
		{"2026-06-10 14:59:59", "2026-06-08 00:00:00-"},
		{"2026-06-10 15:00:01", "2026-06-10 15:00:01"},
	} {
		want := in(t, zone, c.upTo[:19])
		if len(c.upTo) > 19 {
			want = want.Add(-time.Microsecond)
		}
		if got := cal.CutOff(in(t, zone, c.now)); !got.Equal(want) {
			t.Errorf("at %s: up to %s, want %s", c.now, got.In(cal.zone), want)
		}
	}
	if got := cal.NextLook(in(t, zone, "2026-06-09 00:00:00")); !got.Equal(in(t, zone, "2026-06-10 15:00:00")) {
		t.Error("the mark may move when the method changes: ", got)
	}
	if got := cal.ArrivesAt(in(t, zone, "2026-05-01 00:00:00"), in(t, zone, "2026-04-20 00:00:00")); !got.Equal(in(t, zone, "2026-05-11 00:00:00")) {
		t.Error("what matures at a close belongs to the next period: ", got)
	}
}

// Closes go on for ever, forwards as backwards, whatever is switched when.
func TestCalendar_ForwardsIsBackwards(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"Asia/Shanghai", "America/New_York", "America/Havana"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		kind := rapid.SampledFrom([]string{Week, Month})
		cal := Calendar{zone, []turn{{beginning, SettlementSettings{PeriodEnd, kind.Draw(t, "kind")}}}}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for range rapid.IntRange(0, 6).Draw(t, "switches") {
			at = at.Add(time.Duration(rapid.Int64Range(1, 40*86_400).Draw(t, "later")) * time.Second)
			cal.turns = append(cal.turns, turn{at, SettlementSettings{PeriodEnd, kind.Draw(t, "kind")}})
		}
		var closes []time.Time
		for x := time.Date(2025, 12, 20, 0, 0, 0, 0, time.UTC); len(closes) < 40; {
			x = cal.NextClose(x)
			closes = append(closes, x)
		}
		for i := 1; i < len(closes); i++ {
			if last, found := cal.LastClose(closes[i].Add(-time.Microsecond)); !found || !last.Equal(closes[i-1]) {
				t.Fatalf("before %s closed %s, forwards %s", closes[i], last, closes[i-1])
			}
			if length := closes[i].Sub(closes[i-1]); length > 62*24*time.Hour {
				t.Fatalf("a period of %s", length)
			}
		}
	})
}
