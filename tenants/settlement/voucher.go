package settlement

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/fenli-io/fenli/platform/fault"
	"github.com/fenli-io/fenli/platform/pg"
	"github.com/fenli-io/fenli/tenants/ledger"
)

// Voucher is one day of a period in debit and credit. Its number is the same
// however often it is made: the day's place among the period's days.
type Voucher struct {
	Number string // "FL-20260301-0007"
	Day    string
	Lines  []VoucherLine
}

// VoucherLine is one side of one kind of movement. A movement debits the
// account that it leaves and credits the one it reaches.
type VoucherLine struct {
	Kind    string
	Account ledger.Account
	Debit   int64
	Credit  int64
	Entries int
}

// VoucherAccount is the merchant's own code for an account of the journal.
type VoucherAccount struct {
	Account ledger.Account
	Code    string
	Name    string
}

// usual are the codes of whoever has chosen none: those of the Chinese
// accounting standards for enterprises.
var usual = []VoucherAccount{
	{ledger.Expense, "6601.01", "销售费用-分销佣金"},
	{ledger.Adjustment, "6601.02", "销售费用-分销奖惩"},
	{ledger.Held, "2241.01", "其他应付款-待结算佣金"},
	{ledger.Available, "2241.02", "其他应付款-可提现佣金"},
	{ledger.Reserved, "2241.03", "其他应付款-提现中佣金"},
	{ledger.Debt, "1221.01", "其他应收款-分销员待扣回"},
	{ledger.Paid, "1002", "银行存款"},
	{ledger.Tax, "2221.01", "应交税费-代扣个人所得税"},
	{ledger.Fees, "6051.01", "其他业务收入-提现手续费"},
}

var (
	errAccountUnknown = fault.New(fault.Invalid, "settlement.account_unknown", "没有 {account} 这个账户", "there is no account {account}").At("accounts")
	errAccountCode    = fault.New(fault.Invalid, "settlement.account_code", "科目编码和名称不能为空，编码最多 40 字，名称最多 80 字", "an account needs a code of at most 40 and a name of at most 80 letters").At("accounts")
	errUnbalanced     = fault.New(fault.Internal, "settlement.voucher_unbalanced", "凭证与账本不一致，请运行 fenli doctor", "the vouchers are not the journal: run fenli doctor")
)

// VoucherAccounts are the store's, in one order.
func VoucherAccounts(ctx context.Context, tx *pg.Tx) ([]VoucherAccount, error) {
	chosen, err := pg.Collect[VoucherAccount](ctx, tx, `select account, code, name from settlement_account where tenant_id = $1`, tx.Tenant())
	if err != nil {
		return nil, wrapped("voucher accounts", err)
	}
	all := slices.Clone(usual)
	for i := range all {
		for _, c := range chosen {
			if c.Account == all[i].Account {
				all[i] = c
			}
		}
	}
	return all, nil
}

// SetVoucherAccounts changes the codes of some accounts.
func SetVoucherAccounts(ctx context.Context, tx *pg.Tx, list []VoucherAccount) error {
	for _, a := range list {
		a.Code, a.Name = strings.TrimSpace(a.Code), strings.TrimSpace(a.Name)
		switch {
		case !slices.ContainsFunc(usual, func(u VoucherAccount) bool { return u.Account == a.Account }):
			return errAccountUnknown.With("account", a.Account)
		case a.Code == "" || a.Name == "" || len([]rune(a.Code)) > 40 || len([]rune(a.Name)) > 80:
			return errAccountCode
		}
		_, err := tx.Exec(ctx, `
			insert into settlement_account (tenant_id, account, code, name) values ($1, $2, $3, $4)
			on conflict (tenant_id, account) do update set code = excluded.code, name = excluded.name`, tx.Tenant(), string(a.Account), a.Code, a.Name)
		if err != nil {
			return wrapped("voucher accounts", err)
		}
	}
	return nil
}

// Vouchers are a closed period's money by day. Points are no money.
func Vouchers(ctx context.Context, tx *pg.Tx, p Period) ([]Voucher, error) {
	days, err := Days(ctx, tx, p.Nth)
	if err != nil {
		return nil, err
	}
	var list []Voucher
	sums := Sums{}
	for _, d := range days {
		way, _ := ledger.WayOf(d.Kind)
		if way.Asset != ledger.Money {
			continue
		}
		if n := len(list); n == 0 || list[n-1].Day != d.Day {
			list = append(list, Voucher{Number: fmt.Sprintf("FL-%s-%04d", strings.ReplaceAll(p.Key(), "-", ""), n+1), Day: d.Day})
		}
		v := &list[len(list)-1]
		v.Lines = append(v.Lines, VoucherLine{d.Kind, way.From, d.Amount, 0, d.Lines}, VoucherLine{d.Kind, way.To, 0, d.Amount, d.Lines})
		sums[d.Kind] += d.Amount
	}
	for kind, amount := range p.Sums {
		if way, _ := ledger.WayOf(kind); way.Asset == ledger.Money && sums[kind] != amount {
			return nil, errUnbalanced.Because(fmt.Errorf("settlement: %s of %s: %d by day, %d in the period", kind, p.Key(), sums[kind], amount))
		}
	}
	return list, nil
}
