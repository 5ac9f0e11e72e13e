package telemetry

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func TestLogger(t *testing.T) {
	for _, format := range []string{"json", "text"} {
		t.Run("KeepsPrivateThingsOutOf_"+format, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			log, err := NewLogger(&out, format, slog.LevelInfo)
			if err != nil {
				t.Fatal(err)
			}
			log.With("openid", "LEAK1").WithGroup("buyer").Info("seen",
				"phone", "LEAK2", "BuyerPhone", "LEAK3", "X-Access-Token", "LEAK4",
				slog.Group("inner", "real_name", "LEAK5", "city", "Hangzhou"),
				"body", map[string]any{"password": "LEAK6", "deep": map[string]any{"id_card": "LEAK7"}},
				slog.Group("secret", "value", "LEAK8"),
			)
			if strings.Contains(out.String(), "LEAK") {
				t.Errorf("leaks: %s", out.String())
			}
			if !strings.Contains(out.String(), "Hangzhou") || strings.Count(out.String(), redacted) != 8 {
				t.Errorf("hides too much or too little: %s", out.String())
			}
		})
	}

	t.Run("CarriesWhatTheContextKnows", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		log, _ := NewLogger(&out, "json", slog.LevelInfo)
		ctx := With(With(context.Background(), slog.String("request", "r1")), slog.String("store", "s1"))
		log.With("k", "v").InfoContext(ctx, "hello")
		if !strings.Contains(out.String(), `"request":"r1"`) || !strings.Contains(out.String(), `"store":"s1"`) {
			t.Errorf("got %s", out.String())
		}
	})

	t.Run("RefusesAnUnknownFormat", func(t *testing.T) {
		t.Parallel()
		if _, err := NewLogger(&bytes.Buffer{}, "xml", slog.LevelInfo); err == nil {
			t.Error("accepted xml")
		}
	})
}

func TestMetricsAreServed(t *testing.T) {
	t.Parallel()
	m := NewMetrics()
	count := prometheus.NewCounter(prometheus.CounterOpts{Name: "fenli_orders_total", Help: "Orders."})
	m.MustRegister(count)
	count.Add(3)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	if !strings.Contains(w.Body.String(), "fenli_orders_total 3") {
		t.Errorf("got %s", w.Body.String())
	}
}

func TestHealth(t *testing.T) {
	t.Run("IsReadyWhenEverythingAnswers", func(t *testing.T) {
		t.Parallel()
		h := NewHealth()
		h.Register("postgres", func(context.Context) error { return nil })
		w := httptest.NewRecorder()
		h.ReadyHandler().ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		if w.Code != 200 {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
	})

	t.Run("NamesWhatFailedButNotWhy", func(t *testing.T) {
		t.Parallel()
		h := NewHealth()
		h.Register("postgres", func(context.Context) error { return errors.New("10.0.0.1 refused") })
		h.Register("redis", func(context.Context) error { return nil })
		w := httptest.NewRecorder()
		h.ReadyHandler().ServeHTTP(w, httptest.NewRequest("GET", "/readyz", nil))
		if w.Code != 503 || !strings.Contains(w.Body.String(), "postgres") || strings.Contains(w.Body.String(), "10.0.0.1") || strings.Contains(w.Body.String(), "redis") {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
		live := httptest.NewRecorder()
		h.LiveHandler().ServeHTTP(live, httptest.NewRequest("GET", "/livez", nil))
		if live.Code != 200 {
			t.Errorf("a missing database must not restart the process: %d", live.Code)
		}
	})

	t.Run("DoesNotWaitForACheckThatHangs", func(t *testing.T) {
		t.Parallel()
		h := NewHealth()
		hang := make(chan struct{})
		defer close(hang)
		h.Register("stuck", func(context.Context) error { <-hang; return nil })
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if failed := h.Ready(ctx); failed["stuck"] == nil {
			t.Error("a stuck check passed")
		}
	})
}
