// How pages read and write: one hook each, typed by the contract.
import { type QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { api } from '../app/token'
import type { Answer, Input, ListRoute, ReadRoute, Route, Row, WriteRoute } from './contract'
import type { ApiError } from './problem'
import type { Page } from './types'

type Question<R extends Route> = Partial<Input<R>>

/** The place of an answer in the cache. Its first part names the noun, so that a write can refresh "orders" whole. */
export function keyOf(route: ReadRoute, input: object = {}): unknown[] {
  const noun = route.replace('GET /', '').split('/')[0]
  return [noun, route, input]
}

export function useRead<R extends ReadRoute>(route: R, input: Question<R> = {}, options: { enabled?: boolean; keep?: boolean; staleTime?: number; again?: (now: Answer<R> | undefined) => number | false } = {}) {
  return useQuery<Answer<R>, ApiError>({
    queryKey: keyOf(route, input),
    queryFn: ({ signal }) => api(route, input as Input<R>, { signal }),
    enabled: options.enabled,
    staleTime: options.staleTime,
    refetchInterval: options.again && ((query) => options.again!(query.state.data)),
    placeholderData: options.keep ? (before) => before as never : undefined,
  })
}

/** A list that grows: the pages read so far, one after the other. */
export function useReadMore<R extends ListRoute>(route: R, input: { path?: object; query?: object } = {}) {
  return useInfiniteQuery<Page<Row<R>>, ApiError, Row<R>[], unknown[], string>({
    queryKey: [...keyOf(route, input), 'more'],
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) => api(route, { ...input, query: { ...input.query, cursor: pageParam || undefined } } as unknown as Input<R>, { signal }) as Promise<Page<Row<R>>>,
    getNextPageParam: (page) => page.next_cursor || undefined,
    select: (all) => all.pages.flatMap((p) => p.items),
  })
}

/** Each noun of a write, with what else shows its effect. */
const alsoShows: Record<string, string[]> = {
  orders: ['orders', 'awards', 'awaiting', 'overview', 'distributors', 'products', 'leaderboards', 'settlement'],
  withdrawals: ['withdrawals', 'overview', 'distributors'],
  distributors: ['distributors', 'tree', 'overview', 'awards', 'orders'],
  program: ['program', 'strategies'],
  periods: ['periods', 'overview', 'distributors'],
  products: ['products'],
  skus: ['products'],
  store: ['store'],
}

export function refreshAfter(client: QueryClient, route: WriteRoute): Promise<unknown> {
  const noun = route.split('/')[1] ?? ''
  return Promise.all((alsoShows[noun] ?? [noun]).map((n) => client.invalidateQueries({ queryKey: [n] })))
}

/**
 * A write. The idempotency key stays the same while the same write is tried
 * again, so that a lost answer never pays twice, and changes once it is done.
 */
export function useWrite<R extends WriteRoute>(route: R) {
  const client = useQueryClient()
  const attempt = useRef<{ body: string; key: string } | null>(null)
  return useMutation<Answer<R>, ApiError, Input<R>>({
    mutationFn: (input) => {
      const body = JSON.stringify(input)
      if (attempt.current?.body !== body) attempt.current = { body, key: newKey() }
      return api(route, input, { onceKey: route.startsWith('POST') ? attempt.current.key : undefined })
    },
    onSuccess: () => {
      attempt.current = null
      return refreshAfter(client, route)
    },
  })
}

/** Random where the page has no secure context too (a store opened by its address in the office network). */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}
