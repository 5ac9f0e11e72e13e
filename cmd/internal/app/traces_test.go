package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/fenli-io/fenli/platform/telemetry"
	"github.com/fenli-io/fenli/platform/tenancy"
)

// TestTraces follows one real order: the request that told of it, and the
// lane's batch with what the strategy was asked, what was audited and what was
// posted.
func TestTraces(t *testing.T) {
	t.Parallel()
	kept := tracetest.NewInMemoryExporter()
	w := openTown(t, func(c *Config) {
		c.Traces = sdktrace.NewTracerProvider(sdktrace.WithSyncer(kept), sdktrace.WithSampler(telemetry.OneIn(1)))
	})
	s := w.openShop("traced", "a")
	s.open("PUT", "/distributors/seller-13800138000", object{"name": "王小明"}, nil)
	var told struct{ ID string }
	s.open("POST", "/orders", reported("o-1", "buyer-13900139000", "seller-13800138000", 10000), &told)
	s.dealtWith("it is decided")

	var post tracetest.SpanStub
	for end := time.Now().Add(10 * time.Second); post.Name == ""; time.Sleep(20 * time.Millisecond) {
		post = named(kept.GetSpans(), "post")
		if time.Now().After(end) {
			t.Fatalf("no post among %d spans", len(kept.GetSpans()))
		}
	}
	for end := time.Now().Add(10 * time.Second); named(kept.GetSpans(), "lanes").Name == ""; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the lane's own span never ended")
		}
	}
	spans := kept.GetSpans()
	batch, evaluate, audit := named(spans, "batch"), named(spans, "evaluate"), named(spans, "audit")
	lane := spans[slices.IndexFunc(spans, func(x tracetest.SpanStub) bool { return x.SpanContext.SpanID() == batch.Parent.SpanID() })]
	for _, x := range []tracetest.SpanStub{evaluate, audit, post} {
		if x.Parent.SpanID() != batch.SpanContext.SpanID() || x.SpanContext.TraceID() != lane.SpanContext.TraceID() {
			t.Errorf("%q stands below %s in %s", x.Name, x.Parent.SpanID(), x.SpanContext.TraceID())
		}
	}
	if evaluate.EndTime.After(audit.StartTime) || audit.EndTime.After(post.StartTime) {
		t.Error("asked, audited, posted is not the order of the spans")
	}
	if lane.Name != "lanes" || said(lane, "store").AsString() != tenancy.ID(s.tenant("traced")).String() {
		t.Errorf("the lane is %q of %s", lane.Name, said(lane, "store").AsString())
	}
	if got := said(batch, "orders").AsStringSlice(); !slices.Equal(got, []string{told.ID}) {
		t.Errorf("the batch names %v, the order is %s", got, told.ID)
	}
	if got := said(evaluate, "artifact").AsString(); got != strategyOf(w, s) {
		t.Errorf("the artifact is %q", got)
	}
	intake := slices.IndexFunc(spans, func(x tracetest.SpanStub) bool { return said(x, "order").AsString() == told.ID })
	if intake < 0 || said(spans[intake], "store").AsString() != tenancy.ID(s.tenant("traced")).String() {
		t.Error("the request that told of the order has no span of that name and store")
	}
	for _, x := range spans {
		for _, a := range x.Attributes {
			if v := a.Value.String(); strings.Contains(v, "1380013") || strings.Contains(v, "1390013") || strings.Contains(v, "小明") {
				t.Errorf("%s tells %s of somebody: %s", x.Name, a.Key, v)
			}
		}
	}
}

func named(spans tracetest.SpanStubs, name string) tracetest.SpanStub {
	for _, s := range spans {
		if s.Name == name {
			return s
		}
	}
	return tracetest.SpanStub{}
}

func said(s tracetest.SpanStub, key attribute.Key) attribute.Value {
	for _, a := range s.Attributes {
		if a.Key == key {
			return a.Value
		}
	}
	return attribute.Value{}
}
