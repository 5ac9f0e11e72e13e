package wechat

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/shopspring/decimal"
	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"

	"github.com/fenli-io/fenli/tenants/payout"
)

// shanghai is in whose days WeChat's bills are.
var shanghai = time.FixedZone("CST", 8*3600)

// Bill fetches the fund-flow bill (资金账单) of a day in Shanghai: the address
// is signed, the file's hash stands in the signed answer.
func (p *Provider) Bill(ctx context.Context, day time.Time) ([]payout.BillRow, error) {
	query := url.Values{"bill_date": {day.In(shanghai).Format(time.DateOnly)}, "account_type": {"OPERATION"}}
	result, err := p.client.Request(ctx, http.MethodGet, consts.WechatPayAPIServer+"/v3/bill/fundflowbill", nil, query, nil, consts.ApplicationJSON)
	if err != nil {
		if core.IsAPIError(err, "NO_STATEMENT_EXIST") {
			return nil, nil // nothing moved that day
		}
		return nil, payout.ErrBillUnavailable.With("words", refusal(err).Code).Because(err)
	}
	var where struct {
		HashType    string `json:"hash_type"`
		HashValue   string `json:"hash_value"`
		DownloadURL string `json:"download_url"`
	}
	if err := core.UnMarshalResponse(result.Response, &where); err != nil {
		return nil, payout.ErrBillUnavailable.Because(err)
	}
	to, err := url.Parse(where.DownloadURL)
	if err != nil || to.Path == "" {
		return nil, payout.ErrBillUnavailable.With("words", "download_url")
	}
	// The credentials go to WeChat Pay's own host alone, whatever the address says.
	file, err := p.bills.Get(ctx, consts.WechatPayAPIServer+to.RequestURI())
	if err != nil {
		return nil, payout.ErrBillUnavailable.With("words", refusal(err).Code).Because(err)
	}
	defer file.Response.Body.Close()
	raw, err := io.ReadAll(file.Response.Body)
	if err != nil {
		return nil, payout.ErrBillUnavailable.Because(err)
	}
	if sum := sha1.Sum(raw); where.HashType != "SHA1" || !strings.EqualFold(hex.EncodeToString(sum[:]), where.HashValue) {
		return nil, payout.ErrBillUnavailable.With("words", "hash")
	}
	return p.ReadBill(raw)
}

// The columns of a fund-flow bill that we read; each cell begins with a
// backtick so that spreadsheets leave it alone.
const (
	colTime     = "记账时间"
	colBusiness = "微信支付业务单号"
	colFlow     = "资金流水单号"
	colName     = "业务名称"
	colWay      = "收支类型"
	colAmount   = "收支金额(元)"
	colVoucher  = "业务凭证号"
)

// ReadBill reads a fund-flow bill. Only what concerns transfers is returned.
func (p *Provider) ReadBill(file []byte) ([]payout.BillRow, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	lines, err := r.ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, payout.ErrBillUnreadable.With("line", 1).Because(err)
	}
	at := map[string]int{}
	for i, name := range lines[0] {
		at[strings.TrimSpace(name)] = i
	}
	for _, name := range []string{colTime, colBusiness, colFlow, colName, colWay, colAmount, colVoucher} {
		if _, there := at[name]; !there {
			return nil, payout.ErrBillColumn.With("column", name)
		}
	}
	var rows []payout.BillRow
	for n, line := range lines[1:] {
		if len(line) < len(at) || !strings.HasPrefix(line[0], "`") {
			break // the summary begins
		}
		cell := func(name string) string { return strings.TrimPrefix(strings.TrimSpace(line[at[name]]), "`") }
		if !strings.Contains(cell(colName), "转账") {
			continue
		}
		row, err := flow(cell)
		if err != nil {
			return nil, payout.ErrBillUnreadable.With("line", n+2).Because(err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func flow(cell func(string) string) (payout.BillRow, error) {
	at, err := time.ParseInLocation(time.DateTime, cell(colTime), shanghai)
	if err != nil {
		return payout.BillRow{}, err
	}
	amount, err := decimal.NewFromString(cell(colAmount))
	if err != nil || !amount.Shift(2).IsInteger() || amount.IsNegative() {
		return payout.BillRow{}, fmt.Errorf("amount %q", cell(colAmount))
	}
	row := payout.BillRow{Entry: cell(colFlow), Number: cell(colVoucher), ProviderID: cell(colBusiness), Amount: amount.Shift(2).IntPart(), Kind: cell(colName), At: at}
	switch cell(colWay) {
	case "支出":
	case "收入":
		row.Amount = -row.Amount
	default:
		return row, fmt.Errorf("direction %q", cell(colWay))
	}
	if row.Entry == "" {
		return row, fmt.Errorf("no %s", colFlow)
	}
	return row, nil
}
