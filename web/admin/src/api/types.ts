// The words of the merchant API, as its contract says them. Until the server
// writes its own OpenAPI document, this file and contract.ts are the copy that
// the console is built against; schema.d.ts then replaces both.

/** An amount in the currency's smallest unit: 1990 is 19.90 CNY. Always a whole number. */
export interface Money {
  amount: number
  currency: string
}

/** A share as an exact decimal: "0.1" is 10 %. Never a number. */
export type Rate = string
/** RFC 3339, UTC. */
export type Time = string

export interface Page<T> {
  items: T[]
  next_cursor: string
}
export interface Paging {
  limit?: number
  cursor?: string
}
export interface Named {
  id: string
  name: string
}

// ---- the store and its people

export interface Store {
  id: string
  slug: string
  name: string
  currency: string
  time_zone: string
  industry?: string
  plan: string
  state: string
  created_at: Time
}
export interface Brand {
  display_name: string
  logo: string
  primary_color: string
  accent_color: string
  slogan: string
  distributor_word: string
  tab_names: Record<string, string>
  agreement: string
}
/** As it is answered: with the text colours that can be read on the store's colours. */
export interface BrandAnswer extends Brand {
  primary_text: string
  accent_text: string
}
export interface StoreClock {
  now: Time
  test: boolean
}
export interface StorePage extends Store {
  brand: BrandAnswer
  clock: StoreClock
}
export interface NewStore {
  slug: string
  name: string
  currency?: string
  time_zone?: string
  industry?: string
  owner: { name: string; login: string; password: string }
}
export interface Login {
  store: string
  login: string
  password: string
}
export interface Me {
  store: Store
  person: Named
  role: string
  permissions: string[]
}
export interface Session extends Me {
  token: string
}
export interface ApiKey {
  id: string
  name: string
  hint?: string
  created_at: Time
  revoked_at?: Time | null
}
export type StaffRole = 'owner' | 'manager' | 'finance' | 'support'
/** Somebody who works in the console. */
export interface StaffMember {
  id: string
  name: string
  role: StaffRole
  joined_at: Time
}
export interface StaffInvitation {
  id: string
  name: string
  role: StaffRole
  invited_by: Named
  state: 'open' | 'joined' | 'revoked' | 'expired'
  created_at: Time
  expires_at: Time
}
/** What the holder of a code sees before they join. */
export interface Invited {
  store: { slug: string; name: string }
  name: string
  role: StaffRole
  invited_by: string
  expires_at: Time
}
export interface AuditEntry {
  id: string
  at: Time
  actor: string
  /** Empty for who is not of this store's staff, or no more. */
  actor_name: string
  action: string
  subject: string
  detail: unknown
}

// ---- programme

/** One thing a strategy wants to know; new: the store has yet to agree to it. */
export interface Fact {
  name: string
  purpose: { zh: string; en: string }
  new?: boolean
  cost?: 'free' | 'one_query_a_batch' | 'one_query_and_waves' | 'unknown'
}
export interface Strategy {
  artifact: string
  strategy: string
  version: string
  title?: { zh: string; en: string }
  summary?: { zh: string; en: string }
  facts: Fact[]
  config_schema: JsonSchema
  /** Whether the refund policy "recompute" may be chosen. */
  can_recompute?: boolean
  /** Whether it decides on the members' grades. */
  grades?: boolean
  /** Every installed version, the newest first; why: what keeps it from being chosen. */
  versions?: OfferedVersion[] | null
  /** What the store uses now; null when that is another strategy. */
  in_force?: { artifact: string; version: string } | null
  upgrade?: { artifact: string; version: string } | null
  /** Why the version in force must be left at the next change; empty while it may stay. */
  withdrawn?: string
}
export interface OfferedVersion {
  artifact: string
  version: string
  built_in: boolean
  choosable: boolean
  why: string
}
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** The part of JSON Schema 2020-12 that a strategy's settings use, with what a form needs beside it. */
export interface JsonSchema {
  type?: string | string[]
  title?: string
  description?: string
  default?: Json
  enum?: Json[]
  const?: Json
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  propertyNames?: JsonSchema
  items?: JsonSchema
  oneOf?: JsonSchema[]
  $ref?: string
  $defs?: Record<string, JsonSchema>
  'x-title-en'?: string
  'x-description-en'?: string
  'x-widget'?: string
  'x-keys'?: string
  /** Shown only while settings beside it hold these values: {"mode": ["slab", "tier"]}. */
  'x-when'?: Record<string, Json | Json[]>
  'x-order'?: string[]
  'x-enum-titles'?: Record<string, { zh?: string; en?: string } | string>
}

