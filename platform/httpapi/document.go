package httpapi

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
)

// Document is the OpenAPI 3.1 document of an audience as JSON.
func (s *Server) Document(a Audience) ([]byte, error) {
	return json.MarshalIndent(s.apis[a].OpenAPI(), "", "  ")
}

// serveDocument writes the document once: Huma's own route does so without a
// lock.
func serveDocument(api huma.API) fiber.Handler {
	document := sync.OnceValues(func() ([]byte, error) { return json.Marshal(api.OpenAPI()) })
	return func(c *fiber.Ctx) error {
		body, err := document()
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, "application/vnd.oai.openapi+json;version=3.1")
		return c.Send(body)
	}
}

func firstWord(id string) string {
	word, _, _ := strings.Cut(id, ".")
	return word
}

// newNamer names schemas after their slice, because every slice may call its
// own shape Line: orderhttp.Line is OrderLine and orderhttp.Order is Order.
func newNamer() func(reflect.Type, string) string {
	names, taken := map[reflect.Type]string{}, map[string]bool{}
	return func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if name, known := names[t]; known {
			return name
		}
		base := schemaName(t, hint)
		name := base
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s%d", base, n)
		}
		if t.Kind() == reflect.Struct {
			names[t], taken[name] = name, true
		}
		return name
	}
}

// schemaName turns Page[example.com/x/orderhttp.Line] into PageOrderLine.
func schemaName(t reflect.Type, hint string) string {
	if t.Name() == "" {
		return joinCapitals(strings.FieldsFunc(hint, notLetter))
	}
	parts := strings.FieldsFunc(t.PkgPath()+"."+t.Name(), func(r rune) bool { return strings.ContainsRune("[]*,", r) })
	var words []string
	for _, part := range parts {
		path, base, qualified := cutLast(part, ".")
		if !qualified {
			base = path
		}
		slice := strings.TrimSuffix(path[strings.LastIndex(path, "/")+1:], "http")
		if qualified && slice != "httpapi" && !strings.HasPrefix(strings.ToLower(base), slice) {
			words = append(words, slice)
		}
		words = append(words, base)
	}
	return joinCapitals(words)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

func notLetter(r rune) bool {
	return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9')
}

func joinCapitals(words []string) string {
	var b strings.Builder
	for _, w := range words {
		if w != "" {
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	return b.String()
}
