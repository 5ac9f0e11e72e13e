package telemetry

import (
	"context"
	"fmt"
	"net/url"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// tracer is the name under which every span of ours is kept.
const tracer = "github.com/fenli-io/fenli"

// OpenTraces sends one in so many traces by OTLP over HTTP to an endpoint
// ("http://collector:4318"). Without an endpoint there are none, and spans cost
// nothing. stop sends what is left.
func OpenTraces(ctx context.Context, endpoint string, every int, version string) (_ trace.TracerProvider, stop func(context.Context) error, err error) {
	if endpoint == "" {
		return nil, func(context.Context) error { return nil }, nil
	}
	to, err := url.JoinPath(endpoint, "v1/traces")
	if err != nil {
		return nil, nil, fmt.Errorf("telemetry: traces: %w", err)
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(to))
	if err != nil {
		return nil, nil, fmt.Errorf("telemetry: traces: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithSampler(OneIn(every)),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "fenli"), attribute.String("service.version", version))))
	return provider, provider.Shutdown, nil
}

// OneIn keeps one trace in so many, whole; 1 or less keeps all.
func OneIn(every int) sdktrace.Sampler {
	return sdktrace.ParentBased(sdktrace.TraceIDRatioBased(1 / float64(max(every, 1))))
}

// Trace begins a trace. A nil provider makes none, and neither do the spans
// below it.
func Trace(ctx context.Context, provider trace.TracerProvider, name string, attrs ...attribute.KeyValue) (context.Context, Span) {
	if provider == nil {
		provider = noop.NewTracerProvider()
	}
	ctx, s := provider.Tracer(tracer).Start(ctx, name, trace.WithNewRoot(), trace.WithAttributes(attrs...))
	return ctx, Span{s}
}

// Begin begins a span below the one that the context carries. Attributes name
// ids, artifacts and numbers, never a person.
func Begin(ctx context.Context, name string, attrs ...attribute.KeyValue) (context.Context, Span) {
	above := trace.SpanFromContext(ctx)
	if !above.IsRecording() {
		return ctx, Span{noop.Span{}}
	}
	ctx, s := above.TracerProvider().Tracer(tracer).Start(ctx, name, trace.WithAttributes(attrs...))
	return ctx, Span{s}
}

// Tell adds to the span that the context carries.
func Tell(ctx context.Context, attrs ...attribute.KeyValue) {
	trace.SpanFromContext(ctx).SetAttributes(attrs...)
}

// Traced is whether what the context carries is kept; what is costly to say is
// said only then.
func Traced(ctx context.Context) bool { return trace.SpanFromContext(ctx).IsRecording() }

// TraceID is the id of the trace that the context carries, "" for none.
func TraceID(ctx context.Context) string {
	if c := trace.SpanContextFromContext(ctx); c.HasTraceID() && c.IsSampled() {
		return c.TraceID().String()
	}
	return ""
}

// Span is a part of a trace.
type Span struct{ trace.Span }

// Done ends a span, which failed when there is an error. Its text stays out: it
// may say what a request said.
func (s Span) Done(err error) {
	if err != nil {
		s.SetStatus(codes.Error, "")
	}
	s.End()
}
