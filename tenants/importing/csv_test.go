package importing

import (
	"bufio"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// Read is for tests of the package from outside.
var Read = read

func TestSplit(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`a,b,c`:          "a|b|c",
		`,,`:             "||",
		``:               "",
		`"a,b",c`:        "a,b|c",
		`"a ""b""",c`:    `a "b"|c`,
		`6" HEART,c`:     `6" HEART|c`,
		`a,""`:           "a|",
		`"a"b,c`:         "refused",
		`"a,b`:           "refused",
		`a,"`:            "refused",
		`"""`:            "refused",
		`a,"b""c","d,""`: "refused",
	} {
		got := "refused"
		if values, ok := split(text); ok {
			got = strings.Join(values, "|")
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestSplit_ReadsWhatWasQuoted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		values := rapid.SliceOfN(rapid.StringMatching(`[a,"' ]*`), 1, 9).Draw(r, "values")
		quoted := make([]string, len(values))
		for i, v := range values {
			quoted[i] = `"` + strings.ReplaceAll(v, `"`, `""`) + `"`
		}
		got, ok := split(strings.Join(quoted, ","))
		if !ok || strings.Join(got, "|") != strings.Join(values, "|") {
			r.Fatalf("got %q, want %q", got, values)
		}
	})
}

func TestParsePence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0": "0", "3.75": "375", "1.8": "180", "7": "700", "0.07": "7", "0.29": "29", "-11062.06": "-1106206", "0012.50": "1250", "-0.01": "-1",
		"999999999999.99": "99999999999999", "1.005": "fine", "0.001": "fine", "2.500": "fine",
		"": "refused", "-": "refused", ".5": "refused", "5.": "refused", "1e3": "refused", "+1": "refused", "1,5": "refused", "1.2.3": "refused",
		"--1": "refused", "0x1": "refused", "1_000": "refused", " 1": "refused", "NaN": "refused", "٣": "refused", "1000000000000": "refused",
	} {
		pence, fine, ok := parsePence(text)
		got := strconv.FormatInt(pence, 10)
		if fine {
			got = "fine"
		}
		if !ok {
			got = "refused"
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestParsePence_IsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.Int64Range(0, 99_999_999_999_999).Draw(r, "pence")
		digits := strconv.FormatInt(n+100_000_000_000_000_0, 10)[2:] // padded with zeros
		text := digits[:len(digits)-2] + "." + digits[len(digits)-2:]
		text = strings.TrimLeft(text[:len(text)-3], "0") + text[len(text)-3:]
		if text[0] == '.' {
			text = "0" + text
		}
		if pence, fine, ok := parsePence(text); !ok || fine || pence != n {
			r.Fatalf("%s: got %d, want %d", text, pence, n)
		}
	})
}

// A line too long is one line, whatever follows; a last line needs no end.
func TestReadLines_CountsEveryLine(t *testing.T) {
	t.Parallel()
	header := strings.Join(columns[:], ",")
	text := "\ufeff" + header + "\r\n" + "1,2,3,4,5,6,7,8\n" + strings.Repeat("x", 3*maxLine) + "\n" + "1,2,3,4,5,6,7,8\n\n1,2,3,4,5,6,7,8"
	var got []bool
	err := readLines(bufio.NewReaderSize(strings.NewReader(text), maxLine), func(n int, _ fields, ok bool) {
		if n != len(got)+2 {
			t.Errorf("line %d is called %d", len(got)+2, n)
		}
		got = append(got, ok)
	})
	want := []bool{true, false, true, false, true}
	if err != nil || len(got) != len(want) {
		t.Fatalf("%v, %v", got, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("line %d: %v", i+2, got[i])
		}
	}
}

// Columns are found by name, so their order is the file's own business.
func TestReadLines_FindsColumnsByName(t *testing.T) {
	t.Parallel()
	text := "country,CustomerID,UnitPrice,InvoiceDate,Quantity,Description,StockCode,InvoiceNo\nc,u,p,d,q,t,s,i"
	err := readLines(bufio.NewReader(strings.NewReader(text)), func(_ int, f fields, ok bool) {
		if !ok || strings.Join(f[:], "") != "istqdpuc" {
			t.Errorf("%q", f)
		}
	})
	if err != nil {
		t.Error(err)
	}
}

// Whatever a file says, every line of it is accounted for.
func FuzzReader(f *testing.F) {
	header := strings.Join(columns[:], ",") + "\n"
	for _, seed := range []string{
		"1,2,x,3,2011-01-01T00:00:00,1.50,17001,EIRE\nC2,2,x,-4,2011-01-02T00:00:00,1.50,17001,EIRE\n",
		"1,2,\"x,y\",3,1/2/2011 10:00,0.001,,United Kingdom\n\n\"",
		"1,POST,x,3,2011-01-01 00:00:00,-1,1,Österreich\r\n\x00,\xff,,,,,,\n",
		"C,2,x,-9223372036854775808,2011-01-01T00:00:00,999999999999.99,1,é\n",
		"1,2,x,2147483647,2011-03-27T01:30:00,999999999999.99,1,A\n1,2,x,1,2011-03-27T01:30:00,1,2,a\n",
	} {
		f.Add(header + seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := newReader()
		err := readLines(bufio.NewReaderSize(strings.NewReader(text), maxLine), func(n int, f fields, ok bool) { r.take("f", n, f, ok) })
		if err != nil {
			return // not this header
		}
		body := strings.SplitAfter(text, "\n")[1:]
		if n := len(body); n > 0 && body[n-1] == "" {
			body = body[:n-1]
		}
		histories := r.histories("p")
		if r.report.Read != len(body) {
			t.Fatalf("%d lines, %d read", len(body), r.report.Read)
		}
		if err := r.report.check(); err != nil {
			t.Fatal(err)
		}
		for _, h := range histories {
			sound(t, h)
		}
	})
}

// sound is what a replay relies on.
func sound(t *testing.T, h *history) {
	t.Helper()
	left := map[string][]int64{}
	for i, s := range h.steps {
		if i > 0 && s.At.Before(h.steps[i-1].At) || s.At.Before(h.begins) {
			t.Fatalf("step %d goes back in time", i)
		}
		for _, l := range s.Lines {
			if l.price <= 0 || l.qty <= 0 || !utf8.ValidString(l.title) {
				t.Fatalf("%+v is sold", l)
			}
			left[s.Invoice] = append(left[s.Invoice], l.price*l.qty)
		}
		for _, b := range s.Returns {
			rest := left[b.Invoice]
			if b.Line > len(rest) || b.Amount <= 0 || rest[b.Line-1] < b.Amount {
				t.Fatalf("%+v takes back more than is there", b)
			}
			rest[b.Line-1] -= b.Amount
		}
		if s.Joins && s.Via == s.Customer {
			t.Fatalf("%s stands below themselves", s.Customer)
		}
	}
	if last := h.steps[len(h.steps)-1]; last.Kind != theEnd {
		t.Fatal("a store without an end")
	}
}