/** The store's own rules. Amounts are minor units of its currency; 0 is no limit. */
export interface ProgramSettings {
  levels: number
  /** Who acknowledged the legal text about a third level, and when. */
  third_level_ack?: string
  rounding: 'floor' | 'half_up'
  self_purchase: 'off' | 'upline_second' | 'on'
  ineligible_upline: 'forfeit' | 'stop' | 'roll_up' | 'compress'
  refund: 'frozen' | 'recompute'
  /** The store bears what a refund would take back later than this after the settlement; 0: never. */
  bear_reversals_after_days?: number
  campaign_clock: 'placed_at' | 'paid_at'
  order_cap: Rate
  /** Share of a line's margin that its awards may reach; 0: no such cap. */
  line_margin_cap: Rate
  /** What one person gets at most from the orders paid in a period, in minor units; 0: no such cap. */
  recipient_cap: { amount: number; period: 'day' | 'week' | 'month' }
  freeze_days: number
  auto_receive_days: number
  close_unpaid_minutes: number
  bind: {
    on: 'click' | 'registration' | 'first_order' | 'first_payment'
    who: 'unbound' | 'new'
    validity_days: number
    protection_days: number
    take: 'pay' | 'touch' | 'never'
    model: 'last' | 'first'
  }
  settlement: { method: 'after_freeze' | 'period_end'; period: 'week' | 'month' }
  withdrawal: { min: number; max_per_request: number; max_per_month: number; days?: number[]; fee: Rate; methods?: string[]; per_transfer?: Record<string, number>; split?: boolean; real_name?: boolean; auto_below?: number; two_above?: number }
  recruit: { auto_approve: boolean; min_age: number }
  points_per_unit: Rate
  grades: string[]
  /** Whether a new revision needs somebody's word for what it changes on the store's own orders. */
  confirm_diff?: boolean
}
export interface ProgramDraft {
  strategy: string
  config: Json
  settings: ProgramSettings
  note?: string
  consent?: string[]
}
/** A draft on its way: what it leaves out stays as it is in force. */
export interface SentDraft {
  strategy?: string
  config?: Json
  settings?: ProgramSettings
  note?: string
  consent?: string[]
}
export interface Revision {
  revision: number
  state?: 'in_force' | 'scheduled' | 'candidate' | 'cancelled' | 'superseded'
  effective_at: Time
  strategy: string
  version: string
  artifact: string
  config: Json
  settings: ProgramSettings
  author: string | Named
  note: string
  created_at: Time
}
export interface RevisionDiff {
  revision: number
  against: number
  changes: { path: string; was: Json; now: Json }[]
}
/** Somebody's word that they have seen what a draft changes. */
export interface Acknowledgement {
  through_seq: number
  orders: number
  difference: Money
  undecided?: number
}
export interface Gain {
  payee: Named
  amount: Money
}
/** What a draft would change on the store's newest decided orders. */
export interface MoneyDiff {
  orders: number
  compared: number
  undecided: number
  sales: Money
  was: Money
  would: Money
  none: boolean
  more: number
  less: number
  winner: Gain | null
  loser: Gain | null
  shown: { order_id: string; external_id: string; paid_at: Time; goods: Money; was: Money; would: Money | null; difference: Money | null; code: string }[]
  /** Goods that the cap on margins cuts, those that lose most first. */
  touched: Touched[]
  /** How many goods there are of these. */
  touched_in: number
  /** Goods whose cost is not known, so that cap leaves them alone. */
  uncosted: number
  /** Whom the cap per person cuts and by how much, those who lose most first. */
  capped: Gain[]
  /** How many people there are of these. */
  capped_in: number
  acknowledge: Acknowledgement
}
export interface Touched {
  sku: string
  title: string
  lines: number
  cut: Money
}
export interface WorstCase {
  title: string
  goods: Money
  lines: { sku: string; qty: number; unit_price: Money }[]
  commission: OrderCommission
  share: Rate
  asked: Money
  given: Money
  margin: Money | null
}
export interface WorstCases {
  tried: number
  goods: number
  highest_share: WorstCase | null
  worst_margin: WorstCase | null
  touched: Touched[]
  touched_in: number
  undecided: { code: string; sentence: string; orders: number }[]
}

