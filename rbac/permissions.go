package rbac

// One constant for each verb. A route names exactly one.
const (
	// Everybody with a session.
	SessionEnd      = "session.end"
	MeRead          = "me.read"
	LeaderboardRead = "leaderboard.read"

	// The store.
	StoreRead      = "store.read"
	StoreBrand     = "store.brand"
	StrategyRead   = "strategy.read"
	ProgramRead    = "program.read"
	ProgramPreview = "program.preview"
	ProgramRevise  = "program.revise"
	TrialRead      = "trial.read"
	TrialRun       = "trial.run"  // backtests, shadows, proofs: they move no money
	CanaryRun      = "canary.run" // some teams try a candidate first
	KeyRead        = "key.read"
	KeyCreate      = "key.create"
	KeyRevoke      = "key.revoke"
	StaffRead      = "staff.read"
	StaffInvite    = "staff.invite" // and take an invitation back
	StaffRole      = "staff.role"
	StaffRemove    = "staff.remove"
	AuditRead      = "audit.read"
	OverviewRead   = "overview.read"
	SettlementRead = "settlement.read"
	LedgerRead     = "ledger.read"   // the journal by number, and its heads
	LedgerExport   = "ledger.export" // as a file

	// People.
	DistributorRead     = "distributor.read"
	DistributorCreate   = "distributor.create"
	DistributorApprove  = "distributor.approve"
	DistributorReject   = "distributor.reject"
	DistributorFreeze   = "distributor.freeze"
	DistributorUnfreeze = "distributor.unfreeze"
	DistributorBan      = "distributor.ban"
	DistributorMove     = "distributor.move"  // to another upline
	DistributorGrade    = "distributor.grade" // set by hand
	DistributorPost     = "distributor.post"  // team lead, city partner
	DistributorSync     = "distributor.sync"  // create or change by the merchant's own id
	CustomerRead        = "customer.read"
	BalanceRead         = "balance.read"

	// Goods.
	ProductRead    = "product.read"
	ProductCreate  = "product.create"
	ProductChange  = "product.change"
	ProductList    = "product.list"
	ProductUnlist  = "product.unlist"
	ProductArchive = "product.archive"
	StockAdjust    = "stock.adjust"

	// Orders and what follows from them.
	OrderRead            = "order.read"
	OrderReport          = "order.report" // an order placed elsewhere
	OrderPay             = "order.pay"    // the merchant says that the money came
	OrderShip            = "order.ship"
	OrderReceive         = "order.receive"
	OrderClose           = "order.close"
	OrderGroup           = "order.group" // a group-buy succeeded or failed
	OrderRefund          = "order.refund"
	TouchRecord          = "touch.record" // seen elsewhere
	CommissionRead       = "commission.read"
	CommissionRetry      = "commission.retry" // ask the strategy again about what waits
	PeriodRead           = "period.read"
	PeriodClose          = "period.close" // what a month pays beyond its orders becomes available
	DisputeRead          = "dispute.read"
	DisputeAnswer        = "dispute.answer"
	GradingRead          = "grading.read"
	GradingPreview       = "grading.preview" // what grading would do now
	StatementRead        = "statement.read"
	StatementExport      = "statement.export"   // as files: reports, statements, vouchers
	StatementAccounts    = "statement.accounts" // the codes of vouchers
	AdjustmentRead       = "adjustment.read"
	AdjustmentPropose    = "adjustment.propose" // a bonus or a deduction by hand
	AdjustmentApprove    = "adjustment.approve" // what another person has proposed
	AdjustmentRules      = "adjustment.rules"   // the budget, and what needs a second person
	WithdrawalRead       = "withdrawal.read"
	WithdrawalApprove    = "withdrawal.approve"
	WithdrawalReject     = "withdrawal.reject"
	WithdrawalPay        = "withdrawal.pay"
	WithdrawalRequestFor = "withdrawal.request_for" // on a distributor's behalf
	PayoutRead           = "payout.read"
	PayoutSend           = "payout.send" // and call back, give back, record by hand, carry files
	PayoutReconcile      = "payout.reconcile"
	PayoutHold           = "payout.hold"
	PayoutAccountChange  = "payout_account.change" // what the store pays out of
	WithdrawalForfeit    = "withdrawal.forfeit"    // what somebody who was stopped had, and give it back
	PayeeRead            = "payee.read"            // masked
	PayeeSync            = "payee.sync"            // as the shop knows people
	PayerRead            = "payer.read"
	PayerChange          = "payer.change" // by which legal entity the store pays, and how tax is withheld

	// A buyer about themselves.
	OwnTouch        = "own.touch"
	OwnOrderPlace   = "own.order.place"
	OwnOrderPay     = "own.order.pay"
	OwnOrderRead    = "own.order.read"
	OwnOrderReceive = "own.order.receive"
	OwnOrderClose   = "own.order.close"
	OwnApplication  = "own.application" // to become a distributor

	// A distributor about themselves.
	OwnLinkRead          = "own.link.read"
	OwnBalanceRead       = "own.balance.read"
	OwnAwardRead         = "own.award.read"
	OwnStatementRead     = "own.statement.read"
	OwnDisputeRead       = "own.dispute.read"
	OwnDisputeOpen       = "own.dispute.open" // and add to
	OwnTeamRead          = "own.team.read"
	OwnGradeRead         = "own.grade.read"
	OwnTaskRead          = "own.task.read"
	OwnCustomerRead      = "own.customer.read"
	OwnPromotedRead      = "own.promoted.read" // orders that came by their link
	OwnWithdrawalRead    = "own.withdrawal.read"
	OwnWithdrawalRequest = "own.withdrawal.request" // and call off
	OwnPayeeRead         = "own.payee.read"
	OwnPayeeChange       = "own.payee.change"

	// A developer about themselves.
	OwnDeveloperRead    = "own.developer.read"
	OwnDeveloperToken   = "own.developer.token"
	OwnSigningKeyAdd    = "own.signing_key.add"
	OwnSigningKeyRevoke = "own.signing_key.revoke"
	OwnPluginRead       = "own.plugin.read"
	OwnPluginSubmit     = "own.plugin.submit"

	// The platform.
	PlatformStoreRead  = "platform.store.read"
	PlatformStoreClock = "platform.store.clock"

	PlatformPluginRead    = "platform.plugin.read"
	PlatformPluginExamine = "platform.plugin.examine"
	PlatformPluginApprove = "platform.plugin.approve"
	PlatformPluginReject  = "platform.plugin.reject"
	PlatformPluginRevoke  = "platform.plugin.revoke"
	PlatformPluginForgive = "platform.plugin.forgive" // end a quarantine
)

