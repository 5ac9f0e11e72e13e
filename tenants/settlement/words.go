package settlement

import "github.com/fenli-io/fenli/tenants/ledger"

// kindWords name movements as people read them, in Chinese and English.
var kindWords = map[string][2]string{
	"hold_commission":   {"佣金（待结算）", "commission, held"},
	"reverse_held":      {"扣回待结算佣金", "taken back from held"},
	"reverse_available": {"扣回可提现佣金", "taken back from available"},
	"reverse_into_debt": {"扣回转待扣", "taken back as a debt"},
	"book_period_award": {"期间奖励", "period award"},
	"book_bonus":        {"人工奖励", "bonus by hand"},
	"book_deduction":    {"人工扣款", "deduction by hand"},
	"deduct_into_debt":  {"人工扣款转待扣", "deduction as a debt"},
	"mature":            {"结算（转可提现）", "settled, now available"},
	"net_debt":          {"抵扣欠款", "debt netted"},
	"reserve":           {"申请提现", "withdrawal asked for"},
	"return_reserved":   {"提现退回", "withdrawal given back"},
	"pay_out":           {"打款", "paid out"},
	"withhold_tax":      {"代扣税", "tax withheld"},
	"keep_fee":          {"提现手续费", "withdrawal fee"},
	"earn_points":       {"获得积分", "points earned"},
	"reverse_points":    {"扣回积分", "points taken back"},
}

// KindWord names a kind of movement; what has no word is named by its kind.
func KindWord(kind string, chinese bool) string {
	return word(kindWords, kind, chinese)
}

var accountWords = map[ledger.Account][2]string{
	ledger.Expense: {"商家费用", "the store's expense"}, ledger.Adjustment: {"人工调整", "adjustments"}, ledger.Fees: {"手续费", "fees"},
	ledger.Tax: {"已扣税", "tax withheld"}, ledger.Held: {"待结算", "held"}, ledger.Available: {"可提现", "available"},
	ledger.Reserved: {"提现中", "reserved"}, ledger.Debt: {"待扣回", "debt"}, ledger.Paid: {"已提现", "paid"},
}

// AccountWord names an account.
func AccountWord(a ledger.Account, chinese bool) string { return word(accountWords, a, chinese) }

func word[K ~string](words map[K][2]string, key K, chinese bool) string {
	w, known := words[key]
	switch {
	case !known:
		return string(key)
	case chinese:
		return w[0]
	}
	return w[1]
}
