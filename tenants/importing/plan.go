package importing

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// history is what one store is going to live through, step by step. It follows
// from the files alone, so every run makes the same.
type history struct {
	slug    string
	name    string // the country as the file writes it
	country string // its slug
	zone    string
	begins  time.Time
	steps   []step
}

// What a step is. Steps of one instant happen in this order.
type stepKind int8

const (
	sale stepKind = iota
	giveBack
	payday
	theEnd
)

// step is one event of a store. Its names are short because its JSON is only
// for the fingerprint.
type step struct {
	Kind     stepKind
	At       time.Time
	Invoice  string   // of a sale or a cancellation
	Customer string   // of a sale
	Via      string   // whose link the customer opened, as a customer's id; "" for nobody's
	Joins    bool     // the customer becomes a distributor after this sale, below Via
	Lines    []line   `json:"-"` // of a sale
	Returns  []goBack // of a cancellation
	Payees   []string // of a payday
}

// goBack is a part of a returned line: so much of that line of that invoice.
type goBack struct {
	ID      string // of the refund
	Invoice string
	Line    int // from 1
	Amount  int64
}

// invoice is all lines with one number in one store.
type invoice struct {
	number   string
	customer string
	at       time.Time // the earliest of its lines
	lines    []line
	goods    int64
}

func (v *invoice) cancels() bool { return v.lines[0].cancels() }

// maxLines is how many an order may have.
const maxLines = 1000

// reader collects the lines of all files into invoices of stores.
type reader struct {
	report Report
	seen   map[[16]byte]bool
	words  map[string]string // one copy of every text: most occur thousands of times
	stores map[string]*draft // by country slug
}

func newReader() *reader {
	return &reader{seen: map[[16]byte]bool{}, words: map[string]string{}, stores: map[string]*draft{}}
}

// draft is a store whose invoices are being collected.
type draft struct {
	name     string
	invoices []*invoice
	byNumber map[string]*invoice
}

// read makes the histories of all stores, by slug, and accounts for every line
// of the files.
func read(files []string, prefix string) ([]*history, Report, error) {
	if len(files) == 0 {
		return nil, Report{}, errNoFiles
	}
	if len(prefix) > maxPrefix || prefix == "" || slugOf(prefix) != prefix {
		return nil, Report{}, errPrefix
	}
	r := newReader()
	for _, name := range files {
		if err := readFile(name, func(n int, f fields, ok bool) { r.take(name, n, f, ok) }); err != nil {
			return nil, Report{}, err
		}
	}
	all := r.histories(prefix)
	for i := 1; i < len(all); i++ {
		if all[i].slug == all[i-1].slug {
			return nil, Report{}, errPrefix
		}
	}
	r.report.sort(files)
	return all, r.report, r.report.check()
}

// histories lays out every store that has anything to live through.
func (r *reader) histories(prefix string) (all []*history) {
	for country, d := range r.stores {
		h := &history{slug: storeSlug(prefix, country), name: d.name, country: country, zone: zoneOf(country)}
		h.plan(d.invoices, &r.report)
		if len(h.steps) > 0 {
			all = append(all, h)
		}
	}
	slices.SortFunc(all, func(a, b *history) int { return strings.Compare(a.slug, b.slug) })
	return all
}

// take uses or reports one line. What a return finds to be matched with is
// only known later.
func (r *reader) take(file string, n int, f fields, ok bool) {
	r.report.Read++
	report := func(why Reason, detail string) {
		r.report.add(Problem{File: file, Line: n, Reason: why, Detail: detail})
	}
	if !ok {
		report(Malformed, "not eight fields")
		return
	}
	l, why, detail := parse(f)
	if why == Malformed {
		report(why, detail)
		return
	}
	sum := f.sum()
	if r.seen[sum] {
		report(Duplicate, "")
		return
	}
	r.seen[sum] = true
	if why != "" {
		report(why, detail)
		return
	}
	l.file, l.nth = file, n
	if why, detail := r.enter(l); why != "" {
		report(why, detail)
	}
}

