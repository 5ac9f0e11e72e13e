/** One typed caller for every route, over whatever carries requests on this platform. */
import type { Contract } from './contract'

export interface Request {
  method: string
  url: string
  headers: Record<string, string>
  body?: unknown
}

/** Resolves with any answer of the server; rejects when there was none. */
export type Transport = (request: Request) => Promise<{ status: number; data: unknown }>

type Route = keyof Contract
type Answer<R extends Route> = Contract[R]['answer']
type Take<R extends Route, K extends string> = Contract[R] extends { [P in K]: infer T } ? { [P in K]: T } : {}
type Key<R extends Route> = Contract[R] extends { once: true } ? { once: string } : {}
type Wants<R extends Route> = Take<R, 'path'> & Take<R, 'body'> & Partial<Take<R, 'query'>> & Key<R>
type Ask<R extends Route> = {} extends Wants<R> ? [wants?: Wants<R>] : [wants: Wants<R>]

export type Call = <R extends Route>(route: R, ...wants: Ask<R>) => Promise<Answer<R>>

/** A refusal in the server's own words: its sentence is what the person reads. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    sentence: string,
    readonly field = '',
  ) {
    super(sentence)
    this.name = 'Problem'
  }

  /** No answer came, or none that decides: the same request may be sent again. */
  get undecided(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

export interface Surroundings {
  base: string
  transport: Transport
  /** Headers of every request: who, which store, which language. */
  headers(): Record<string, string>
  /** Sentences for when the server has none. */
  sentence(kind: 'offline' | 'broken'): string
  /** The session ended. */
  signedOut?(): void
}

function problemOf(status: number, data: unknown, around: Surroundings): Problem {
  let body = data
  if (typeof body === 'string') {
    try {
      body = JSON.parse(body)
    } catch {
      body = null
    }
  }
  const said = (body ?? {}) as { code?: string; detail?: string; title?: string; field?: string }
  return new Problem(status, said.code ?? '', said.detail || said.title || around.sentence('broken'), said.field ?? '')
}

export function createCaller(around: Surroundings): Call {
  return async (route, ...asked) => {
    const wants = (asked[0] ?? {}) as {
      path?: Record<string, unknown>
      query?: Record<string, unknown>
      body?: unknown
      once?: string
    }
    const [method, template] = route.split(' ')
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(wants.path?.[name])))
    const query = Object.entries(wants.query ?? {})
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
      .join('&')
    const headers: Record<string, string> = { Accept: 'application/json', ...around.headers() }
    if (wants.body !== undefined) headers['Content-Type'] = 'application/json'
    if (wants.once) headers['Idempotency-Key'] = wants.once
    const url = around.base + path + (query && '?' + query)

    let answer: { status: number; data: unknown }
    try {
      answer = await around.transport({ method, url, headers, body: wants.body })
    } catch {
      throw new Problem(0, 'offline', around.sentence('offline'))
    }
    if (answer.status >= 200 && answer.status < 300) return answer.data as never
    const problem = problemOf(answer.status, answer.data, around)
    if (answer.status === 401 && headers.Authorization) around.signedOut?.()
    throw problem
  }
}
