import { cleanup, fireEvent, render, renderHook, screen } from '@testing-library/react'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { largest, partsOf } from '../src/api/money'
import '../src/app/i18n'
import { useActorText } from '../src/parts/Actor'
import { AmountRange } from '../src/parts/AmountRange'

const yuan = (amount: number) => ({ amount, currency: 'CNY' })
afterEach(cleanup)

describe('shares of a whole', () => {
  it('are cut to a tenth and never say nothing of something', () => {
    expect(partsOf([yuan(1), yuan(2)])).toEqual(['33.3%', '66.6%'])
    expect(partsOf([yuan(100), yuan(0)])).toEqual(['100.0%', ''])
    expect(partsOf([yuan(0), yuan(0)])).toEqual(['', ''])
    expect(partsOf([yuan(1), yuan(1_000_000)])[0]).toBe('<0.1%')
  })
  it('never come to more than the whole, however large', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: Number(largest / 8n) }), { minLength: 1, maxLength: 8 }), (amounts) => {
      const tenths = partsOf(amounts.map(yuan)).filter((s) => /^\d/.test(s)).reduce((n, s) => n + Number(s.replace(/[.%]/g, '')), 0)
      expect(tenths).toBeLessThanOrEqual(1000)
    }))
  })
})

describe('a range of amounts', () => {
  const open = (from?: string, to?: string) => {
    const onChange = vi.fn()
    render(<AmountRange label="金额" currency="CNY" from={from} to={to} onChange={onChange} />)
    return { onChange, least: screen.getByLabelText('最低金额') as HTMLInputElement, most: screen.getByLabelText('最高金额') as HTMLInputElement }
  }
  it('asks in minor units once one has finished typing', () => {
    const { onChange, least } = open()
    fireEvent.change(least, { target: { value: '19.9' } })
    expect(onChange).not.toHaveBeenCalled()
    fireEvent.blur(least)
    expect(onChange).toHaveBeenCalledWith({ from: '1990', to: undefined })
  })
  it('keeps the other end, and shows what the address says', () => {
    const { onChange, least, most } = open('1000', '5000')
    expect([least.value, most.value]).toEqual(['10.00', '50.00'])
    fireEvent.change(most, { target: { value: '60' } })
    fireEvent.keyDown(most, { key: 'Enter' })
    expect(onChange).toHaveBeenCalledWith({ from: '1000', to: '6000' })
  })
  it('asks nothing of what is no amount', () => {
    const { onChange, least } = open()
    fireEvent.change(least, { target: { value: '1.999' } })
    fireEvent.blur(least)
    expect(onChange).not.toHaveBeenCalled()
    expect(least.getAttribute('aria-invalid')).toBe('true')
  })
  it('shows nothing for an address that somebody wrote by hand', () => {
    expect(open('abc').least.value).toBe('')
  })
})

describe('whoever did something', () => {
  it('is called by name, else by what they are', () => {
    const { current: text } = renderHook(() => useActorText()).result
    expect(text('staff:per_1', '林店主')).toBe('林店主')
    expect(text('staff:per_1', '')).toBe('已不在本店的员工')
    expect(text('key:key_1', '收银台')).toBe('接口密钥：收银台')
    expect(text('operator', '')).toBe('平台')
    expect(text('something:new', '')).toBe('something:new')
    expect(text('', '')).toBe('—')
  })
})
