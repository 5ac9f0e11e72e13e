package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	strategyv1 "github.com/fenli-io/fenli/plugins/sdk/proto/strategy/v1"
)

// question is what was asked and what came back.
type question struct {
	rpc     string
	request proto.Message
	answer  proto.Message
}

// maxShown bounds what a report quotes of one message.
const maxShown = 256 << 10

func (f finding) result(c check) Result {
	r := Result{Name: c.name, Title: Title{c.zh, c.en}, Status: f.status, Detail: short(f.detail, 2000)}
	if r.Status == "" {
		r.Status = Pass
	}
	if f.asked == nil {
		return r
	}
	r.RPC, r.Request, r.Answer = f.asked.rpc, plain(f.asked.request), plain(f.asked.answer)
	if c, ok := f.asked.request.(interface{ GetConfig() []byte }); ok && json.Valid(c.GetConfig()) {
		r.Config = c.GetConfig()
	}
	return r
}

// plain is protojson without the white space that it varies on purpose; nil
// for a message that is too large to quote or has no such form.
func plain(m proto.Message) json.RawMessage {
	if m == nil {
		return nil
	}
	raw, err := protojson.Marshal(m)
	if err != nil || len(raw) > maxShown {
		return nil
	}
	var compact bytes.Buffer
	if json.Compact(&compact, raw) != nil {
		return nil
	}
	return compact.Bytes()
}

// short cuts a text at a rune.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

var marks = map[Status]string{Pass: "✓", Fail: "✗", Skipped: "–"}

// Text writes the report for a terminal: a line a check, and under those that
// failed what was wrong and the question that shows it.
func (r Report) Text(w io.Writer, lang string) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s %s (%s)\n", short(printable(r.Strategy), 60), short(printable(r.Version), 60), short(printable(r.SDK), 60))
	counts := map[Status]int{}
	for _, c := range r.Results {
		counts[c.Status]++
		fmt.Fprintf(&out, "%s %-24s %s\n", marks[c.Status], c.Name, c.Title.In(lang))
		if c.Status == Pass {
			continue
		}
		fmt.Fprintf(&out, "    %s\n", printable(c.Detail))
		for _, quoted := range []struct {
			name string
			json json.RawMessage
		}{{c.RPC, c.Request}, {"config", c.Config}, {"answer", c.Answer}} {
			if len(quoted.json) > 0 && quoted.name != "" {
				fmt.Fprintf(&out, "    %s %s\n", quoted.name, short(printable(string(quoted.json)), 600))
			}
		}
	}
	fmt.Fprintf(&out, Title{"%d 项通过，%d 项未通过，%d 项跳过；共问 %d 次、%d 笔订单\n", "%d passed, %d failed, %d skipped; %d questions, %d orders\n"}.In(lang),
		counts[Pass], counts[Fail], counts[Skipped], r.Asked, r.Orders)
	_, err := w.Write(out.Bytes())
	return err
}

// printable keeps a strategy's words from steering a terminal.
func printable(s string) string {
	var b bytes.Buffer
	for _, c := range s {
		if c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 || isBidi(c) {
			fmt.Fprintf(&b, "\\u%04x", c)
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// isBidi reports the invisible signs that turn text around.
func isBidi(c rune) bool {
	return c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 || c == 0x200e || c == 0x200f
}

func evaluating(req *strategyv1.EvaluateRequest, answer *strategyv1.EvaluateResponse) *question {
	return &question{"Evaluate", req, answer}
}
