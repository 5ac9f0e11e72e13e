import { describe, expect, it } from 'vitest'
import type { Canary, MoneyDiff, ProgramSettings, Revision, Strategy } from '../src/api/types'
import { chosen } from '../src/pages/program/Candidate'
import { boundsSaid, reasonSaid } from '../src/pages/program/CanaryCard'
import { capsAnew, difference, directionOf, partOf, sent, size, sorted } from '../src/pages/program/draft'
import { sectionSchema, sections } from '../src/pages/program/settings'

const yuan = (amount: number) => ({ amount, currency: 'CNY' })
const settings = { levels: 2 } as ProgramSettings
const current = { revision: 4, strategy: 'three-level', artifact: 'sha-old', version: '1.0.0', config: { rates: ['0.1'] }, settings } as unknown as Revision
const diffOf = (was: number, would: number, none = false) => ({ was: yuan(was), would: yuan(would), none }) as MoneyDiff

describe('a draft on its way', () => {
  it('stays at the exact version in force, so that a change of rates upgrades nothing', () => expect(sent({ strategy: 'three-level', config: {}, settings }, current).strategy).toBe('sha-old'))
  it('asks for another strategy by name', () => expect(sent({ strategy: 'pool', config: {}, settings }, current).strategy).toBe('pool'))
  it('leaves a withdrawn version', () => expect(sent({ strategy: 'three-level', config: {}, settings }, current, true).strategy).toBe('three-level'))
})

describe('a difference of money', () => {
  it('is what it would cost more, to the cent', () => expect(difference(diffOf(1990, 2989))).toEqual(yuan(999)))
  it.each([[100, 150, 'more'], [150, 100, 'less'], [100, 100, 'even']])('of %i to %i is %s', (was, would, way) => expect(directionOf(diffOf(was, would))).toBe(way))
  it('is none only when nobody gets anything else', () => expect(directionOf(diffOf(100, 100, true))).toBe('none'))
  it('is named without its sign', () => expect(size(yuan(-59_70))).toEqual(yuan(5970)))
})

describe('progress', () => {
  it('is cut, so that 100 % means done', () => expect(partOf(999, 1000)).toBe(99))
  it('of nothing is nothing', () => expect(partOf(0, 0)).toBe(0))
})

describe('the differences of revisions', () => {
  const parts = sorted([{ path: '/config/rates/0', was: '0.1', now: '0.15' }, { path: '/settings/levels', was: 2, now: 3 }, { path: '/artifact', was: 'a', now: 'b' }, { path: '/version', was: '1.0.0', now: '1.1.0' }, { path: '/settings/third_level_ack', was: null, now: 'Lin' }])
  it('go to the form that can say them', () => {
    expect(parts.config).toEqual([{ path: '/rates/0', before: '0.1', after: '0.15' }])
    expect(parts.settings.map((c) => c.path)).toEqual(['/levels', '/third_level_ack'])
  })
  it('name the version and not the hash', () => expect(parts.whole.map((c) => c.path)).toEqual(['/version']))
  it('say of what was not there that it was not set', () => expect(parts.settings[1]!.before).toBeUndefined())
})

describe('a candidate', () => {
  const strategies = [
    { strategy: 'three-level', artifact: 'sha-new', version: '1.1.0', facts: [], config_schema: {}, versions: [{ artifact: 'sha-new', version: '1.1.0', choosable: true, why: '' }, { artifact: 'sha-old', version: '1.0.0', choosable: true, why: '' }] },
    { strategy: 'pool', artifact: 'sha-pool', version: '1.0.0', facts: [], config_schema: { type: 'object', properties: { share: { type: 'string', default: '0.05' } } } },
  ] as unknown as Strategy[]
  const old = { ...current, revision: 2, artifact: 'sha-2', config: { rates: ['0.2'] } } as unknown as Revision
  it('from the past is its exact version, configuration and rules', () => expect(chosen({ from: 'revision', revision: 2 }, undefined, current, [old], strategies)).toEqual({ strategy: 'sha-2', config: { rates: ['0.2'] }, settings }))
  it('of the strategy in force keeps the configuration in force, at another version', () => expect(chosen({ from: 'strategy', artifact: 'sha-new' }, undefined, current, [], strategies)).toEqual({ strategy: 'sha-new', config: { rates: ['0.1'] } }))
  it('of another strategy begins at its defaults, not at a configuration that means nothing to it', () => expect(chosen({ from: 'strategy', artifact: 'sha-pool' }, undefined, current, [], strategies)).toEqual({ strategy: 'sha-pool', config: { share: '0.05' } }))
  it('is nothing until it is chosen', () => {
    expect(chosen({ from: 'strategy' }, undefined, current, [], strategies)).toBeUndefined()
    expect(chosen({ from: 'revision' }, undefined, current, [old], strategies)).toBeUndefined()
    expect(chosen({ from: 'draft' }, undefined, current, [], strategies)).toBeUndefined()
  })
})

describe('a canary', () => {
  const say = (key: string, args?: Record<string, unknown>) => key + (args ? JSON.stringify(args) : '')
  const bounds = (max_payout: string, max_failed: number) => ({ bounds: { max_payout, max_failed, min_orders: 20 } })
  it('says every bound that it has', () => {
    expect(boundsSaid(bounds('0.3', 5), say)).toContain('bound_payout{\\"share\\":\\"30\\",\\"count\\":20}')
    expect(boundsSaid(bounds('0.3', 5), say)).toContain('bound_failed')
    expect(boundsSaid(bounds('0', 5), say)).not.toContain('bound_payout')
    expect(boundsSaid(bounds('0', 0), say)).toBe('canary.no_bounds')
  })
  it('tells why it ended', () => {
    const ended = (state: Canary['state'], reason: string) => reasonSaid({ state, reason }, say)
    expect(ended('stopped', 'payout')).toBe('canary.reason_payout')
    expect(ended('stopped', '代理商反馈')).toBe('代理商反馈')
    expect(ended('promoted', '')).toBe('canary.reason_promoted')
  })
})

describe('the settings form', () => {
  it('takes a store that has never said whether amounts are to be confirmed', () => {
    const s = sectionSchema('levels', 2)
    expect(sections.levels).toContain('confirm_diff')
    expect(s.required).not.toContain('confirm_diff')
    expect(s.required).toContain('order_cap')
  })
  it('always says the cap of a line, so that leaving it empty does not keep the old one', () => {
    expect(sectionSchema('levels', 2).required).toContain('line_margin_cap')
    expect(sectionSchema('levels', 2).required).toContain('recipient_cap')
  })
})

describe('a try with some teams', () => {
  const now = { line_margin_cap: '0', recipient_cap: { amount: 0, period: 'month' } } as ProgramSettings
  it('is acknowledged where a cap is turned on or changed, and only there', () => {
    expect(capsAnew(undefined, now)).toBe(false)
    expect(capsAnew(now, now)).toBe(false)
    expect(capsAnew({ ...now, line_margin_cap: '0.5' }, now)).toBe(true)
    const capped: ProgramSettings = { ...now, recipient_cap: { amount: 1500, period: 'month' } }
    expect(capsAnew(capped, now)).toBe(true)
    expect(capsAnew(capped, capped)).toBe(false)
    expect(capsAnew({ ...capped, recipient_cap: { amount: 1500, period: 'week' } }, capped)).toBe(true)
    expect(capsAnew(now, capped)).toBe(false)
  })
})
