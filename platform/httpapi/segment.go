package httpapi

import (
	"net/url"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"

	"github.com/fenli-io/fenli/platform/fault"
)

var errAddress = fault.New(fault.Malformed, "request.address", "地址中的转义有误", "the address is escaped wrongly")

// plainPath gives handlers the segments of a path as they were meant. An id of
// a merchant's own may hold a slash, a space or 中文, so it stands escaped in
// the path, and Fiber hands it on as it stands.
type plainPath struct{ humaContext }

// humaContext keeps its name from hiding the method Context.
type humaContext = huma.Context

func (p plainPath) Unwrap() huma.Context { return p.humaContext }

// Param is one segment, decoded once.
func (p plainPath) Param(name string) string {
	text, err := url.PathUnescape(p.humaContext.Param(name))
	if err != nil {
		return p.humaContext.Param(name) // checkPath has refused it
	}
	return text
}

// checkPath refuses what is no address of text.
func checkPath(hc huma.Context) error {
	text, err := url.PathUnescape(humafiber.Unwrap(hc).Path())
	if err != nil || !utf8.ValidString(text) {
		return errAddress.Because(err)
	}
	return nil
}
