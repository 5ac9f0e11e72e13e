// Which calls exist, what they take and what they answer. Paths are below
// /api/merchant/v1 unless they begin with "platform:".
import type { MarketplaceContract } from './marketplace'
import type * as T from './types'

type Id = { id: string }
type Reason = { reason: string }

export interface Contract extends MarketplaceContract {
  'POST platform:/stores': { body: T.NewStore; answer: { store: T.Store; token: string } }

  'POST /sessions': { body: T.Login; answer: T.Session }
  'DELETE /sessions/current': { answer: void }
  'GET /me': { answer: T.Me }
  'GET /store': { answer: T.StorePage }
  'PUT /store/brand': { body: T.Brand; answer: T.BrandAnswer }

  'GET /strategies': { answer: { items: T.Strategy[] } }
  'GET /program': { answer: T.Revision }
  'GET /program/revisions': { query: T.Paging; answer: T.Page<T.Revision> }
  'POST /program/revisions': { body: T.SentDraft & { effective_from?: string; acknowledge_diff?: T.Acknowledgement }; answer: T.Revision }
  'GET /program/revisions/{revision}/diff': { path: { revision: string }; query: { against?: number }; answer: T.RevisionDiff }
  'POST /program/revisions/{revision}/cancel': { path: { revision: string }; answer: T.Revision }
  'POST /program/preview': { body: T.ProgramDraft; answer: T.Preview }
  'POST /program/diff': { body: T.SentDraft & { orders?: number }; answer: T.MoneyDiff }
  'POST /program/worst-case': { body: T.SentDraft; answer: T.WorstCases }

  'GET /program/canaries': { answer: { items: T.Canary[] } }
  'POST /program/canaries': { body: T.SentDraft & { share: number; bounds: T.CanaryBounds; acknowledge_diff?: T.Acknowledgement }; answer: T.Canary }
  'POST /program/canaries/{id}/ramp': { path: Id; body: { share: number }; answer: T.Canary }
  'POST /program/canaries/{id}/pause': { path: Id; answer: T.Canary }
  'POST /program/canaries/{id}/stop': { path: Id; body: Reason; answer: T.Canary }
  'POST /program/canaries/{id}/promote': { path: Id; answer: T.Canary }

  'GET /trials': { query: T.Paging & { kind?: string }; answer: T.Page<T.Trial> }
  'GET /trials/{id}': { path: Id; answer: T.Trial }
  'POST /trials/backtests': { body: T.SentDraft & { title?: string; from: string; to: string }; answer: T.Trial }
  'POST /trials/proofs': { body: { title?: string; month: string }; answer: T.Trial }
  'POST /trials/shadows': { body: T.SentDraft & { title?: string }; answer: T.Trial }
  'POST /trials/{id}/cancel': { path: Id; answer: T.Trial }
  'POST /trials/{id}/resume': { path: Id; answer: T.Trial }
  'GET /trials/{id}/people': { path: Id; query: T.Paging & { side?: string }; answer: T.Page<T.TrialPerson> }
  'GET /trials/{id}/orders': { path: Id; query: T.Paging & { differing?: boolean }; answer: T.Page<T.TrialOrder> }

