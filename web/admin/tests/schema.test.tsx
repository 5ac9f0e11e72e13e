import { act, cleanup, fireEvent, render, renderHook, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonSchema } from '../src/api/types'
import i18n from '../src/app/i18n'
import { atDraft } from '../src/pages/program/PreviewCard'
import { diff, named } from '../src/pages/program/diff'
import { sectionSchema, sections, settingsSchema, type Section } from '../src/pages/program/settings'
import { blank, faultsOf, widgetOf } from '../src/schema/schema'
import { useHistory } from '../src/schema/history'
import { withParents } from '../src/schema/pickers'
import { SchemaForm } from '../src/schema/SchemaForm'
import { ofWall, toWall } from '../src/schema/wall'
import { schemas } from '../dev/schemas'

const percent: JsonSchema = { type: 'string', pattern: '^[0-9]{1,12}(\\.[0-9]{1,6})?$', 'x-widget': 'percent' }

afterEach(cleanup)
beforeAll(() => i18n.changeLanguage('zh-CN'))

/** A form over a value, and the value as it stands. */
function open(schema: JsonSchema, first: Json, faults: Record<string, string> = {}) {
  const now: { value: Json } = { value: first }
  function Held() {
    const [value, setValue] = useState(first)
    return <SchemaForm schema={schema} value={value} currency="CNY" faults={faults} onChange={(v) => { now.value = v; setValue(v) }} />
  }
  render(<Held />)
  return now
}
const type = (label: string | RegExp, text: string) => fireEvent.change(screen.getByLabelText(label), { target: { value: text } })

describe('the widget of a setting', () => {
  it.each<[string, JsonSchema, string]>([
    ['a rate', percent, 'percent'],
    ['money', { type: 'integer', 'x-widget': 'money' }, 'money'],
    ['rates by level', { type: 'array', items: percent, 'x-widget': 'rate-list' }, 'rate-list'],
    ['amounts by level', { type: 'array', items: { type: 'integer' }, 'x-widget': 'money-list' }, 'rate-list'],
    ['tiers', { type: 'array', items: { type: 'object', properties: { from: { type: 'integer' } } }, 'x-widget': 'tier-table' }, 'table'],
    ['rates by key', { type: 'object', additionalProperties: percent, 'x-widget': 'rate-table' }, 'rate-table'],
    ['a matrix', { type: 'object', additionalProperties: { type: 'array', items: percent }, 'x-widget': 'matrix' }, 'matrix'],
    ['a struct by key', { type: 'object', additionalProperties: { type: 'object', properties: { a: percent } }, 'x-widget': 'table' }, 'keyed'],
    ['products to choose', { type: 'array', items: { type: 'string' }, 'x-widget': 'list', 'x-keys': 'sku' }, 'picker'],
    ['grades to choose', { type: 'array', items: { type: 'string' }, 'x-widget': 'grade-picker' }, 'picker'],
    ['rules', { type: 'array', items: { type: 'object', properties: { when: { type: 'object', properties: { a: percent } } } }, 'x-widget': 'table' }, 'cards'],
    ['an unknown hint', { type: 'boolean', 'x-widget': 'hologram' }, 'switch'],
    ['a hint that does not fit', { type: 'boolean', 'x-widget': 'percent' }, 'switch'],
    ['nothing known', {}, 'json'],
  ])('for %s is found', (_, schema, widget) => expect(widgetOf(schema)).toBe(widget))
})

