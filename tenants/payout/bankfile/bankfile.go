// Package bankfile pays by a file that a person carries to the bank, and reads
// the file that comes back. The columns of both are the merchant's to choose.
package bankfile

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// What a column can hold.
const (
	index   = "index"
	number  = "number"
	account = "account"
	name    = "name"
	bank    = "bank"
	amount  = "amount"
	remark  = "remark"
	// of a file that comes back alone
	result = "result"
	reason = "reason"
	serial = "serial"
	day    = "time"
)

// The columns when the merchant has named none.
const (
	columnsOut  = "序号=index,商户流水号=number,收款账号=account,收款户名=name,开户银行=bank,金额=amount,用途=remark"
	columnsBack = "商户流水号=number,金额=amount,结果=result,失败原因=reason,银行流水号=serial,时间=time"
	paidWords   = "成功,已入账,交易成功,SUCCESS"
	failedWords = "失败,退票,交易失败,FAIL"
)

// Kind is the bank's file as a way to pay out.
func Kind() payout.Kind {
	return payout.Kind{
		Method:  withdrawal.BankFile,
		Batched: true,
		Fields: []payout.Field{
			{Name: "columns", Zh: "导出模板：表头=字段，逗号分隔（字段：index number account name bank amount remark）", En: "Columns: heading=field, by commas (index number account name bank amount remark)", Long: true},
			{Name: "back", Zh: "回单模板：表头=字段（字段：number amount result reason serial time）", En: "Columns that come back: heading=field (number amount result reason serial time)", Long: true},
			{Name: "paid", Zh: "回单中表示成功的词，逗号分隔", En: "Words for success, by commas"},
			{Name: "failed", Zh: "回单中表示失败的词，逗号分隔", En: "Words for failure, by commas"},
			{Name: "encoding", Zh: "编码：utf-8 或 gb18030", En: "Encoding: utf-8 or gb18030"},
		},
		Open: func(s payout.Settings) (payout.Provider, error) { return New(s) },
	}
}

// Provider writes and reads the files of one bank.
type Provider struct {
	out, back    []column
	paid, failed []string
	encoding     encoding.Encoding // nil: UTF-8 with a mark, which spreadsheets need
}

type column struct{ heading, field string }

// ErrTemplate says what is wrong with a template.
var ErrTemplate = fault.New(fault.Invalid, "payout.template",
	"模板有误：{what}", "the template is wrong: {what}")

// New reads the templates.
func New(s payout.Settings) (*Provider, error) {
	p := &Provider{paid: words(s["paid"], paidWords), failed: words(s["failed"], failedWords)}
	var err error
	if p.out, err = template(s["columns"], columnsOut, index, number, account, name, bank, amount, remark); err != nil {
		return nil, fault.Of(err).At("settings.columns")
	}
	if p.back, err = template(s["back"], columnsBack, number, amount, result, reason, serial, day); err != nil {
		return nil, fault.Of(err).At("settings.back")
	}
	for _, needed := range []string{number, account, name, amount} {
		if !has(p.out, needed) {
			return nil, ErrTemplate.With("what", needed).At("settings.columns")
		}
	}
	for _, needed := range []string{number, amount, result} {
		if !has(p.back, needed) {
			return nil, ErrTemplate.With("what", needed).At("settings.back")
		}
	}
	switch strings.ToLower(s["encoding"]) {
	case "", "utf-8", "utf8":
	case "gb18030", "gbk":
		p.encoding = simplifiedchinese.GB18030
	default:
		return nil, ErrTemplate.With("what", s["encoding"]).At("settings.encoding")
	}
	return p, nil
}

func words(given, otherwise string) (list []string) {
	if strings.TrimSpace(given) == "" {
		given = otherwise
	}
	for w := range strings.SplitSeq(strings.ReplaceAll(given, "，", ","), ",") {
		if w = strings.TrimSpace(w); w != "" {
			list = append(list, w)
		}
	}
	return list
}

func template(given, otherwise string, fields ...string) (columns []column, err error) {
	for _, w := range words(strings.ReplaceAll(given, "\n", ","), otherwise) {
		heading, field, ok := strings.Cut(w, "=")
		c := column{strings.TrimSpace(heading), strings.TrimSpace(field)}
		if !ok || c.heading == "" || !slices.Contains(fields, c.field) {
			return nil, ErrTemplate.With("what", w)
		}
		columns = append(columns, c)
	}
	return columns, nil
}

func has(columns []column, field string) bool {
	return slices.ContainsFunc(columns, func(c column) bool { return c.field == field })
}

// Prepare checks an order; what a spreadsheet would take for a formula is
// refused.
func (p *Provider) Prepare(_ context.Context, o payout.Order) (payout.Request, error) {
	switch {
	case o.Payee.Account == "":
		return payout.Request{}, payout.ErrPayeeAccount.With("method", "bank_card")
	case o.Payee.RealName == "":
		return payout.Request{}, payout.ErrPayeeName
	case o.Currency != "CNY":
		return payout.Request{}, payout.ErrCurrency.With("currency", o.Currency)
	}
	for _, cell := range []string{o.Payee.Account, o.Payee.RealName, o.Payee.Bank, o.Remark} {
		if strings.ContainsAny(cell, "\r\n\t") || cell != "" && strings.ContainsAny(cell[:1], "=+-@") {
			return payout.Request{}, payout.ErrPayeeAccount.With("method", "bank_card")
		}
	}
	body, err := json.Marshal(o)
	return payout.Request{Body: body}, err
}