// enter puts a good line on its invoice.
func (r *reader) enter(l line) (Reason, string) {
	for _, s := range []*string{&l.invoice, &l.code, &l.title, &l.customer, &l.country} {
		*s = r.word(*s)
	}
	country := slugOf(l.country)
	d := r.stores[country]
	if d == nil {
		d = &draft{name: l.country, byNumber: map[string]*invoice{}}
		r.stores[country] = d
	}
	v := d.byNumber[l.invoice]
	if v == nil {
		v = &invoice{number: l.invoice, customer: l.customer, at: l.at}
		d.byNumber[l.invoice] = v
		d.invoices = append(d.invoices, v)
	}
	paid := max(l.qty, -l.qty) * l.price
	switch {
	case v.customer != l.customer:
		return InvoiceConflict, l.customer
	case len(v.lines) == maxLines || v.goods+paid > money.MaxMinor:
		return OutOfRange, l.invoice
	}
	if l.at.Before(v.at) {
		v.at = l.at
	}
	v.goods += paid
	v.lines = append(v.lines, l)
	return "", ""
}

func (r *reader) word(s string) string {
	known, ok := r.words[s]
	if !ok {
		known = strings.Clone(s) // a field is a part of its line, which nobody else needs
		r.words[known] = known
	}
	return known
}

// plan lays the store's invoices out in time, invents its distributors, and
// lets money be withdrawn every month until the end.
func (h *history) plan(invoices []*invoice, report *Report) {
	slices.SortFunc(invoices, func(a, b *invoice) int {
		return cmp.Or(a.at.Compare(b.at), kindOf(a)-kindOf(b), strings.Compare(a.number, b.number))
	})
	stock := purchases{}
	for _, v := range invoices {
		s := step{Kind: sale, At: v.at, Invoice: v.number, Customer: v.customer, Lines: v.lines}
		if v.cancels() {
			s = step{Kind: giveBack, At: v.at, Invoice: v.number, Returns: stock.match(v, report)}
			if len(s.Returns) == 0 {
				continue // nothing of it could be matched: reported, and no event
			}
		} else {
			stock.add(v)
			report.Used += len(v.lines)
		}
		h.steps = append(h.steps, s)
	}
	if len(h.steps) == 0 {
		return
	}
	y, m, d := h.steps[0].At.In(london).Date()
	h.begins = time.Date(y, m, d, 0, 0, 0, 0, london).UTC()
	members := invent(h.country, h.steps)
	h.addPaydays(members)
}

func kindOf(v *invoice) int {
	if v.cancels() {
		return int(giveBack)
	}
	return int(sale)
}

// noon is when paydays and the end are, in London.
func noon(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, london).UTC() }

// Everything has been received and has matured by then under the rules of a
// new store: ten days each.
const ripening = 30 * 24 * time.Hour

// addPaydays puts a payday on the 20th of every month, and the end on the last
// day of the last event's year.
func (h *history) addPaydays(members []member) {
	last := h.steps[len(h.steps)-1].At
	end := noon(last.In(london).Year(), time.December, 31)
	if ripe := last.Add(ripening); ripe.After(end) {
		end = ripe
	}
	y, m, _ := h.begins.In(london).Date()
	for ; ; m++ {
		at := noon(y, m, 20)
		if !at.Before(end) {
			break
		}
		var payees []string
		for i, who := range members {
			if i%3 == 0 && who.joined.Before(at) {
				payees = append(payees, who.customer)
			}
		}
		if len(payees) > 0 {
			h.steps = append(h.steps, step{Kind: payday, At: at, Payees: payees})
		}
	}
	h.steps = append(h.steps, step{Kind: theEnd, At: end})
	slices.SortStableFunc(h.steps, func(a, b step) int { return cmp.Or(a.At.Compare(b.At), int(a.Kind)-int(b.Kind)) })
}

// planVersion changes when the same files begin to mean other steps: a store
// half replayed by the old rules must not go on by the new ones.
const planVersion = 1

// fingerprint tells whether two runs mean the same history.
func (h *history) fingerprint() []byte {
	sum := sha256.New()
	to := json.NewEncoder(sum)
	encode := func(v any) {
		if err := to.Encode(v); err != nil {
			panic(err) // plain structs into a hash
		}
	}
	encode([]any{planVersion, h.country, h.begins})
	for _, s := range h.steps {
		encode(s)
		for _, l := range s.Lines {
			encode([]any{l.code, l.title, l.qty, l.price})
		}
	}
	return sum.Sum(nil)
}
