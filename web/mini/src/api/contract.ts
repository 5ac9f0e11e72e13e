/**
 * The store audience of the HTTP contract, /api/store/v1: what each route takes and answers.
 * Optional members are those an older server may leave out.
 */
import type { Money } from '@/money/money'

export interface Page<T> {
  items: T[]
  next_cursor: string
}

export interface Brand {
  display_name?: string
  /** Address of a picture, or a data URL. */
  logo?: string
  primary_color?: string
  accent_color?: string
  slogan?: string
  /** What this store calls its distributors. */
  distributor_word?: string
  /** home, earn, orders, me */
  tab_names?: Partial<Record<'home' | 'earn' | 'orders' | 'me', string>> | null
  /** Plain text of the distributor agreement. */
  agreement?: string
}

export interface Store {
  slug: string
  name: string
  currency: string
  time_zone?: string
  brand?: Brand | null
}

export interface Sku {
  code: string
  title: string
  price: Money
  stock: number
  earn?: Money | null
}

export interface Product {
  id: string
  title: string
  category: string
  description?: string
  picture?: string
  price?: Money
  stock?: number
  /** 预计赚: what the signed-in distributor would earn at level 1. */
  earn?: Money | null
  skus?: Sku[]
}

export interface Buyer {
  id: string
  name: string
}

export type DistributorState = 'applied' | 'rejected' | 'active' | 'frozen' | 'banned' | 'left'

export interface Distributor {
  id: string
  code: string
  name: string
  grade: string
  state: DistributorState
  state_reason?: string
  upline?: Buyer | null
}

export interface Person {
  buyer: Buyer
  distributor: Distributor | null
}

export interface OrderLine {
  id?: string
  sku: string
  title: string
  qty: number
  unit_price: Money
  picture?: string
}

export interface Order {
  id: string
  /** The number people read. */
  external_id?: string
  state: 'placed' | 'paid' | 'shipped' | 'received' | 'closed'
  goods: Money
  freight?: Money
  refunded?: Money
  lines?: OrderLine[] | null
  /** Where it goes; empty when nobody asked. */
  region?: string
  placed_at: string
  paid_at?: string | null
  shipped_at?: string | null
  received_at?: string | null
  closed_at?: string | null
  seller?: Buyer | null
}

export interface Balances {
  held: Money
  available: Money
  reserved: Money
  debt: Money
  paid: Money
  points?: number
}

export interface Award {
  order_id: string
  level: number
  granted: Money
  /** What remains of it after refunds. */
  standing: Money
  status: string
  /** When it becomes, or became, available; null while the goods are not received. */
  available_at?: string | null
  placed_at: string
  why?: string
}

export interface AwardLine {
  line?: string | number
  sku?: string
  title?: string
  kind?: string
  base?: Money | null
  rate?: string | null
  amount: Money
  cut?: Money | null
  why?: string
}

/** One thing that happened to an award, and what stood after it. */
export interface AwardStep {
  /** borne: it came so late that the store bears it, and nothing was taken. */
  kind: 'granted' | 'refunded' | 'borne'
  at: string
  refund_id: string | null
  external_id: string
  /** Below zero when taken back; of what the store bears, what it would have been. */
  amount: Money
  standing: Money
}

export interface Explanation {
  order_id: string
  order_external_id?: string
  state?: string
  level?: number
  granted?: Money
  standing?: Money
  status?: string
  available_at?: string | null
  matures_at?: string | null
  placed_at?: string
  why?: string
  lines?: AwardLine[] | null
  said?: string[] | null
  steps?: AwardStep[]
  awards?: (Omit<Award, 'order_id' | 'placed_at'> & { matures_at?: string | null; lines?: AwardLine[] | null; said?: string[] | null; steps?: AwardStep[] })[] | null
  declined?: ({ who?: Buyer | string | null; why: string; said?: string[] | null } | string)[] | string | null
  reversed?: { refund_id?: string; amount: Money }[] | null
  awaiting?: { sentence?: string } | null
}

/** What would have earned more: the strategy's own answer to the question with one thing changed. */
export interface Alternative {
  code: string
  instead: Money
  would: Money
  sentence: string
}

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

/** What a closed period has moved for me. */
export interface Statement {
  /** Its first day: its name. */
  period: string
  kind: 'week' | 'month'
  last_day: string
  lines: number
  totals: { earned: Money; reversed: Money; settled: Money; adjusted: Money; paid: Money }
  sums: { kind: string; word: string; asset: 'money' | 'points'; amount: number }[]
  opening: Accounts
  closing: Accounts
}

export interface StatementLine {
  number: number
  at: string
  kind: string
  word: string
  asset: 'money' | 'points'
  source: string
  target: string
  amount: number
  order_id: string | null
  order_external_id: string
  reason: string
  explained: { sku: string; level: number; base: Money | null; rate: string | null; amount: Money; why: string }[]
}

