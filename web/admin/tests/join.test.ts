import { describe, expect, it } from 'vitest'
import { codeIn, joinLink } from '../src/pages/settings/joinLink'

describe('a code of an invitation', () => {
  const code = 'fi_0192f0c0aa007c2e9d1e5b7a3c4d5e6f_a-b_C9'
  it('is read from the link, from its part behind the # and by itself', () => {
    for (const sent of [joinLink('https://shop.example', code), `#${code}`, code, ` ${code}\n`]) expect(codeIn(sent)).toBe(code)
  })
  it('is in no part of the link that a browser sends', () => {
    const link = new URL(joinLink('https://shop.example', code))
    expect(link.pathname + link.search).toBe('/admin/join')
  })
})
