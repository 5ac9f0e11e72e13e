// Package ledger is the journal of money and points, and the only writer of
// balances.
//
// The journal accepts a closed list of movements. Each moves an amount between
// two accounts of one party, so an unbalanced entry cannot be written down;
// the store's own accounts are kept per party as well, so no row is hot and
// every balance row sums to zero by itself. Amounts are minor units of the
// store's one currency, or whole points.
package ledger

import "github.com/fenli-io/fenli/platform/id"

type partyKind struct{}

func (partyKind) Prefix() string { return "dst" }

// Party is whom a balance belongs to: a distributor, by the same id.
type Party = id.Of[partyKind]

type refKind struct{}

func (refKind) Prefix() string { return "ref" }

// Ref is what caused a movement: an order, a withdrawal. Zero when it was
// many, as when a cut-off matures a person's awards at once.
type Ref = id.Of[refKind]

// Asset is what an amount counts.
type Asset string

const (
	Money  Asset = "money"
	Points Asset = "points"
)

// Account is one column of a party's balance.
type Account string

const (
	Expense    Account = "expense"    // the store's: what it has granted
	Adjustment Account = "adjustment" // the store's: bonuses and deductions by hand
	Fees       Account = "fees"       // the store's: withdrawal fees kept
	Tax        Account = "tax"        // the store's: tax withheld
	Held       Account = "held"       // 待结算
	Available  Account = "available"  // 可提现
	Reserved   Account = "reserved"   // 提现中
	Debt       Account = "debt"       // 待扣回, below zero when something is owed
	Paid       Account = "paid"       // 已提现, net
)

// Movement is one entry of the closed list below.
type Movement interface{ leg() leg }

type leg struct {
	kind     string
	party    Party
	asset    Asset
	from, to Account
	amount   int64
	ref      Ref
}

// HoldCommission sets an award aside until its order can no longer be
// refunded. Corrected by ReverseHeld, ReverseAvailable and ReverseIntoDebt.
type HoldCommission struct {
	Payee  Party
	Amount int64
	Order  Ref
}

func (m HoldCommission) leg() leg {
	return leg{"hold_commission", m.Payee, Money, Expense, Held, m.Amount, m.Order}
}

// ReverseHeld takes back an award that has not matured.
type ReverseHeld struct {
	Payee  Party
	Amount int64
	Order  Ref
}

func (m ReverseHeld) leg() leg {
	return leg{"reverse_held", m.Payee, Money, Held, Expense, m.Amount, m.Order}
}

// ReverseAvailable takes back an award that has matured and is still here.
type ReverseAvailable struct {
	Payee  Party
	Amount int64
	Order  Ref
}

func (m ReverseAvailable) leg() leg {
	return leg{"reverse_available", m.Payee, Money, Available, Expense, m.Amount, m.Order}
}

// ReverseIntoDebt takes back an award whose money has left: the payee owes it.
// Corrected by NetDebt as soon as money becomes available.
type ReverseIntoDebt struct {
	Payee  Party
	Amount int64
	Order  Ref
}

func (m ReverseIntoDebt) leg() leg {
	return leg{"reverse_into_debt", m.Payee, Money, Debt, Expense, m.Amount, m.Order}
}

// BookPeriodAward gives what a closed period pays; it has nothing to wait for.
// Corrected by ReverseAvailable and ReverseIntoDebt.
type BookPeriodAward struct {
	Payee  Party
	Amount int64
	Period Ref
}

func (m BookPeriodAward) leg() leg {
	return leg{"book_period_award", m.Payee, Money, Expense, Available, m.Amount, m.Period}
}

// BookBonus gives what the merchant adds by hand, for a reason of its own and
// never for recruiting. Corrected by BookDeduction and DeductIntoDebt.
type BookBonus struct {
	Payee  Party
	Amount int64
	Reason Ref
}

func (m BookBonus) leg() leg {
	return leg{"book_bonus", m.Payee, Money, Adjustment, Available, m.Amount, m.Reason}
}

// BookDeduction takes by hand what is still here. Corrected by BookBonus.
type BookDeduction struct {
	Payee  Party
	Amount int64
	Reason Ref
}

