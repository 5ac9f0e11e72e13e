// Steps back and forth through what was typed.
import { useCallback, useState } from 'react'

interface Steps<T> {
  past: T[]
  now: T
  future: T[]
  at: number
}
const kept = 100
/** Typing a word is one step. */
const together = 700

export function useHistory<T>(first: T) {
  const [steps, setSteps] = useState<Steps<T>>({ past: [], now: first, future: [], at: 0 })
  const set = useCallback((next: T | ((now: T) => T)) => {
    setSteps((s) => {
      const now = typeof next === 'function' ? (next as (now: T) => T)(s.now) : next
      if (JSON.stringify(now) === JSON.stringify(s.now)) return s
      const time = Date.now()
      const past = time - s.at < together && s.past.length > 0 ? s.past : [...s.past, s.now].slice(-kept)
      return { past, now, future: [], at: time }
    })
  }, [])
  const undo = useCallback(() => setSteps((s) => (s.past.length === 0 ? s : { past: s.past.slice(0, -1), now: s.past.at(-1)!, future: [s.now, ...s.future], at: 0 })), [])
  const redo = useCallback(() => setSteps((s) => (s.future.length === 0 ? s : { past: [...s.past, s.now], now: s.future[0]!, future: s.future.slice(1), at: 0 })), [])
  return { value: steps.now, set, undo, redo, canUndo: steps.past.length > 0, canRedo: steps.future.length > 0 }
}
