// Who is signed in, and the caller that speaks for them.
import { useSyncExternalStore } from 'react'
import { createCaller, fetchTransport } from '../api/call'
import { ApiError, type Problem } from '../api/problem'
import i18n from './i18n'

const place = 'fenli.session'

let token: string | null = read()
const listeners = new Set<() => void>()

function read(): string | null {
  try {
    return localStorage.getItem(place)
  } catch {
    return null
  }
}

/** Begins or ends the session, in every open tab. */
export function setToken(next: string | null): void {
  token = next
  try {
    if (next) localStorage.setItem(place, next)
    else localStorage.removeItem(place)
  } catch {
    // A browser that keeps nothing: the session lasts as long as the tab.
  }
  listeners.forEach((tell) => tell())
}

if (typeof window !== 'undefined') {
  window.addEventListener('storage', (e) => {
    if (e.key !== place) return
    token = e.newValue
    listeners.forEach((tell) => tell())
  })
}

export function useToken(): string | null {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => token,
  )
}

export const api = createCaller({
  transport: fetchTransport,
  token: () => token,
  language: () => i18n.language,
  onSignedOut: () => setToken(null),
})

/** Reads what is no JSON, such as a table to save. */
export async function apiText(place: string): Promise<string> {
  const answer = await fetch(`/api/merchant/v1${place}`, { headers: { 'Accept-Language': i18n.language, ...(token ? { Authorization: `Bearer ${token}` } : {}) } })
  const text = await answer.text()
  if (answer.ok) return text
  if (answer.status === 401) setToken(null)
  throw new ApiError(answer.status, readProblem(text))
}

/** Saves a file of the server's under the name that the server gives it. */
export async function apiFile(place: string): Promise<void> {
  const answer = await fetch(`/api/merchant/v1${place}`, { headers: { 'Accept-Language': i18n.language, ...(token ? { Authorization: `Bearer ${token}` } : {}) } })
  if (!answer.ok) {
    if (answer.status === 401) setToken(null)
    throw new ApiError(answer.status, readProblem(await answer.text()))
  }
  const named = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get('Content-Disposition') ?? '')
  const address = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = named ? decodeURIComponent(named[1]!) : 'fenli'
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1000)
}

function readProblem(text: string): Problem | null {
  try {
    return JSON.parse(text) as Problem
  } catch {
    return null
  }
}
