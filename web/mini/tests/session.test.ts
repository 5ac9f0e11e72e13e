import { beforeEach, describe, expect, it, vi } from 'vitest'
import shop from '../fixtures/shop.cjs'

interface Sent { method: string; url: string; header: Record<string, string>; data?: any }
let sent: Sent[]
let kept: Map<string, unknown>
let online: boolean

beforeEach(() => {
  vi.resetModules()
  sent = []
  kept = new Map()
  online = true
  vi.stubGlobal('uni', {
    getStorageSync: (key: string) => kept.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => kept.set(key, value),
    removeStorageSync: (key: string) => kept.delete(key),
    getLocale: () => 'zh-Hans',
    request(options: any) {
      sent.push(options)
      if (!online) return options.fail({ errMsg: 'request:fail' })
      const { status, data } = shop.answer(options.method, options.url, options.data, 'seller')
      options.success({ statusCode: status, data })
    },
  })
})

const to = (path: string) => sent.filter((one) => one.url.endsWith(path))

describe('a visitor who came by a link', () => {
  it('gives the code with the registration, and no touch besides', async () => {
    const session = await import('@/session/session')
    session.arrived({}, '?code=LX8K2P')
    expect(to('/touches')).toHaveLength(0)
    await session.enter({ login: '13800000000', password: 'password', name: '林晓', register: true })
    expect(to('/sessions')[0].data).toMatchObject({ code: 'LX8K2P', register: true })
    session.arrived({}, '?code=LX8K2P')
    await new Promise((done) => setTimeout(done))
    expect(to('/touches')).toHaveLength(0)
    expect(session.signedIn.value).toBe(true)
    expect(kept.get('fenli.token')).toBe('fs_shanye_test')
  })

  it('who signs in is reported as a touch, once, with the session', async () => {
    const session = await import('@/session/session')
    session.arrived({ code: 'LX8K2P' })
    await session.enter({ login: '13800000000', password: 'password', register: false })
    expect(to('/sessions')[0].data.code).toBeUndefined()
    expect(to('/touches')).toHaveLength(1)
    expect(to('/touches')[0].data).toEqual({ code: 'LX8K2P', channel: 'link' })
    expect(to('/touches')[0].header.Authorization).toBe('Bearer fs_shanye_test')
    session.arrived({ code: 'LX8K2P' })
    await new Promise((done) => setTimeout(done))
    expect(to('/touches')).toHaveLength(1)
  })

  it('is reported later when the connection was lost', async () => {
    kept.set('fenli.token', 'fs_shanye_test')
    const session = await import('@/session/session')
    online = false
    session.arrived({ code: 'LX8K2P' })
    await new Promise((done) => setTimeout(done))
    online = true
    session.arrived({})
    await new Promise((done) => setTimeout(done))
    expect(to('/touches')).toHaveLength(2)
    session.arrived({})
    await new Promise((done) => setTimeout(done))
    expect(to('/touches')).toHaveLength(2)
  })

  it('who signs out leaves no token behind', async () => {
    const session = await import('@/session/session')
    await session.enter({ login: '13800000000', password: 'password', register: false })
    await session.leave()
    expect(session.signedIn.value).toBe(false)
    expect(session.buyer.value).toBeNull()
    expect(kept.has('fenli.token')).toBe(false)
  })
})
