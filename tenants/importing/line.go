package importing

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// line is one line of an invoice that can be read.
type line struct {
	file     string
	nth      int // in its file
	invoice  string
	code     string
	title    string
	qty      int64
	at       time.Time
	price    int64 // of one, in pence
	customer string
	country  string
}

// cancels reports whether the line stands on a cancellation.
func (l line) cancels() bool { return l.invoice[0] == 'C' || l.invoice[0] == 'c' }

// maxField bounds ids and names; the longest of the real file has 35 bytes.
const maxField = 200

// parse reads a line, or says why not. The time of the file is the shop's own,
// London time, wherever the customer lives.
func parse(f fields) (l line, why Reason, detail string) {
	l = line{invoice: f[0], code: f[1], title: f[2], customer: strings.TrimSuffix(f[6], ".0"), country: f[7]}
	for i, value := range f {
		switch {
		case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
			return l, Malformed, columns[i] + " is not text"
		case len(value) > maxField:
			return l, Malformed, columns[i] + " is too long"
		}
	}
	if l.invoice == "" || l.code == "" || slugOf(l.country) == "" {
		return l, Malformed, "invoice, stock code and country must be there"
	}
	var ok bool
	if l.qty, ok = parseQuantity(f[3]); !ok {
		return l, Malformed, "quantity " + f[3]
	}
	if l.at, ok = parseTime(f[4]); !ok {
		return l, Malformed, "date " + f[4]
	}
	var fine bool
	if l.price, fine, ok = parsePence(f[5]); !ok {
		return l, Malformed, "price " + f[5]
	}
	why, detail = l.defect(fine, f)
	return l, why, detail
}

// defect finds what is wrong with a line that can be read.
func (l line) defect(fine bool, f fields) (Reason, string) {
	switch {
	case isFee(l.code):
		return FeeCode, l.code
	case l.customer == "":
		return NoCustomer, ""
	case fine:
		return Decimals, f[5]
	case l.price <= 0:
		return Price, f[5]
	case l.qty == 0 || l.cancels() != (l.qty < 0):
		return Quantity, f[3]
	case max(l.qty, -l.qty) > money.MaxMinor/l.price:
		return OutOfRange, f[3] + " × " + f[5]
	}
	return "", ""
}

// fees are the stock codes that are no goods.
var fees = map[string]bool{
	"POST": true, "DOT": true, "C2": true, // postage and carriage
	"M": true, "D": true, "S": true, "B": true, // manual, discount, samples, bad debt
	"BANK CHARGES": true, "AMAZONFEE": true, "CRUK": true, // charges, and a commission paid to a charity
}

// isFee also takes gift vouchers for none: stored value counts when spent.
func isFee(code string) bool {
	code = strings.ToUpper(code)
	return fees[code] || strings.HasPrefix(code, "GIFT_")
}

func parseQuantity(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 32)
	return n, err == nil
}

var layouts = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "1/2/2006 15:04"}

func parseTime(s string) (time.Time, bool) {
	for _, layout := range layouts {
		if t, err := time.ParseInLocation(layout, s, london); err == nil {
			return t.UTC(), t.Year() >= 1970 && t.Year() < 9000
		}
	}
	return time.Time{}, false
}

// parsePence reads pounds as pence, digit by digit. fine is true, and the
// pence are not, for a price with more than two decimals.
func parsePence(s string) (pence int64, fine, ok bool) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, part, dot := strings.Cut(digits, ".")
	if whole == "" || dot && part == "" || !allDigits(whole) || !allDigits(part) || len(whole) > 12 {
		return 0, false, false
	}
	if len(part) > 2 {
		return 0, true, true
	}
	pence, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if negative {
		pence = -pence
	}
	return pence, false, err == nil
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// sum is the fingerprint of a line's content: 16 bytes are enough to tell a
// hundred million lines apart.
func (f fields) sum() [16]byte {
	full := sha256.Sum256([]byte(strings.Join(f[:], "\x00")))
	return [16]byte(full[:])
}
