package bench

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

func TestFigure(t *testing.T) {
	for name, c := range map[string]struct {
		f    Figure
		want bool
	}{
		"NoTargetIsMet":           {figure("f", 9, "ms"), true},
		"AtMostIsInclusive":       {figure("f", 1, "ms").atMost(1), true},
		"AboveAtMostIsMissed":     {figure("f", 1.01, "ms").atMost(1), false},
		"AtLeastIsInclusive":      {figure("f", 0.9, "×").atLeast(0.9), true},
		"BelowAtLeastIsMissed":    {figure("f", 0.89, "×").atLeast(0.9), false},
		"AMissedFigureSaysSo":     {figure("f", 2, "ms").atMost(1), false},
		"ZeroIsAValueLikeAnother": {figure("f", 0, "ms").atMost(1), true},
	} {
		if c.f.Met() != c.want {
			t.Errorf("%s: %+v", name, c.f)
		}
	}
	var out strings.Builder
	Report{Figures: []Figure{figure("slow", 2, "ms").atMost(1)}}.Table(&out)
	if !strings.Contains(out.String(), "MISSED") {
		t.Errorf("the table hides a missed target:\n%s", out.String())
	}
}

func TestPercentile(t *testing.T) {
	var list []time.Duration
	for i := 100; i > 0; i-- {
		list = append(list, time.Duration(i)*time.Millisecond)
	}
	if p50, p99 := percentile(list, 0.5), percentile(list, 0.99); p50 != 51 || p99 != 100 {
		t.Errorf("p50 %v, p99 %v", p50, p99)
	}
	if percentile(nil, 0.5) != 0 {
		t.Error("nothing has a percentile")
	}
}

func TestUsage(t *testing.T) {
	before, _ := readStat(os.Getpid())
	for begun := time.Now(); time.Since(begun) < 60*time.Millisecond; { // six ticks of work
	}
	after, ok := readStat(os.Getpid())
	if !ok || after.own <= before.own {
		t.Errorf("work does not show: %v before, %v after", before.own, after.own)
	}
	if memory(os.Getpid(), "RssAnon") <= 0 {
		t.Error("a process without memory")
	}
	u := usage{app: 3 * time.Second, postgres: time.Second}.less(usage{app: 2 * time.Second}, 0.5)
	if u.app != 2*time.Second || u.total() != 3*time.Second {
		t.Errorf("%+v", u)
	}
}

func TestRun_RefusesAScenarioThatDoesNotExist(t *testing.T) {
	_, err := Run(context.Background(), Options{Only: []string{"nothing"}, Say: func(string) {}})
	if err == nil || !strings.Contains(err.Error(), "orders") {
		t.Errorf("got %v", err)
	}
}
