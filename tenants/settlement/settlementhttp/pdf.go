package settlementhttp

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/paper"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/settlement"
)

// pdfMost is how many lines a PDF holds: some hundred pages.
const pdfMost = 3000

func (h *handlers) pdf(ctx context.Context, in *One) (*httpapi.File, error) {
	return h.pdfOf(ctx, in.Period, of(in.ID))
}

func (h *handlers) ownPDF(ctx context.Context, in *Closed) (*httpapi.File, error) {
	return h.pdfOf(ctx, in.Period, mine)
}

func (h *handlers) pdfOf(ctx context.Context, key string, who owner) (*httpapi.File, error) {
	var w whole
	var s shop
	var lines []Line
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx, at shop) (err error) {
		s = at
		if w, err = h.whole(ctx, tx, key, who); err != nil {
			return err
		}
		if w.Lines > pdfMost {
			return errTooLong.With("lines", w.Lines).With("most", pdfMost)
		}
		found, err := settlement.Lines(ctx, tx, w.Nth, w.Party, 0, pdfMost)
		if err != nil {
			return err
		}
		lines, err = h.explained(ctx, tx, s, found)
		return err
	})
	if err != nil {
		return nil, err
	}
	title := s.say("佣金结算单", "Statement of commission")
	body, err := h.Fonts.Write(title, s.name+" · "+title+" · "+s.days(w.period), false, func(d *paper.Document) { s.write(d, title, w, lines) })
	if err != nil {
		return nil, err
	}
	return httpapi.NewFile("application/pdf", s.say("结算单", "statement")+"-"+w.period.Key()+"-"+w.name+".pdf", body), nil
}

// days are a period's first and last day.
func (s shop) days(p settlement.Period) string {
	return p.Key() + " – " + p.ToAt.Add(-time.Microsecond).In(s.zone).Format(time.DateOnly)
}

func (s shop) write(d *paper.Document, title string, w whole, lines []Line) {
	d.Title(title, s.name)
	d.Pairs([][2]string{
		{s.say("分销员", "Distributor"), w.name},
		{s.say("期间", "Period"), s.days(w.period)},
		{s.say("编号", "Id"), w.Party.String()},
		{s.say("出单时间", "Closed at"), w.period.ClosedAt.In(s.zone).Format("2006-01-02 15:04")},
		{s.say("账本序号", "Journal numbers"), fmt.Sprintf("%d – %d", w.period.After+1, w.period.Last)},
		{s.say("账本摘要", "Journal hash"), shortHash(w.period.Hash)},
	})
	d.Heading(s.say("账户", "Accounts"))
	d.Table([]paper.Column{{Title: s.say("账户", "Account"), Weight: 3}, {Title: s.say("期初", "Opening"), Weight: 2, Right: true}, {Title: s.say("本期变动", "Change"), Weight: 2, Right: true}, {Title: s.say("期末", "Closing"), Weight: 2, Right: true}}, s.accountRows(w.Statement))
	d.Heading(s.say("本期汇总", "What has moved"))
	d.Table([]paper.Column{{Title: s.say("类型", "Type"), Weight: 4}, {Title: s.say("转出 → 转入", "From → to"), Weight: 4}, {Title: s.say("金额", "Amount"), Weight: 2, Right: true}}, s.sumRows(w.Sums))
	d.Heading(s.say("明细", "Lines"))
	d.Table([]paper.Column{{Title: s.say("序号", "No."), Weight: 1.2}, {Title: s.say("时间", "Time"), Weight: 2.1}, {Title: s.say("类型", "Type"), Weight: 2.6}, {Title: s.say("订单", "Order"), Weight: 2.6},
		{Title: s.say("说明", "Why"), Weight: 6}, {Title: s.say("金额", "Amount"), Weight: 1.8, Right: true}}, s.lineRows(lines))
	d.Note(s.say("各账户分别列示，不相加。期末之后入账的变动（包括对本期订单的退款）计入下一期。金额单位："+s.currency+"。",
		"Accounts stand side by side and are not added up. What is booked after the period's end, refunds of its orders included, is of the next period. Amounts are in "+s.currency+"."))
	if w.period.Method == "period_end" {
		d.Note(s.say("本店按期结算：本期到期的佣金在期末转为可提现，记为下一期的第一笔。", "This store settles at the end of a period: what matured in it becomes available at its close, as the next period's first entry."))
	}
}

func shortHash(hash []byte) string {
	if len(hash) == 0 {
		return "—"
	}
	return hex.EncodeToString(hash)[:32] + "…"
}

// accountRows are one account a row.
func (s shop) accountRows(x settlement.Statement) (rows [][]string) {
	for _, a := range []ledger.Account{ledger.Held, ledger.Available, ledger.Reserved, ledger.Debt, ledger.Paid, ledger.Tax, ledger.Fees} {
		before, after := x.Opening.Money.Of(a), x.Closing.Money.Of(a)
		if a == ledger.Debt { // shown as what is owed
			before, after = -before, -after
		}
		rows = append(rows, []string{settlement.AccountWord(a, s.chinese), s.text(before), signed(s.text(after - before)), s.text(after)})
	}
	if x.Opening.Points != 0 || x.Closing.Points != 0 {
		n := func(v int64) string { return strconv.FormatInt(v, 10) }
		rows = append(rows, []string{s.say("积分", "points"), n(x.Opening.Points), signed(n(x.Closing.Points - x.Opening.Points)), n(x.Closing.Points)})
	}
	return rows
}

func signed(text string) string {
	if strings.HasPrefix(text, "-") || strings.Trim(text, "0.") == "" {
		return text
	}
	return "+" + text
}

func (s shop) sumRows(sums settlement.Sums) (rows [][]string) {
	for _, x := range s.sums(sums) {
		rows = append(rows, []string{x.Word, settlement.AccountWord(x.Source, s.chinese) + " → " + settlement.AccountWord(x.Target, s.chinese), s.amount(x.Asset, x.Amount)})
	}
	return rows
}

func (s shop) lineRows(lines []Line) (rows [][]string) {
	for _, l := range lines {
		rows = append(rows, []string{strconv.FormatInt(l.Number, 10), l.At.In(s.zone).Format("01-02 15:04"), l.Word, l.ExternalID, s.sentence(l), s.amount(l.Asset, l.Amount)})
	}
	return rows
}

// sentence tells in one cell what a page opens.
func (s shop) sentence(l Line) string {
	if l.Reason != "" {
		return l.Reason
	}
	var all []string
	for _, g := range l.Explained {
		text := g.Why
		if g.Base != nil && g.Rate != nil {
			text = fmt.Sprintf("%s × %s = %s", s.text(g.Base.Minor), percent(*g.Rate), s.text(g.Amount.Minor))
			if g.Level > 0 {
				text = s.say(fmt.Sprintf("%d 级 · ", g.Level), fmt.Sprintf("level %d · ", g.Level)) + text
			}
		}
		if g.Kind == "refunded_before" {
			text += " " + s.text(g.Amount.Minor)
		}
		if g.SKU != "" {
			text = g.SKU + ": " + text
		}
		all = append(all, text)
	}
	return strings.Join(all, s.say("；", "; "))
}
