import { Input, Space } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { parseMoney, plainMoney, symbol } from '../api/money'

interface Props {
  label: string
  currency: string
  /** Minor units, as the address holds them. */
  from: string | undefined
  to: string | undefined
  onChange: (range: { from: string | undefined; to: string | undefined }) => void
}

const written = (minor: string | undefined, currency: string): string => (minor && /^\d{1,15}$/.test(minor) ? plainMoney({ amount: Number(minor), currency }) : '')

/** From an amount to an amount; asked for when one has finished typing. What is no amount asks for nothing and says so. */
export function AmountRange({ label, currency, from, to, onChange }: Props) {
  const { t } = useTranslation()
  const read = (text: string): string | undefined | null => {
    if (text.trim() === '') return undefined
    const m = parseMoney(text, currency)
    return m && m.amount >= 0 ? (m.amount === 0 ? undefined : String(m.amount)) : null
  }
  return (
    <Space.Compact role="group" aria-label={label}>
      <Bound key={`from ${from}`} label={t('filter.at_least')} currency={currency} value={written(from, currency)} read={read} onDone={(v) => v !== from && onChange({ from: v, to })} />
      <Bound key={`to ${to}`} label={t('filter.at_most')} currency={currency} value={written(to, currency)} read={read} onDone={(v) => v !== to && onChange({ from, to: v })} />
    </Space.Compact>
  )
}

function Bound({ label, currency, value, read, onDone }: { label: string; currency: string; value: string; read: (text: string) => string | undefined | null; onDone: (minor: string | undefined) => void }) {
  const [text, setText] = useState(value)
  const wrong = read(text) === null
  const done = () => {
    const minor = read(text)
    if (minor !== null) onDone(minor)
  }
  return <Input inputMode="decimal" allowClear aria-label={label} placeholder={label} prefix={symbol(currency)} status={wrong ? 'error' : undefined} aria-invalid={wrong} value={text} style={{ width: 140 }}
    onChange={(e) => { setText(e.target.value); if (e.target.value === '') onDone(undefined) }} onBlur={done} onPressEnter={done} />
}