  'GET /distributors': { query: T.Paging & { state?: string; q?: string; grade?: string; lead?: string }; answer: T.Page<T.Distributor> }
  'POST /distributors': { body: T.NewDistributor; answer: T.Distributor }
  'GET /distributors/{id}': { path: Id; answer: T.Distributor }
  'POST /distributors/{id}/approve': { path: Id; answer: T.Distributor }
  'POST /distributors/{id}/reject': { path: Id; body: Reason; answer: T.Distributor }
  'POST /distributors/{id}/freeze': { path: Id; body: Reason; answer: T.Distributor }
  'POST /distributors/{id}/unfreeze': { path: Id; answer: T.Distributor }
  'POST /distributors/{id}/ban': { path: Id; body: Reason; answer: T.Distributor }
  'PUT /distributors/{id}/upline': { path: Id; body: { upline_id: string | null }; answer: T.Distributor }
  'PUT /distributors/{id}/grade': { path: Id; body: { grade: string; reason: string }; answer: T.Distributor }
  'PUT /distributors/{id}/lead': { path: Id; body: { lead: boolean }; answer: T.Distributor }
  'GET /region-partners': { answer: { items: T.RegionPartner[] } }
  'PUT /region-partners': { body: { region: string; partner_id: string | null }; answer: { items: T.RegionPartner[] } }
  'GET /grading': { answer: T.GradingStatus }
  'GET /grading/changes': { query: T.Paging & { member_id?: string }; answer: T.Page<T.GradeChange> }
  'POST /grading/preview': { answer: T.GradingPreview }
  'GET /distributors/{id}/team': { path: Id; query: { depth?: number }; answer: T.Page<T.TreeNode> }
  'GET /distributors/{id}/debts': { path: Id; query: T.Paging; answer: T.Page<T.Debt> }
  'GET /distributors/{id}/stake': { path: Id; answer: T.Stake }
  'GET /distributors/{id}/forfeits': { path: Id; query: T.Paging; answer: T.Page<T.Forfeit> }
  'POST /distributors/{id}/forfeits': { path: Id; body: Reason & { amount?: T.Money }; answer: T.Forfeit; once: true }
  'POST /forfeits/{id}/restore': { path: Id; body: Reason; answer: T.Forfeit; once: true }
  'GET /distributors/{id}/awards': { path: Id; query: T.Paging; answer: T.Page<T.AwardRow> }
  'GET /distributors/{id}/movements': { path: Id; query: T.Paging; answer: T.Page<T.Movement> }
  'GET /tree': { query: T.Paging & { root?: string }; answer: T.Page<T.TreeNode> }

  'GET /customers': { query: T.Paging & { q?: string }; answer: T.Page<T.Customer> }
  'GET /customers/{id}': { path: Id; answer: T.CustomerPage }

  'GET /products': { query: T.Paging & { state?: string; q?: string }; answer: T.Page<T.Product> }
  'POST /products': { body: T.ProductDraft; answer: T.Product }
  'GET /products/{id}': { path: Id; answer: T.Product }
  'PUT /products/{id}': { path: Id; body: T.ProductDraft; answer: T.Product }
  'POST /products/{id}/list': { path: Id; answer: T.Product }
  'POST /products/{id}/unlist': { path: Id; answer: T.Product }
  'POST /products/{id}/archive': { path: Id; answer: T.Product }
  'POST /skus/{code}/stock': { path: { code: string }; body: { delta: number; reason: string }; answer: T.Sku }

  'GET /orders': { query: T.Paging & { state?: string; seller_id?: string; buyer_id?: string; q?: string }; answer: T.Page<T.OrderRow> }
  'GET /orders/{id}': { path: Id; answer: T.Order }
  'POST /orders/{id}/ship': { path: Id; answer: T.Order }
  'POST /orders/{id}/receive': { path: Id; answer: T.Order }
  'POST /orders/{id}/close': { path: Id; answer: T.Order }
  'POST /orders/{id}/pay': { path: Id; answer: T.Order; once: true }
  'POST /orders/{id}/exchanges': { path: Id; body: T.NewExchange; answer: T.Order; once: true }
  'POST /orders/{id}/refunds': { path: Id; body: T.NewRefund; answer: T.Refund; once: true }
  'GET /orders/{id}/commission': { path: Id; answer: T.OrderCommission }

  'GET /orders/{id}/commission/alternatives': { path: Id; answer: { items: T.Alternative[] } }
  'GET /orders/{id}/commission/case': { path: Id; answer: T.TestCase }

  'POST /orders/{id}/commission/replay': { path: Id; answer: T.Replayed }

  'GET /periods': { query: T.Paging; answer: T.Page<T.ClosedPeriod> }
  'GET /periods/{period}': { path: { period: string }; answer: T.PeriodDetail }
  'POST /periods/{period}/close': { path: { period: string }; answer: T.PeriodDetail }

