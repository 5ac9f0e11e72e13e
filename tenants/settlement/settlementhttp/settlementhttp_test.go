package settlementhttp_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/httpapi/apitest"
	"github.com/fenli-io/fenli/platform/paper"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/rbac"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/settlement/settlementhttp"
	"github.com/fenli-io/fenli/tenants/storetest"
)

var zone = time.FixedZone("Asia/Shanghai", 8*3600)

// opened is a store that has lived through March, and its door.
func opened(t *testing.T) (*apitest.Door, *storetest.Stores, map[string]distributor.ID) {
	t.Helper()
	s := storetest.Open(t)
	team := s.Team(t, s.A, "b", "a")
	refundedEarly := s.Sell(t, s.A, storetest.Sale{ID: "=O1", Buyer: "lin", Via: team["a"], Nets: []int64{10000, 5000}})
	s.Refund(t, s.A, refundedEarly, "R1", 5000, "2") // before anybody has decided
	s.Receive(t, s.A, refundedEarly)
	s.Work(t, s.A)
	s.Sell(t, s.A, storetest.Sale{ID: "O2", Buyer: "lin", Via: team["a"], Nets: []int64{30000}})
	s.Clock.Advance(10 * 24 * time.Hour)
	s.Work(t, s.A)
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		p := ledger.Party(team["a"])
		book, err := ledger.Open(ctx, tx, []ledger.Party{p})
		if err != nil {
			return err
		}
		for _, m := range []ledger.Movement{ledger.BookBonus{Payee: p, Amount: 888, Reason: ledger.Ref(p)}, ledger.Reserve{Payee: p, Amount: 500},
			ledger.WithholdTax{Payee: p, Amount: 100}, ledger.KeepFee{Payee: p, Amount: 3}, ledger.PayOut{Payee: p, Amount: 397}} {
			if err := book.Move(m); err != nil {
				return err
			}
		}
		return book.Post(ctx)
	})
	s.Clock.Advance(30 * 24 * time.Hour)
	if _, err := s.Settlement.Close(t.Context(), s.A); err != nil {
		t.Fatal(err)
	}
	door := apitest.Open(t, s.Database, rbac.Allow, func(_ context.Context, c *httpapi.Caller, name string) error {
		if name != "" {
			c.Distributor = team[name].UUID()
		}
		return nil
	})
	settlementhttp.Routes(door.Server, settlementhttp.Config{DB: s.DB, Settlement: s.Settlement, Commission: s.Commission, Fonts: paper.NewFonts(os.Getenv("FENLI_PDF_FONT")),
		Store: func(context.Context, *pg.Tx) (string, string, *time.Location, error) {
			return "第一号店", "CNY", zone, nil
		},
		Reasons: func(_ context.Context, _ *pg.Tx, causes []settlementhttp.Cause) (map[settlementhttp.Cause]string, error) {
			all := map[settlementhttp.Cause]string{}
			for _, c := range causes {
				all[c] = "@感谢支持"
			}
			return all, nil
		}})
	return door, s, team
}

