package wechatsim

import (
	"bytes"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	const bills = "/v3/fund-app/mch-transfer/transfer-bills"
	s.mux.HandleFunc("POST "+bills, s.door("transfer", s.transfer))
	s.mux.HandleFunc("GET "+bills+"/out-bill-no/{no}", s.door("query", s.query))
	s.mux.HandleFunc("GET "+bills+"/transfer-bill-no/{id}", s.door("query", s.queryByID))
	s.mux.HandleFunc("POST "+bills+"/out-bill-no/{no}/cancel", s.door("cancel", s.cancel))
	s.mux.HandleFunc("GET /v3/certificates", s.door("certificates", s.certificates))
	s.mux.HandleFunc("GET /v3/bill/fundflowbill", s.door("bill", s.fundFlow))
	s.mux.HandleFunc("GET /v3/billdownload/file", s.door("file", s.download))
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// answer is a status with a body, or an error in WeChat's shape.
type answer struct {
	status int
	body   any
	raw    []byte // of a file: unsigned
}

func refuse(status int, code, message string) answer {
	return answer{status: status, body: map[string]string{"code": code, "message": message}}
}

// unanswered is how long a slow answer takes: longer than any client waits.
const unanswered = 30 * time.Second

// door proves the caller, lets the script spoil the call, and signs.
func (s *Server) door(op string, do func(*Merchant, *http.Request, []byte, Fault) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		s.mu.Lock()
		s.tick()
		who, err := s.whoSigned(r, body)
		if err != nil {
			s.mu.Unlock()
			s.write(w, r, refuse(http.StatusUnauthorized, "SIGN_ERROR", "签名错误，请检查"), None)
			return
		}
		f := s.spoil(op, who, r, body)
		var a answer
		switch f {
		case DropBefore:
			s.mu.Unlock()
			panic(http.ErrAbortHandler)
		case ErrorBefore:
			a = refuse(http.StatusInternalServerError, "SYSTEM_ERROR", "系统异常，请稍后重试")
		case RateLimit:
			a = refuse(http.StatusTooManyRequests, "FREQUENCY_LIMITED", "频率超限")
		default:
			a = do(who, r, body, f)
		}
		s.changed()
		s.mu.Unlock()
		s.write(w, r, a, f)
	}
}

func (s *Server) spoil(op string, who *Merchant, r *http.Request, body []byte) Fault {
	if s.Faults == nil {
		return None
	}
	no := r.PathValue("no")
	if op == "transfer" {
		var t struct {
			OutBillNo string `json:"out_bill_no"`
		}
		_ = json.Unmarshal(body, &t)
		no = t.OutBillNo
	}
	key := op + "/" + who.MchID + "/" + no
	s.calls[key]++
	return s.Faults(Call{op, no, s.calls[key]})
}

