package importing

import (
	"fmt"
	"slices"
	"strings"
)

// Reason is why a line was not, or not wholly, used.
type Reason string

// A line that deserves several reasons gets the first of this list.
const (
	Malformed       Reason = "malformed"        // not eight fields, no number, no date, not UTF-8
	Duplicate       Reason = "duplicate"        // the same eight fields as an earlier line of any file
	FeeCode         Reason = "fee_code"         // postage, charges, vouchers, manual entries: no goods
	NoCustomer      Reason = "no_customer"      // nobody to whom it could be sold
	Decimals        Reason = "decimals"         // a price finer than a penny
	Price           Reason = "price"            // zero or negative
	Quantity        Reason = "quantity"         // zero, negative outside a cancellation, positive inside one
	OutOfRange      Reason = "out_of_range"     // more money, or more lines in one invoice, than an order may have
	InvoiceConflict Reason = "invoice_conflict" // another customer's line on somebody's invoice
	ReturnUnmatched Reason = "return_unmatched" // the customer never bought this at this price before
	ReturnExcess    Reason = "return_excess"    // more came back than was bought; what matches is refunded
)

// reasons in the order of their report.
var reasons = []Reason{Malformed, Duplicate, FeeCode, NoCustomer, Decimals, Price, Quantity, OutOfRange, InvoiceConflict,
	ReturnUnmatched, ReturnExcess}

var sentences = map[Reason][2]string{
	Malformed:       {"无法识别的行", "cannot be read"},
	Duplicate:       {"与之前的行完全相同", "exactly the same as an earlier line"},
	FeeCode:         {"运费、手续费、代金券等，非商品", "a fee, charge or voucher, no goods"},
	NoCustomer:      {"没有客户编号", "no customer"},
	Decimals:        {"单价超过两位小数", "a price with more than two decimals"},
	Price:           {"单价为零或负数", "a price of zero or below"},
	Quantity:        {"数量为零，或正负与单据不符", "a quantity of zero, or of the wrong sign for its invoice"},
	OutOfRange:      {"超出一笔订单的上限", "more than an order may have"},
	InvoiceConflict: {"单据属于另一位客户", "on another customer's invoice"},
	ReturnUnmatched: {"退货找不到之前的购买", "a return without an earlier purchase"},
	ReturnExcess:    {"退货多于购买，仅退可匹配的部分", "a return of more than was bought; what matches is refunded"},
}

// Sentence says the reason to people: in Chinese for "zh" and its regions,
// else in English.
func (r Reason) Sentence(lang string) string {
	if strings.HasPrefix(strings.ToLower(lang), "zh") {
		return sentences[r][0]
	}
	return sentences[r][1]
}

// Problem is one reported line.
type Problem struct {
	File   string
	Line   int // of the file, the header being 1
	Reason Reason
	Detail string // the value to blame, "" when the reason says all
}

// Count is how many lines have a reason.
type Count struct {
	Reason Reason
	Lines  int
}

// Report accounts for every line of the files, headers aside.
type Report struct {
	Read     int
	Used     int // wholly: in an order, or refunded
	Reported int
	Problems []Problem // one a reported line, by file and line
}

// ByReason counts the reported lines, reasons without any left out.
func (r Report) ByReason() (counts []Count) {
	n := map[Reason]int{}
	for _, p := range r.Problems {
		n[p.Reason]++
	}
	for _, reason := range reasons {
		if n[reason] > 0 {
			counts = append(counts, Count{reason, n[reason]})
		}
	}
	return counts
}

// check proves that no line was lost: each of the three numbers was counted
// where it happened.
func (r Report) check() error {
	if r.Read != r.Used+r.Reported || r.Reported != len(r.Problems) {
		return fmt.Errorf("importing: %d lines read, %d used and %d reported", r.Read, r.Used, r.Reported)
	}
	return nil
}

func (r *Report) add(p Problem) {
	r.Reported++
	r.Problems = append(r.Problems, p)
}

// sorted puts the problems of all stores into the order of the files.
func (r *Report) sort(files []string) {
	nth := make(map[string]int, len(files))
	for i, f := range files {
		nth[f] = i
	}
	slices.SortFunc(r.Problems, func(a, b Problem) int {
		if a.File != b.File {
			return nth[a.File] - nth[b.File]
		}
		return a.Line - b.Line
	})
}
