// Package alipay pays by Alipay's single transfer
// (alipay.fund.trans.uni.transfer), signed both ways with RSA2.
//
// The signature of a request covers a time stamp, so what is stored and sent
// again is the business content to the byte; the envelope around it is signed
// anew, which Alipay wants: an old time stamp is refused.
package alipay

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"github.com/smartwalle/alipay/v3"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/withdrawal"
)

// Options are the installation's, not the merchant's.
type Options struct {
	Gateway string // another server that speaks the protocol; "" is Alipay's
	Timeout time.Duration
}

// Kind is Alipay as a way to pay out.
func Kind(o Options) payout.Kind {
	return payout.Kind{
		Method: withdrawal.Alipay,
		Fields: []payout.Field{
			{Name: "app_id", Zh: "应用 AppID", En: "AppID", Required: true},
			{Name: "private_key", Zh: "应用私钥（RSA2）", En: "Application's private key (RSA2)", Required: true, Secret: true, Long: true},
			{Name: "public_key", Zh: "支付宝公钥", En: "Alipay's public key", Required: true, Long: true},
		},
		Open: func(s payout.Settings) (payout.Provider, error) {
			return New(Config{AppID: s["app_id"], PrivateKey: s["private_key"], PublicKey: s["public_key"], Gateway: o.Gateway, Timeout: o.Timeout})
		},
	}
}

// Config is a merchant's access.
type Config struct {
	AppID, PrivateKey, PublicKey string
	Gateway                      string
	Timeout                      time.Duration
}

// Provider is one merchant's account.
type Provider struct {
	client *alipay.Client
}

const (
	product     = "TRANS_ACCOUNT_NO_PWD"
	scene       = "DIRECT_TRANSFER"
	answerLimit = 1 << 20
	billLimit   = 64 << 20
	smallest    = 10 // 0.10
)

var china = time.FixedZone("CST", 8*3600)

// New checks the configuration; it calls nobody.
func New(cfg Config) (*Provider, error) {
	if cfg.AppID == "" {
		return nil, payout.ErrAccountIncomplete.At("app_id")
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	hc := &http.Client{Timeout: cfg.Timeout, Transport: bounds{http.DefaultTransport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	options := []alipay.OptionFunc{alipay.WithHTTPClient(hc), alipay.WithTimeLocation(china)}
	if cfg.Gateway != "" {
		options = append(options, alipay.WithProductionGateway(cfg.Gateway))
	}
	c, err := alipay.New(cfg.AppID, bare(cfg.PrivateKey), true, options...)
	if err != nil {
		return nil, payout.ErrAccountKey.At("private_key").Because(err)
	}
	if err := c.LoadAliPayPublicKey(bare(cfg.PublicKey)); err != nil {
		return nil, payout.ErrAccountKey.At("public_key").Because(err)
	}
	return &Provider{c}, nil
}

// bare takes a PEM's armour off: Alipay's console hands keys out without.
func bare(key string) string {
	var b strings.Builder
	for line := range strings.Lines(key) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") {
			b.WriteString(line)
		}
	}
	return b.String()
}

type bounds struct{ next http.RoundTripper }

func (b bounds) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(r)
	if err == nil {
		limit := int64(answerLimit)
		if r.Method == http.MethodGet {
			limit = billLimit
		}
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, limit), res.Body}
	}
	return res, err
}

// Prepare writes the business content down.
func (p *Provider) Prepare(_ context.Context, o payout.Order) (payout.Request, error) {
	switch {
	case o.Currency != "CNY":
		return payout.Request{}, payout.ErrCurrency.With("currency", o.Currency)
	case o.Payee.Account == "":
		return payout.Request{}, payout.ErrPayeeAccount.With("method", "alipay")
	case o.Payee.RealName == "":
		return payout.Request{}, payout.ErrPayeeName
	case o.Number == "" || len(o.Number) > 64:
		return payout.Request{}, payout.ErrNumber.With("number", o.Number)
	case o.Amount < smallest:
		return payout.Request{}, payout.ErrBelowSmallest.With("smallest", "0.10")
	}
	title := o.Remark
	if r := []rune(title); len(r) > 50 {
		title = string(r[:50])
	}
	body, err := json.Marshal(alipay.FundTransUniTransfer{
		OutBizNo: o.Number, TransAmount: decimal.New(o.Amount, -2).StringFixed(2), ProductCode: product, BizScene: scene, OrderTitle: title, Remark: title,
		PayeeInfo: &alipay.PayeeInfo{Identity: o.Payee.Account, IdentityType: identityType(o.Payee.Account), Name: o.Payee.RealName},
	})
	return payout.Request{Body: body}, err
}