func (s *Server) write(w http.ResponseWriter, r *http.Request, a answer, f Fault) {
	body := a.raw
	if body == nil {
		body, _ = json.Marshal(a.body)
	}
	switch f {
	case DropAfter, NotFoundFirst:
		panic(http.ErrAbortHandler)
	case Slow:
		select {
		case <-r.Context().Done():
		case <-time.After(unanswered):
		}
		panic(http.ErrAbortHandler)
	case ErrorAfter:
		a.status, body = http.StatusInternalServerError, []byte(`{"code":"SYSTEM_ERROR","message":"系统异常，请用相同参数重新调用"}`)
	case UnknownCode:
		a.status, body = http.StatusBadRequest, []byte(`{"code":"MOON_PHASE","message":"?"}`)
	}
	if a.raw == nil {
		s.mu.Lock()
		key := s.signingKey(r.Header.Get("Wechatpay-Serial"))
		s.mu.Unlock()
		for name, v := range key.signed(body) {
			w.Header()[name] = v
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	if f == WrongSignature {
		w.Header().Set("Wechatpay-Timestamp", fmt.Sprint(time.Now().Unix()-1))
	}
	if f == Truncated {
		body = body[:len(body)/2]
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body)
}

type transferRequest struct {
	AppID       string `json:"appid"`
	OutBillNo   string `json:"out_bill_no"`
	Scene       string `json:"transfer_scene_id"`
	OpenID      string `json:"openid"`
	UserName    string `json:"user_name"`
	Amount      int64  `json:"transfer_amount"`
	Remark      string `json:"transfer_remark"`
	NotifyURL   string `json:"notify_url"`
	Perception  string `json:"user_recv_perception"`
	ReportInfos []struct {
		Type    string `json:"info_type"`
		Content string `json:"info_content"`
	} `json:"transfer_scene_report_infos"`
}

var (
	outBillNo = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)
	scenes    = map[string]bool{"1000": true, "1002": true, "1004": true, "1005": true, "1009": true, "1010": true, "1011": true, "1013": true}
)

const (
	smallest    = 10
	nameFrom    = 200_000
	nameNotTill = 30
)

func (s *Server) wrong(m *Merchant, t transferRequest) string {
	limit := s.Limit
	if limit == 0 {
		limit = 2_000_000
	}
	switch {
	case !outBillNo.MatchString(t.OutBillNo):
		return "out_bill_no"
	case t.AppID != m.AppID:
		return "appid"
	case !scenes[t.Scene]:
		return "transfer_scene_id"
	case t.OpenID == "":
		return "openid"
	case t.Amount < smallest || t.Amount > limit:
		return "transfer_amount"
	case t.Remark == "" || utf8.RuneCountInString(t.Remark) > 32:
		return "transfer_remark"
	case len(t.ReportInfos) == 0:
		return "transfer_scene_report_infos"
	case t.UserName == "" && t.Amount >= nameFrom, t.UserName != "" && t.Amount < nameNotTill:
		return "user_name"
	case len(t.NotifyURL) > 255 || strings.Contains(t.NotifyURL, "?"):
		return "notify_url"
	}
	return ""
}

func (s *Server) transfer(m *Merchant, r *http.Request, body []byte, f Fault) answer {
	var t transferRequest
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return refuse(http.StatusBadRequest, "PARAM_ERROR", "参数错误")
	}
	if field := s.wrong(m, t); field != "" {
		return refuse(http.StatusBadRequest, "PARAM_ERROR", "参数错误: "+field)
	}
	if f == RotateCertificates {
		s.retire()
	}
	name := ""
	if t.UserName != "" {
		key, known := s.decryptWith(r.Header.Get("Wechatpay-Serial"))
		if !known {
			return refuse(http.StatusBadRequest, "PARAM_ERROR", "Wechatpay-Serial 平台证书序列号错误 (serial)")
		}
		var err error
		if name, err = key.open(t.UserName); err != nil {
			return refuse(http.StatusBadRequest, "PARAM_ERROR", "敏感信息解密失败: user_name")
		}
	}
	if old := s.bills[m.MchID+"/"+t.OutBillNo]; old != nil {
		if old.Amount != t.Amount || old.OpenID != t.OpenID || old.UserName != name || old.AppID != t.AppID {
			return refuse(http.StatusBadRequest, "ALREADY_EXISTS", "商户单号已存在，且参数不一致")
		}
		return s.created(old, f)
	}
	if f == AccountShort || m.Balance < t.Amount && f != ShortWait {
		return refuse(http.StatusForbidden, "NOT_ENOUGH", "商户运营账户余额不足")
	}
	b := Bill{MchID: m.MchID, AppID: t.AppID, OutBillNo: t.OutBillNo, OpenID: t.OpenID, UserName: name, Amount: t.Amount,
		Remark: t.Remark, Scene: t.Scene, NotifyURL: t.NotifyURL, State: accepted, stubborn: f == NeverConfirms || f == PayeeRefused, raced: f == CancelRaces}
	if f == NotFoundFirst {
		b.hidden = 2
	}
	kept := s.place(m, b)
	switch f {
	case ShortWait:
		// Its money has been taken: the merchant sees it as waiting all the same.
		if kept.State == waitConfirm {
			kept.State, kept.resumes = processing, s.Clock().Add(time.Minute)
		}
	case PayeeRefused:
		s.finish(kept, fail, "PAYEE_ACCOUNT_ABNORMAL")
	case EarlyNotice:
		if kept.State == waitConfirm {
			s.finish(kept, success, "")
		}
		if s.Permits == nil || s.Permits(kept.NotifyURL) {
			s.mu.Unlock()
			s.Deliver() // before the answer
			s.mu.Lock()
		}
	}
	s.spoilNotices(kept, f)
	return s.created(kept, f)
}

// retire makes the newest certificate the only one, and signs with another.
func (s *Server) retire() {
	for i := range s.certs {
		s.certs[i].retired = true
	}
	// Any key will do, and making one takes long: the public key's.
	c, err := certify(s.public.key, time.Now())
	if err == nil {
		s.certs = append(s.certs, c)
	}
}

func (s *Server) created(b *Bill, f Fault) answer {
	out := map[string]any{"out_bill_no": b.OutBillNo, "transfer_bill_no": b.BillNo, "create_time": rfc3339(b.CreatedAt), "state": b.State}
	if b.FailReason != "" {
		out["fail_reason"] = b.FailReason
	}
	if b.State == waitConfirm {
		out["package_info"] = b.Package
	}
	if f == UnknownState {
		out["state"] = "ON_THE_MOON"
	}
	return answer{status: http.StatusOK, body: out}
}

func (s *Server) query(m *Merchant, r *http.Request, _ []byte, f Fault) answer {
	return s.show(s.bills[m.MchID+"/"+r.PathValue("no")], f)
}

func (s *Server) queryByID(m *Merchant, r *http.Request, _ []byte, f Fault) answer {
	for _, b := range s.order {
		if b.MchID == m.MchID && b.BillNo == r.PathValue("id") {
			return s.show(b, f)
		}
	}
	return s.show(nil, f)
}

