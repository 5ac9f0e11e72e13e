/** The store this visitor is in: its name, colours and words, read once at start. */
import { computed, reactive } from 'vue'
import { call, type Store } from '@/api'
import { ext } from '@/api/home'
import { t, speaksChinese } from '@/words'
import { themeOf } from './colour'

const state = reactive<{ store: Store | null; failure: string; asking: boolean }>({ store: null, failure: '', asking: false })
const early = ext()?.tenant // a mini-program knows its name and colour before the first answer

export const store = computed(() => state.store)
export const failure = computed(() => state.failure)
export const currency = computed(() => state.store?.currency ?? 'CNY')
export const zone = computed(() => state.store?.time_zone || 'Asia/Shanghai')
export const shopName = computed(() => state.store?.brand?.display_name || state.store?.name || early?.name || '')
export const logo = computed(() => state.store?.brand?.logo || '')
export const slogan = computed(() => state.store?.brand?.slogan || '')
export const agreement = computed(() => state.store?.brand?.agreement || '')
export const primary = computed(() => state.store?.brand?.primary_color || early?.primary || '#0f7650')

export const theme = computed(() => themeOf(primary.value, state.store?.brand?.accent_color || early?.accent || '#d9481c'))

/** As an inline style: the variables reach every part of the page, on the web and in WeChat. */
export const themeStyle = computed(() =>
  Object.entries(theme.value)
    .map(([name, value]) => `${name}:${value}`)
    .join(';'),
)

/** wot's own variables, from the same two colours. */
export const themeVars = computed(() => ({
  colorTheme: theme.value['--brand'],
  buttonPrimaryBgColor: theme.value['--brand'],
  buttonPrimaryColor: theme.value['--on-brand'],
}))

/** What this store calls its distributors; the setting is in the merchant's language. */
export const distributorWord = computed(() => (speaksChinese() && state.store?.brand?.distributor_word) || t('word.distributor'))

export const tabs = ['home', 'earn', 'orders', 'me'] as const
export type Tab = (typeof tabs)[number]

export function tabName(tab: Tab): string {
  return (speaksChinese() && state.store?.brand?.tab_names?.[tab]) || t(`tab.${tab}`)
}

export async function open(): Promise<void> {
  if (state.asking) return
  state.asking = true
  state.failure = ''
  try {
    state.store = await call('GET /store')
  } catch (refused) {
    state.failure = (refused as Error).message
  } finally {
    state.asking = false
  }
}
