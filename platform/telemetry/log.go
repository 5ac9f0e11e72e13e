// Package telemetry is what a running server says about itself: logs, metrics, health.
//
// It promises that logs never carry a phone number, a name, a token or a
// password under their own key, however deeply nested.
package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// NewLogger writes records to w as "json" (for machines) or "text" (for people).
func NewLogger(w io.Writer, format string, level slog.Leveler) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: redact}
	switch format {
	case "json":
		return slog.New(contextual{slog.NewJSONHandler(w, options)}), nil
	case "text", "":
		return slog.New(contextual{slog.NewTextHandler(w, options)}), nil
	}
	return nil, fmt.Errorf("telemetry: log format %q is neither json nor text", format)
}

const redacted = "[redacted]"

// private lists the words that mark a key as private, wherever they stand in it:
// "phone", "buyer_phone" and "PhoneNumber" alike.
var private = []string{
	"phone", "mobile", "token", "password", "passwd", "secret", "authorization", "cookie", "api_key", "apikey",
	"real_name", "realname", "id_card", "idcard", "id_number", "openid", "unionid", "bank_account", "card_number", "session_key",
}

func isPrivate(key string) bool {
	key = strings.ToLower(strings.ReplaceAll(key, "-", "_"))
	for _, word := range private {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

// redact is asked for every attribute that is not a group, and is told the
// groups it stands in: a private group hides all it holds.
func redact(groups []string, a slog.Attr) slog.Attr {
	if isPrivate(a.Key) {
		return slog.String(a.Key, redacted)
	}
	for _, group := range groups {
		if isPrivate(group) {
			return slog.String(a.Key, redacted)
		}
	}
	switch v := a.Value.Any().(type) {
	case map[string]any:
		return slog.Any(a.Key, redactMap(v))
	case map[string]string:
		open := make(map[string]any, len(v))
		for key, value := range v {
			open[key] = value
		}
		return slog.Any(a.Key, redactMap(open))
	}
	return a
}

func redactMap(m map[string]any) map[string]any {
	safe := make(map[string]any, len(m))
	for key, value := range m {
		switch inner, nested := value.(map[string]any); {
		case isPrivate(key):
			safe[key] = redacted
		case nested:
			safe[key] = redactMap(inner)
		default:
			safe[key] = value
		}
	}
	return safe
}

// contextual adds to each record what the context carries, see [With].
type contextual struct{ slog.Handler }

type attrsKey struct{}

// With returns a context whose log records carry the attributes: a request id, a store.
func With(ctx context.Context, attrs ...slog.Attr) context.Context {
	before, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	return context.WithValue(ctx, attrsKey{}, append(before[:len(before):len(before)], attrs...))
}

func (h contextual) Handle(ctx context.Context, r slog.Record) error {
	if attrs, ok := ctx.Value(attrsKey{}).([]slog.Attr); ok {
		r.AddAttrs(attrs...)
	}
	return h.Handler.Handle(ctx, r)
}

func (h contextual) WithAttrs(attrs []slog.Attr) slog.Handler {
	return contextual{h.Handler.WithAttrs(attrs)}
}

func (h contextual) WithGroup(name string) slog.Handler {
	return contextual{h.Handler.WithGroup(name)}
}