func TestStatements_ThroughTheDoor(t *testing.T) {
	t.Parallel()
	door, s, team := opened(t)
	var periods httpapi.Page[settlementhttp.Period]
	door.Get("/statements", "finance@a", &periods)
	if len(periods.Items) != 1 || periods.Items[0].Period != "2026-03-01" || periods.Items[0].Last != "2026-03-31" || periods.Items[0].Statements != 2 {
		t.Fatalf("%+v", periods)
	}
	var now settlementhttp.Now
	door.Get("/statements/now", "finance@a", &now)
	if now.Open == nil || now.Open.Period != "2026-04-01" || now.Making != nil {
		t.Errorf("%+v", now)
	}
	var list httpapi.Page[settlementhttp.Statement]
	door.Get("/statements/2026-03-01/distributors?limit=1", "finance@a", &list)
	if len(list.Items) != 1 || list.NextCursor == "" {
		t.Fatalf("%+v", list)
	}
	first := list.Items[0].Distributor.ID
	door.Get("/statements/2026-03-01/distributors?limit=1&cursor="+list.NextCursor, "finance@a", &list)
	if len(list.Items) != 1 || list.NextCursor != "" || list.Items[0].Distributor.ID == first {
		t.Errorf("%+v", list)
	}
	door.Get("/statements/2026-03-01/distributors?q=a", "finance@a", &list)
	if !slices.ContainsFunc(list.Items, func(x settlementhttp.Statement) bool { return x.Distributor.ID == team["a"] }) { // somebody else's code may have an A
		t.Errorf("%+v", list)
	}
	door.Get("/statements/2026-03-01/distributors?q=nobodys-name", "finance@a", &list)
	if len(list.Items) != 0 {
		t.Errorf("%+v", list)
	}
	var mine settlementhttp.Statement
	door.Get("store:/me/statements/2026-03-01", "distributor:a@a", &mine)
	if mine.Totals.Earned.Minor != 4000 || mine.Closing.Held.Minor != 3000 || mine.Closing.Available.Minor != 1000+888-500 || mine.Closing.Paid.Minor != 397 || mine.Totals.Adjusted.Minor != 888 {
		t.Errorf("%+v", mine)
	}
	var lines httpapi.Page[settlementhttp.Line]
	door.Get("store:/me/statements/2026-03-01/lines?limit=100", "distributor:a@a", &lines)
	granted := slices.IndexFunc(lines.Items, func(l settlementhttp.Line) bool { return l.ExternalID == "O2" })
	if granted < 0 || len(lines.Items[granted].Explained) != 1 || lines.Items[granted].Explained[0].Rate == nil || lines.Items[granted].Explained[0].Base.Minor != 30000 {
		t.Errorf("a line opens to its explanation: %+v", lines.Items)
	}
	if !slices.ContainsFunc(lines.Items, func(l settlementhttp.Line) bool { return l.Reason == "@感谢支持" }) {
		t.Error("the distributor reads the reason of what was done by hand")
	}
	door.Refused(404, "settlement.period_unknown", "", "GET", "store:/me/statements/2026-04-01", "distributor:a@a", "")
	door.Refused(404, "settlement.period_unknown", "", "GET", "/statements/2026-03-01", "owner@b", "")
	door.Refused(404, "distributor.unknown", "", "GET", "/distributors/"+team["a"].String()+"/statement?period=2026-03-01", "owner@b", "")
	door.Refused(403, "request.forbidden", "", "GET", "/statements/2026-03-01/report", "manager@a", "")
	s.MustBalance(t)
}

