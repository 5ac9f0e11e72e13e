import { describe, expect, it } from 'vitest'
import type { Check, Version } from '../src/api/marketplace'
import { createCaller } from '../src/api/call'
import { addressOf, countsOf, examined, factChanges, fileFault, groupsOf, levelOf, levels, packageAtMost, previousOf, shortHash, sizeOf, touched, versionAt } from '../src/pages/market/reading'
import en from '../src/locales/en.json'
import zh from '../src/locales/zh-CN.json'

const check = (name: string, status: Check['status']): Check => ({ name, status, title: { 'zh-CN': name, en: name } })
const version = (id: string, version: string, state: Version['state']) => ({ id, version, state }) as Version

describe('a report', () => {
  const checks = [check('describe.schema', 'pass'), check('pure.twice', 'skipped'), check('money.exact', 'fail'), check('describe.facts', 'pass')]
  it('is read by what the checks are about, broken promises first', () => {
    expect(groupsOf(checks).map((g) => [g.group, g.checks.length, g.failed])).toEqual([['money', 1, 1], ['describe', 2, 0], ['pure', 1, 0]])
  })
  it('counts a skipped check as neither', () => expect(countsOf(checks)).toEqual({ pass: 2, fail: 1, skipped: 1 }))
  it('is not there while it runs, whatever an earlier one said', () => {
    const at = (running: boolean, passed: boolean | null) => examined({ progress: { done: 0, total: 0, failed: 0, running }, passed })
    expect([at(true, true), at(false, null), at(false, true), at(false, false)]).toEqual(['running', 'waiting', 'passed', 'failed'])
  })
})

describe('the version before', () => {
  const all = [version('plv_4', '2.0.0', 'submitted'), version('plv_3', '1.2.0', 'rejected'), version('plv_2', '1.1.0', 'approved'), version('plv_1', '1.0.0', 'approved')]
  it('is the last approved one, not a rejected one after it', () => expect(previousOf(all[0]!, all)?.version).toBe('1.1.0'))
  it('is never a later one', () => expect(previousOf(all[2]!, all)?.version).toBe('1.0.0'))
  it('is any earlier one when none was approved', () => expect(previousOf(all[0]!, all.slice(0, 2))?.version).toBe('1.2.0'))
  it('is nothing for the first', () => expect(previousOf(all[3]!, all)).toBeUndefined())
})

describe('what it asks to know', () => {
  const fact = (name: string, zh: string) => ({ name, purpose: { zh, en: zh } })
  const before = { facts: [fact('order.lines', '算佣金'), fact('chain.grade', '看等级'), fact('order.region', '看地区')] }
  const now = { facts: [fact('order.lines', '算佣金'), fact('chain.grade', '看级差'), fact('line.unit_cost', '看毛利')] }
  it('shows what is new, what is asked for something else, and what is gone', () => {
    expect(factChanges(now, before).map((f) => [f.name, f.change])).toEqual([['order.lines', 'same'], ['chain.grade', 'purpose'], ['line.unit_cost', 'added'], ['order.region', 'removed']])
  })
  it('calls nothing new in a first version', () => expect(factChanges(now, null).every((f) => f.change === 'same')).toBe(true))
  it('takes none for none', () => expect(factChanges({ facts: null }, { facts: null })).toEqual([]))
})

describe('withdrawing', () => {
  it('touches the stores with earlier orders only when everything stops', () => {
    const uses = { in_force: 3, before: 4 }
    expect(levels.map((l) => touched(l, uses))).toEqual([3, 3, 3, 7])
  })
  it('says of every level what it means, what follows and how many stores, in both languages', () => {
    for (const words of [zh.market, en.market] as Record<string, unknown>[]) {
      for (const l of levels) {
        expect(words[`level_${l}`], l).toBeTruthy()
        expect(words[`then_${l}`], l).toContain('{{count}}')
        expect(words[`do_${l}`], l).toContain('{{count}}')
      }
    }
  })
  it('reads an unset level as none', () => expect(levelOf({ revocation: { level: '' } })).toBe('none'))
})

describe('a file', () => {
  it('is refused before it travels when it cannot be a package', () => {
    expect(fileFault({ name: 'a.zip', size: 9 })).toBe('market.file_name')
    expect(fileFault({ name: 'a.fenli', size: 0 })).toBe('market.file_empty')
    expect(fileFault({ name: 'a.fenli', size: packageAtMost + 1 })).toBe('market.file_large')
    expect(fileFault({ name: 'A.FENLI', size: packageAtMost })).toBeNull()
  })
  it('travels as it is', async () => {
    const sent: { body?: unknown; headers: Record<string, string>; url: string }[] = []
    const call = createCaller({ token: () => 'fd_x', language: () => 'en', transport: async (r) => { sent.push(r); return { status: 201, data: {} } } })
    const file = new Blob(['package'])
    await call('POST platform:/plugins', { body: file })
    expect(sent[0]).toMatchObject({ url: '/api/platform/v1/plugins', headers: { 'Content-Type': 'application/octet-stream', Authorization: 'Bearer fd_x' } })
    expect(sent[0]!.body).toBe(file)
  })
  it('has a size for people', () => expect([0, 1023, 1024, 1536, 67108864].map(sizeOf)).toEqual(['0 B', '1023 B', '1.0 KiB', '1.5 KiB', '64.0 MiB']))
})

describe('an address', () => {
  it('names a version and comes back', () => {
    for (const v of [{ plugin: 'three-level', version: '1.0.0' }, { plugin: 'a', version: '1.0.0-dev.12@x' }]) expect(versionAt(addressOf(v))).toEqual(v)
  })
  it('shortens a hash at both ends', () => expect(shortHash('0123456789abcdef0123456789abcdef')).toBe('01234567…abcdef'))
})