describe('the form', () => {
  it('shows a share as a percentage and keeps the exact decimal', () => {
    const now = open({ type: 'object', properties: { rate: { ...percent, title: '比例' } }, required: ['rate'] }, { rate: '0.1' })
    expect(screen.getByLabelText<HTMLInputElement>('比例').value).toBe('10')
    type('比例', '12.5')
    expect(now.value).toEqual({ rate: '0.125' })
  })
  it('keeps money in minor units', () => {
    const now = open({ type: 'object', properties: { from: { type: 'integer', 'x-widget': 'money', title: '销售额起' } }, required: ['from'] }, { from: 1000 })
    expect(screen.getByLabelText<HTMLInputElement>('销售额起').value).toBe('10.00')
    type('销售额起', '19.90')
    expect(now.value).toEqual({ from: 1990 })
  })
  it('removes an optional setting that is emptied', () => {
    const now = open({ type: 'object', properties: { rate: { ...percent, title: '比例' } } }, {})
    type('比例 · 可不填', '3')
    expect(now.value).toEqual({ rate: '0.03' })
  })
  it('adds and fills a row of a tier table', () => {
    const now = open(schemas['tiered-sales']!, blank(schemas['tiered-sales']!))
    fireEvent.click(screen.getByText('添加一行'))
    const rows = (now.value as { tiers: { from: number; rate: string }[] }).tiers
    type(`销售额起 ${rows.length}`, '500')
    type(`比例 ${rows.length}`, '8')
    expect((now.value as { tiers: Json[] }).tiers.at(-1)).toEqual({ from: 50000, rate: '0.08' })
  })
  it('says what is wrong beside the setting it is about', () => {
    open(schemas['three-level']!, { rates: ['0.1', '2'] }, { '/rates/1': '太高了' })
    expect(screen.getByRole('alert').textContent).toBe('太高了')
  })
  it('uses an optional group only when it is switched on', () => {
    const now = open(schemas['campaign-boost']!, { base: ['0.1'] })
    expect(screen.queryByText('倍数')).toBeNull()
    fireEvent.click(screen.getByLabelText('启用活动加成'))
    expect(now.value).toHaveProperty('boost')
    expect(screen.queryByText('倍数')).not.toBeNull()
  })
  it.each(Object.keys(schemas))('draws %s with every setting named', (name) => {
    open(schemas[name]!, blank(schemas[name]!))
    for (const s of Object.values(schemas[name]!.properties ?? {})) expect(screen.queryAllByText(new RegExp(s.title!)).length).toBeGreaterThan(0)
  })
})

describe('a list of rules', () => {
  const compose = schemas['compose']!
  const first = (): Json => ({ mode: 'first', rules: [{ name: '甲', pay: { rates: ['0.1'] } }, { name: '乙', when: { categories: ['茶'] }, pay: { rates: ['0.2'] } }] })
  const names = (now: { value: Json }) => (now.value as { rules: { name: string }[] }).rules.map((r) => r.name)

  it('is moved, removed and added to', () => {
    const now = open(compose, first())
    fireEvent.click(screen.getByLabelText('下移 甲'))
    expect(names(now)).toEqual(['乙', '甲'])
    fireEvent.click(screen.getByLabelText('删除 乙'))
    expect(names(now)).toEqual(['甲'])
    fireEvent.click(screen.getAllByText(/^添\s*加$/).at(-1)!)
    expect(names(now)).toHaveLength(2)
  })
  it('asks for a setting only while another has the value it waits for, and forgets what is hidden', async () => {
    const now = open({ type: 'object', 'x-order': ['by', 'rate', 'fixed'], properties: { by: { type: 'boolean', title: '固定', default: false }, rate: { ...percent, title: '比例', 'x-when': { by: false } }, fixed: { type: 'integer', 'x-widget': 'money', title: '金额', 'x-when': { by: true } } }, required: ['by', 'rate', 'fixed'] }, { by: false, rate: '0.1' })
    expect(screen.queryByLabelText('金额')).toBeNull()
    fireEvent.click(screen.getByLabelText('固定'))
    expect(now.value).toEqual({ by: true })
    expect(screen.queryByLabelText('比例')).toBeNull()
    type('金额', '5')
    expect(now.value).toEqual({ by: true, fixed: 500 })
  })
  it('finds faults by their place in the rules, and none in what is hidden', () => {
    expect(faultsOf(compose, { mode: 'first', rules: [{ name: '', pay: { by: 'rate', rates: ['x'], fixed: [-1] } }] })).toEqual({ '/rules/0/name': { key: 'input.required' }, '/rules/0/pay/rates/0': { key: 'input.not_percent' } })
  })
  it('shows a default without writing it down, and goes back to it', () => {
    const now = open({ type: 'object', properties: { rate: { ...percent, title: '比例', default: '0.1' } } }, {})
    expect(screen.getByLabelText<HTMLInputElement>('比例').placeholder).toBe('默认 10%')
    type('比例', '12')
    fireEvent.click(screen.getByLabelText('恢复默认 比例'))
    expect(now.value).toEqual({ rate: '0.1' })
  })
  it('offers the categories above a category too', () => expect(withParents([{ value: '茶叶/绿茶' }, { value: '茶具' }]).map((o) => o.value)).toEqual(['茶具', '茶叶', '茶叶/绿茶']))
  it('reads and writes moments by the store\'s clocks', () => {
    const wall = toWall('2026-05-31T16:00:00Z', 'Asia/Shanghai')!
    expect(wall.format('YYYY-MM-DD HH:mm')).toBe('2026-06-01 00:00')
    expect(ofWall(wall, 'Asia/Shanghai')).toBe('2026-06-01T00:00:00+08:00')
    expect(ofWall(toWall('2026-07-01T04:00:00Z', 'America/New_York')!, 'America/New_York')).toBe('2026-07-01T00:00:00-04:00')
  })
})

