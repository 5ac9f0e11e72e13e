import { beforeEach, describe, expect, it } from 'vitest'
import * as arrival from '@/arrival/arrival'

const day = 86_400_000
let kept: Map<string, unknown>
let shelf: arrival.Shelf
beforeEach(() => {
  kept = new Map()
  shelf = { get: (key) => kept.get(key) ?? '', set: (key, value) => void kept.set(key, value), remove: (key) => void kept.delete(key) }
})

describe('the code of a link', () => {
  it('is found in the address, in page options and in a mini-program code', () => {
    expect(arrival.arrivalIn({}, '?code=LX8K2P')).toEqual({ code: 'LX8K2P', channel: 'link' })
    expect(arrival.arrivalIn({ code: 'LX8K2P', channel: 'poster' })).toEqual({ code: 'LX8K2P', channel: 'poster' })
    expect(arrival.arrivalIn({ scene: 'LX8K2P' })).toEqual({ code: 'LX8K2P', channel: 'qr' })
    expect(arrival.arrivalIn({ scene: encodeURIComponent('code=LX8K2P&channel=fair') })).toEqual({ code: 'LX8K2P', channel: 'fair' })
  })

  it('is nothing where there is none, or something else', () => {
    for (const [options, search] of [[undefined, ''], [{}, '?utm=1'], [{ code: '' }, ''], [{ code: '<script>' }, ''], [{ scene: 1001 }, ''], [{}, '?code=%E0%A4%A']] as const)
      expect(arrival.arrivalIn(options as Record<string, unknown> | undefined, search)).toBeNull()
  })
})

describe('an arrival', () => {
  const seen = { code: 'LX8K2P', channel: 'link' }

  it('is told once', () => {
    arrival.remember(shelf, seen, 0)
    expect(arrival.untold(shelf, 1)?.code).toBe('LX8K2P')
    arrival.markTold(shelf, 1)
    expect(arrival.untold(shelf, 2)).toBeNull()
    arrival.remember(shelf, seen, 3)
    expect(arrival.untold(shelf, 4), 'the same visit is not a second touch').toBeNull()
  })

  it('by another distributor, or on another day, is a new touch', () => {
    arrival.remember(shelf, seen, 0)
    arrival.markTold(shelf, 0)
    arrival.remember(shelf, { code: 'OTHER1', channel: 'link' }, 1)
    expect(arrival.untold(shelf, 1)?.code).toBe('OTHER1')
    arrival.markTold(shelf, 1)
    arrival.remember(shelf, { code: 'OTHER1', channel: 'link' }, 1 + day)
    expect(arrival.untold(shelf, 1 + day)?.code).toBe('OTHER1')
  })

  it('goes with orders of the same visit only', () => {
    arrival.remember(shelf, seen, 0)
    expect(arrival.via(shelf, day - 1)).toBe('LX8K2P')
    expect(arrival.via(shelf, day)).toBeUndefined()
    expect(arrival.recall(shelf, day)?.code, 'a registration still names it').toBe('LX8K2P')
  })

  it('is forgotten after thirty days, and spoilt storage is no arrival', () => {
    arrival.remember(shelf, seen, 0)
    expect(arrival.recall(shelf, 30 * day - 1)).not.toBeNull()
    expect(arrival.recall(shelf, 30 * day)).toBeNull()
    expect(kept.size).toBe(0)
    for (const junk of ['x', { code: 'a b' }, { code: 'LX8K2P' }, 7]) {
      kept.set(arrival.shelfKey, junk)
      expect(arrival.recall(shelf, 0)).toBeNull()
    }
  })
})
