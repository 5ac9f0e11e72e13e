import { cleanup, render, screen } from '@testing-library/react'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Me, StorePage } from '../src/api/types'
import { pages } from '../src/app/areas'
import { allows, Can, SurroundingsProvider } from '../src/app/permissions'

const me = (...permissions: string[]) => ({ role: 'support', permissions, person: { id: 'per_1', name: 'Lin' } }) as unknown as Me
const show = (who: Me) => render(<SurroundingsProvider value={{ me: who, store: {} as StorePage }}><Can permission="order.refund" fallback={<p>closed</p>}><button>refund</button></Can></SurroundingsProvider>)

afterEach(cleanup)

describe('the permission guard', () => {
  it('shows what the role grants', () => {
    show(me('order.read', 'order.refund'))
    expect(screen.queryByText('refund')).not.toBeNull()
  })
  it('shows the fallback to everybody else', () => {
    show(me('order.read', 'order.ship'))
    expect(screen.queryByText('refund')).toBeNull()
    expect(screen.queryByText('closed')).not.toBeNull()
  })
  it('takes a permission as one exact verb', () => {
    expect(allows(me('order.read'), 'order.refund')).toBe(false)
    expect(allows(me('order'), 'order.refund')).toBe(false)
    expect(allows(me('order.refund_all'), 'order.refund')).toBe(false)
    expect(allows(me(), 'order.read')).toBe(false)
  })
  it('guards every page', () => {
    for (const p of pages) expect(p.permission, p.path).toMatch(/^[a-z]+\.[a-z_]+$/)
  })
})

const constants = '../../rbac/permissions.go'
describe.runIf(existsSync(constants))('the server', () => {
  it('knows every permission the console asks for', () => {
    const known = new Set([...readFileSync(constants, 'utf8').matchAll(/=\s+"([a-z_.]+)"/g)].map((m) => m[1]!))
    const asked = [...sources('src').matchAll(/(?:\bcan\(|permission=|permission: )['"]([a-z]+\.[a-z_]+)/g)].map((m) => m[1]!)
    expect(asked.length).toBeGreaterThan(20)
    expect([...new Set(asked)].filter((p) => !known.has(p))).toEqual([])
  })
})
function sources(folder: string): string {
  return readdirSync(folder, { withFileTypes: true }).map((e) => (e.isDirectory() ? sources(join(folder, e.name)) : /\.tsx?$/.test(e.name) ? readFileSync(join(folder, e.name), 'utf8') : '')).join('\n')
}