func (s *Server) show(b *Bill, f Fault) answer {
	if b == nil || b.hidden > 0 {
		if b != nil {
			b.hidden--
		}
		return refuse(http.StatusNotFound, "NOT_FOUND", "记录不存在")
	}
	out := map[string]any{
		"mch_id": b.MchID, "out_bill_no": b.OutBillNo, "transfer_bill_no": b.BillNo, "appid": b.AppID, "state": b.State,
		"transfer_amount": b.Amount, "transfer_remark": b.Remark, "openid": b.OpenID,
		"create_time": rfc3339(b.CreatedAt), "update_time": rfc3339(b.UpdatedAt),
	}
	if b.FailReason != "" {
		out["fail_reason"] = b.FailReason
	}
	if f == UnknownState {
		out["state"] = "ON_THE_MOON"
	}
	return answer{status: http.StatusOK, body: out}
}

func (s *Server) cancel(m *Merchant, r *http.Request, _ []byte, _ Fault) answer {
	b := s.bills[m.MchID+"/"+r.PathValue("no")]
	if b == nil {
		return refuse(http.StatusNotFound, "NOT_FOUND", "记录不存在")
	}
	switch b.State {
	case accepted, processing, waitConfirm:
		b.State, b.UpdatedAt, b.Package = canceling, s.Clock(), ""
	case canceling, cancelled:
	default:
		return refuse(http.StatusBadRequest, "INVALID_REQUEST", "当前状态不允许撤销")
	}
	return answer{status: http.StatusOK, body: map[string]any{
		"out_bill_no": b.OutBillNo, "transfer_bill_no": b.BillNo, "state": b.State, "update_time": rfc3339(b.UpdatedAt)}}
}

func rfc3339(t time.Time) string { return t.In(shanghai).Format("2006-01-02T15:04:05-07:00") }

var shanghai = time.FixedZone("CST", 8*3600)

func (s *Server) certificates(m *Merchant, _ *http.Request, _ []byte, _ Fault) answer {
	data := []map[string]any{}
	for _, c := range s.certs {
		if c.retired {
			continue
		}
		nonce, ciphertext, err := seal(m.APIv3Key, "certificate", []byte(c.pem))
		if err != nil {
			return refuse(http.StatusBadRequest, "PARAM_ERROR", "APIv3密钥")
		}
		data = append(data, map[string]any{"serial_no": c.id, "effective_time": rfc3339(c.from), "expire_time": rfc3339(c.until),
			"encrypt_certificate": map[string]string{"algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": "certificate", "ciphertext": ciphertext}})
	}
	return answer{status: http.StatusOK, body: map[string]any{"data": data}}
}

func (s *Server) fundFlow(m *Merchant, r *http.Request, _ []byte, _ Fault) answer {
	day := r.URL.Query().Get("bill_date")
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return refuse(http.StatusBadRequest, "PARAM_ERROR", "参数错误: bill_date")
	}
	file := s.file(m, day)
	if file == nil {
		return refuse(http.StatusBadRequest, "NO_STATEMENT_EXIST", "账单文件不存在")
	}
	sum := sha1.Sum(file)
	return answer{status: http.StatusOK, body: map[string]string{"hash_type": "SHA1", "hash_value": hex.EncodeToString(sum[:]),
		"download_url": "https://api.mch.weixin.qq.com/v3/billdownload/file?token=" + day}}
}

func (s *Server) download(m *Merchant, r *http.Request, _ []byte, _ Fault) answer {
	file := s.file(m, r.URL.Query().Get("token"))
	if file == nil {
		return refuse(http.StatusNotFound, "NOT_FOUND", "文件不存在")
	}
	return answer{status: http.StatusOK, raw: file}
}

// file is the fund-flow bill of a day; nil when nothing moved.
func (s *Server) file(m *Merchant, day string) []byte {
	var b strings.Builder
	b.WriteString("记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\r\n")
	yuan := func(minor int64) string { return decimal.New(minor, -2).StringFixed(2) }
	var n, in, out, sumIn, sumOut int64
	for _, f := range s.flows {
		if f.MchID != m.MchID || f.At.In(shanghai).Format(time.DateOnly) != day {
			continue
		}
		way := "收入"
		if n++; f.Out {
			way = "支出"
			out, sumOut = out+1, sumOut+f.Amount
		} else {
			in, sumIn = in+1, sumIn+f.Amount
		}
		for i, cell := range []string{f.At.In(shanghai).Format(time.DateTime), f.BillNo, f.FlowNo, f.Name, f.Name, way, yuan(f.Amount), yuan(f.Balance), "系统", "模拟", f.Voucher} {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString("`" + cell)
		}
		b.WriteString("\r\n")
	}
	if n == 0 {
		return nil
	}
	fmt.Fprintf(&b, "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n`%d,`%d,`%s,`%d,`%s\r\n", n, in, yuan(sumIn), out, yuan(sumOut))
	return []byte(b.String())
}