  'GET /statements': { query: T.Paging; answer: T.Page<T.StatementPeriod> }
  'GET /statements/now': { answer: T.StatementsNow }
  'GET /statements/{period}': { path: { period: string }; answer: T.StatementPeriodDetail }
  'GET /statements/{period}/distributors': { path: { period: string }; query: T.Paging & { q?: string }; answer: T.Page<T.Statement> }
  'GET /distributors/{id}/statement': { path: Id; query: { period?: string }; answer: T.Statement }
  'GET /distributors/{id}/statement/lines': { path: Id; query: T.Paging & { period?: string }; answer: T.Page<T.StatementLine> }
  'GET /voucher-accounts': { answer: { accounts: T.VoucherAccount[] } }
  'PUT /voucher-accounts': { body: { accounts: T.VoucherAccount[] }; answer: { accounts: T.VoucherAccount[] } }
  'GET /adjustments': { query: T.Paging & { state?: string; distributor_id?: string }; answer: T.Page<T.Adjustment> }
  'GET /adjustments/{id}': { path: Id; answer: T.Adjustment }
  'POST /adjustments/preview': { body: T.AdjustmentDraft; answer: T.AdjustmentOutlook }
  'POST /adjustments': { body: T.AdjustmentDraft; answer: T.Adjustment }
  'POST /adjustments/{id}/approve': { path: Id; answer: T.Adjustment }
  'POST /adjustments/{id}/refuse': { path: Id; body: Reason; answer: T.Adjustment }
  'POST /adjustments/{id}/withdraw': { path: Id; answer: T.Adjustment }
  'GET /adjustment-rules': { answer: T.AdjustmentRules }
  'PUT /adjustment-rules': { body: { budget: T.Money; second_above: T.Money }; answer: T.AdjustmentRules }
  'GET /disputes': { query: T.Paging & { state?: string; order_id?: string; distributor_id?: string }; answer: T.Page<T.Dispute> }
  'GET /disputes/{id}': { path: Id; answer: T.DisputeDetail }
  'GET /disputes/{id}/replay': { path: Id; answer: T.Replay }
  'POST /disputes/{id}/answer': { path: Id; body: { outcome: string; text: string }; answer: T.DisputeDetail }
  'POST /disputes/{id}/close': { path: Id; body: { text?: string }; answer: T.DisputeDetail }

  'GET /awards': { query: T.Paging & { payee_id?: string; status?: string }; answer: T.Page<T.AwardRow> }
  'GET /awaiting': { query: T.Paging; answer: T.Page<T.AwaitingOrder> }

  'GET /withdrawals': { query: T.Paging & T.WithdrawalFilters; answer: T.Page<T.Withdrawal> }
  'GET /withdrawals/sums': { answer: T.WithdrawalSum[] }
  'GET /withdrawals/{id}': { path: Id; answer: T.WithdrawalDetail }
  'POST /withdrawals/approve': { body: { ids: string[] }; answer: T.WithdrawalOutcomes }
  'POST /withdrawals/reject': { body: { ids: string[]; reason: string }; answer: T.WithdrawalOutcomes }
  'POST /withdrawals/{id}/send': { path: Id; answer: T.Withdrawal }
  'POST /withdrawals/{id}/fail': { path: Id; body: Reason; answer: T.Withdrawal }
  'POST /withdrawals/{id}/reveal': { path: Id; answer: T.Destination }
  'GET /payer': { query: { year?: number }; answer: { entity: T.PayerEntity | null } }
  'POST /payer': { body: { name: string; tax_id: string; method: string }; answer: { entity: T.PayerEntity | null } }
  'PUT /payer/method': { body: { method: string; from: string }; answer: { entity: T.PayerEntity | null } }
  'POST /payer/invitation': { answer: { code: string; until: T.Time } }
  'POST /payer/join': { body: { code: string }; answer: { entity: T.PayerEntity | null } }
  'POST /withdrawals/{id}/approve': { path: Id; answer: T.Withdrawal }
  'POST /withdrawals/{id}/reject': { path: Id; body: Reason; answer: T.Withdrawal }
  'POST /withdrawals/{id}/pay': { path: Id; body: { voucher: string }; answer: T.Withdrawal; once: true }
  'GET /settlement': { answer: T.Settlement }