// Permissions lists them all, in the order above.
var Permissions = []string{
	SessionEnd, MeRead, LeaderboardRead,
	StoreRead, StoreBrand, StrategyRead, ProgramRead, ProgramPreview, ProgramRevise, TrialRead, TrialRun, CanaryRun,
	KeyRead, KeyCreate, KeyRevoke, StaffRead, StaffInvite, StaffRole, StaffRemove, AuditRead, OverviewRead, SettlementRead, LedgerRead, LedgerExport,
	DistributorRead, DistributorCreate, DistributorApprove, DistributorReject, DistributorFreeze, DistributorUnfreeze,
	DistributorBan, DistributorMove, DistributorGrade, DistributorPost, DistributorSync, CustomerRead, BalanceRead,
	ProductRead, ProductCreate, ProductChange, ProductList, ProductUnlist, ProductArchive, StockAdjust,
	OrderRead, OrderReport, OrderPay, OrderShip, OrderReceive, OrderClose, OrderGroup, OrderRefund, TouchRecord,
	CommissionRead, CommissionRetry, PeriodRead, PeriodClose, DisputeRead, DisputeAnswer, GradingRead, GradingPreview,
	StatementRead, StatementExport, StatementAccounts, AdjustmentRead, AdjustmentPropose, AdjustmentApprove, AdjustmentRules,
	WithdrawalRead, WithdrawalApprove, WithdrawalReject, WithdrawalPay, WithdrawalRequestFor, WithdrawalForfeit,
	PayeeRead, PayeeSync, PayerRead, PayerChange,
	PayoutRead, PayoutSend, PayoutReconcile, PayoutHold, PayoutAccountChange,
	OwnTouch, OwnOrderPlace, OwnOrderPay, OwnOrderRead, OwnOrderReceive, OwnOrderClose, OwnApplication,
	OwnLinkRead, OwnBalanceRead, OwnAwardRead, OwnStatementRead, OwnDisputeRead, OwnDisputeOpen, OwnTeamRead, OwnGradeRead, OwnTaskRead,
	OwnCustomerRead, OwnPromotedRead, OwnWithdrawalRead, OwnWithdrawalRequest, OwnPayeeRead, OwnPayeeChange,
	OwnDeveloperRead, OwnDeveloperToken, OwnSigningKeyAdd, OwnSigningKeyRevoke, OwnPluginRead, OwnPluginSubmit,
	PlatformStoreRead, PlatformStoreClock,
	PlatformPluginRead, PlatformPluginExamine, PlatformPluginApprove, PlatformPluginReject, PlatformPluginRevoke, PlatformPluginForgive,
}
