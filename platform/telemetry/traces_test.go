package telemetry

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func TestTraces(t *testing.T) { // counts allocations, so beside no other test
	t.Run("WithoutAnEndpointNothingIsMade", func(t *testing.T) {
		provider, stop, err := OpenTraces(t.Context(), "", 1, "test")
		if provider != nil || err != nil || stop(t.Context()) != nil {
			t.Fatal(provider, err)
		}
		ctx, span := Trace(t.Context(), provider, "a")
		if Traced(ctx) || TraceID(ctx) != "" {
			t.Error("it is traced")
		}
		if n := testing.AllocsPerRun(100, func() {
			_, s := Begin(ctx, "b")
			s.Done(nil)
		}); n > 0 {
			t.Errorf("a span that nobody keeps takes %v allocations", n)
		}
		span.Done(nil)
	})
	t.Run("OneInSoManyIsKeptWhole", func(t *testing.T) {
		kept := tracetest.NewInMemoryExporter()
		provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(kept), sdktrace.WithSampler(OneIn(4)))
		for range 2000 {
			ctx, above := Trace(t.Context(), provider, "above")
			_, below := Begin(ctx, "below")
			below.Done(nil)
			above.Done(nil)
		}
		if n := len(kept.GetSpans()); n%2 != 0 || n < 700 || n > 1300 {
			t.Errorf("%d spans of 4000", n)
		}
	})
	t.Run("AFailureIsMarkedAndNotQuoted", func(t *testing.T) {
		kept := tracetest.NewInMemoryExporter()
		ctx, s := Trace(t.Context(), sdktrace.NewTracerProvider(sdktrace.WithSyncer(kept)), "a")
		if TraceID(ctx) == "" {
			t.Error("no id for the log")
		}
		s.Done(errors.New("13800138000"))
		if x := kept.GetSpans()[0]; x.Status.Code.String() != "Error" || x.Status.Description != "" || len(x.Events) > 0 {
			t.Errorf("%+v", x)
		}
	})
	t.Run("TheyArriveAtTheCollector", func(t *testing.T) {
		var arrived atomic.Int64
		collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/traces" {
				arrived.Add(1)
			}
		}))
		defer collector.Close()
		provider, stop, err := OpenTraces(t.Context(), collector.URL, 1, "test")
		if err != nil {
			t.Fatal(err)
		}
		_, s := Trace(t.Context(), provider, "a")
		s.Done(nil)
		if err := stop(context.Background()); err != nil || arrived.Load() != 1 {
			t.Errorf("%d arrived, %v", arrived.Load(), err)
		}
	})
}
