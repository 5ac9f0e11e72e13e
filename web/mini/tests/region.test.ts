import { describe, expect, it } from 'vitest'
import { percentOf } from '@/parts/progress'
import { choicesOf, provinces, regionName } from '@/region/region'

describe('regions', () => {
  it('have six digits each and never the same twice', () => {
    const codes = provinces.flatMap((one) => [one.code, ...one.cities.map((city) => city.code)])
    expect(codes.filter((code) => !/^\d{6}$/.test(code))).toEqual([])
    expect(new Set(codes).size).toBe(codes.length)
    expect(provinces).toHaveLength(34)
    for (const one of provinces) for (const city of one.cities) expect(city.name, city.code).toMatch(/^[\u4e00-\u9fff]+$/)
  })
  it('are read by their codes, the district as its city', () => {
    expect(regionName('440305')).toBe('广东 深圳')
    expect(regionName('440000')).toBe('广东')
    expect(regionName('110105')).toBe('北京')
    expect(regionName('广东/深圳')).toBe('广东/深圳')
    expect(regionName('990000')).toBe('990000')
  })
  it('leave a way out for the rest of a province', () => {
    const guangdong = provinces.find((one) => one.name === '广东')!
    expect(choicesOf(guangdong, '其他').pop()).toEqual({ code: '440000', name: '其他' })
    expect(choicesOf(provinces[0]!, '其他')).toEqual([{ code: '110000', name: '北京' }])
  })
})

describe('how far a number has come', () => {
  it('stays within the bar', () => expect([percentOf(1999, 2000), percentOf(3000, 2000), percentOf(-1, 2000), percentOf(0, 0)]).toEqual([99, 100, 0, 100]))
})
