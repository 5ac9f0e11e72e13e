import { beforeEach, describe, expect, it, vi } from 'vitest'
import { groups, isKnown, toneOf, type Group } from '@/standing/standing'
import { zh } from '@/words/zh'
import { en } from '@/words/en'

beforeEach(() => {
  vi.resetModules()
  const kept = new Map<string, unknown>()
  vi.stubGlobal('uni', { getStorageSync: (key: string) => kept.get(key) ?? '', setStorageSync: (key: string, value: unknown) => kept.set(key, value), getLocale: () => 'zh-Hans' })
})

describe('the status dictionary', () => {
  it('says the five balances as the trade does', () => {
    expect(Object.keys(groups.balance).map((key) => zh[`standing.balance.${key}` as keyof typeof zh])).toEqual(['待结算', '可提现', '提现中', '已提现', '待扣回'])
  })

  it('has a word in both languages for every state, and no word without a state', () => {
    const states = (Object.keys(groups) as Group[]).flatMap((group) => Object.keys(groups[group]).map((key) => `standing.${group}.${key}`))
    const words = Object.keys(zh).filter((key) => key.startsWith('standing.'))
    expect(words.sort()).toEqual(states.sort())
    for (const state of states) expect(en[state as keyof typeof en]).toBeTruthy()
  })

  it('shows a state it does not know quietly', () => {
    expect(toneOf('order', 'teleported')).toBe('quiet')
    expect(isKnown('order', 'teleported')).toBe(false)
  })

  it('covers the states the server may answer', () => {
    expect(Object.keys(groups.order)).toEqual(['placed', 'paid', 'shipped', 'received', 'closed'])
    expect(Object.keys(groups.award)).toEqual(['held', 'settled', 'on_hold'])
    expect(Object.keys(groups.person)).toEqual(['applied', 'rejected', 'active', 'frozen', 'banned', 'left'])
  })
})

describe('words', () => {
  it('name the same things in both languages', () => {
    const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort()
    for (const key of Object.keys(zh) as (keyof typeof zh)[]) expect(names(en[key]), key).toEqual(names(zh[key]))
  })

  it('are filled in, in the language chosen', async () => {
    const { t, tOr, speak } = await import('@/words')
    expect(t('board.rank', { n: 3 })).toBe('第 3 名')
    speak('en')
    expect(t('board.rank', { n: 3 })).toBe('No. 3')
    expect(tOr('standing.order.paid', 'paid')).toBe('To ship')
    expect(tOr('grade.unknown', '城市合伙人')).toBe('城市合伙人')
  })
})
