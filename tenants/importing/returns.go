package importing

import "fmt"

// purchases are what each customer has bought of each thing at each price and
// not brought back, the earliest first. They are of one store.
type purchases map[bought][]*lot

type bought struct {
	customer, code string
	price          int64
}

// lot is what is left of one line of one invoice.
type lot struct {
	invoice string
	line    int // from 1
	left    int64
}

// add remembers what an invoice sold.
func (p purchases) add(v *invoice) {
	for i, l := range v.lines {
		k := bought{l.customer, l.code, l.price}
		p[k] = append(p[k], &lot{v.number, i + 1, l.qty})
	}
}

// match finds for each line of a cancellation the earlier lines that it takes
// back: same customer, code and price, the earliest first, as many as it
// needs. What finds nothing, or not enough, is reported.
func (p purchases) match(v *invoice, report *Report) (parts []goBack) {
	for i, l := range v.lines {
		k := bought{l.customer, l.code, l.price}
		need := -l.qty
		for n, at := range p[k] {
			back := min(need, at.left)
			if back == 0 {
				continue
			}
			at.left -= back
			need -= back
			parts = append(parts, goBack{ID: fmt.Sprintf("%s/%d/%d", v.number, i+1, n+1), Invoice: at.invoice, Line: at.line, Amount: back * l.price})
		}
		switch {
		case need == 0:
			report.Used++
		case len(p[k]) == 0:
			report.add(Problem{File: l.file, Line: l.nth, Reason: ReturnUnmatched, Detail: l.code})
		default:
			report.add(Problem{File: l.file, Line: l.nth, Reason: ReturnExcess, Detail: fmt.Sprintf("%d of %d came back in excess", need, -l.qty)})
		}
	}
	return parts
}
