// Package wechat pays by WeChat Pay's transfer bills (商家转账): signed both
// ways with RSA, the real name encrypted for the platform, the payee confirming
// on their phone.
//
// Only a signed answer is believed. An answer without a valid signature, a
// time-out, a 5xx or an unknown word is doubt; an error answer moves nothing
// forward.
package wechat

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wechatpay-apiv3/wechatpay-go/core"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/signers"
	"github.com/wechatpay-apiv3/wechatpay-go/core/auth/validators"
	"github.com/wechatpay-apiv3/wechatpay-go/core/consts"
	"github.com/wechatpay-apiv3/wechatpay-go/core/notify"
	"github.com/wechatpay-apiv3/wechatpay-go/utils"

	"github.com/fenli-io/fenli/tenants/payout"
)

// Config is a merchant's access, as WeChat Pay's console gives it. With a
// public key the account is in public-key mode; certificates that the platform
// still signs with during the change are then downloaded as they appear.
type Config struct {
	MchID       string // 商户号
	AppID       string // the mini-program or official account the openids belong to
	SerialNo    string // of the merchant's certificate
	PrivateKey  string // PEM
	APIv3Key    string // 32 bytes
	PublicKeyID string // PUB_KEY_ID_…
	PublicKey   string // PEM

	Scene  string // 转账场景; 1005 佣金报酬 when empty
	Job    string // 岗位类型, reported with scene 1005
	Reward string // 报酬说明

	BaseURL string        // another server that speaks the protocol: a simulator
	Timeout time.Duration // of one call; 10 s when zero
}

// Limits of the protocol.
const (
	sceneCommission = "1005"
	remarkLength    = 32
	nameRequired    = 200_000 // from 2,000.00 the payee's real name must be sent
	nameForbidden   = 30      // below 0.30 it must not
	answerLimit     = 1 << 20
	billLimit       = 64 << 20
)

// Provider is one merchant's account.
type Provider struct {
	cfg    Config
	client *core.Client
	signer *signers.SHA256WithRSASigner
	bills  *core.Client // bill files are not signed; their hash is
	keys   *keys
	notify *notify.Handler
}

var number = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)

// New checks the configuration; it calls nobody.
func New(cfg Config) (*Provider, error) {
	private, err := utils.LoadPrivateKey(cfg.PrivateKey)
	if err != nil {
		return nil, payout.ErrAccountKey.At("private_key").Because(err)
	}
	if len(cfg.APIv3Key) != 32 {
		return nil, payout.ErrAccountKey.At("api_v3_key")
	}
	if cfg.MchID == "" || cfg.AppID == "" || cfg.SerialNo == "" {
		return nil, payout.ErrAccountIncomplete.At("mch_id")
	}
	var public *rsa.PublicKey
	if cfg.PublicKeyID != "" {
		if public, err = utils.LoadPublicKey(cfg.PublicKey); err != nil {
			return nil, payout.ErrAccountKey.At("public_key").Because(err)
		}
	}
	if cfg.Scene == "" {
		cfg.Scene = sceneCommission
	}
	if cfg.Job == "" {
		cfg.Job = "推广员"
	}
	if cfg.Reward == "" {
		cfg.Reward = "推广佣金"
	}
	if cfg.Timeout == 0 {
		cfg.Timeout = 10 * time.Second
	}
	p := &Provider{cfg: cfg, signer: &signers.SHA256WithRSASigner{MchID: cfg.MchID, CertificateSerialNo: cfg.SerialNo, PrivateKey: private}}
	return p, p.connect(public)
}

func (p *Provider) connect(public *rsa.PublicKey) (err error) {
	base, err := url.Parse(p.cfg.BaseURL)
	if err != nil {
		return payout.ErrAccountIncomplete.At("base_url").Because(err)
	}
	unsigned := core.DialSettings{Signer: p.signer, Validator: &validators.NullValidator{}, HTTPClient: p.http(base, answerLimit)}
	plain, err := core.NewClientWithDialSettings(context.Background(), &unsigned)
	if err != nil {
		return err
	}
	p.keys = &keys{client: plain, apiKey: p.cfg.APIv3Key, publicID: p.cfg.PublicKeyID, public: public}
	signed := core.DialSettings{Signer: p.signer, Validator: validators.NewWechatPayResponseValidator(p.keys), HTTPClient: p.http(base, answerLimit)}
	if p.client, err = core.NewClientWithDialSettings(context.Background(), &signed); err != nil {
		return err
	}
	files := core.DialSettings{Signer: p.signer, Validator: &validators.NullValidator{}, HTTPClient: p.http(base, billLimit)}
	if p.bills, err = core.NewClientWithDialSettings(context.Background(), &files); err != nil {
		return err
	}
	p.notify, err = notify.NewRSANotifyHandler(p.cfg.APIv3Key, p.keys)
	return err
}