// identityType: 2088 and twelve more digits are a user's id, the rest a login.
func identityType(account string) string {
	if len(account) == 16 && strings.HasPrefix(account, "2088") && strings.Trim(account, "0123456789") == "" {
		return "ALIPAY_USER_ID"
	}
	return "ALIPAY_LOGON_ID"
}

// stored is business content as it was written, in the library's envelope.
type stored struct {
	alipay.FundTransUniTransfer
	content json.RawMessage
}

func (s stored) MarshalJSON() ([]byte, error) { return s.content, nil }

type transferred struct {
	alipay.Error
	OutBizNo string `json:"out_biz_no"`
	OrderID  string `json:"order_id"`
	Status   string `json:"status"`
	Date     string `json:"trans_date"`
}

// Submit sends the stored content.
func (p *Provider) Submit(ctx context.Context, r payout.Request) payout.Answer {
	var said *transferred
	if err := p.client.Request(ctx, stored{content: r.Body}, &said); err != nil || said == nil {
		return refusal(err)
	}
	if !said.IsSuccess() {
		return refusal(said.Error)
	}
	return standing(payout.Answer{Number: said.OutBizNo, ProviderID: said.OrderID, Code: said.Status, At: when(said.Date)})
}

// Query asks by our number.
func (p *Provider) Query(ctx context.Context, number string) payout.Answer {
	said, err := p.client.FundTransCommonQuery(ctx, alipay.FundTransCommonQuery{ProductCode: product, BizScene: scene, OutBizNo: number})
	if err != nil || said == nil {
		return refusal(err)
	}
	if !said.IsSuccess() {
		return refusal(said.Error)
	}
	a := payout.Answer{Number: said.OutBizNo, ProviderID: said.OrderId, Code: said.Status, Words: said.FailReason, At: when(said.PayDate)}
	if amount, err := decimal.NewFromString(said.TransAmount); err == nil && amount.Shift(2).IsInteger() {
		a.Amount = amount.Shift(2).IntPart()
	}
	return standing(a)
}

func when(s string) time.Time {
	at, _ := time.ParseInLocation(time.DateTime, s, china)
	return at
}

func standing(a payout.Answer) payout.Answer {
	a.Standing = payout.Doubt
	switch a.Code {
	case "SUCCESS":
		a.Standing = payout.Paid
	case "FAIL", "CLOSED", "REFUND":
		a.Standing = payout.Failed
	case "DEALING", "WAIT_PAY", "INIT":
		a.Standing = payout.Processing
	}
	return a
}

// Words with which Alipay says for certain that it did not take the request.
var refused = map[string]bool{
	"INVALID_PARAMETER": true, "PAYEE_NOT_EXIST": true, "PAYEE_USER_INFO_ERROR": true, "PAYEE_ACC_OCUPIED": true, "PERMIT_NON_BANK_LIMIT_PAYEE": true,
	"EXCEED_LIMIT_SM_AMOUNT": true, "EXCEED_LIMIT_DM_AMOUNT": true, "EXCEED_LIMIT_MM_AMOUNT": true, "EXCEED_LIMIT_PERSONAL_SM_AMOUNT": true,
	"NO_ACCOUNT_RECEIVE_PERMISSION": true, "ILLEGAL_ACCOUNT_STATUS_EXCEPTION": true, "INVALID_PAYEE_ACCOUNT": true, "PERMISSION_DENIED": true, "IDENTITY_NOT_MATCH": true,
}

// refusal reads an error; none moves a transfer to an end.
func refusal(err error) payout.Answer {
	a := payout.Answer{Standing: payout.Doubt, Code: "no_answer"}
	var said *alipay.Error
	var plain alipay.Error
	switch {
	case errors.As(err, &said):
	case errors.As(err, &plain):
		said = &plain
	case err != nil:
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err
		}
		a.Words = short(err.Error(), 200)
		return a
	default:
		return a
	}
	a.Code, a.Words = string(said.Code), short(said.SubMsg, 200)
	if said.SubCode != "" {
		a.Code = said.SubCode
	}
	switch {
	case said.SubCode == "ORDER_NOT_EXIST":
		a.Standing = payout.Absent
	case said.SubCode == "PAYER_BALANCE_NOT_ENOUGH", said.SubCode == "BALANCE_IS_NOT_ENOUGH":
		a.Standing = payout.Short
	case strings.HasSuffix(said.SubCode, "CALL_LIMITED"):
		a.Standing = payout.Slower
	case refused[said.SubCode]:
		a.Standing = payout.Refused
	}
	return a
}

