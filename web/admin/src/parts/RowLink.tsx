import { Link, useLocation } from 'react-router'
import type { ReactNode } from 'react'

/** Opens a row's drawer: a real link, so that it can be reached by key and opened in a tab. */
export function RowLink({ id, children }: { id: string; children: ReactNode }) {
  const here = useLocation()
  const search = new URLSearchParams(here.search)
  search.set('open', id)
  return <Link to={{ pathname: here.pathname, search: search.toString() }}>{children}</Link>
}