// ---- trials of programmes

export type TrialKind = 'backtest' | 'proof' | 'shadow'
export interface TrialSum {
  granted: Money
  standing: Money
  share: Rate
  cut: Money
  cut_from: number
}
export interface TrialFigures {
  orders: number
  compared: number
  undecided: number
  sales: Money
  was: TrialSum
  would: TrialSum
  difference: Money
}
export interface WorstLine {
  order_id: string
  line: string
  sku: string
  net: Money
  cost: Money
  commission: Money
  left: Money
}
export interface TrialUndecided {
  code: string
  sentence: string
  rail: boolean
  orders: number
  goods: Money
  was: Money
  sample: string[]
}
export interface TrialResult {
  more: number
  less: number
  unasked: number
  waiting: number
  undecided: TrialUndecided[]
  months: { month: string; orders: number; undecided: number; sales: Money; was: Money; would: Money }[]
  shares: { up_to: Rate; was: number; would: number }[]
  worst_lines: WorstLine[]
  coverage: { fact: string; known: number; missing: number }[]
  /** Whole months of a strategy that closes them; was is null when nobody has closed it. */
  closes: { month: string; was: Money | null; would: Money; people: number; code: string; note: string }[]
  grading: { promoted: number; demoted: number; held: number; why: string }
}
export interface Differs {
  order_id: string
  seq: number
  what: string
  was: string
  now: string
}
export interface Proof {
  decisions: number
  asked: number
  equal: number
  waiting: number
  granted: Money
  replayed: Money
  awards: Money
  journal: Money
  proven: boolean
  differs: Differs[]
}
export interface Trial {
  id: string
  kind: TrialKind
  state: 'queued' | 'running' | 'done' | 'cancelled' | 'failed'
  title: string
  author: string
  plan: { strategy: string; version: string; artifact: string; config: Json; settings: ProgramSettings; note: string } | null
  from: Time
  to: Time | null
  total: number
  done: number
  code: string
  note: string
  created_at: Time
  ended_at: Time | null
  figures: TrialFigures | null
  result: TrialResult | null
  proof: Proof | null
}
export interface TrialPerson {
  payee: Named
  orders: number
  was: Money
  would: Money
  difference: Money
}
export interface TrialOrder {
  seq: number
  order_id: string
  goods: Money
  was: Money
  would: Money | null
  difference: Money | null
  code: string
}
export interface CanaryBounds {
  max_payout: Rate
  max_failed: number
  min_orders: number
}
export interface Watched {
  orders: number
  sales: Money
  granted: Money
  share: Rate
}
export interface Canary {
  id: string
  revision: number
  state: 'running' | 'paused' | 'stopped' | 'promoted'
  share: number
  bounds: CanaryBounds
  reason: string
  author: string
  started_at: Time
  ended_at: Time | null
  candidate: Watched
  others: Watched
  failed: number
}
/** A decision asked for once more, to the byte. */
export interface Replayed {
  order_id: string
  seq: number
  asked: boolean
  equal: boolean
  differs: { what: string; was: string; now: string }[]
  granted: Money
}

export interface Preview {
  items: PreviewOrder[]
}
export interface PreviewOrder {
  title: string
  goods: Money
  lines: { sku: string; qty: number; unit_price: Money }[]
  commission: OrderCommission
}

// ---- people who sell, people who buy

export interface Balance {
  held: Money
  available: Money
  reserved: Money
  paid: Money
  debt: Money
}
export interface Distributor {
  id: string
  code: string
  external_id: string
  name: string
  grade: string
  state: string
  state_reason: string
  upline: Named | null
  applied_at: Time
  joined_at: Time | null
  profile?: Record<string, Json>
  balance: Balance
  sales_30d: Money
  orders_30d: number
  /** Whether they are a team lead. */
  lead?: boolean
  /** Of which they are the city partner; on one person's page alone. */
  regions?: string[]
}
/** A region and its city partner. */
export interface RegionPartner {
  region: string
  partner: Named
  since: Time
}

