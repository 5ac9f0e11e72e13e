package host

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// metrics are figures by artifact. Neither stores nor people are labels.
type metrics struct {
	host *Host

	calls, orders, failures, starts, crashes, rechecks, impures *prometheus.CounterVec
	seconds                                                     *prometheus.HistogramVec
	state, resident                                             *prometheus.Desc
}

var byArtifact = []string{"strategy", "version", "artifact"}

func newMetrics(h *Host) *metrics {
	counter := func(name, help string, more ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "fenli_strategy_" + name, Help: help}, append(byArtifact[:3:3], more...))
	}
	return &metrics{
		host:     h,
		calls:    counter("calls_total", "Questions that reached a strategy's process, by how they ended.", "result"),
		orders:   counter("orders_total", "Orders that a strategy was asked about."),
		failures: counter("failures_total", "Orders that were not decided, by code; a strategy's own codes are \"strategy\".", "code"),
		starts:   counter("starts_total", "Processes of a strategy that were started."),
		crashes:  counter("crashes_total", "Incidents that count towards quarantine."),
		rechecks: counter("rechecks_total", "Answers that were compared with those of a fresh process."),
		impures:  counter("impure_total", "Of those, answers that differed. Any is an incident: the strategy is in quarantine."),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "fenli_strategy_call_seconds", Help: "Time to answer one question, of at most 200 orders.",
			Buckets: prometheus.ExponentialBuckets(0.0005, 2.5, 11),
		}, byArtifact),
		state:    prometheus.NewDesc("fenli_strategy_state", "1 for the state a strategy's process is in.", append(byArtifact[:3:3], "state"), nil),
		resident: prometheus.NewDesc("fenli_strategy_resident_bytes", "Memory of a strategy's process.", byArtifact, nil),
	}
}

// Metrics are the host's figures, for a registry.
func (h *Host) Metrics() prometheus.Collector { return h.metrics }

func (m *metrics) vectors() []prometheus.Collector {
	return []prometheus.Collector{m.calls, m.orders, m.failures, m.starts, m.crashes, m.rechecks, m.impures, m.seconds}
}

// Describe is of the prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, v := range m.vectors() {
		v.Describe(ch)
	}
	ch <- m.state
	ch <- m.resident
}

// Collect is of the prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	for _, v := range m.vectors() {
		v.Collect(ch)
	}
	m.host.mu.Lock()
	slots := make(map[string]*slot, len(m.host.slots))
	for sha, s := range m.host.slots {
		slots[sha] = s
	}
	m.host.mu.Unlock()
	for sha, s := range slots {
		now, labels := s.status(), m.labels(sha)
		ch <- prometheus.MustNewConstMetric(m.state, prometheus.GaugeValue, 1, append(labels, now.State)...)
		if now.PID != "" {
			ch <- prometheus.MustNewConstMetric(m.resident, prometheus.GaugeValue, float64(now.Resident), labels...)
		}
	}
}

// labels name an artifact. One that is being installed has no name yet.
func (m *metrics) labels(sha string) []string {
	known, err := m.host.store.find(sha)
	if err != nil {
		return []string{"", "", short(sha)}
	}
	return []string{known.ID, known.Version, short(sha)}
}

func short(sha string) string { return sha[:min(8, len(sha))] }

func (m *metrics) started(sha string, d *strategyv1.DescribeResponse) {
	m.starts.WithLabelValues(d.GetId(), d.GetVersion(), short(sha)).Inc() // it may not be installed yet
}
func (m *metrics) crashed(sha string) { m.crashes.WithLabelValues(m.labels(sha)...).Inc() }
func (m *metrics) impure(sha string)  { m.impures.WithLabelValues(m.labels(sha)...).Inc() }
func (m *metrics) rechecked(sha string, answers int) {
	m.rechecks.WithLabelValues(m.labels(sha)...).Add(float64(answers))
}

func (m *metrics) called(sha string, took time.Duration, err error) {
	labels := m.labels(sha)
	m.seconds.WithLabelValues(labels...).Observe(took.Seconds())
	result := "answered"
	switch {
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		result = "given_up"
	case err != nil:
		result = strings.TrimPrefix(codeOf(err), "plugin.")
	}
	m.calls.WithLabelValues(append(labels, result)...).Inc()
}

// decided counts orders and returns how many of them were not decided.
func (m *metrics) decided(sha string, decisions []*strategyv1.Decision) (failed int) {
	labels := m.labels(sha)
	m.orders.WithLabelValues(labels...).Add(float64(len(decisions)))
	for _, d := range decisions {
		f := d.GetFailed()
		if f == nil {
			continue
		}
		failed++
		code := "strategy" // a strategy may make up as many as it likes
		if strings.HasPrefix(f.GetCode(), "plugin.") {
			code = f.GetCode()
		}
		m.failures.WithLabelValues(append(labels, code)...).Inc()
	}
	return failed
}

// trace logs which artifact was asked what, for how long, beside the trace that
// the context carries; the span is the caller's, who knows for whom it asks.
func (h *Host) trace(ctx context.Context, sha, what string, orders int, took time.Duration, failed int) {
	if !h.log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	h.log.DebugContext(ctx, "strategy asked", "what", what, "plugin", short(sha), "orders", orders, "failed", failed, "took", took)
}

// residentBytes is the memory of a process in bytes, 0 when it is gone.
func residentBytes(pid string) int64 {
	raw, err := os.ReadFile("/proc/" + pid + "/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(raw))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
