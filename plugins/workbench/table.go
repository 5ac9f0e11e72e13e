package workbench

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/width"

	"github.com/fenli-io/fenli/plugins/sdk/money"
)

// Table is what somebody has written down: orders, and what each person must
// get of them.
type Table struct {
	Currency string
	Orders   []TableOrder
}

// TableOrder is one order of a table.
type TableOrder struct {
	ID      string
	Rows    []int // of the file, the heading being row 1
	Lines   []TableLine
	Chain   []TablePerson // the seller first
	Channel string
	Reason  string // whatever the table says of it
}

// TableLine is one row's goods; amounts are minor units.
type TableLine struct {
	SKU, Category            string
	Quantity, UnitPrice, Net int64
}

// TablePerson is somebody of the chain and what they must get, in minor units.
type TablePerson struct {
	Name, Grade string
	Expected    int64
}

// The columns of a table. Each goes by many names.
var headings = map[string][]string{
	"order":          {"order", "orderid", "orderno", "ordernumber", "订单", "订单号", "订单编号", "单号"},
	"line":           {"line", "lineno", "row", "行", "行号", "明细", "序号"},
	"sku":            {"sku", "skuid", "product", "item", "商品", "商品编码", "商品编号", "货号", "规格编码"},
	"category":       {"category", "类目", "分类", "品类", "商品类目", "商品分类"},
	"qty":            {"qty", "quantity", "pieces", "数量", "件数", "购买数量"},
	"unit_price":     {"unitprice", "price", "单价", "商品单价"},
	"net":            {"net", "netamount", "paid", "paidamount", "lineamount", "实付", "实付金额", "成交金额", "商品实付", "金额"},
	"channel":        {"channel", "渠道", "来源"},
	"seller":         {"seller", "distributor", "推广员", "推广人", "分销员", "分销商", "一级", "销售", "卖出人"},
	"upline":         {"upline", "upline1", "parent", "上级", "上级推广员", "上级分销员", "二级"},
	"upline2":        {"upline2", "grandparent", "上上级", "上二级", "三级"},
	"seller_grade":   {"grade", "sellergrade", "等级", "推广员等级", "分销员等级"},
	"upline_grade":   {"uplinegrade", "上级等级"},
	"upline2_grade":  {"upline2grade", "上上级等级"},
	"seller_amount":  {"selleramount", "sellercommission", "expected", "expectedseller", "amount1", "commission1", "commission", "佣金", "推广员佣金", "分销员佣金", "一级佣金", "推广佣金", "应得佣金"},
	"upline_amount":  {"uplineamount", "uplinecommission", "expectedupline", "amount2", "commission2", "上级佣金", "二级佣金"},
	"upline2_amount": {"upline2amount", "upline2commission", "expectedupline2", "amount3", "commission3", "上上级佣金", "三级佣金"},
	"reason":         {"reason", "note", "remark", "原因", "备注", "说明"},
}

// positions are the columns of the chain, the seller first.
var positions = [3]string{"seller", "upline", "upline2"}

// ReadTable reads a CSV of orders: comma, semicolon or tab; UTF-8, UTF-16 or
// GBK. Amounts are decimals in major units of the currency ("CNY" when empty).
// Rows of one order number are its lines, and what its rows give a person is
// summed. Everything wrong with it is told at once, by row and column.
func ReadTable(path, currency string) (*Table, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, Flaw{"table.unreadable", err.Error(), "name a CSV file of orders", path}
	}
	text, err := decode(raw)
	if err != nil {
		return nil, Flaw{"table.encoding", err.Error(), "save it as CSV in UTF-8 (or GBK)", path}
	}
	if currency == "" {
		currency = "CNY"
	}
	r := &tableReader{path: path, table: &Table{Currency: currency}, at: map[string]int{}, orders: map[string]int{}}
	r.read(text)
	if len(r.flaws) == 0 && len(r.table.Orders) == 0 {
		r.flaw("table.empty", "there is no order below the heading", "add a row for each line of each order", path)
	}
	return r.table, r.flaws.Err()
}

