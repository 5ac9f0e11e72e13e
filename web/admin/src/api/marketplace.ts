// The words of the platform's marketplace, as its contract says them
// (web/api/openapi.platform.json): who writes strategies, what they sent in,
// what its examination found.
import type { Fact, Json, JsonSchema, Page, Store, Strategy, Time } from './types'

export interface Words {
  zh: string
  en: string
}
export interface SigningKey {
  id: string
  public: string
  state: 'active' | 'revoked'
  created_at: Time
  revoked_at: Time | null
}
export interface Developer {
  id: string
  name: string
  created_at: Time
  keys: SigningKey[] | null
  /** Operators see it. */
  contact?: string
}
export interface Manifest {
  id: string
  version: string
  sdk: string
  runtime: string
  title: Words
  summary: Words
  facts: Pick<Fact, 'name' | 'purpose'>[] | null
  homepage?: string
  license?: string
  min_platform?: string
}
export interface Examination {
  done: number
  total: number
  failed: number
  running: boolean
  last?: string
  at?: Time
}
export type Level = 'none' | 'no_new_installs' | 'drain' | 'stop_now'
export interface Version {
  id: string
  plugin: string
  version: string
  developer_id: string
  author: string
  package: string
  size: number
  key_id: string
  manifest: Manifest
  artifacts: Record<string, string>
  state: 'submitted' | 'in_review' | 'approved' | 'rejected'
  progress: Examination
  passed: boolean | null
  report_hash: string
  reviewer: string
  reason: string
  revocation: { level: Level | ''; reason?: string; at?: Time }
  submitted_at: Time
  reviewed_at: Time | null
}
export interface Check {
  name: string
  title: { 'zh-CN': string; en: string }
  status: 'pass' | 'fail' | 'skipped'
  detail?: string
  /** The question that shows it. */
  rpc?: string
  config?: Json
  request?: Json
  answer?: Json
}
export interface Report {
  artifact: string
  sdk: string
  asked: number
  orders: number
  checks: Check[] | null
}
export interface VersionInFull extends Version {
  report: Report | null
}
export interface PackageInside {
  signer: string
  files: { path: string; size: number; sha256: string }[]
  schema: JsonSchema | null
}
export interface Process {
  artifact: string
  state: 'absent' | 'stopped' | 'serving' | 'crashed' | 'quarantined' | 'revoked'
  crashes: number
  last_error: string
  retry_at: Time | null
}
export interface Use {
  store_id: string
  since: Time
  in_force: boolean
}
/** Stores whose programme names the version now, and those that keep it for earlier orders alone. */
export interface Uses extends Page<Use> {
  in_force: number
  before: number
}

type Which = { path: { plugin: string; version: string } }

/** The calls of operators and developers; each comes with a token of its own. */
export interface MarketplaceContract {
  'POST platform:/developers': { body: { name: string; contact: string }; answer: Developer & { token: string } }
  'GET platform:/developers': { query: { limit?: number; cursor?: string }; answer: Page<Developer> }
  'GET platform:/developers/{developer}': { path: { developer: string }; answer: Developer }
  'GET platform:/developers/me': { answer: Developer }
  'POST platform:/developers/me/token': { answer: { token: string } }
  'POST platform:/developers/me/keys': { body: { public: string; proof: string }; answer: SigningKey }
  'POST platform:/developers/me/keys/{key}/revoke': { path: { key: string }; body: { reason: string }; answer: void }
  'GET platform:/developers/me/versions': { query: { limit?: number; cursor?: string }; answer: Page<Version> }
  'GET platform:/developers/me/plugins/{plugin}/versions/{version}': Which & { answer: VersionInFull }
  'POST platform:/plugins': { body: Blob; answer: Version }

  'GET platform:/plugins': { query: { limit?: number; cursor?: string; state?: string; plugin?: string }; answer: Page<Version> }
  'GET platform:/plugins/{plugin}/versions/{version}': Which & { answer: VersionInFull }
  'GET platform:/plugins/{plugin}/versions/{version}/package': Which & { answer: PackageInside }
  'GET platform:/plugins/{plugin}/versions/{version}/stores': Which & { query: { limit?: number; cursor?: string }; answer: Uses }
  'GET platform:/plugins/{plugin}/versions/{version}/process': Which & { answer: Process }
  'POST platform:/plugins/{plugin}/versions/{version}/examine': Which & { answer: Version }
  'POST platform:/plugins/{plugin}/versions/{version}/approve': Which & { body: { note?: string }; answer: Version }
  'POST platform:/plugins/{plugin}/versions/{version}/reject': Which & { body: { reason: string }; answer: Version }
  'POST platform:/plugins/{plugin}/versions/{version}/revoke': Which & { body: { level: Level; reason: string }; answer: Version }
  'POST platform:/plugins/{plugin}/versions/{version}/forgive': Which & { answer: void }
  'GET platform:/strategies': { answer: { items: Strategy[] } }
  'GET platform:/stores': { query: { limit?: number; cursor?: string }; answer: Page<Store> }
}