// ---- grading

/** One number and what it was held against; minor units when it is money. */
export interface Evidence {
  what: string
  unit: 'money' | 'count'
  current: number
  target: number
  currency?: string
}
export interface Verdict {
  member: Named
  from: string
  /** Empty: nothing changes. */
  to: string
  promoted: boolean
  why: string
  failed?: string
  evidence: Evidence[]
  next: { grade: string; missing: Evidence[] } | null
}
export interface GradeChange extends Verdict {
  id: string
  day: string
  changed_at: Time
  strategy: string
  version: string
  revision: number
}
export interface GradingStatus {
  grades: boolean
  due_at: Time
  waits: { code: string; sentence: string } | null
  last: { day: string; members: number; promoted: number; demoted: number; failed: number; ran_at: Time } | null
}
export interface GradingPreview {
  members: number
  promoted: number
  demoted: number
  failed: number
  items: Verdict[]
}
export interface NewDistributor {
  external_id?: string
  name: string
  grade?: string
  upline_id?: string
  code?: string
}
export interface TreeNode {
  id: string
  name: string
  code: string
  grade: string
  state: string
  /** Directly below. */
  children: number
  /** Everybody below, at any depth. */
  descendants: number
  sales_30d?: Money
}
export interface Movement {
  id: string | number
  kind: string
  asset?: 'money' | 'points'
  source: string
  target: string
  /** Whole points under the currency XXX. */
  amount: Money
  ref: string | null
  recorded_at: Time
}
export interface Customer {
  id: string
  name: string
  external_id: string
  source?: string
  distributor: Named | null
  orders: number
  spent: Money | null
  first_order_at: Time | null
  registered_at: Time
}
export interface CustomerPage extends Customer {
  binds: { distributor: Named; cause: string; bound_at: Time; protected_until: Time; valid_until: Time | null; ended_at: Time | null; ended_cause: string }[]
  touches: { at: Time; distributor: Named; channel: string; material?: string }[]
}

// ---- goods

export interface Sku {
  code: string
  title: string
  price: Money
  cost?: Money | null
  stock: number
}
export interface ProductDraft {
  title: string
  category: string
  description: string
  picture: string
  distributed: boolean
  skus: Sku[]
}
export interface Product extends ProductDraft {
  id: string
  state: string
  created_at: Time
}

// ---- orders

export interface OrderRow {
  id: string
  external_id: string
  source: string
  state: string
  buyer: Named
  seller: Named | null
  channel?: string
  goods: Money
  freight: Money
  refunded: Money
  placed_at: Time
  paid_at: Time | null
  shipped_at: Time | null
  received_at: Time | null
  closed_at: Time | null
  commission: { state: 'none' | 'awaiting' | 'decided'; total: Money }
}
export interface OrderLine {
  id: string
  sku: string
  title: string
  category?: string
  qty: number
  unit_price: Money
  discount: Money
  net: Money
  refunded: Money
}
export interface ChainMember {
  id: string
  name: string
  level: number
  grade: string
  state?: string
}
export interface Attribution {
  reason: string
  sentence: string
  bound_at?: Time | null
}
export interface Refund {
  id: string
  external_id: string
  amount: Money
  freight?: Money
  reason: string
  line?: string
  occurred_at: Time
}
export interface Order extends OrderRow {
  /** Where it goes; empty when nobody asked. */
  region?: string
  lines: OrderLine[]
  chain: ChainMember[]
  attribution: Attribution | null
  refunds: Refund[]
  exchanges?: Exchange[]
}
/** A replacement, or a corrected price. */
export interface Exchange {
  id: string
  external_id: string
  line: string
  sku: string
  charged: Money
  refunded: Money
  /** The order that holds what was paid more. */
  extra_id: string | null
  price_only: boolean
  reason: string
  occurred_at: Time
}
export interface NewExchange {
  line: string
  sku?: string
  charge?: Money
  refund?: Money
  price_only?: boolean
  reason: string
}
export interface NewRefund {
  amount: Money
  line?: string
  reason: string
  external_id?: string
}

// ---- commission

