// One typed caller. How a request travels is its transport's business: fetch
// here, something else in a test.
import type { Answer, Input, Route } from './contract'
import { ApiError, type Problem } from './problem'

export interface Request {
  method: string
  url: string
  headers: Record<string, string>
  body?: string | Blob
}
export type Transport = (request: Request, signal?: AbortSignal) => Promise<{ status: number; data: unknown }>

export interface Caller {
  <R extends Route>(route: R, input: Input<R>, options?: { signal?: AbortSignal; onceKey?: string }): Promise<Answer<R>>
}

interface Surroundings {
  transport: Transport
  token: () => string | null
  language: () => string
  /** The session has ended: the server no longer knows the token. */
  onSignedOut?: () => void
}

export function addressOf(route: string, path: Record<string, string> = {}, query: Record<string, unknown> = {}): { method: string; url: string } {
  const [method, place] = route.split(' ') as [string, string]
  const base = place.startsWith('platform:') ? '/api/platform/v1' : '/api/merchant/v1'
  const filled = place.replace('platform:', '').replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.append(name, String(value))
  }
  const tail = search.toString()
  return { method, url: base + filled + (tail ? `?${tail}` : '') }
}

export function createCaller(around: Surroundings): Caller {
  return async (route, input, options = {}) => {
    const { path, query, body } = input as { path?: Record<string, string>; query?: Record<string, unknown>; body?: unknown }
    const { method, url } = addressOf(route, path, query)
    const headers: Record<string, string> = { Accept: 'application/json', 'Accept-Language': around.language() }
    const token = around.token()
    if (token) headers.Authorization = `Bearer ${token}`
    const file = body instanceof Blob
    if (body !== undefined) headers['Content-Type'] = file ? 'application/octet-stream' : 'application/json'
    if (options.onceKey) headers['Idempotency-Key'] = options.onceKey
    const answer = await around.transport({ method, url, headers, body: body === undefined || file ? body : JSON.stringify(body) }, options.signal)
    if (answer.status >= 400) {
      if (answer.status === 401 && token) around.onSignedOut?.()
      throw new ApiError(answer.status, answer.data as Problem | null)
    }
    return answer.data as never
  }
}

/** The browser's way. A network failure becomes an ApiError of status 0. */
export const fetchTransport: Transport = async (request, signal) => {
  let response: Response
  try {
    response = await fetch(request.url, { method: request.method, headers: request.headers, body: request.body, signal })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiError(0, null)
  }
  if (/^attachment/.test(response.headers.get('Content-Disposition') ?? '')) return { status: response.status, data: await response.blob() }
  const text = await response.text()
  return { status: response.status, data: readJson(text) }
}

function readJson(text: string): unknown {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
