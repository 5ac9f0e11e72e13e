/** A page's habits: load when shown, again on pull down, further at the bottom. */
import { onPullDownRefresh, onReachBottom, onShow } from '@dcloudio/uni-app'
import { watch } from 'vue'
import { t, language, type Key } from '@/words'
import { store } from '@/brand/store'
import { meet } from '@/session/session'

export function titled(key: Key, args: () => Record<string, unknown> = () => ({})): void {
  const put = () => uni.setNavigationBarTitle({ title: t(key, args()) })
  onShow(put)
  watch([language, store], put)
}

/** `always` false: only the first time the page is shown (a list somebody scrolls in must not jump). */
export function shown(load: () => Promise<unknown>, always = true): void {
  let before = false
  onShow(async () => {
    if (before && !always) return
    before = true
    await meet()
    await load()
  })
  onPullDownRefresh(async () => {
    await meet(true)
    await load()
    uni.stopPullDownRefresh()
  })
}

export function further(more: () => Promise<unknown>): void {
  onReachBottom(() => void more())
}

export function say(text: string): void {
  uni.showToast({ title: text, icon: 'none', duration: 2600 })
}

/** Runs a write and shows the server's sentence when it refuses. */
export async function tried(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (refused) {
    say((refused as Error).message)
  }
}

export function go(url: string): void {
  uni.navigateTo({ url })
}

export const toShop = (): void => void uni.switchTab({ url: '/pages/home/index' })

const tabPages = ['/pages/home/index', '/pages/earn/index', '/pages/orders/index', '/pages/me/index']

/** Back, or to `otherwise` for somebody who came straight to this page by a link. */
export function back(otherwise = '/pages/home/index'): void {
  if (getCurrentPages().length > 1) return void uni.navigateBack()
  if (tabPages.includes(otherwise)) uni.switchTab({ url: otherwise })
  else uni.redirectTo({ url: otherwise })
}

export function copied(text: string): void {
  uni.setClipboardData({ data: text, success: () => say(t('done.copied')), showToast: false })
}

export async function sure(title: string, content: string, confirm: string): Promise<boolean> {
  const answer = await uni.showModal({ title, content, confirmText: confirm, cancelText: t('do.cancel') })
  return !!answer.confirm
}
