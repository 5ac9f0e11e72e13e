/**
 * One intention, one key. Somebody who taps twice, or tries again after a lost connection, must not
 * buy or withdraw twice: the key stays until the server has decided, and changes with the request.
 */
import { Problem } from './caller'

/** A random uuid, version 4. Where the platform has no strong randomness a weak one does: the key is not a secret. */
export function uuid(): string {
  const bytes = new Uint8Array(16)
  const source = (globalThis as { crypto?: { getRandomValues?(into: Uint8Array): void } }).crypto
  if (source?.getRandomValues) source.getRandomValues(bytes)
  else for (let at = 0; at < 16; at++) bytes[at] = Math.floor(Math.random() * 256)
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

export class Intention {
  private key = ''
  private about = ''

  /** Runs the write with this intention's key. `about` is what is asked; another question is another intention. */
  async attempt<T>(about: unknown, write: (key: string) => Promise<T>): Promise<T> {
    const now = JSON.stringify(about)
    if (!this.key || this.about !== now) {
      this.key = uuid()
      this.about = now
    }
    try {
      const answer = await write(this.key)
      this.key = ''
      return answer
    } catch (refused) {
      if (refused instanceof Problem && !refused.undecided) this.key = ''
      throw refused
    }
  }
}