  'GET /payouts': { query: T.Paging & { state?: string; method?: string; distributor_id?: string; troubled?: boolean; number?: string }; answer: T.Page<T.Payout> }
  'GET /payouts/overview': { answer: T.PayoutOverview }
  'GET /payouts/{id}': { path: Id; answer: T.PayoutDetail }
  'GET /withdrawals/{id}/payout': { path: Id; answer: T.PayoutDetail }
  'POST /payouts/start': { body: { method: string }; answer: { started: number } }
  'POST /payouts/{id}/look': { path: Id; answer: T.PayoutDetail }
  'POST /payouts/{id}/cancel': { path: Id; answer: T.PayoutDetail }
  'POST /payouts/{id}/give-back': { path: Id; body: Reason; answer: T.PayoutDetail }
  'POST /payouts/{id}/paid': { path: Id; body: { voucher: string }; answer: T.PayoutDetail }
  'GET /payout-methods': { answer: { items: T.PayoutMethod[]; simulated: boolean } }
  'GET /payout-accounts': { answer: { items: T.PayoutAccount[] } }
  'POST /payout-accounts': { body: T.PayoutAccountChange; answer: T.PayoutAccount }
  'POST /payout-accounts/simulated': { answer: T.PayoutAccount }
  'PUT /payout-accounts/{id}': { path: Id; body: T.PayoutAccountChange; answer: T.PayoutAccount }
  'POST /payout-accounts/{id}/returns': { path: Id; body: { name: string; file: string }; answer: { paid: number; failed: number; unknown: number; unclear: number } }
  'POST /payout-accounts/{id}/bills': { path: Id; body: { from: string; to: string; name?: string; file?: string }; answer: T.PayoutRun }
  'GET /payout-batches': { query: T.Paging; answer: T.Page<T.PayoutBatch> }
  'POST /payout-batches': { body: { method: string }; answer: T.PayoutBatch; once: true }
  'GET /payout-batches/{id}/file': { path: Id; answer: Blob }
  'GET /payout-runs': { query: T.Paging; answer: T.Page<T.PayoutRun> }
  'GET /payout-differences': { query: T.Paging & { open?: boolean; run_id?: string }; answer: T.Page<T.PayoutDifference> }
  'POST /payout-differences/{id}/resolve': { path: Id; body: Reason; answer: T.PayoutDifference }
  'POST /payout-differences/{id}/book': { path: Id; body: Reason & { distributor_id: string }; answer: { withdrawal_id: string }; once: true }
  'POST /payout-hold': { body: Reason; answer: T.PayoutHold }
  'POST /payout-hold/release': { body: Reason; answer: T.PayoutHold }

  'GET /leaderboards/{metric}': { path: { metric: string }; query: { period?: string; at?: string; limit?: number }; answer: T.Board }
  'GET /overview': { query: { days?: number }; answer: T.Overview }

  'GET /api-keys': { query: T.Paging; answer: T.Page<T.ApiKey> }
  'POST /api-keys': { body: { name: string }; answer: { id: string; key: string } }
  'DELETE /api-keys/{id}': { path: Id; answer: void }
  'GET /staff': { query: T.Paging; answer: T.Page<T.StaffMember> }
  'PUT /staff/{id}/role': { path: Id; body: { role: T.StaffRole }; answer: T.StaffMember }
  'DELETE /staff/{id}': { path: Id; answer: void }
  'GET /staff-invitations': { query: T.Paging; answer: T.Page<T.StaffInvitation> }
  'POST /staff-invitations': { body: { name: string; role: T.StaffRole; days: number }; answer: { id: string; code: string; expires_at: T.Time } }
  'DELETE /staff-invitations/{id}': { path: Id; answer: void }
  'POST /invited': { body: { code: string }; answer: T.Invited }
  'POST /joined': { body: { code: string; login: string; password: string; register: boolean; name?: string }; answer: { token: string } & T.Me }
  'GET /audit': { query: T.Paging; answer: T.Page<T.AuditEntry> }
}

export type Route = keyof Contract
export type ReadRoute = Extract<Route, `GET ${string}`>
export type WriteRoute = Exclude<Route, ReadRoute>
export type Answer<R extends Route> = Contract[R]['answer']

type Part<R extends Route, K extends string> = Contract[R] extends { [P in K]: infer V } ? { [P in K]: V } : { [P in K]?: undefined }
type Query<R extends Route> = Contract[R] extends { query: infer Q } ? { query?: Q } : { query?: undefined }
export type Input<R extends Route> = Part<R, 'path'> & Part<R, 'body'> & Query<R>

/** What a list's rows are. */
export type ListRoute = { [R in ReadRoute]: Answer<R> extends T.Page<unknown> ? R : never }[ReadRoute]
export type Row<R extends ListRoute> = Answer<R> extends T.Page<infer I> ? I : never
