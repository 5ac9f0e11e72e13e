// What a reviewer reads out of versions and their reports.
import type { Check, Level, Manifest, Uses, Version } from '../../api/marketplace'
import type { Fact } from '../../api/types'

/** Checks by what they are about: the part of their names before the dot, failures' groups first. */
export function groupsOf(checks: Check[]): { group: string; checks: Check[]; failed: number }[] {
  const groups = new Map<string, Check[]>()
  for (const c of checks) {
    const group = c.name.split('.')[0]!
    groups.set(group, [...(groups.get(group) ?? []), c])
  }
  return [...groups].map(([group, of]) => ({ group, checks: of, failed: of.filter((c) => c.status === 'fail').length }))
    .sort((a, b) => Number(b.failed > 0) - Number(a.failed > 0))
}

export function countsOf(checks: Check[]): Record<Check['status'], number> {
  const counts = { pass: 0, fail: 0, skipped: 0 }
  for (const c of checks) counts[c.status]++
  return counts
}

export type Examined = 'waiting' | 'running' | 'passed' | 'failed'

export function examined(v: Pick<Version, 'progress' | 'passed'>): Examined {
  if (v.progress.running) return 'running'
  if (v.passed === null || v.passed === undefined) return 'waiting'
  return v.passed ? 'passed' : 'failed'
}

/**
 * The version that stores would come from: the last approved one sent in
 * before this one. Without one, whatever came last before it.
 */
export function previousOf(v: Pick<Version, 'id'>, all: Version[]): Version | undefined {
  const earlier = all.filter((o) => o.id < v.id).sort((a, b) => (a.id < b.id ? 1 : -1))
  return earlier.find((o) => o.state === 'approved') ?? earlier[0]
}

type Asked = Pick<Fact, 'name' | 'purpose'>
export type FactChange = Asked & { change: 'same' | 'added' | 'removed' | 'purpose'; before?: Asked['purpose'] }

/** What it asks to know, and how that differs from another version; null compares with nothing. */
export function factChanges(now: Pick<Manifest, 'facts'>, before: Pick<Manifest, 'facts'> | null): FactChange[] {
  const old = new Map((before?.facts ?? []).map((f) => [f.name, f]))
  const asked = (now.facts ?? []).map((f): FactChange => {
    const was = old.get(f.name)
    if (!before || (was && was.purpose.zh === f.purpose.zh && was.purpose.en === f.purpose.en)) return { ...f, change: 'same' }
    return was ? { ...f, change: 'purpose', before: was.purpose } : { ...f, change: 'added' }
  })
  const kept = new Set((now.facts ?? []).map((f) => f.name))
  return [...asked, ...[...old.values()].filter((f) => !kept.has(f.name)).map((f): FactChange => ({ ...f, change: 'removed' }))]
}

export const levels: Level[] = ['none', 'no_new_installs', 'drain', 'stop_now']

export function levelOf(v: Pick<Version, 'revocation'>): Level {
  return v.revocation.level || 'none'
}

/** How many stores a level touches: those that use the version, and of stop_now those whose earlier orders keep it too. */
export function touched(level: Level, uses: Pick<Uses, 'in_force' | 'before'>): number {
  return level === 'stop_now' ? uses.in_force + uses.before : uses.in_force
}

export const packageAtMost = 64 * 1024 * 1024

/** Why a file cannot be a package, seen before it is sent; a key of the locales, or null. */
export function fileFault(file: { name: string; size: number }): string | null {
  if (!file.name.toLowerCase().endsWith('.fenli')) return 'market.file_name'
  if (file.size === 0) return 'market.file_empty'
  if (file.size > packageAtMost) return 'market.file_large'
  return null
}

/** A size for people, in binary units with one digit: "4.1 MiB". */
export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const unit = bytes < 1024 * 1024 ? 1024 : 1024 * 1024
  const tenths = Math.round((bytes * 10) / unit)
  return `${Math.floor(tenths / 10)}.${tenths % 10} ${unit === 1024 ? 'KiB' : 'MiB'}`
}

/** A version in the address: "three-level@1.0.0". */
export const addressOf = (v: { plugin: string; version: string }): string => `${v.plugin}@${v.version}`
export function versionAt(address: string): { plugin: string; version: string } {
  const at = address.indexOf('@')
  return { plugin: at < 0 ? address : address.slice(0, at), version: at < 0 ? '' : address.slice(at + 1) }
}

/** A hash short enough to compare by eye; the whole of it is copied. */
export const shortHash = (sha: string): string => (sha.length > 16 ? `${sha.slice(0, 8)}…${sha.slice(-6)}` : sha)
