package settlementhttp

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"

	"github.com/fenli-io/fenli/platform/httpapi"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/platform/sheet"
	"github.com/fenli-io/fenli/plugins/sdk/money"
	"github.com/fenli-io/fenli/tenants/distributor"
	"github.com/fenli-io/fenli/tenants/ledger"
	"github.com/fenli-io/fenli/tenants/settlement"
)

const csvMime = "text/csv; charset=utf-8"

// Marked asks for the mark by which Excel knows UTF-8.
type Marked struct {
	BOM bool `query:"bom" default:"true" doc:"Begin with the mark by which Excel knows UTF-8"`
}

// pageMost is how many entries one transaction of a file reads.
const pageMost = 500

// report streams everything that a period has moved.
func (h *handlers) report(ctx context.Context, in *struct {
	Closed
	Marked
}) (*httpapi.Stream, error) {
	var p settlement.Period
	var s shop
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx, at shop) (err error) {
		s = at
		p, err = settlement.PeriodOf(ctx, tx, in.Period)
		return err
	})
	if err != nil {
		return nil, err
	}
	next := func(ctx context.Context, tx *pg.Tx, after int64) ([]settlement.Line, error) {
		entries, err := settlement.Entries(ctx, tx, p, after, pageMost)
		lines := make([]settlement.Line, len(entries))
		for i, e := range entries {
			lines[i] = settlement.Line{Number: e.Number, Entry: e.Entry}
		}
		return lines, err
	}
	return h.stream(ctx, s, s.say("佣金结算明细", "settlement-report")+"-"+p.Key()+".csv", in.BOM, p.Sums, next), nil
}

func (h *handlers) csv(ctx context.Context, in *struct {
	One
	Marked
}) (*httpapi.Stream, error) {
	return h.csvOf(ctx, in.Period, in.BOM, of(in.ID))
}

func (h *handlers) ownCSV(ctx context.Context, in *struct {
	Closed
	Marked
}) (*httpapi.Stream, error) {
	return h.csvOf(ctx, in.Period, in.BOM, mine)
}

func (h *handlers) csvOf(ctx context.Context, key string, bom bool, who owner) (*httpapi.Stream, error) {
	var w whole
	var s shop
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx, at shop) (err error) {
		s = at
		w, err = h.whole(ctx, tx, key, who)
		return err
	})
	if err != nil {
		return nil, err
	}
	next := func(ctx context.Context, tx *pg.Tx, after int64) ([]settlement.Line, error) {
		return settlement.Lines(ctx, tx, w.Nth, w.Party, after, pageMost)
	}
	return h.stream(ctx, s, s.say("结算单", "statement")+"-"+w.period.Key()+"-"+w.name+".csv", bom, w.Sums, next), nil
}

// stream writes rows page by page, each page in a transaction of its own: what
// is closed does not change in between. At the end stand the sums that were
// written; a file without them is not whole.
func (h *handlers) stream(ctx context.Context, s shop, name string, bom bool, want settlement.Sums, next func(context.Context, *pg.Tx, int64) ([]settlement.Line, error)) *httpapi.Stream {
	return httpapi.NewStream(ctx, csvMime, name, func(ctx context.Context, to io.Writer) error {
		out := sheet.New(to, bom)
		out.Row(reportHeader(s)...)
		wrote := settlement.Sums{}
		for after, more := int64(0), true; more; {
			err := h.within(ctx, func(ctx context.Context, tx *pg.Tx, s shop) error {
				lines, err := next(ctx, tx, after)
				if err != nil {
					return err
				}
				if more = len(lines) == pageMost; len(lines) > 0 {
					after = lines[len(lines)-1].Number
				}
				return h.rows(ctx, tx, s, out, lines, wrote)
			})
			if err == nil {
				err = out.Flush()
			}
			if err != nil {
				slog.ErrorContext(ctx, "settlement: a file broke off", "request_id", httpapi.RequestIDOf(ctx), "error", err.Error())
				out.Row(s.say("文件不完整，请重新导出", "this file is not whole: export it again"))
				return out.Flush()
			}
		}
		for _, sum := range s.sums(want) {
			mark := s.say("与账本一致", "equals the journal")
			if wrote[sum.Kind] != sum.Amount {
				mark = s.say("与账本不一致，请联系管理员", "differs from the journal")
			}
			out.Row(s.say("合计", "total"), "", sum.Word, "", "", "", "", "", "", "", "", "", "", s.amount(sum.Asset, wrote[sum.Kind]), "", "", mark)
		}
		return out.Flush()
	})
}

func reportHeader(s shop) []string {
	if s.chinese {
		return []string{"账本序号", "时间", "类型", "订单号", "商品行", "SKU", "受益人", "受益人编号", "层级", "角色", "计佣基数", "比例", "封顶扣减", "金额", "转出账户", "转入账户", "说明"}
	}
	return []string{"number", "time", "type", "order", "line", "sku", "beneficiary", "beneficiary id", "level", "role", "base", "rate", "cut by cap", "amount", "from", "to", "why"}
}