describe('steps back and forth', () => {
  it('are kept, and a new step forgets what was ahead', () => {
    const { result } = renderHook(() => useHistory({ a: 1 }))
    act(() => result.current.set({ a: 2 }))
    act(() => result.current.undo())
    expect(result.current.value).toEqual({ a: 1 })
    act(() => result.current.redo())
    expect(result.current.value).toEqual({ a: 2 })
    act(() => result.current.undo())
    act(() => result.current.set({ a: 3 }))
    expect([result.current.value, result.current.canUndo, result.current.canRedo]).toEqual([{ a: 3 }, true, false])
  })
})

describe('the schema itself', () => {
  it.each(Object.keys(schemas))('accepts what %s begins with', (name) => {
    const s = schemas[name]!
    const required = faultsOf(s, blank(s))
    for (const at of Object.keys(required)) expect(at).toMatch(/from|to|tiers/) // what only a person can say
  })
  it('finds faults by their place', () => {
    expect(faultsOf(schemas['tiered-sales']!, { window: 'fortnight', mode: 'slab', tiers: [] })).toEqual({ '/window': { key: 'input.not_offered' }, '/tiers': { key: 'input.too_few', args: { min: 1 } } })
    expect(faultsOf(schemas['matrix']!, { skus: { '': {} } })).toHaveProperty('/skus/')
  })
  it('asks for an acknowledgement only with a third level', () => {
    expect(sectionSchema('levels', 2).properties).not.toHaveProperty('third_level_ack')
    expect(sectionSchema('levels', 3).required).toContain('third_level_ack')
  })
  it('puts every rule of the store in exactly one section', () => {
    const all = (Object.keys(sections) as Section[]).flatMap((s) => [...sections[s]])
    expect([...all].sort()).toEqual(Object.keys(settingsSchema.properties!).sort())
  })
})

describe('the difference of two revisions', () => {
  it('names the settings that changed, and only those', () => {
    const changes = diff({ levels: 2, bind: { validity_days: 30, take: 'pay' } }, { levels: 2, bind: { validity_days: 60, take: 'pay' } })
    expect(changes).toEqual([{ path: '/bind/validity_days', before: 30, after: 60 }])
    expect(named(changes[0]!.path, settingsSchema, 'zh-CN')).toBe('锁客 › 有效期（天）')
  })
  it('shows what came and what went', () => expect(diff({ a: 1 }, { b: 2 })).toEqual([{ path: '/a', before: 1, after: undefined }, { path: '/b', before: undefined, after: 2 }]))
  it('takes the strategy\'s own pointers into the configuration', () => expect(atDraft({ '/rates/0': 'x', '/settings/levels': 'y' })).toEqual({ '/config/rates/0': 'x', '/settings/levels': 'y' }))
})