// Submit does nothing: the file is the person's to carry.
func (p *Provider) Submit(context.Context, payout.Request) payout.Answer {
	return payout.Answer{Standing: payout.Processing, Code: "in_file"}
}

// Query asks nobody: the bank answers in a file.
func (p *Provider) Query(context.Context, string) payout.Answer {
	return payout.Answer{Standing: payout.Doubt, Code: "ask_the_bank"}
}

// File writes the orders down.
func (p *Provider) File(orders []payout.Order) ([]byte, error) {
	var b bytes.Buffer
	if p.encoding == nil {
		b.WriteString("\xef\xbb\xbf")
	}
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	line := make([]string, len(p.out))
	for i, c := range p.out {
		line[i] = c.heading
	}
	_ = w.Write(line) // a buffer takes everything
	for n, o := range orders {
		for i, c := range p.out {
			line[i] = cell(c.field, n+1, o)
		}
		_ = w.Write(line)
	}
	w.Flush()
	if p.encoding == nil {
		return b.Bytes(), nil
	}
	return p.encoding.NewEncoder().Bytes(b.Bytes())
}

func cell(field string, n int, o payout.Order) string {
	switch field {
	case index:
		return strconv.Itoa(n)
	case number:
		return o.Number
	case account:
		return o.Payee.Account
	case name:
		return o.Payee.RealName
	case bank:
		return o.Payee.Bank
	case amount:
		return decimal.New(o.Amount, -2).StringFixed(2)
	}
	return o.Remark
}

// line is one of a file that came back.
type line struct {
	nth                            int
	number, result, reason, serial string
	amount                         int64
	at                             time.Time
}

func (p *Provider) lines(file []byte) ([]line, error) {
	if p.encoding != nil {
		decoded, err := p.encoding.NewDecoder().Bytes(file)
		if err != nil {
			return nil, payout.ErrBillUnreadable.With("line", 1).Because(err)
		}
		file = decoded
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, payout.ErrBillUnreadable.With("line", 1).Because(err)
	}
	at := map[string]int{}
	for _, c := range p.back {
		i := slices.IndexFunc(rows[0], func(h string) bool { return strings.TrimSpace(h) == c.heading })
		if i < 0 && (c.field == number || c.field == amount || c.field == result) {
			return nil, payout.ErrBillColumn.With("column", c.heading)
		}
		at[c.field] = i
	}
	var list []line
	for n, row := range rows[1:] {
		get := func(field string) string {
			if i, there := at[field]; there && i >= 0 && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}
		if get(number) == "" {
			continue
		}
		sum, err := decimal.NewFromString(strings.ReplaceAll(get(amount), ",", ""))
		if err != nil || !sum.Shift(2).IsInteger() || sum.IsNegative() {
			return nil, payout.ErrBillUnreadable.With("line", n+2).Because(fmt.Errorf("amount %q", get(amount)))
		}
		l := line{nth: n + 2, number: get(number), result: get(result), reason: get(reason), serial: get(serial), amount: sum.Shift(2).IntPart()}
		for _, form := range []string{time.DateTime, "2006/01/02 15:04:05", time.DateOnly, "2006/01/02", "20060102"} {
			if l.at, err = time.ParseInLocation(form, get(day), china); err == nil {
				break
			}
		}
		list = append(list, l)
	}
	return list, nil
}

var china = time.FixedZone("CST", 8*3600)

// ReadReturn reads what the bank says. A word that is neither success nor
// failure is doubt.
func (p *Provider) ReadReturn(file []byte) ([]payout.Answer, error) {
	list, err := p.lines(file)
	var answers []payout.Answer
	for _, l := range list {
		a := payout.Answer{Standing: payout.Doubt, Number: l.number, Amount: l.amount, ProviderID: l.serial, Code: l.result, Words: l.reason, At: l.at}
		switch {
		case slices.Contains(p.paid, l.result):
			a.Standing = payout.Paid
		case slices.Contains(p.failed, l.result):
			a.Standing = payout.Failed
		}
		answers = append(answers, a)
	}
	return answers, err
}

// ReadBill reads the same file as a bill: what succeeded has left.
func (p *Provider) ReadBill(file []byte) ([]payout.BillRow, error) {
	list, err := p.lines(file)
	var rows []payout.BillRow
	for _, l := range list {
		if !slices.Contains(p.paid, l.result) {
			continue
		}
		entry := l.serial
		if entry == "" {
			entry = l.number
		}
		if l.at.IsZero() {
			return nil, payout.ErrBillUnreadable.With("line", l.nth)
		}
		rows = append(rows, payout.BillRow{Entry: entry, Number: l.number, ProviderID: l.serial, Amount: l.amount, Kind: l.result, At: l.at})
	}
	return rows, err
}
