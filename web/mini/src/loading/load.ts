/** The two ways a page gets its data: one answer, or a list by cursor. */
import { reactive } from 'vue'
import type { Page } from '@/api'

const sentence = (refused: unknown): string => (refused as Error).message

export interface Loaded<T> {
  data: T | null
  failure: string
  busy: boolean
  load(): Promise<void>
}

/** One answer; what was shown stays on the screen while it is asked again. */
export function loaded<T>(ask: () => Promise<T>): Loaded<T> {
  const state = reactive({ data: null, failure: '', busy: false }) as unknown as Loaded<T>
  state.load = async () => {
    state.busy = true
    try {
      state.data = await ask()
      state.failure = ''
    } catch (refused) {
      state.failure = sentence(refused)
    } finally {
      state.busy = false
    }
  }
  return state
}

export interface Listed<T> {
  items: T[]
  failure: string
  busy: boolean
  /** The first page has come. */
  ready: boolean
  ended: boolean
  first(): Promise<void>
  more(): Promise<void>
}

/**
 * A list by cursor. An answer that was overtaken by a newer question (another filter) is dropped,
 * so that a slow first page never lands under the second filter.
 */
export function listed<T>(ask: (cursor: string) => Promise<Page<T>>): Listed<T> {
  let cursor = ''
  let question = 0
  const state = reactive({ items: [], failure: '', busy: false, ready: false, ended: false }) as unknown as Listed<T>

  async function turn(fresh: boolean): Promise<void> {
    const mine = ++question
    state.busy = true
    try {
      const page = await ask(fresh ? '' : cursor)
      if (mine !== question) return
      const items = page.items ?? []
      state.items = fresh ? items : [...state.items, ...items]
      cursor = page.next_cursor ?? ''
      state.ended = cursor === ''
      state.failure = ''
      state.ready = true
    } catch (refused) {
      if (mine !== question) return
      state.failure = sentence(refused)
      if (fresh) state.ended = true
    } finally {
      if (mine === question) state.busy = false
    }
  }
  state.first = () => turn(true)
  state.more = async () => {
    if (!state.busy && !state.ended) await turn(false)
  }
  return state
}