export interface AwardLine {
  line: string
  sku: string
  kind: string
  base: Money
  rate: Rate
  amount: Money
  cut: Money
  why: string
}
/** Somebody; in a sample order with a grade beside the name. */
export interface Sampled extends Named {
  grade?: string
}
export interface CommissionAward {
  payee: Sampled
  level: number
  granted: Money
  standing: Money
  matures_at: Time | null
  status: string
  lines: AwardLine[]
  /** How it came about, what was taken from it and when it arrives, in sentences. */
  said?: string[]
}
export interface Declined {
  /** Null: nobody stands behind the order. */
  who: Sampled | null
  why: string
  /** The reason, and what a rule of the store took. */
  said?: string[]
}
/** What the cap on a line's margin did. */
export interface LineCap {
  line: string
  sku: string
  margin: Money
  most: Money
  asked: Money
  cut: Money
}
export interface Cap {
  share: Rate
  most: Money
  asked: Money
  cut: Money
}
/** What an order would have given somebody had one thing been otherwise. */
export interface Alternative {
  payee: Named
  code: string
  instead: Money
  would: Money
  sentence: string
}
/** A decision as a test case that names nobody. */
export interface TestCase {
  strategy: string
  version: string
  artifact: string
  case: { name: string }
}
export interface Awaiting {
  code: string
  sentence: string
  since: Time
  attempts: number
  next_try_at: Time | null
}
/** Whom the cap per person cut. */
export interface PersonCap {
  payee: Named
  period: 'day' | 'week' | 'month'
  most: Money
  used: Money
  asked: Money
  cut: Money
}
export interface OrderCommission {
  state: 'none' | 'awaiting' | 'decided'
  awaiting: Awaiting | null
  decision: { strategy: string; version: string; revision: number; decided_at: Time; seq: number } | null
  awards: CommissionAward[]
  declined: Declined[]
  /** What each refund took back; borne: by the store, nothing was taken. */
  reversed: { refund_id: string; external_id: string; payee: Named; amount: Money; borne: boolean }[]
  /** Where it was taken from, as the journal recorded it. */
  taken: { payee: Named; from: 'held' | 'available' | 'debt'; amount: Money; at: Time }[]
  cap: Cap | null
  line_caps?: LineCap[]
  person_caps?: PersonCap[]
  /** Lines that pay nobody anything. */
  not_distributed?: { line: string; sku: string; why: string }[]
  /** By what it was decided, or what it waits for, in sentences. */
  said?: string[]
}
/** One movement of what somebody owes. */
export interface Debt {
  id: string
  cause: 'refund' | 'deduction' | 'netted'
  amount: Money
  order_id: string | null
  order_external_id: string
  at: Time
  said: string
}
/** What somebody would lose if it were forfeited now; amount = available + unsent − owed. */
export interface Stake {
  state: string
  amount: Money
  available: Money
  unsent: Money
  owed: Money
}
export interface Forfeit {
  id: string
  amount: Money
  reason: string
  by: Named | null
  at: Time
  restored_at: Time | null
  restored_by: Named | null
  restored_why: string
}
export interface AwardRow {
  order_id: string
  order_external_id: string
  payee: Named
  level: number
  granted: Money
  standing: Money
  available_at: Time | null
  status: string
  placed_at: Time
  why: string
}
export interface AwaitingOrder extends Awaiting {
  order_id: string
  order_external_id: string
  goods: Money
}

// ---- closed months

export interface ClosedPeriod {
  /** "2026-03", in store time. */
  period: string
  from: Time
  to: Time
  state: string
  code: string
  reason: string
  strategy: string
  version: string
  revision: number
  paid: Money
  settled: Money
  /** Of both, what stems from months closed before. */
  carried: { paid: Money; settled: Money }
  total: Money
  closed_at: Time
}
export interface PeriodAward {
  payee: Named
  kind: string
  base: Money
  rate: Rate
  amount: Money
  /** What the caps of single orders took of it. */
  cut: Money
  why: string
}
export interface PeriodDetail extends ClosedPeriod {
  awards: PeriodAward[]
  declined: Declined[]
}

// ---- disputes

export interface Dispute {
  id: string
  distributor: Named
  order_id: string | null
  order_external_id: string
  /** The number by which they name an order that is not theirs as far as we know. */
  claimed: string
  state: string
  outcome: string
  opened_at: Time
  changed_at: Time
}
export interface DisputeDetail extends Dispute {
  history: { nth: number; side: string; actor?: string; verb: string; text: string; at: Time }[]
}
export interface Replay {
  available: boolean
  equal: boolean
  differs: string[]
}

