/** Who is here: buyer, and perhaps distributor; and how they came. */
import { computed, reactive } from 'vue'
import { call, type Distributor, type Person, type Buyer } from '@/api'
import * as arrival from '@/arrival/arrival'
import { forget, keep, token } from './token'

const who = reactive<{ buyer: Buyer | null; distributor: Distributor | null; known: boolean }>({
  buyer: null,
  distributor: null,
  known: false,
})

export const signedIn = computed(() => token() !== '')
export const buyer = computed(() => (signedIn.value ? who.buyer : null))
export const distributor = computed(() => (signedIn.value ? who.distributor : null))
/** May promote and earn now. */
export const sells = computed(() => distributor.value?.state === 'active')

const shelf: arrival.Shelf = {
  get: (key) => uni.getStorageSync(key),
  set: (key, value) => uni.setStorageSync(key, value),
  remove: (key) => uni.removeStorageSync(key),
}

function take(person: Person): void {
  who.buyer = person.buyer
  who.distributor = person.distributor
  who.known = true
}

let asking: Promise<void> | null = null

/** Asks the server who this is; pages that differ for distributors await it. */
export function meet(again = false): Promise<void> {
  if (!token()) return Promise.resolve()
  if (who.known && !again) return Promise.resolve()
  asking ??= call('GET /me')
    .then(take, () => undefined)
    .finally(() => (asking = null))
  return asking
}

/** Registers or signs in; the code of the link they came by goes along. */
export async function enter(form: { login: string; password: string; name?: string; register: boolean }): Promise<void> {
  const came = arrival.recall(shelf, Date.now())
  const answer = await call('POST /sessions', { body: { ...form, code: form.register ? came?.code : undefined } })
  keep(answer.token)
  take(answer)
  if (form.register) arrival.markTold(shelf, Date.now())
  else await report()
}

export async function leave(): Promise<void> {
  await call('DELETE /sessions/current').catch(() => undefined)
  forget()
  who.buyer = null
  who.distributor = null
  who.known = false
}

/** Remembers the link of this visit, and reports it when we already know the visitor. */
export function arrived(options: Record<string, unknown> | undefined, search = ''): void {
  const seen = arrival.arrivalIn(options, search)
  if (seen) arrival.remember(shelf, seen, Date.now())
  void report()
}

async function report(): Promise<void> {
  const open = arrival.untold(shelf, Date.now())
  if (!open || !token()) return
  try {
    await call('POST /touches', { body: { code: open.code, channel: open.channel } })
  } catch (refused) {
    // A refusal is an answer; only a lost connection is worth another try on the next visit.
    if ((refused as { undecided?: boolean }).undecided) return
  }
  arrival.markTold(shelf, Date.now())
}

export const cameBy = (): string | undefined => arrival.recall(shelf, Date.now())?.code
export const orderVia = (): string | undefined => arrival.via(shelf, Date.now())

export function became(member: Distributor): void {
  who.distributor = member
}