// http bounds time and size, follows no redirect, and goes to the simulator
// when there is one.
func (p *Provider) http(base *url.URL, limit int64) *http.Client {
	return &http.Client{
		Timeout:       p.cfg.Timeout,
		Transport:     &door{base: base, limit: limit, next: http.DefaultTransport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type door struct {
	base  *url.URL
	limit int64
	next  http.RoundTripper
}

func (d *door) RoundTrip(r *http.Request) (*http.Response, error) {
	if d.base.Host != "" {
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host, r.Host = d.base.Scheme, d.base.Host, d.base.Host
	}
	res, err := d.next.RoundTrip(r)
	if err == nil {
		res.Body = &bounded{ReadCloser: res.Body, left: d.limit}
	}
	return res, err
}

// bounded fails where an answer is longer than any real one.
type bounded struct {
	io.ReadCloser
	left int64
}

var errTooLong = errors.New("wechat: the answer is too long")

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// transfer is the request as the protocol names it.
type transfer struct {
	AppID       string   `json:"appid"`
	OutBillNo   string   `json:"out_bill_no"`
	Scene       string   `json:"transfer_scene_id"`
	OpenID      string   `json:"openid"`
	UserName    string   `json:"user_name,omitempty"`
	Amount      int64    `json:"transfer_amount"`
	Remark      string   `json:"transfer_remark"`
	NotifyURL   string   `json:"notify_url,omitempty"`
	ReportInfos []report `json:"transfer_scene_report_infos"`
}

type report struct {
	Type    string `json:"info_type"`
	Content string `json:"info_content"`
}

// Prepare writes the request down, the name encrypted for the platform's
// newest key.
func (p *Provider) Prepare(ctx context.Context, o payout.Order) (payout.Request, error) {
	if err := p.refuse(o); err != nil {
		return payout.Request{}, err
	}
	t := transfer{
		AppID: p.cfg.AppID, OutBillNo: o.Number, Scene: p.cfg.Scene, OpenID: o.Payee.Account, Amount: o.Amount,
		Remark: short(o.Remark, remarkLength), NotifyURL: o.NotifyURL,
		ReportInfos: []report{{"岗位类型", p.cfg.Job}, {"报酬说明", p.cfg.Reward}},
	}
	header := map[string]string{}
	if o.Anew {
		p.keys.forget()
	}
	if o.Payee.RealName != "" && o.Amount >= nameForbidden {
		serial, err := p.keys.SelectCertificate(ctx)
		if err != nil {
			return payout.Request{}, err
		}
		if t.UserName, err = p.keys.Encrypt(ctx, serial, o.Payee.RealName); err != nil {
			return payout.Request{}, err
		}
		header[consts.WechatPaySerial] = serial
	}
	body, err := json.Marshal(t)
	return payout.Request{Body: body, Header: header}, err
}

func (p *Provider) refuse(o payout.Order) error {
	switch {
	case o.Currency != "CNY":
		return payout.ErrCurrency.With("currency", o.Currency)
	case !number.MatchString(o.Number):
		return payout.ErrNumber.With("number", o.Number)
	case o.Payee.Account == "":
		return payout.ErrPayeeAccount.With("method", "openid")
	case o.Amount >= nameRequired && o.Payee.RealName == "":
		return payout.ErrPayeeName
	}
	return nil
}

func short(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most])
}

const bills = consts.WechatPayAPIServer + "/v3/fund-app/mch-transfer/transfer-bills"

// Submit sends what was prepared, to the byte.
func (p *Provider) Submit(ctx context.Context, r payout.Request) payout.Answer {
	header := http.Header{}
	for k, v := range r.Header {
		header.Set(k, v)
	}
	return p.call(ctx, http.MethodPost, bills, header, r.Body)
}

// Query asks by our number.
func (p *Provider) Query(ctx context.Context, no string) payout.Answer {
	return p.call(ctx, http.MethodGet, bills+"/out-bill-no/"+url.PathEscape(no), nil, nil)
}

// QueryProviderID asks by WeChat's number.
func (p *Provider) QueryProviderID(ctx context.Context, id string) payout.Answer {
	return p.call(ctx, http.MethodGet, bills+"/transfer-bill-no/"+url.PathEscape(id), nil, nil)
}

// Cancel calls a transfer back; that it is accepted does not say it succeeds.
func (p *Provider) Cancel(ctx context.Context, no string) payout.Answer {
	return p.call(ctx, http.MethodPost, bills+"/out-bill-no/"+url.PathEscape(no)+"/cancel", nil, nil)
}

func (p *Provider) call(ctx context.Context, method, address string, header http.Header, body []byte) payout.Answer {
	var content any
	if body != nil {
		content = body
	}
	result, err := p.client.Request(ctx, method, address, header, nil, content, consts.ApplicationJSON)
	if err != nil {
		return refusal(err)
	}
	var b bill
	if err := core.UnMarshalResponse(result.Response, &b); err != nil {
		return payout.Answer{Standing: payout.Doubt, Code: "unreadable", Words: err.Error()}
	}
	return b.answer(p.cfg.MchID)
}

// bill is what WeChat says of a transfer, in answers and in notices.
type bill struct {
	MchID      string `json:"mch_id"`
	NoticeMch  string `json:"mchid"` // notices spell it so
	OutBillNo  string `json:"out_bill_no"`
	BillNo     string `json:"transfer_bill_no"`
	State      string `json:"state"`
	Amount     int64  `json:"transfer_amount"`
	FailReason string `json:"fail_reason"`
	Package    string `json:"package_info"`
	UpdateTime string `json:"update_time"`
}

var standings = map[string]payout.Standing{
	"ACCEPTED":          payout.Processing,
	"PROCESSING":        payout.Processing,
	"WAIT_USER_CONFIRM": payout.AwaitsUser,
	"TRANSFERING":       payout.AwaitsUser, // the payee may be asked to confirm once more
	"SUCCESS":           payout.Paid,
	"FAIL":              payout.Failed,
	"CANCELING":         payout.Cancelling,
	"CANCELLED":         payout.Cancelled,
}

func (b bill) answer(mchID string) payout.Answer {
	a := payout.Answer{Standing: payout.Doubt, Number: b.OutBillNo, Amount: b.Amount, ProviderID: b.BillNo, Confirm: b.Package, Code: b.State, Words: b.FailReason}
	if said := b.MchID + b.NoticeMch; said != "" && said != mchID {
		a.Code, a.Words = "another_merchant", said
		return a
	}
	if s, known := standings[b.State]; known {
		a.Standing = s
	}
	a.At, _ = time.Parse(time.RFC3339, b.UpdateTime)
	return a
}

// refusal reads an error. None of these words moves a transfer to an end.
func refusal(err error) payout.Answer {
	var said *core.APIError
	if !errors.As(err, &said) {
		return payout.Answer{Standing: payout.Doubt, Code: "no_answer", Words: brief(err)}
	}
	a := payout.Answer{Standing: payout.Doubt, Code: said.Code, Words: said.Message}
	switch {
	case said.StatusCode == http.StatusTooManyRequests || said.Code == "FREQUENCY_LIMITED" || said.Code == "RATELIMIT_EXCEEDED":
		a.Standing = payout.Slower
	case said.StatusCode >= 500:
	case said.Code == "NOT_FOUND":
		a.Standing = payout.Absent
	case said.Code == "NOT_ENOUGH":
		a.Standing = payout.Short
	case said.Code == "PARAM_ERROR" && strings.Contains(strings.ToLower(said.Message), "serial"):
		a.Standing = payout.StaleKey
	case said.Code == "PARAM_ERROR", said.Code == "INVALID_REQUEST", said.Code == "NO_AUTH":
		a.Standing = payout.Refused
	}
	return a
}

// brief keeps an error short, and without what was sent.
func brief(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return short(err.Error(), 200)
}

// Hear proves a notice and opens it.
func (p *Provider) Hear(ctx context.Context, header http.Header, body []byte) (payout.Notice, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(string(body)))
	if err != nil {
		return payout.Notice{}, err
	}
	r.Header = header
	var b bill
	said, err := p.notify.ParseNotifyRequest(ctx, r, &b)
	if err != nil {
		return payout.Notice{}, fmt.Errorf("wechat: not a notice of this merchant")
	}
	if b.OutBillNo == "" || !strings.HasPrefix(said.EventType, "MCHTRANSFER.BILL.") {
		return payout.Notice{}, fmt.Errorf("wechat: a notice of %q", short(said.EventType, 60))
	}
	a := b.answer(p.cfg.MchID)
	if a.Code == "another_merchant" {
		return payout.Notice{}, fmt.Errorf("wechat: a notice for another merchant")
	}
	return payout.Notice{ID: said.ID, Answer: a}, nil
}