func short(s string, most int) string {
	if utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most])
	}
	return s
}

const pageSize = 2000

// Bill reads the account's log of a day, page by page.
func (p *Provider) Bill(ctx context.Context, day time.Time) ([]payout.BillRow, error) {
	y, m, d := day.In(china).Date()
	from := time.Date(y, m, d, 0, 0, 0, 0, china)
	var rows []payout.BillRow
	for page := 1; page <= 1000; page++ {
		said, err := p.client.BillAccountLogQuery(ctx, alipay.BillAccountLogQuery{StartTime: from.Format(time.DateTime),
			EndTime: from.AddDate(0, 0, 1).Format(time.DateTime), PageNo: strconv.Itoa(page), PageSize: strconv.Itoa(pageSize)})
		if err != nil || said == nil || !said.IsSuccess() {
			return nil, payout.ErrBillUnavailable.With("words", refusal(err).Code).Because(err)
		}
		for _, item := range said.DetailList {
			row, ours, err := logged(*item)
			if err != nil {
				return nil, payout.ErrBillUnreadable.With("line", len(rows)+1).Because(err)
			}
			if ours {
				rows = append(rows, row)
			}
		}
		if len(said.DetailList) < pageSize {
			return rows, nil
		}
	}
	return rows, nil
}

// logged reads one line of the log; what has no number of the merchant's, or
// is no transfer, is not ours.
func logged(i alipay.AccountLogItem) (payout.BillRow, bool, error) {
	if i.MerchantOrderNo == "" || !strings.Contains(i.Type+i.BizDesc, "转账") && !strings.Contains(i.Type+i.BizDesc, "退回") {
		return payout.BillRow{}, false, nil
	}
	at, err := time.ParseInLocation(time.DateTime, i.TransDt, china)
	if err != nil {
		return payout.BillRow{}, false, err
	}
	amount, err := decimal.NewFromString(i.TransAmount)
	if err != nil || !amount.Shift(2).IsInteger() {
		return payout.BillRow{}, false, fmt.Errorf("amount %q", i.TransAmount)
	}
	left := amount.Shift(2).IntPart() // 支出 is below zero there
	return payout.BillRow{Entry: i.AccountLogId, Number: i.MerchantOrderNo, ProviderID: i.AliPayOrderNo, Amount: -left, Kind: i.Type, At: at}, i.AccountLogId != "", nil
}

// ReadBill reads the account bill (账务明细) that Alipay's console exports, in
// GB18030 with comments around the table.
func (p *Provider) ReadBill(file []byte) ([]payout.BillRow, error) {
	if !utf8.Valid(file) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(file)
		if err != nil {
			return nil, payout.ErrBillUnreadable.With("line", 1).Because(err)
		}
		file = decoded
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord, r.LazyQuotes, r.Comment = -1, true, '#'
	lines, err := r.ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, payout.ErrBillUnreadable.With("line", 1).Because(err)
	}
	at := map[string]int{}
	for i, h := range lines[0] {
		at[strings.TrimSpace(h)] = i
	}
	for _, h := range []string{"账务流水号", "业务流水号", "商户订单号", "发生时间", "收入金额（+元）", "支出金额（-元）", "业务类型"} {
		if _, there := at[h]; !there {
			return nil, payout.ErrBillColumn.With("column", h)
		}
	}
	var rows []payout.BillRow
	for n, line := range lines[1:] {
		cell := func(h string) string {
			if i := at[h]; i < len(line) {
				return strings.TrimSpace(line[i])
			}
			return ""
		}
		amount := cell("支出金额（-元）")
		if amount == "" || strings.Trim(amount, "0.") == "" {
			amount = cell("收入金额（+元）")
		}
		if cell("账务流水号") == "" {
			continue
		}
		signed := strings.TrimPrefix(amount, "+")
		row, ours, err := logged(alipay.AccountLogItem{AccountLogId: cell("账务流水号"), AliPayOrderNo: cell("业务流水号"), MerchantOrderNo: cell("商户订单号"),
			TransDt: cell("发生时间"), TransAmount: signed, Type: cell("业务类型")})
		if err != nil {
			return nil, payout.ErrBillUnreadable.With("line", n+2).Because(err)
		}
		if ours {
			rows = append(rows, row)
		}
	}
	return rows, nil
}
