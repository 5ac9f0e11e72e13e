package commission

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
	"github.com/fenli-io/fenli/tenants/order"
)

// What a strategy says reaches people, logs and other programs, so it is
// bounded and clean before it is kept. In bytes.
const (
	maxKey  = 128
	maxKind = 64
	maxArgs = 32
	maxArg  = 2 << 10
	maxNote = 500 // runes
)

// words are an order's own, which a reason may repeat as they are.
type words map[string]bool

func wordsOf(o order.Order, list []recipient) words {
	w := words{o.Channel: true}
	for _, l := range o.Lines {
		w[l.SKU], w[l.Category] = true, true
	}
	for _, r := range list {
		w[r.grade] = true
	}
	return w
}

// auditWhy wants a reason: a key, and arguments that are text of a bounded
// length. That a template for it exists was seen to when the strategy was
// admitted; without one people read the key.
func auditWhy(words words, w *strategyv1.Why) *violation {
	switch {
	case w.GetKey() == "":
		return &violation{"commission.rail_no_reason", "no reason"}
	case !clean(w.GetKey(), maxKey):
		return &violation{"commission.rail_text", "the key of its reason"}
	case len(w.GetArgs()) > maxArgs:
		return &violation{"commission.rail_text", fmt.Sprintf("%d arguments", len(w.GetArgs()))}
	}
	for i, a := range w.GetArgs() {
		if !clean(a.GetName(), maxKind) || !clean(a.GetValue(), maxArg) && !words[a.GetValue()] {
			return &violation{"commission.rail_text", fmt.Sprintf("argument %d", i)}
		}
	}
	return nil
}

// clean is valid UTF-8 of a bounded length in which nothing steers a terminal
// or turns the text around it.
func clean(text string, most int) bool {
	return len(text) <= most && utf8.ValidString(text) && !strings.ContainsFunc(text, steers)
}

func steers(c rune) bool {
	return c < ' ' || c >= 0x7f && c < 0xa0 || c == 0x200e || c == 0x200f || c >= 0x2028 && c <= 0x202e || c >= 0x2066 && c <= 0x2069 || c == 0xfeff
}

// cleanNote is what is kept of a text that may be anything.
func cleanNote(text string) string {
	runes := 0
	var b strings.Builder
	for _, c := range strings.ToValidUTF8(text, "\ufffd") {
		if runes++; runes > maxNote {
			b.WriteRune('…')
			break
		}
		if steers(c) {
			c = ' '
		}
		b.WriteRune(c)
	}
	return b.String()
}

var ownCode = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)

// failureOf is why a strategy could not decide, in its own code unless that is
// none or speaks in our name.
func failureOf(f *strategyv1.Failed) violation {
	code := f.GetCode()
	if len(code) > maxKind || !ownCode.MatchString(code) || strings.HasPrefix(code, "commission.") {
		code = "strategy.failed"
	}
	return violation{code, cleanNote(f.GetMessage())}
}

// known is a message without the fields that its contract does not have: they
// would be kept for ever, unread and unbounded. One that cannot be written
// down, which no wire lets through, is empty.
func known[M proto.Message](m M) M {
	copied := m.ProtoReflect().New().Interface().(M)
	raw, err := proto.Marshal(m)
	if err != nil {
		return copied
	}
	if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(raw, copied); err != nil {
		panic(fmt.Sprintf("commission: %T does not read itself: %v", m, err))
	}
	return copied
}
