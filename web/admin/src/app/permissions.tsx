// What the person may do. The server decides every request by itself; this
// only keeps people from doors that would not open.
import { createContext, type ReactNode, useContext } from 'react'
import type { Me, StorePage } from '../api/types'

export interface Surroundings {
  me: Me
  store: StorePage
}

const Context = createContext<Surroundings | null>(null)
export const SurroundingsProvider = Context.Provider

export function useStore(): StorePage {
  return useSurroundings().store
}
export function useSurroundings(): Surroundings {
  const around = useContext(Context)
  if (!around) throw new Error('outside of a session')
  return around
}

/** The session lists what its role grants; a permission is one exact verb, such as "order.ship". */
export function allows(me: Pick<Me, 'permissions'>, permission: string): boolean {
  return me.permissions.includes(permission)
}

export function useCan(): (permission: string) => boolean {
  const { me } = useSurroundings()
  return (permission) => allows(me, permission)
}

/** Shows its children to people who may, and the fallback (nothing) to others. */
export function Can({ permission, children, fallback = null }: { permission: string; children: ReactNode; fallback?: ReactNode }) {
  return useCan()(permission) ? <>{children}</> : <>{fallback}</>
}