/** Given to me or taken by hand. */
export interface Adjustment {
  id: string
  kind: 'bonus' | 'deduction'
  amount: Money
  reason: string
  corrects: string | null
  into_debt: Money
  decided_at: string | null
}

/** Money that was lost while one was frozen or banned, and perhaps given back. */
export interface Forfeit {
  id: string
  amount: Money
  reason: string
  at: string
  restored_at: string | null
  restored_why: string
}

/** One movement of what I owe: a refund after the money had left, or what was netted. */
export interface Debt {
  id: string
  cause: 'refund' | 'deduction' | 'netted'
  amount: Money
  order_id: string | null
  order_external_id: string
  at: string
  said: string
}
/** What a closed month gave beyond the orders, and why, or why nothing. */
export interface OwnPeriod {
  /** "2026-03" */
  period: string
  from: string
  to: string
  total: Money
  awards: { kind: string; base?: Money; rate?: string; amount: Money; why: string }[]
  declined: { why: string }[]
  closed_at: string
}

/** One number and what it is held against; minor units when it is money. */
export interface Evidence {
  what: string
  unit: 'money' | 'count'
  current: number
  target: number
  currency?: string
}

export interface OwnGrade {
  grade: string
  /** Whether it follows from what one does; else the shop sets it by hand. */
  graded: boolean
  why: string
  evidence: Evidence[]
  next: { grade: string; missing: Evidence[] } | null
}

export interface Task {
  key: string
  title: string
  done: boolean
  unit: 'money' | 'count'
  current: number
  target: number
  reward: { amount?: Money | null; points?: number; badge?: string }
}

export interface OwnTasks {
  /** "2026-03" */
  period: string
  to: string
  items: Task[]
}

export interface Dispute {
  id: string
  order_id: string | null
  order_external_id: string
  claimed: string
  state: string
  outcome: string
  opened_at: string
  changed_at: string
}

export interface DisputeDetail extends Dispute {
  history: { nth: number; side: string; verb: string; text: string; at: string }[]
}

export interface Member {
  id: string
  name: string
  grade?: string
  state?: string
  level?: number
  joined_at?: string | null
  team?: number
  children?: number
  sales_30d?: Money | null
  orders_30d?: number
}

export interface Customer {
  id: string
  name: string
  bound_at?: string | null
  /** The year 9999 is for ever. */
  valid_until?: string | null
  orders?: number
  spent?: Money | null
  last_order_at?: string | null
}

export interface Promoted {
  id: string
  state: Order['state']
  /** Masked: "林**". */
  buyer?: string
  goods: Money
  refunded?: Money
  titles?: string[] | null
  placed_at: string
  level?: number
  commission?: { state?: string; total?: Money | null } | null
}

