package host

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestMetrics(t *testing.T) {
	t.Parallel()
	h := newHost(t)
	sha := install(t, h, hostile(t, ""))
	ask(t, h, sha, "", 3)
	ask(t, h, sha, "pretender", 2)
	ask(t, h, sha, "error", 1)
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(h.Metrics())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := []string{strings.TrimPrefix(f.GetName(), "fenli_strategy_")}
			for _, l := range m.GetLabel() {
				switch l.GetName() {
				case "strategy", "version", "artifact":
					if l.GetValue() != map[string]string{"strategy": "hostile", "version": "1.0.0", "artifact": sha[:8]}[l.GetName()] {
						t.Errorf("%s: %v", f.GetName(), l)
					}
				default:
					name = append(name, l.GetValue())
				}
			}
			got[strings.Join(name, " ")] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
		}
	}
	for name, want := range map[string]float64{
		"calls_total answered": 2, "calls_total error": 1, "orders_total": 6, "failures_total strategy": 2, "failures_total plugin.error": 1,
		"starts_total": 1, "call_seconds": 3, "state serving": 1,
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	if rss := got["resident_bytes"]; rss < 1<<20 || rss > 64<<20 {
		t.Errorf("%v bytes are resident", rss)
	}
}