// ---- payouts

export interface Payout {
  id: string
  withdrawal_id: string
  distributor: Named
  account_id: string
  account_name: string
  simulated: boolean
  method: string
  number: string
  provider_id: string
  amount: Money
  state: string
  standing: string
  code: string
  words: string
  trouble: string
  trouble_at: Time | null
  submits: number
  batch_id: string | null
  cancel_wanted: boolean
  /** What staff may do now. */
  may: string[]
  created_at: Time
  sent_at: Time | null
  ended_at: Time | null
}
export interface PayoutDetail extends Payout {
  steps: { at: Time; source: string; standing: string; state: string; code: string; words: string }[]
}
export interface PayoutHold {
  held: boolean
  why: string
  words: string
  held_at: Time | null
  held_by: string
}
export interface PayoutOverview {
  hold: PayoutHold
  standings: { state: string; count: number; amount: Money }[]
  troubled: number
  differences: number
  short: PayoutAccount[]
  simulated: boolean
}
export interface PayoutMethod {
  method: string
  batched: boolean
  bills: boolean
  fields: { name: string; zh: string; en: string; secret: boolean; required: boolean; long: boolean }[]
}
export interface PayoutAccount {
  id: string
  method: string
  name: string
  active: boolean
  auto: boolean
  limit: Money
  settings: Record<string, string>
  secrets: string[]
  simulated: boolean
  short_since: Time | null
  changed_at: Time
}
export interface PayoutAccountChange {
  method: string
  name: string
  active: boolean
  auto: boolean
  limit: number
  settings: Record<string, string>
}
export interface PayoutBatch {
  id: string
  account_id: string
  transfers: number
  total: Money
  made_at: Time
  made_by: string
}
export interface PayoutRun {
  id: string
  account_id: string
  from: string
  to: string
  source: string
  rows: number
  fresh: number
  ours: Money
  theirs: Money
  differing: number
  at: Time
  by: string
}
export interface PayoutDifference {
  id: string
  run_id: string
  account_id: string
  kind: string
  number: string
  payout_id: string | null
  ours: Money
  ours_state: string
  theirs: Money
  theirs_rows: number
  theirs_at: Time | null
  /** A number of our own making that we do not know: the database was restored. */
  forgotten: boolean
  found_at: Time
  resolution: string
  reason: string
  resolved_by: string
  resolved_at: Time | null
}

// ---- statements, and money moved by hand

/** What stands in each account; never added up. */
export interface Accounts {
  held: Money
  available: Money
  reserved: Money
  owed: Money
  paid: Money
  tax: Money
  fees: Money
  points: number
}
export interface KindSum {
  kind: string
  word: string
  asset: 'money' | 'points'
  source: string
  target: string
  amount: number
}
export interface StatementTotals {
  earned: Money
  reversed: Money
  settled: Money
  adjusted: Money
  paid: Money
}
export interface PeriodSpan {
  /** Its first day in store time: its name. */
  period: string
  kind: 'week' | 'month'
  from: Time
  to: Time
  last_day: string
}
export interface StatementPeriod extends PeriodSpan {
  method: 'after_freeze' | 'period_end'
  statements: number
  entries: number
  after: number
  last_number: number
  hash: string
  totals: StatementTotals
  closed_at: Time
}
export interface StatementPeriodDetail extends StatementPeriod {
  sums: KindSum[]
  opening: Accounts
  closing: Accounts
}
export interface StatementsNow {
  open: PeriodSpan | null
  method: 'after_freeze' | 'period_end'
  making: (PeriodSpan & { done: number; total: number; statements: number }) | null
  since: Accounts
  stands: Accounts
}
export interface Statement extends PeriodSpan {
  distributor: Named
  lines: number
  totals: StatementTotals
  sums: KindSum[]
  opening: Accounts
  closing: Accounts
}
export interface StatementLine {
  number: number
  at: Time
  kind: string
  word: string
  asset: 'money' | 'points'
  source: string
  target: string
  amount: number
  order_id: string | null
  order_external_id: string
  reason: string
  explained: { line: string; sku: string; level: number; role?: string; kind: string; base: Money | null; rate: Rate | null; amount: Money; why: string }[]
}
export interface VoucherAccount {
  account: string
  word?: string
  code: string
  name: string
}
export interface Adjustment {
  id: string
  distributor: Named
  kind: 'bonus' | 'deduction'
  amount: Money
  cause: string
  reason: string
  note?: string
  corrects: string | null
  state: string
  from_available: Money
  into_debt: Money
  proposed_by?: string
  proposed_at: Time
  decided_by?: string
  decided_at: Time | null
  refusal?: string
  mine: boolean
}
export interface AdjustmentDraft {
  distributor_id: string
  kind: 'bonus' | 'deduction'
  amount: Money
  cause: string
  reason: string
  note?: string
  corrects?: string
  not_recruiting?: boolean
}
export interface AdjustmentBudget {
  month: string
  limit: Money
  used: Money
  left: Money | null
}
export interface AdjustmentOutlook {
  before: { available: Money; owed: Money }
  after: { available: Money; owed: Money }
  needs_second: boolean
  budget: AdjustmentBudget
}
export interface AdjustmentRules {
  second_above: Money
  budget: AdjustmentBudget
}