func (m BookDeduction) leg() leg {
	return leg{"book_deduction", m.Payee, Money, Available, Adjustment, m.Amount, m.Reason}
}

// DeductIntoDebt takes by hand what is no longer here: the payee owes it.
// Corrected by NetDebt.
type DeductIntoDebt struct {
	Payee  Party
	Amount int64
	Reason Ref
}

func (m DeductIntoDebt) leg() leg {
	return leg{"deduct_into_debt", m.Payee, Money, Debt, Adjustment, m.Amount, m.Reason}
}

// Mature makes what was held available.
type Mature struct {
	Payee  Party
	Amount int64
}

func (m Mature) leg() leg {
	return leg{kind: "mature", party: m.Payee, asset: Money, from: Held, to: Available, amount: m.Amount}
}

// NetDebt pays a debt out of what has become available.
type NetDebt struct {
	Payee  Party
	Amount int64
}

func (m NetDebt) leg() leg {
	return leg{kind: "net_debt", party: m.Payee, asset: Money, from: Available, to: Debt, amount: m.Amount}
}

// Reserve sets available money aside for a withdrawal. Corrected by
// ReturnReserved.
type Reserve struct {
	Payee      Party
	Amount     int64
	Withdrawal Ref
}

func (m Reserve) leg() leg {
	return leg{"reserve", m.Payee, Money, Available, Reserved, m.Amount, m.Withdrawal}
}

// ReturnReserved gives back what a rejected or failed withdrawal had reserved.
type ReturnReserved struct {
	Payee      Party
	Amount     int64
	Withdrawal Ref
}

func (m ReturnReserved) leg() leg {
	return leg{"return_reserved", m.Payee, Money, Reserved, Available, m.Amount, m.Withdrawal}
}

// PayOut records net money that has left. Gross = PayOut + WithholdTax + KeepFee.
type PayOut struct {
	Payee      Party
	Amount     int64
	Withdrawal Ref
}

func (m PayOut) leg() leg {
	return leg{"pay_out", m.Payee, Money, Reserved, Paid, m.Amount, m.Withdrawal}
}

// WithholdTax keeps the tax of a withdrawal for the authority.
type WithholdTax struct {
	Payee      Party
	Amount     int64
	Withdrawal Ref
}

func (m WithholdTax) leg() leg {
	return leg{"withhold_tax", m.Payee, Money, Reserved, Tax, m.Amount, m.Withdrawal}
}

// KeepFee keeps the fee of a withdrawal.
type KeepFee struct {
	Payee      Party
	Amount     int64
	Withdrawal Ref
}

func (m KeepFee) leg() leg {
	return leg{"keep_fee", m.Payee, Money, Reserved, Fees, m.Amount, m.Withdrawal}
}

// EarnPoints credits points. Corrected by ReversePoints.
type EarnPoints struct {
	Payee  Party
	Amount int64
	Order  Ref
}

func (m EarnPoints) leg() leg {
	return leg{"earn_points", m.Payee, Points, Expense, Available, m.Amount, m.Order}
}

// ReversePoints takes points back; the balance may fall below zero when they
// were spent, which blocks redemption.
type ReversePoints struct {
	Payee  Party
	Amount int64
	Order  Ref
}

func (m ReversePoints) leg() leg {
	return leg{"reverse_points", m.Payee, Points, Available, Expense, m.Amount, m.Order}
}

// closedList is every movement there is, each once.
var closedList = []Movement{
	HoldCommission{}, ReverseHeld{}, ReverseAvailable{}, ReverseIntoDebt{}, BookPeriodAward{},
	BookBonus{}, BookDeduction{}, DeductIntoDebt{}, Mature{}, NetDebt{},
	Reserve{}, ReturnReserved{}, PayOut{}, WithholdTax{}, KeepFee{}, EarnPoints{}, ReversePoints{},
}

// legs are the closed list by the name under which a movement is recorded.
var legs = func() map[string]leg {
	all := make(map[string]leg, len(closedList))
	for _, m := range closedList {
		all[m.leg().kind] = m.leg()
	}
	return all
}()

// PartyOf is whose balance a movement changes.
func PartyOf(m Movement) Party { return m.leg().party }
