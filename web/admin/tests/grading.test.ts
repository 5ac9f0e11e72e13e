import { describe, expect, it } from 'vitest'
import { percentOf } from '../src/pages/distributors/Grading'
import { coverage } from '../src/pages/distributors/Partners'

describe('how far a number has come', () => {
  it('is whole per cent, never beyond the bar', () => {
    expect(percentOf({ current: 1999, target: 2000 })).toBe(99)
    expect(percentOf({ current: 5000, target: 2000 })).toBe(100)
    expect(percentOf({ current: -50, target: 2000 })).toBe(0)
  })
  it('has reached a target of nothing', () => expect(percentOf({ current: 0, target: 0 })).toBe(100))
})

// As tenants/distributor/posts.go reads a region: the server decides, this only says so beforehand.
describe('what a region covers', () => {
  it.each([['440000', '44…'], ['440300', '4403…'], ['440305', '440305…'], ['广东/深圳', '广东/深圳…'], ['4403', '4403…']])('%s is %s', (region, says) => expect(coverage(region)).toBe(says))
})