// decode makes UTF-8 of what spreadsheets save.
func decode(raw []byte) (string, error) {
	switch {
	case bytes.HasPrefix(raw, []byte("PK\x03\x04")):
		return "", errors.New("this is a workbook, not a CSV")
	case bytes.HasPrefix(raw, []byte("\xff\xfe")), bytes.HasPrefix(raw, []byte("\xfe\xff")):
		out, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(raw)
		return string(out), err
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if utf8.Valid(raw) {
		return string(raw), nil
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return "", errors.New("its characters are neither UTF-8 nor GBK")
	}
	return string(out), nil
}

type tableReader struct {
	path   string
	table  *Table
	at     map[string]int // column by its meaning
	names  []string       // headings as they are written
	orders map[string]int
	flaws  Flaws

	row    int
	fields []string
}

func (r *tableReader) flaw(code, cause, fix, place string) {
	const enough = 20
	if len(r.flaws) < enough {
		r.flaws = append(r.flaws, Flaw{code, cause, fix, place})
	}
}

// wrong is a flaw of one cell.
func (r *tableReader) wrong(column, cause, fix string) {
	name := column
	if i, here := r.at[column]; here {
		name = r.names[i]
	}
	r.flaw("table.bad_cell", cause, fix, fmt.Sprintf("%s, row %d, column %s", r.path, r.row, name))
}

func (r *tableReader) read(text string) {
	c := csv.NewReader(strings.NewReader(text))
	c.Comma, c.FieldsPerRecord, c.TrimLeadingSpace = comma(text), -1, true
	for {
		fields, err := c.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			r.flaw("table.not_csv", err.Error(), "save it as CSV again", r.path)
			return
		}
		r.row, _ = c.FieldPos(0)
		r.fields = fields
		switch {
		case len(r.names) == 0:
			if !r.heading() {
				return
			}
		case strings.TrimSpace(strings.Join(fields, "")) != "":
			r.line()
		}
	}
}

// comma is the separator that the heading uses most.
func comma(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best := ','
	for _, c := range []rune{';', '\t'} {
		if strings.Count(first, string(c)) > strings.Count(first, string(best)) {
			best = c
		}
	}
	return best
}

// heading finds the columns by their names.
func (r *tableReader) heading() bool {
	r.names = r.fields
	meaning := map[string]string{}
	for column, names := range headings {
		meaning[plainName(column)] = column
		for _, n := range names {
			meaning[n] = column
		}
	}
	for i, name := range r.fields {
		column, known := meaning[plainName(name)]
		if !known {
			continue
		}
		if before, twice := r.at[column]; twice {
			r.flaw("table.column_twice", fmt.Sprintf("the columns %q and %q both mean %s", r.fields[before], name, column), "leave one of them out", r.path+", row 1")
		}
		r.at[column] = i
	}
	for column, example := range map[string]string{"order": "订单号", "seller": "推广员", "seller_amount": "推广员佣金"} {
		if _, here := r.at[column]; !here {
			r.flaw("table.column_missing", fmt.Sprintf("there is no column %s; the heading has %s", column, strings.Join(r.fields, ", ")), fmt.Sprintf("name one %q or %q", column, example), r.path+", row 1")
		}
	}
	if _, here := r.at["net"]; !here {
		if _, priced := r.at["unit_price"]; !priced {
			r.flaw("table.column_missing", "there is neither a column net nor unit_price", `name one "net" or "实付"`, r.path+", row 1")
		}
	}
	return len(r.flaws) == 0
}

var units = strings.NewReplacer(" ", "", "_", "", "-", "", ".", "", "(元)", "", "(cny)", "", "(rmb)", "")

func plainName(name string) string {
	return units.Replace(strings.ToLower(width.Fold.String(strings.TrimSpace(name))))
}

func (r *tableReader) cell(column string) string {
	i, here := r.at[column]
	if !here || i >= len(r.fields) {
		return ""
	}
	return strings.TrimSpace(width.Fold.String(r.fields[i]))
}

// line reads one row into its order.
func (r *tableReader) line() {
	id := r.cell("order")
	if id == "" {
		r.wrong("order", "the order number is missing", "every row names its order")
		return
	}
	at, known := r.orders[id]
	if !known {
		at = len(r.table.Orders)
		r.orders[id] = at
		r.table.Orders = append(r.table.Orders, TableOrder{ID: id, Channel: r.cell("channel"), Chain: r.chain()})
	} else {
		r.sameChain(r.table.Orders[at])
	}
	o := &r.table.Orders[at]
	o.Rows = append(o.Rows, r.row)
	o.Lines = append(o.Lines, r.goods())
	if reason := r.cell("reason"); reason != "" && o.Reason == "" {
		o.Reason = reason
	}
	for level, who := range positions {
		amount, given := r.amount(who + "_amount")
		switch {
		case !given:
		case level < len(o.Chain):
			o.Chain[level].Expected += amount
		case amount != 0:
			r.wrong(who+"_amount", fmt.Sprintf("somebody is to get %s, but the order has no %s", r.cell(who+"_amount"), who), "name the person, or leave the amount empty")
		}
	}
}

