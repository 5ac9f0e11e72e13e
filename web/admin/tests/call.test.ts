import { describe, expect, it, vi } from 'vitest'
import { addressOf, createCaller, type Request } from '../src/api/call'
import { ApiError, pointer } from '../src/api/problem'

function calling(status: number, data: unknown) {
  const sent: Request[] = []
  const out = vi.fn()
  const call = createCaller({ transport: async (r) => { sent.push(r); return { status, data } }, token: () => 'fs_tea_x', language: () => 'zh-CN', onSignedOut: out })
  return { call, sent, out }
}

describe('a call', () => {
  it('fills the path and leaves out filters that are not set', () => {
    expect(addressOf('GET /orders/{id}', { id: 'ord/1' }).url).toBe('/api/merchant/v1/orders/ord%2F1')
    expect(addressOf('GET /orders', {}, { state: undefined, q: '', limit: 20 }).url).toBe('/api/merchant/v1/orders?limit=20')
    expect(addressOf('POST platform:/stores')).toEqual({ method: 'POST', url: '/api/platform/v1/stores' })
  })
  it('carries the session, the language and the idempotency key', async () => {
    const { call, sent } = calling(200, {})
    await call('POST /orders/{id}/refunds', { path: { id: 'ord_1' }, body: { amount: { amount: 1990, currency: 'CNY' }, reason: 'x' } }, { onceKey: 'k1' })
    expect(sent[0]!.headers).toMatchObject({ Authorization: 'Bearer fs_tea_x', 'Accept-Language': 'zh-CN', 'Idempotency-Key': 'k1' })
    expect(JSON.parse(sent[0]!.body as string)).toEqual({ amount: { amount: 1990, currency: 'CNY' }, reason: 'x' })
  })
  it('turns a problem into an error that knows its code, sentence and fields', async () => {
    const { call } = calling(422, { code: 'store.slug_taken', detail: '这个代号已被使用', field: 'owner.login', request_id: 'r1', errors: [{ field: 'config.rates[0]', message: 'too large' }] })
    const e = await call('GET /me', {}).catch((x: unknown) => x) as ApiError
    expect(e).toBeInstanceOf(ApiError)
    expect([e.code, e.message, e.requestId]).toEqual(['store.slug_taken', '这个代号已被使用', 'r1'])
    expect(e.fields).toEqual({ '/owner/login': '这个代号已被使用', '/config/rates/0': 'too large' })
  })
  it('ends the session when the server no longer knows it', async () => {
    const { call, out } = calling(401, { detail: 'gone' })
    await call('GET /me', {}).catch(() => undefined)
    expect(out).toHaveBeenCalledOnce()
  })
  it('knows a field however it is written', () => expect(['body.owner.login', 'owner.login', '/owner/login'].map(pointer)).toEqual(Array(3).fill('/owner/login')))
})