export interface Quote {
  gross: Money
  tax: Money
  fee: Money
  net: Money
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

export interface Refusal {
  code: string
  detail: string
}

export interface Preview extends Quote {
  parts: Quote[]
  basis: TaxBasis | null
  /** Why it could not be asked for now. */
  problem: Refusal | null
}

export interface Withdrawal extends Quote {
  id: string
  method: string
  state: string
  reason?: string
  voucher?: string
  part: number
  parts: number
  requested_at: string
  decided_at?: string | null
  sent_at?: string | null
  paid_at?: string | null
}

/** The payout of a withdrawal, as its payee sees it. */
export interface OwnPayout {
  state: string
  method: string
  simulated: boolean
  delayed: boolean
  /** What the phone needs to ask for confirmation; page is a simulator's. */
  confirm: { mch_id: string; app_id: string; package: string; page: string } | null
  confirm_by: string | null
}

export interface PayeeProfile {
  kind: string
  name: string
  number: string
  phone: string
}

export interface PayeeAccount {
  channel: string
  shown: string
  bank: string
  usable_at: string
}

export interface Payee {
  profile: PayeeProfile | null
  accounts: PayeeAccount[]
  paused_until: string | null
}

export interface WithdrawalDetail extends Withdrawal {
  whole: Money
  basis: TaxBasis | null
  payer: string
  profile: PayeeProfile | null
  account: PayeeAccount | null
  waits_for: string
  paused_to: string | null
  timeline: { at: string; state: string; text: string }[]
}

export interface WithdrawalTerms {
  methods: { method: string; channel: string; per_transfer: Money | null; split: boolean; ready: boolean }[]
  min: Money
  max_per_request: Money | null
  max_per_month: Money | null
  left_in_month: Money | null
  days: number[]
  /** Empty when one may ask today. */
  next_day: string
  fee: string
  tax: string
  real_name: boolean
  auto_below: Money | null
  problem: Refusal | null
}

export interface Link {
  code: string
  url: string
  recruit_url?: string
  /** False while the link leads nobody to its owner (frozen, banned, left). */
  works?: boolean
}

export interface Rank {
  rank: number
  member: Buyer
  value: Money | number
}

export interface Board {
  metric: string
  period: string
  from?: string
  to?: string
  items: Rank[]
  me?: { rank: number; value: Money | number; neighbours?: Rank[] | null } | null
}

type Paged = { limit?: number; cursor?: string }

/** Route → what it takes and answers. `once` marks writes that must carry an Idempotency-Key. */
export interface Contract {
  'GET /store': { answer: Store }
  'GET /products': { query: Paged & { category?: string; q?: string }; answer: Page<Product> }
  /** Paths such as tea/green, of what is on sale. */
  'GET /categories': { answer: { items: string[] } }
  'GET /products/{id}': { path: { id: string }; answer: Product }
  'POST /sessions': {
    body: { login: string; password: string; name?: string; register: boolean; code?: string }
    answer: Person & { token: string }
  }
  'DELETE /sessions/current': { answer: void }
  'GET /me': { answer: Person & { now?: string } }
  'POST /touches': {
    body: { code: string; channel?: string; material?: string }
    answer: { bound: boolean; distributor: { name: string } | null; reason?: string }
  }
  /** What the checkout asks for beside the goods. */
  'GET /checkout': { answer: { region: boolean } }
  'POST /orders': {
    body: { lines: { sku: string; qty: number }[]; channel?: string; region?: string; via?: string }
    once: true
    answer: Order
  }
  'POST /orders/{id}/pay': { path: { id: string }; once: true; answer: Order }
  'POST /orders/{id}/receive': { path: { id: string }; answer: Order }
  'POST /orders/{id}/close': { path: { id: string }; answer: Order }
  'GET /orders': { query: Paged & { state?: string }; answer: Page<Order> }
  'GET /orders/{id}': { path: { id: string }; answer: Order }
  'POST /applications': {
    body: { name: string; code?: string; profile: Record<string, string> }
    answer: Distributor
  }
  'GET /me/link': { answer: Link }
  'GET /me/balance': { answer: Balances }
  'GET /me/awards': { query: Paged & { status?: string }; answer: Page<Award> }
  'GET /me/awards/{order_id}': { path: { order_id: string }; answer: Explanation }
  'GET /me/awards/{order_id}/alternatives': { path: { order_id: string }; answer: { items: Alternative[] } }
  'GET /me/grade': { answer: OwnGrade }
  'GET /me/tasks': { answer: OwnTasks }
  'GET /me/statements': { query: Paged; answer: Page<Statement> }
  'GET /me/statements/{period}': { path: { period: string }; answer: Statement }
  'GET /me/statements/{period}/lines': { path: { period: string }; query: Paged; answer: Page<StatementLine> }
  'GET /me/adjustments': { query: Paged; answer: Page<Adjustment> }
  'GET /me/forfeits': { query: Paged; answer: Page<Forfeit> }
  'GET /me/debts': { query: Paged; answer: Page<Debt> }
  'GET /me/periods': { query: Paged; answer: Page<OwnPeriod> }
  'GET /me/disputes': { query: Paged & { order_id?: string }; answer: Page<Dispute> }
  'POST /me/disputes': { body: { order_id?: string; claimed?: string; text: string }; answer: DisputeDetail }
  'GET /me/disputes/{id}': { path: { id: string }; answer: DisputeDetail }
  'POST /me/disputes/{id}/replies': { path: { id: string }; body: { text: string }; answer: DisputeDetail }
  'POST /me/disputes/{id}/close': { path: { id: string }; answer: DisputeDetail }
  'GET /me/team': { query: Paged; answer: Page<Member> }
  'GET /me/customers': { query: Paged; answer: Page<Customer> }
  'GET /me/orders': { query: Paged & { state?: string }; answer: Page<Promoted> }
  'POST /me/withdrawals': { body: { amount: Money; method?: string }; once: true; answer: Withdrawal }
  'GET /me/withdrawals/preview': { query: { amount: number; method?: string }; answer: Preview }
  'GET /me/withdrawals/terms': { answer: WithdrawalTerms }
  'GET /me/withdrawals/{id}': { path: { id: string }; answer: WithdrawalDetail }
  'POST /me/withdrawals/{id}/cancel': { path: { id: string }; answer: Withdrawal }
  'GET /me/payee': { answer: Payee }
  'PUT /me/payee': { body: { kind: string; name: string; number: string; phone: string; invoice?: boolean }; answer: Payee }
  'PUT /me/payee/accounts/{channel}': { path: { channel: string }; body: { number: string; bank?: string }; answer: Payee }
  'GET /me/withdrawals/{id}/payout': { path: { id: string }; answer: OwnPayout }
  'GET /me/withdrawals': { query: Paged; answer: Page<Withdrawal> }
  'GET /leaderboards/{metric}': {
    path: { metric: 'sales' | 'orders' | 'commission' }
    query: { period: 'day' | 'week' | 'month' | 'all' }
    answer: Board
  }
}
