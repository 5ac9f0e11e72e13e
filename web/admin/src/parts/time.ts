// Times are shown where the store is, not where the reader sits.
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from '../app/permissions'

export function timesIn(zone: string, language: string) {
  const make = (o: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'zh-CN', { timeZone: zone, hourCycle: 'h23', ...o })
  const minute = make({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' })
  const second = make({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const day = make({ year: 'numeric', month: '2-digit', day: '2-digit' })
  const show = (f: Intl.DateTimeFormat) => (at: string | null | undefined) => {
    const ms = at ? Date.parse(at) : Number.NaN
    return Number.isNaN(ms) ? '—' : f.format(ms)
  }
  return { minute: show(minute), full: show(second), day: show(day) }
}

export function useTime() {
  const { time_zone } = useStore()
  const { i18n } = useTranslation()
  return useMemo(() => timesIn(time_zone || 'Asia/Shanghai', i18n.language), [time_zone, i18n.language])
}
