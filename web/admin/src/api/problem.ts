/** RFC 9457, with what Fenli adds to it. */
export interface Problem {
  type?: string
  title?: string
  status?: number
  /** For machines: "withdrawal.in_debt". */
  code?: string
  /** For people, in the language that was asked for. */
  detail?: string
  /** The input it is about: a name, or a JSON pointer into the body. */
  field?: string
  args?: Record<string, unknown>
  request_id?: string
  errors?: { message?: string; location?: string; detail?: string; field?: string }[]
}

/** A call that was answered with a problem, or not at all (status 0). */
export class ApiError extends Error {
  readonly status: number
  readonly problem: Problem

  constructor(status: number, problem: Problem | null) {
    super(problem?.detail || problem?.title || `HTTP ${status}`)
    this.name = 'ApiError'
    this.status = status
    this.problem = problem ?? {}
  }

  get code(): string {
    return this.problem.code ?? ''
  }
  get requestId(): string {
    return this.problem.request_id ?? ''
  }
  /** Nobody answered: the network, or the server, is away. */
  get unreachable(): boolean {
    return this.status === 0
  }

  /** What is wrong with which input, by JSON pointer ("/config/levels/0"). */
  get fields(): Record<string, string> {
    const found: Record<string, string> = {}
    if (this.problem.field) found[pointer(this.problem.field)] = this.message
    for (const e of this.problem.errors ?? []) {
      const where = e.field ?? e.location
      if (where) found[pointer(where)] = e.detail ?? e.message ?? this.message
    }
    return found
  }
}

/** "body.owner.login", "owner.login" and "/owner/login" are one place. */
export function pointer(field: string): string {
  if (field.startsWith('/')) return field
  const parts = field.replace(/\[(\d+)\]/g, '.$1').split('.').filter((p) => p !== '')
  if (parts[0] === 'body') parts.shift()
  return '/' + parts.join('/')
}
