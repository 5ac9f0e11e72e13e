/** What the app says, zh-CN first. Every key exists in both languages or the build fails. */
import { createI18n } from 'vue-i18n'
import { zh } from './zh'
import { en } from './en'

export type Key = keyof typeof zh
export type Language = 'zh-CN' | 'en'

const key = 'fenli.language'

function first(): Language {
  const chosen = uni.getStorageSync(key) as Language | ''
  if (chosen === 'zh-CN' || chosen === 'en') return chosen
  return /^en/i.test(uni.getLocale?.() ?? '') ? 'en' : 'zh-CN'
}

type Message = (context: { named(name: string): unknown }) => string

/**
 * Our messages know names in braces and nothing else, and are functions before the library sees them:
 * its compiler is left out of the WeChat build, and writes functions from text, which our content
 * policy forbids.
 */
function spoken(texts: Record<string, string>): Record<string, Message> {
  const messages: Record<string, Message> = {}
  for (const key of Object.keys(texts)) {
    const pieces = texts[key].split(/\{(\w+)\}/)
    messages[key] = (context) => pieces.map((piece, at) => (at % 2 ? String(context.named(piece) ?? '') : piece)).join('')
  }
  return messages
}

export const words = createI18n({
  legacy: false,
  locale: first(),
  fallbackLocale: 'zh-CN',
  flatJson: true,
  messages: { 'zh-CN': spoken(zh), en: spoken(en) },
})

const say = words.global.t as (key: string, args?: Record<string, unknown>) => string
const knows = words.global.te as (key: string) => boolean

export function t(key: Key, args: Record<string, unknown> = {}): string {
  return say(key, args)
}

/** Words for something the server named: a state, a metric. Its own name where we have none. */
export function tOr(key: string, otherwise: string): string {
  return knows(key) ? say(key) : otherwise
}

export const language = (): Language => words.global.locale.value as Language
export const speaksChinese = (): boolean => language() === 'zh-CN'

export function speak(chosen: Language): void {
  words.global.locale.value = chosen
  uni.setStorageSync(key, chosen)
}