// rows writes some entries, what was granted line by line.
func (h *handlers) rows(ctx context.Context, tx *pg.Tx, s shop, out *sheet.Writer, lines []settlement.Line, wrote settlement.Sums) error {
	rows, err := settlement.Rows(ctx, tx, h.Commission, lines, httpapi.LangOf(ctx))
	if err != nil {
		return err
	}
	reasons, err := h.Reasons(ctx, tx, byHand(lines))
	if err != nil {
		return err
	}
	who := make([]distributor.ID, len(lines))
	for i, l := range lines {
		who[i] = distributor.ID(l.Party)
	}
	labels, err := distributor.Labels(ctx, tx, who)
	if err != nil {
		return err
	}
	for _, r := range rows {
		wrote[r.Kind] += r.Part
		label := labels[distributor.ID(r.Party)]
		external := label.ExternalID
		if external == "" {
			external = r.Party.String()
		}
		out.Row(append([]string{strconv.FormatInt(r.Number, 10), r.RecordedAt.In(s.zone).Format("2006-01-02 15:04:05"), settlement.KindWord(r.Kind, s.chinese)},
			append(s.gave(r, label.Name, external), s.amount(r.Asset, r.Part), settlement.AccountWord(r.Source, s.chinese), settlement.AccountWord(r.Target, s.chinese), s.why(r, reasons))...)...)
	}
	return nil
}

// amount is money as a decimal number, or whole points.
func (s shop) amount(asset ledger.Asset, n int64) string {
	if asset == ledger.Points {
		return strconv.FormatInt(n, 10)
	}
	return s.text(n)
}

func (s shop) why(r settlement.Row, reasons map[Cause]string) string {
	switch {
	case r.Refunded:
		return s.say("发放前已退款的部分", "refunded before it was granted")
	case r.Gave != nil:
		return r.Gave.Why
	}
	return reasons[Cause{r.Ref, r.Kind}]
}

// vouchers are a file of a few lines a day.
func (h *handlers) vouchers(ctx context.Context, in *struct {
	Closed
	Marked
}) (*httpapi.Stream, error) {
	var list []settlement.Voucher
	var codes map[ledger.Account]settlement.VoucherAccount
	var s shop
	err := h.within(ctx, func(ctx context.Context, tx *pg.Tx, at shop) error {
		s = at
		p, err := settlement.PeriodOf(ctx, tx, in.Period)
		if err != nil {
			return err
		}
		if list, err = settlement.Vouchers(ctx, tx, p); err != nil {
			return err
		}
		accounts, err := settlement.VoucherAccounts(ctx, tx)
		codes = map[ledger.Account]settlement.VoucherAccount{}
		for _, a := range accounts {
			codes[a.Account] = a
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return httpapi.NewStream(ctx, csvMime, s.say("凭证", "vouchers")+"-"+in.Period+".csv", func(_ context.Context, to io.Writer) error {
		out := sheet.New(to, in.BOM)
		if s.chinese {
			out.Row("凭证号", "日期", "分录号", "摘要", "科目编码", "科目名称", "借方金额", "贷方金额", "币种", "笔数")
		} else {
			out.Row("voucher", "date", "line", "summary", "account code", "account name", "debit", "credit", "currency", "entries")
		}
		var debit, credit int64
		for _, v := range list {
			for i, l := range v.Lines {
				sides := [2]string{}
				if l.Debit != 0 {
					sides[0] = s.text(l.Debit)
				} else {
					sides[1] = s.text(l.Credit)
				}
				debit, credit = debit+l.Debit, credit+l.Credit
				a := codes[l.Account]
				out.Row(v.Number, v.Day, strconv.Itoa(i+1), settlement.KindWord(l.Kind, s.chinese), a.Code, a.Name, sides[0], sides[1], s.currency, strconv.Itoa(l.Entries))
			}
		}
		out.Row(s.say("合计", "total"), "", "", "", "", "", s.text(debit), s.text(credit), s.currency, "")
		return out.Flush()
	}), nil
}

// gave is what a row says of the order and of what its line gave.
func (s shop) gave(r settlement.Row, name, id string) []string {
	c := make([]string, 10) // from the order's number to what the cap cut
	c[3], c[4] = name, id
	if r.Order != nil {
		c[0] = r.Order.ExternalID
	}
	if r.Award != nil {
		c[5], c[6] = fmt.Sprint(r.Award.Level), r.Award.Role
	}
	if g := r.Gave; g != nil {
		c[1], c[2] = g.Line, g.SKU
		if g.Rate != 0 {
			c[7], c[8] = s.text(g.Base), percent(g.Rate)
		}
		if g.Cut != 0 {
			c[9] = s.text(g.Cut)
		}
	}
	return c
}

// percent is a rate as people read it, exactly.
func percent(r money.Rate) string {
	ppm := int64(r)
	whole, part := ppm/10_000, ppm%10_000
	text := strconv.FormatInt(whole, 10)
	if part != 0 {
		text += fmt.Sprintf(".%04d", part)
		for text[len(text)-1] == '0' {
			text = text[:len(text)-1]
		}
	}
	return text + "%"
}
