import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { areas, pages } from '../src/app/areas'
import en from '../src/locales/en.json'
import zh from '../src/locales/zh-CN.json'
import { type Noun, statesOf, statuses, toneOf, tones } from '../src/parts/status'
import { contrast } from '../src/pages/settings/contrast'

type Tree = { [k: string]: string | Tree }
function flat(tree: Tree, at = ''): Record<string, string> {
  return Object.entries(tree).reduce<Record<string, string>>((all, [k, v]) => (typeof v === 'string' ? { ...all, [at + k]: v } : { ...all, ...flat(v, `${at}${k}.`) }), {})
}
const words = { zh: flat(zh as Tree), en: flat(en as Tree) }

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? sources(join(folder, e.name)) : /\.tsx?$/.test(e.name) ? [readFileSync(join(folder, e.name), 'utf8')] : []))
}

describe('the two languages', () => {
  it('say the same things', () => expect(Object.keys(words.en).sort()).toEqual(Object.keys(words.zh).sort()))
  it('have no empty sentence', () => expect(Object.entries({ ...words.zh, ...words.en }).filter(([, v]) => !v.trim())).toEqual([]))
  it('take the same values in each sentence', () => {
    const slots = (s: string) => [...s.matchAll(/\{\{(\w+)\}\}/g)].map((m) => m[1]).sort()
    for (const [k, v] of Object.entries(words.zh)) expect(slots(words.en[k]!), k).toEqual(slots(v))
  })
  it('know every sentence the code asks for', () => {
    const asked = sources('src').flatMap((s) => [...s.matchAll(/\bt\('([\w.]+)'/g)].map((m) => m[1]!))
    expect(asked.length).toBeGreaterThan(300)
    expect([...new Set(asked)].filter((k) => !(k in words.zh))).toEqual([])
  })
  it('name every page of the menu', () => {
    for (const a of [...areas, ...pages]) expect(words.zh[`menu.${a.name}`], a.path).toBeTruthy()
  })
})

// The states that the database allows: a state added there must be said here.
const database: Partial<Record<Noun, string[]>> = {
  order: ['placed', 'paid', 'shipped', 'received', 'closed'],
  group: ['open', 'succeeded', 'failed'],
  distributor: ['applied', 'rejected', 'active', 'frozen', 'banned', 'left'],
  withdrawal: ['requested', 'approved', 'sending', 'waiting_for_user', 'manual', 'paid', 'failed', 'cancelled', 'rejected', 'returned'],
  product: ['listed', 'unlisted', 'archived'],
  store: ['open', 'closing', 'closed'],
  commission: ['none', 'awaiting', 'decided'],
  award: ['held', 'settled', 'on_hold'],
  period: ['closed', 'held'],
  dispute: ['open', 'answered', 'closed'],
  outcome: ['upheld', 'rejected'],
}

describe('the status dictionary', () => {
  it.each(Object.keys(statuses) as Noun[])('has a word in both languages for every state of %s', (noun) => {
    for (const state of statesOf(noun)) {
      expect(words.zh[`status.${noun}.${state}`], state).toBeTruthy()
      expect(words.en[`status.${noun}.${state}`], state).toBeTruthy()
    }
  })
  it.each(Object.entries(database))('covers all states of %s', (noun, states) => expect(statesOf(noun as Noun)).toEqual(expect.arrayContaining(states)))
  it('names no state that it does not have', () => {
    const said = Object.keys(words.zh).filter((k) => k.startsWith('status.'))
    for (const key of said) {
      const [, noun, state] = key.split('.') as [string, Noun, string]
      expect(statesOf(noun), key).toContain(state)
    }
  })
  it('keeps every tone readable', () => {
    for (const [name, tone] of Object.entries(tones)) expect(contrast(tone.color, tone.background), name).toBeGreaterThanOrEqual(4.5)
  })
  it('shows an unknown state quietly', () => expect(toneOf('order', 'teleported')).toBe('quiet'))
})
