import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

/**
 * Filters live in the address: a list can be sent to a colleague, and "back"
 * means back. A changed filter starts from the first page.
 */
export function useFilters<K extends string>(...names: K[]): [Record<K, string | undefined>, (change: Partial<Record<K | 'open', string | undefined>>) => void] {
  const [search, setSearch] = useSearchParams()
  const values = Object.fromEntries(names.map((n) => [n, search.get(n) ?? undefined])) as Record<K, string | undefined>
  const change = useCallback(
    (next: Partial<Record<K | 'open', string | undefined>>) => {
      setSearch(
        (before) => {
          const after = new URLSearchParams(before)
          for (const [name, value] of Object.entries(next) as [string, string | undefined][]) {
            if (value === undefined || value === '') after.delete(name)
            else after.set(name, value)
          }
          return after
        },
        // Typing into a search box is not a step one goes back through.
        { replace: 'q' in next },
      )
    },
    [setSearch],
  )
  return [values, change]
}

/** Which row's drawer is open, in the address too. */
export function useOpen(): [string | undefined, (id: string | undefined) => void] {
  const [values, change] = useFilters('open')
  return [values.open, useCallback((id) => change({ open: id }), [change])]
}