// ---- money that leaves

export interface Withdrawal {
  id: string
  distributor: Named
  gross: Money
  tax: Money
  fee: Money
  net: Money
  /** Asked for together with the other parts. */
  whole: Money
  part: number
  parts: number
  method: string
  state: string
  reason: string
  voucher: string
  first_approved_by?: string
  requested_at: Time
  decided_at: Time | null
  sent_at: Time | null
  paid_at: Time | null
}

/** How a tax comes about: what one payer has paid one person is counted together. */
export interface TaxBasis {
  method: string
  month: string
  months: number
  before: Money
  income: Money
  cost: Money
  deduction: Money
  taxable: Money
  percent: number
  quick: Money
  due: Money
  withheld: Money
  tax: Money
}

export interface PayeeProfile {
  revision: number
  kind: string
  name: string
  number: string
  phone: string
  at: Time
}

export interface PayeeAccount {
  revision: number
  channel: string
  shown: string
  bank: string
  usable_at: Time
  at: Time
}

export interface WithdrawalDetail extends Withdrawal {
  basis: TaxBasis | null
  payer: string
  profile: PayeeProfile | null
  account: PayeeAccount | null
  four_eyes: boolean
  waits_for: string
  paused_to: Time | null
  timeline: { at: Time; state: string; actor?: string; actor_name?: string; text: string }[]
  siblings: Withdrawal[]
  same_human: number
}

export interface WithdrawalSum {
  state: string
  count: number
  gross: Money
  tax: Money
  fee: Money
  net: Money
}

export interface Refusal {
  code: string
  detail: string
  field?: string
}

export interface WithdrawalOutcomes {
  done: number
  refused: number
  outcomes: { id: string; withdrawal: Withdrawal | null; problem: Refusal | null }[]
}

/** Whom to pay by hand, in clear. */
export interface Destination {
  kind: string
  name: string
  phone: string
  channel: string
  number: string
  bank: string
  net: Money
}

export interface WithdrawalFilters {
  state?: string
  method?: string
  distributor_id?: string
  from?: string
  to?: string
  least?: number
  most?: number
  mine?: boolean
}

export interface PayerEntity {
  id: string
  name: string
  tax_id: string
  method: string
  methods: { from: string; method: string; by: string; by_name: string; at: Time }[]
  year: number
  months: { month: string; people: number; gross: Money; tax: Money }[]
}
export interface Settlement {
  mark: Time
  next: { day: string; amount: Money }[]
}

// ---- figures

export type Metric = 'sales' | 'orders' | 'commission'
export type Period = 'day' | 'week' | 'month' | 'all'
export interface BoardItem {
  rank: number
  member: Named
  /** Minor units for sales and commission, a count for orders. */
  value: number | Money
}
export interface Board {
  metric: Metric
  period: Period
  from: Time
  to: Time
  items: BoardItem[]
}
export interface Overview {
  today: { sales: Money; orders: number; commission: Money; new_distributors: number }
  totals: Balance & { expense: Money }
  series: { day: string; sales: Money; refunds: Money; orders: number; commission: Money }[]
  top: BoardItem[]
  awaiting: number
  pending_withdrawals: number
  pending_applications: number
}
