// The two other people the console serves: whoever runs the platform and
// whoever writes strategies. Each has a token of their own, kept for this tab
// alone: an operator's is worth every store, so closing the tab ends it.
import { useSyncExternalStore } from 'react'
import { type Caller, createCaller, fetchTransport } from '../api/call'
import i18n from './i18n'

export type Seat = 'operator' | 'developer'

interface Chair {
  token: () => string | null
  sit: (token: string | null) => void
  listen: (tell: () => void) => () => void
  call: Caller
}

function chair(place: string): Chair {
  let token: string | null = null
  try {
    token = sessionStorage.getItem(place)
  } catch {
    // A browser that keeps nothing: in memory then.
  }
  const listeners = new Set<() => void>()
  const sit = (next: string | null) => {
    token = next
    try {
      if (next) sessionStorage.setItem(place, next)
      else sessionStorage.removeItem(place)
    } catch {
      // As above.
    }
    listeners.forEach((tell) => tell())
  }
  return {
    token: () => token,
    sit,
    listen: (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    call: createCaller({ transport: fetchTransport, token: () => token, language: () => i18n.language, onSignedOut: () => sit(null) }),
  }
}

export const seats: Record<Seat, Chair> = { operator: chair('fenli.operator'), developer: chair('fenli.developer') }

export function useSeat(seat: Seat): string | null {
  return useSyncExternalStore(seats[seat].listen, seats[seat].token)
}

/** Tries a token before anybody sits down with it: the fault, when it does not open this door. */
export async function tryToken(seat: Seat, token: string): Promise<void> {
  const call = createCaller({ transport: fetchTransport, token: () => token, language: () => i18n.language })
  if (seat === 'operator') await call('GET platform:/plugins', { query: { limit: 1 } })
  else await call('GET platform:/developers/me', {})
}
