// How pages read and write: one hook each, typed by the contract.
import { type QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, useContext, useRef } from 'react'
import { api as merchants } from '../app/token'
import type { Caller } from './call'
import type { Answer, Input, ListRoute, ReadRoute, Route, Row, WriteRoute } from './contract'
import type { ApiError } from './problem'
import type { Page } from './types'

/** Whose calls these are: the merchant's, unless an area of operators or developers says otherwise. */
const CallerContext = createContext<Caller>(merchants)
export const CallerProvider = CallerContext.Provider
export const useCaller = (): Caller => useContext(CallerContext)

type Question<R extends Route> = Partial<Input<R>>

/** The place of an answer in the cache. Its first part names the noun, so that a write can refresh "orders" whole. */
export function keyOf(route: ReadRoute, input: object = {}): unknown[] {
  const noun = route.split('/')[1]
  return [noun, route, input]
}

export function useRead<R extends ReadRoute>(route: R, input: Question<R> = {}, options: { enabled?: boolean; keep?: boolean; staleTime?: number; every?: (answer: Answer<R> | undefined) => number | false } = {}) {
  const api = useCaller()
  return useQuery<Answer<R>, ApiError>({
    queryKey: keyOf(route, input),
    queryFn: ({ signal }) => api(route, input as Input<R>, { signal }),
    enabled: options.enabled,
    staleTime: options.staleTime,
    refetchInterval: options.every && ((query) => options.every!(query.state.data as Answer<R> | undefined)),
    placeholderData: options.keep ? (before) => before as never : undefined,
  })
}

/** A list that grows: the pages read so far, one after the other. */
export function useReadMore<R extends ListRoute>(route: R, input: { path?: object; query?: object } = {}) {
  const api = useCaller()
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
  payouts: ['payouts', 'withdrawals', 'payout-accounts', 'distributors'],
  'payout-hold': ['payouts'],
  'payout-accounts': ['payout-accounts', 'payouts', 'payout-runs', 'payout-differences', 'withdrawals'],
  'payout-batches': ['payout-batches', 'payouts', 'withdrawals'],
  'payout-differences': ['payout-differences', 'payouts', 'withdrawals', 'distributors'],
  distributors: ['distributors', 'tree', 'overview', 'awards', 'orders', 'withdrawals'],
  forfeits: ['distributors', 'overview'],
  'region-partners': ['region-partners', 'distributors'],
  program: ['program', 'strategies', 'grading'],
  adjustments: ['adjustments', 'adjustment-rules', 'distributors', 'overview'],
  periods: ['periods', 'overview', 'distributors'],
  products: ['products'],
  skus: ['products'],
  store: ['store'],
  staff: ['staff', 'staff-invitations'],
  plugins: ['plugins', 'developers'],
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
  const api = useCaller()
  const attempt = useRef<{ body: string; key: string } | null>(null)
  return useMutation<Answer<R>, ApiError, Input<R>>({
    mutationFn: (input) => {
      const body = JSON.stringify(input)
      // A file says nothing of itself as text, and sending it twice is the server's to recognize.
      const file = (input as { body?: unknown }).body instanceof Blob
      if (file || attempt.current?.body !== body) attempt.current = { body, key: newKey() }
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
