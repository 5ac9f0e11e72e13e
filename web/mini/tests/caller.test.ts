import { describe, expect, it } from 'vitest'
import { createCaller, Problem, type Request, type Transport } from '@/api/caller'
import { Intention, uuid } from '@/api/once'
import { homeOf } from '@/api/home'

function over(transport: Transport, more: { token?: string; signedOut?: () => void } = {}) {
  return createCaller({
    base: 'https://api.test/api/store/v1',
    transport,
    headers: () => ({ 'X-Store': 'shanye', ...(more.token ? { Authorization: 'Bearer ' + more.token } : {}) }) as Record<string, string>,
    sentence: (kind) => kind,
    signedOut: more.signedOut,
  })
}

describe('the caller', () => {
  it('fills the path, leaves out what was not said, and sends the headers', async () => {
    const sent: Request[] = []
    const call = over(async (request) => (sent.push(request), { status: 200, data: { items: [], next_cursor: '' } }))
    await call('GET /products', { query: { q: '红茶', category: '', cursor: undefined } })
    await call('GET /products/{id}', { path: { id: 'prd/1' } })
    expect(sent[0].url).toBe('https://api.test/api/store/v1/products?q=%E7%BA%A2%E8%8C%B6')
    expect(sent[1].url).toBe('https://api.test/api/store/v1/products/prd%2F1')
    expect(sent[0].headers['X-Store']).toBe('shanye')
    expect(sent[0].headers['Content-Type']).toBeUndefined()
  })

  it('puts the key on writes that move money', async () => {
    const sent: Request[] = []
    const call = over(async (request) => (sent.push(request), { status: 201, data: {} }))
    await call('POST /me/withdrawals', { body: { amount: { amount: 5000, currency: 'CNY' } }, once: 'k-1' })
    expect(sent[0].headers['Idempotency-Key']).toBe('k-1')
    expect(sent[0].body).toEqual({ amount: { amount: 5000, currency: 'CNY' } })
  })

  it("shows the server's sentence", async () => {
    const call = over(async () => ({ status: 422, data: { code: 'withdrawal.below_minimum', title: 'Unprocessable', detail: '单次提现不能低于 ¥10.00', field: 'amount' } }))
    const refused = await call('GET /me/balance').catch((problem) => problem)
    expect(refused).toBeInstanceOf(Problem)
    expect(refused).toMatchObject({ status: 422, code: 'withdrawal.below_minimum', message: '单次提现不能低于 ¥10.00', field: 'amount', undecided: false })
  })

  it('understands a problem that came as text, and a proxy that answered in HTML', async () => {
    const asText = over(async () => ({ status: 409, data: '{"code":"order.closed","detail":"订单已关闭"}' }))
    await expect(asText('GET /me/balance')).rejects.toMatchObject({ message: '订单已关闭', code: 'order.closed' })
    const asPage = over(async () => ({ status: 502, data: '<html>' }))
    await expect(asPage('GET /me/balance')).rejects.toMatchObject({ message: 'broken', undecided: true })
  })

  it('says when there was no answer', async () => {
    const call = over(async () => Promise.reject(new Error('timeout')))
    await expect(call('GET /store')).rejects.toMatchObject({ status: 0, message: 'offline', undecided: true })
  })

  it('ends the session when the server does, and only then', async () => {
    let ended = 0
    const transport: Transport = async () => ({ status: 401, data: { code: 'session.expired', detail: '请重新登录' } })
    await over(transport, { token: 't', signedOut: () => ended++ })('GET /me').catch(() => undefined)
    await over(transport, { signedOut: () => ended++ })('GET /me').catch(() => undefined)
    expect(ended).toBe(1)
  })
})

describe('an intention', () => {
  const lost = () => Promise.reject(new Problem(0, 'offline', 'offline'))

  it('keeps its key until the server has decided', async () => {
    const keys: string[] = []
    const intention = new Intention()
    await intention.attempt('buy', (key) => (keys.push(key), lost())).catch(() => undefined)
    await intention.attempt('buy', async (key) => void keys.push(key))
    await intention.attempt('buy', async (key) => void keys.push(key))
    expect(keys[1]).toBe(keys[0])
    expect(keys[2]).not.toBe(keys[0])
  })

  it('is another one when something else is asked, or the server refused', async () => {
    const keys: string[] = []
    const intention = new Intention()
    await intention.attempt(1, (key) => (keys.push(key), lost())).catch(() => undefined)
    await intention.attempt(2, (key) => (keys.push(key), Promise.reject(new Problem(422, 'no', 'no')))).catch(() => undefined)
    await intention.attempt(2, async (key) => void keys.push(key))
    expect(new Set(keys).size).toBe(3)
  })

  it('has a key in the form of a uuid', () => {
    const seen = new Set(Array.from({ length: 200 }, uuid))
    expect(seen.size).toBe(200)
    for (const one of seen) expect(one).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('where the store lives', () => {
  it("is the page's own host on the web and ext.json in WeChat", () => {
    expect(homeOf(undefined)).toEqual({ address: '', slug: '' })
    expect(homeOf({ apiBase: 'https://api.test/', tenant: { slug: 'shanye' } })).toEqual({ address: 'https://api.test', slug: 'shanye' })
  })
})