func (r *tableReader) chain() (chain []TablePerson) {
	for level, who := range positions {
		name := r.cell(who)
		if name == "" {
			continue
		}
		if level > len(chain) {
			r.wrong(who, fmt.Sprintf("%s stands above nobody", name), "name everybody below as well")
			return chain
		}
		for _, p := range chain {
			if p.Name == name {
				r.wrong(who, fmt.Sprintf("%s stands in the chain twice", name), "a person has one place in a chain")
			}
		}
		chain = append(chain, TablePerson{Name: name, Grade: r.cell(who + "_grade")})
	}
	return chain
}

// sameChain wants the rows of an order to agree; a later row may leave people out.
func (r *tableReader) sameChain(o TableOrder) {
	for level, who := range positions {
		name := r.cell(who)
		if name != "" && (level >= len(o.Chain) || o.Chain[level].Name != name) {
			r.wrong(who, fmt.Sprintf("order %s has somebody else here in row %d", o.ID, o.Rows[0]), "all rows of an order name the same people")
		}
	}
}

func (r *tableReader) goods() TableLine {
	l := TableLine{SKU: r.cell("sku"), Category: r.cell("category"), Quantity: 1}
	if l.SKU == "" {
		l.SKU = "SKU"
	}
	if text := r.cell("qty"); text != "" {
		n, err := strconv.ParseInt(strings.TrimSuffix(text, ".0"), 10, 32)
		if err != nil || n < 1 {
			r.wrong("qty", fmt.Sprintf("%q is no number of pieces", text), "write a whole number from 1")
			n = 1
		}
		l.Quantity = n
	}
	price, priced := r.amount("unit_price")
	net, paid := r.amount("net")
	switch {
	case !paid && !priced:
		column := "net"
		if _, here := r.at[column]; !here {
			column = "unit_price"
		}
		r.wrong(column, "what was paid for the line is missing", "write the amount after discounts, 0 for a gift")
	case !paid:
		net = price * l.Quantity
	case !priced:
		price = net / l.Quantity
	}
	l.UnitPrice, l.Net = price, net
	return l
}

// amount reads a decimal in major units; it is not given when the cell is empty.
func (r *tableReader) amount(column string) (minor int64, given bool) {
	text := r.cell(column)
	if text == "" || text == "-" || text == "—" {
		return 0, false
	}
	minor, cause := parseAmount(text, r.table.Currency)
	if cause != "" {
		r.wrong(column, fmt.Sprintf("%q is no amount: %s", text, cause), fmt.Sprintf("write it in major units with at most %d decimals: %s", money.Digits(r.table.Currency), money.Format(129900, r.table.Currency)))
	}
	return minor, true
}

var decorations = strings.NewReplacer(",", "", "¥", "", "￥", "", "元", "", "CNY", "", "RMB", "", " ", "")

// parseAmount reads "1,299.00" as 129900 fen. cause says what is wrong.
func parseAmount(text, currency string) (minor int64, cause string) {
	plain := strings.TrimSuffix(decorations.Replace(text), currency)
	if strings.HasPrefix(plain, "-") {
		return 0, "it is negative"
	}
	whole, frac, _ := strings.Cut(plain, ".")
	digits := money.Digits(currency)
	if len(frac) > digits && strings.Trim(frac[digits:], "0") == "" {
		frac = frac[:digits]
	}
	switch {
	case whole == "" || strings.Trim(whole+frac, "0123456789") != "":
		return 0, "it is not a decimal number"
	case len(frac) > digits:
		return 0, fmt.Sprintf("%s has %d decimals", currency, digits)
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", digits-len(frac)), 10, 64)
	if err != nil || n > math.MaxInt64/1024 || n > money.MaxMinor {
		return 0, "it is too large"
	}
	return n, ""
}
