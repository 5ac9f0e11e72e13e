import { Input } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatMoney, parseMoney, percentOf, plainMoney, rateOfPercent, symbol } from '../api/money'
import type { Money as Amount, Rate } from '../api/types'

/** An amount as people read it. A missing one is a dash, never a zero. */
export function Money({ of, strong, quietZero }: { of: Amount | null | undefined; strong?: boolean; quietZero?: boolean }) {
  if (!of) return <span>—</span>
  const style = { fontWeight: strong ? 600 : undefined, color: of.amount < 0 ? '#b42318' : quietZero && of.amount === 0 ? '#66716c' : undefined }
  return <span className="num" style={style}>{formatMoney(of)}</span>
}

export function Percent({ of }: { of: Rate }) {
  return <span className="num">{percentOf(of)}%</span>
}

interface InputProps<T> {
  id?: string
  value?: T | null
  onChange?: (value: T | null) => void
  disabled?: boolean
  placeholder?: string
  'aria-label'?: string
}

/**
 * Keeps what was typed beside what it means: "19." is on its way to an amount,
 * and "abc" means none and says so.
 */
function useTyped<T>(value: T | null | undefined, write: (v: T) => string, read: (text: string) => T | null, onChange?: (v: T | null) => void) {
  const [text, setText] = useState(value === null || value === undefined ? '' : write(value))
  const outside = value === null || value === undefined ? '' : write(value)
  useEffect(() => {
    const meant = text.trim() === '' ? null : read(text)
    if ((meant === null ? '' : write(meant)) !== outside && !(meant === null && outside === '')) setText(outside)
    // Only a change from outside rewrites what stands in the field.
  }, [outside]) // eslint-disable-line react-hooks/exhaustive-deps
  const wrong = text.trim() !== '' && read(text) === null
  return {
    text,
    wrong,
    type: (next: string) => {
      setText(next)
      onChange?.(next.trim() === '' ? null : read(next))
    },
    tidy: () => {
      const meant = read(text)
      if (meant !== null) setText(write(meant))
    },
  }
}

export function MoneyInput({ value, onChange, currency, ...rest }: InputProps<Amount> & { currency: string }) {
  const { t } = useTranslation()
  const typed = useTyped<Amount>(value, plainMoney, (s) => {
    const m = parseMoney(s, currency)
    return m && m.amount >= 0 ? m : null
  }, onChange)
  return (
    <>
      <Input {...rest} inputMode="decimal" prefix={symbol(currency)} value={typed.text} status={typed.wrong ? 'error' : undefined} aria-invalid={typed.wrong} onChange={(e) => typed.type(e.target.value)} onBlur={typed.tidy} style={{ maxWidth: 220 }} />
      {typed.wrong && <div className="wrong" role="alert" style={{ color: '#b42318', fontSize: 13 }}>{t('input.not_money')}</div>}
    </>
  )
}

export function PercentInput({ value, onChange, ...rest }: InputProps<Rate>) {
  const { t } = useTranslation()
  const typed = useTyped<Rate>(value, percentOf, rateOfPercent, onChange)
  return (
    <>
      <Input {...rest} inputMode="decimal" suffix="%" value={typed.text} status={typed.wrong ? 'error' : undefined} aria-invalid={typed.wrong} onChange={(e) => typed.type(e.target.value)} onBlur={typed.tidy} style={{ maxWidth: 140, minWidth: 90 }} />
      {typed.wrong && <div className="wrong" role="alert" style={{ color: '#b42318', fontSize: 13 }}>{t('input.not_percent')}</div>}
    </>
  )
}
