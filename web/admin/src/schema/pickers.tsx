// Products, categories, grades and channels, found by what people call them.
import { Select } from 'antd'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { kindOf } from './schema'
import { type FieldProps, type Offer, useForm } from './SchemaForm'

export function PickerField({ schema, value, onChange, id, label }: FieldProps) {
  const { t } = useTranslation()
  const { keys, search, disabled } = useForm()
  const kind = kindOf(schema) ?? ''
  const chosen = useMemo(() => (Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : []), [value])
  const [found, setFound] = useState<Offer[]>([])
  const [busy, setBusy] = useState(false)
  const question = useRef(0)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  const look = (text: string) => {
    clearTimeout(timer.current)
    if (!search || kind !== 'sku' || !text.trim()) return setFound([])
    timer.current = setTimeout(() => {
      const mine = ++question.current
      setBusy(true)
      search(kind, text.trim()).then((list) => mine === question.current && setFound(list), () => undefined).finally(() => mine === question.current && setBusy(false))
    }, 300)
  }
  const known = kind === 'category' ? withParents(keys(kind)) : keys(kind)
  const offered = new Map([...known, ...found].map((o) => [o.value, o.label ?? o.value]))
  for (const v of chosen) if (!offered.has(v)) offered.set(v, known.length > 0 ? `${v} · ${t('schema.not_in_list')}` : v)
  return (
    <Select {...(id ? { id } : {})} aria-label={label} mode="tags" disabled={disabled} loading={busy} value={chosen} style={{ width: '100%', maxWidth: 560 }} maxTagTextLength={32}
      placeholder={t(`schema.pick_${kind}`, label)} tokenSeparators={[',', '，', '\n']} onSearch={look} optionFilterProp="label"
      onChange={(list: string[]) => onChange([...new Set(list.map((v) => v.trim()).filter(Boolean))])} options={[...offered].map(([v, text]) => ({ value: v, label: text }))} />
  )
}

/** "tea/green" lies in "tea", which can be chosen too. */
export function withParents(list: Offer[]): Offer[] {
  const all = new Set<string>()
  for (const { value } of list) value.split('/').forEach((_, i, parts) => all.add(parts.slice(0, i + 1).join('/')))
  return [...all].sort().map((value) => ({ value }))
}
