/** The session's token, in the phone's storage. */
import { ref } from 'vue'

const key = 'fenli.token'
const kept = ref<string>((uni.getStorageSync(key) as string) || '')

export const token = (): string => kept.value

export function keep(value: string): void {
  kept.value = value
  uni.setStorageSync(key, value)
}

export function forget(): void {
  kept.value = ''
  uni.removeStorageSync(key)
}
