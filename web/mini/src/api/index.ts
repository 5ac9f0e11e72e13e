/** The caller as this app uses it: uni.request, the session's token, the store's address. */
import { createCaller, type Transport } from './caller'
import { home } from './home'
import { language, t } from '@/words'
import { token, forget } from '@/session/token'

const overUni: Transport = (request) =>
  new Promise((resolve, reject) => {
    uni.request({
      method: request.method as 'GET',
      url: request.url,
      header: request.headers,
      data: request.body as object | undefined,
      timeout: 15_000,
      success: (answer) => resolve({ status: answer.statusCode, data: answer.data }),
      fail: (failure) => reject(new Error(failure.errMsg)),
    })
  })

export const call = createCaller({
  base: home.address + '/api/store/v1',
  transport: overUni,
  headers() {
    const headers: Record<string, string> = { 'Accept-Language': language() }
    if (home.slug) headers['X-Store'] = home.slug
    if (token()) headers.Authorization = 'Bearer ' + token()
    return headers
  },
  sentence: (kind) => t(kind === 'offline' ? 'fault.offline' : 'fault.broken'),
  signedOut: forget,
})

export { Problem } from './caller'
export { Intention } from './once'
export * from './contract'
