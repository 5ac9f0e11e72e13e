package bankfile_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/tenants/payout"
	"github.com/fenli-io/fenli/tenants/payout/bankfile"
	"github.com/fenli-io/fenli/tenants/payout/conform"
)

func order(no string, amount int64) payout.Order {
	return payout.Order{Number: no, Amount: amount, Currency: "CNY", Payee: payout.Payee{Account: "6222021234567890128", RealName: "王小明", Bank: "工商银行"}, Remark: "佣金"}
}

func open(t *testing.T, s payout.Settings) *bankfile.Provider {
	t.Helper()
	p, err := bankfile.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBankFile_Conforms(t *testing.T) {
	t.Parallel()
	conform.Suite(t, func(t *testing.T) conform.Stage {
		return conform.Stage{Provider: open(t, nil), Order: order, Left: func() map[string]int64 { return nil }}
	})
}

func TestFile_IsWrittenByTheTemplate(t *testing.T) {
	t.Parallel()
	p := open(t, payout.Settings{"columns": "账号=account, 户名=name\n金额(元)=amount，备注=number", "encoding": "gbk"})
	file, err := p.File([]payout.Order{order("N1", 1234), order("N2", 5)})
	if err != nil {
		t.Fatal(err)
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 3 || strings.Join(rows[0], "|") != "账号|户名|金额(元)|备注" || strings.Join(rows[2], "|") != "6222021234567890128|王小明|0.05|N2" {
		t.Fatalf("%q, %v", rows, err)
	}
}

func TestPrepare_RefusesWhatASpreadsheetWouldRun(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	for _, name := range []string{"=cmd()", "+1", "-1", "@sum", "a\nb", ""} {
		o := order("N1", 1)
		o.Payee.RealName = name
		if _, err := p.Prepare(t.Context(), o); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
}

func TestReturn(t *testing.T) {
	t.Parallel()
	p := open(t, nil)
	const file = "商户流水号,金额,结果,失败原因,银行流水号,时间\r\nN1,\"1,234.50\",成功,,B1,2026-03-02 10:00:00\r\nN2,5.00,失败,户名不符,B2,2026-03-02\r\nN3,6.00,处理中,,,2026-03-02\r\n"
	answers, err := p.ReadReturn([]byte(file))
	if err != nil || len(answers) != 3 {
		t.Fatal(answers, err)
	}
	if a := answers[0]; a.Standing != payout.Paid || a.Amount != 123450 || a.ProviderID != "B1" {
		t.Errorf("%+v", a)
	}
	if a := answers[1]; a.Standing != payout.Failed || a.Words != "户名不符" {
		t.Errorf("%+v", a)
	}
	if a := answers[2]; a.Standing != payout.Doubt {
		t.Errorf("%+v", a)
	}
	rows, err := p.ReadBill([]byte(file))
	if err != nil || len(rows) != 1 || rows[0].Amount != 123450 || rows[0].Entry != "B1" {
		t.Errorf("%+v, %v", rows, err)
	}
	for code, bad := range map[string]string{
		"payout.bill_column":     "商户流水号,金额\nN1,1.00\n",
		"payout.bill_unreadable": "商户流水号,金额,结果\nN1,1.005,成功\n",
	} {
		if _, err := p.ReadReturn([]byte(bad)); fault.Of(err).Code != code {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestTemplate_SaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, s := range []payout.Settings{{"columns": "账号=account"}, {"columns": "x"}, {"columns": "x=moon"}, {"back": "x=number"}, {"encoding": "ebcdic"}} {
		if _, err := bankfile.New(s); fault.Of(err).Code != "payout.template" {
			t.Errorf("%v: %v", s, err)
		}
	}
}