func sheetOf(t *testing.T, raw []byte) [][]string {
	t.Helper()
	text, marked := bytes.CutPrefix(raw, []byte("\ufeff"))
	if !marked {
		t.Error("Excel does not know that this is UTF-8")
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	return rows
}

func fen(t *testing.T, text string) (n int64) {
	t.Helper()
	whole, part, _ := strings.Cut(text, ".")
	if _, err := fmt.Sscan(whole+part, &n); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return n
}

// The detailed report names order, line, beneficiary, level, rate, base and
// amount, and sums to the journal; no cell is run by a spreadsheet.
func TestReport_SumsToTheJournal(t *testing.T) {
	t.Parallel()
	door, s, _ := opened(t)
	raw := door.File("/statements/2026-03-01/report", "finance@a", "Accept-Language", "zh-CN")
	rows := sheetOf(t, raw)
	sums, totals := map[string]int64{}, map[string]int64{}
	found := false
	for _, r := range rows[1:] {
		if r[0] == "合计" {
			totals[r[2]] += fen(t, r[13])
			if r[16] != "与账本一致" {
				t.Errorf("%q", r)
			}
			continue
		}
		sums[r[2]] += fen(t, r[13])
		found = found || r[3] == "O2" && r[4] == "1" && r[6] == "a" && r[8] == "1" && r[10] == "300.00" && r[11] == "10%" && r[13] == "30.00"
		if strings.HasPrefix(r[3], "=") || strings.HasPrefix(r[16], "@") {
			t.Errorf("a spreadsheet would run %q", r)
		}
	}
	if !found {
		t.Errorf("no line of O2:\n%s", raw)
	}
	if len(totals) == 0 || len(totals) != len(sums) {
		t.Errorf("%v, %v", totals, sums)
	}
	for word, total := range totals {
		if sums[word] != total {
			t.Errorf("%s: %d, the total says %d", word, sums[word], total)
		}
	}
	s.Do(t, s.A, func(ctx context.Context, tx *pg.Tx) error {
		all, err := ledger.Totals(ctx, tx, ledger.Money)
		if given := totals["佣金（待结算）"] - totals["扣回待结算佣金"]; given != -all.Expense {
			t.Errorf("the report gave %d, the journal %d", given, -all.Expense)
		}
		return err
	})
	mine := sheetOf(t, door.File("store:/me/statements/2026-03-01/csv", "distributor:a@a", "Accept-Language", "zh-CN"))
	if len(mine) < 5 || slices.ContainsFunc(mine[1:], func(r []string) bool { return r[0] != "合计" && r[6] != "a" }) {
		t.Errorf("%q", mine)
	}
}

// Vouchers balance, are the journal by day, and keep their numbers; their codes
// are the merchant's.
func TestVouchers_BalanceAndKeepTheirNumbers(t *testing.T) {
	t.Parallel()
	door, _, _ := opened(t)
	read := func() [][]string {
		return sheetOf(t, door.File("/statements/2026-03-01/vouchers", "finance@a", "Accept-Language", "zh-CN"))
	}
	before := read()
	var debit, credit int64
	numbers := map[string]string{}
	for _, r := range before[1 : len(before)-1] {
		if numbers[r[1]] != "" && numbers[r[1]] != r[0] {
			t.Errorf("two vouchers of one day: %q", r)
		}
		numbers[r[1]] = r[0]
		if r[6] != "" {
			debit += fen(t, r[6])
		}
		if r[7] != "" {
			credit += fen(t, r[7])
		}
	}
	if last := before[len(before)-1]; debit != credit || fen(t, last[6]) != debit || debit == 0 || len(numbers) != 2 {
		t.Errorf("debit %d, credit %d, %q, %v", debit, credit, last, numbers)
	}
	if numbers["2026-03-01"] != "FL-20260301-0001" {
		t.Errorf("%v", numbers)
	}
	door.Refused(422, "settlement.account_code", "accounts", "PUT", "/voucher-accounts", "finance@a", `{"accounts": [{"account": "paid", "code": " ", "name": "银行"}]}`)
	door.Refused(403, "request.forbidden", "", "PUT", "/voucher-accounts", "manager@a", `{"accounts": []}`)
	door.Read(200, "PUT", "/voucher-accounts", "finance@a", `{"accounts": [{"account": "paid", "code": "1002.88", "name": "招商银行"}]}`, nil)
	after := read()
	if len(after) != len(before) || !slices.ContainsFunc(after, func(r []string) bool { return r[4] == "1002.88" && r[5] == "招商银行" && r[7] == "3.97" }) {
		t.Errorf("%q", after)
	}
	for i := range after {
		if after[i][0] != before[i][0] || after[i][6] != before[i][6] {
			t.Errorf("%q was %q", after[i], before[i])
		}
	}
}

func TestPDF_IsADocument(t *testing.T) {
	t.Parallel()
	door, _, team := opened(t)
	if _, err := paper.NewFonts(os.Getenv("FENLI_PDF_FONT")).Write("t", "f", false, func(*paper.Document) {}); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		door.Refused(503, "paper.no_font", "", "GET", "store:/me/statements/2026-03-01/pdf", "distributor:a@a", "")
		t.Skip(err)
	}
	pdf := door.File("/distributors/"+team["a"].String()+"/statement/pdf?period=2026-03-01", "finance@a", "Accept-Language", "zh-CN")
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		t.Errorf("%.80q", pdf)
	}
	if keep := os.Getenv("FENLI_KEEP_PDF"); keep != "" {
		if err := os.WriteFile(keep, pdf, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	door.File("store:/me/statements/2026-03-01/pdf", "distributor:a@a", "Accept-Language", "zh-CN")
}
