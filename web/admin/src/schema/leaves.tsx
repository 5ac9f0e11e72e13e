// Settings that hold one thing, and lists of such.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { AutoComplete, Button, DatePicker, Input, InputNumber } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json } from '../api/types'
import { blank, isObject } from './schema'
import { ofWall, toWall } from './wall'
import { Control, type FieldProps, useForm, Wrong } from './SchemaForm'

const naming = ({ id, label }: FieldProps) => (id ? { id } : { 'aria-label': label })

export function NumberField(props: FieldProps & { placeholder?: string }) {
  const { disabled } = useForm()
  const { schema, value, onChange } = props
  const high = schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER ? schema.maximum : undefined
  return <InputNumber {...naming(props)} disabled={disabled} precision={0} placeholder={props.placeholder} style={{ minWidth: 120 }} min={schema.minimum} max={high} value={typeof value === 'number' ? value : null} onChange={(v) => onChange(v ?? undefined)} />
}

export function TextField(props: FieldProps & { long?: boolean; placeholder?: string; suffix?: string }) {
  const { disabled, keys } = useForm()
  const { schema, value, onChange, long, placeholder, suffix } = props
  const shared = { ...naming(props), disabled, placeholder, maxLength: schema.maxLength, value: typeof value === 'string' ? value : '' }
  if (long) return <Input.TextArea {...shared} autoSize={{ minRows: 2, maxRows: 8 }} onChange={(e) => onChange(e.target.value)} />
  const offered = schema['x-keys'] ? keys(schema['x-keys']) : []
  if (offered.length > 0) return <AutoComplete {...shared} options={offered} style={{ minWidth: 200 }} onChange={(v: string) => onChange(v)} />
  return <Input {...shared} suffix={suffix} style={{ maxWidth: suffix ? 140 : 360 }} onChange={(e) => onChange(e.target.value)} />
}

/** A moment by the store's clocks, wherever the reader sits. */
export function TimeField(props: FieldProps) {
  const { t } = useTranslation()
  const { disabled, zone } = useForm()
  const { value, onChange } = props
  return <><DatePicker {...naming(props)} disabled={disabled} showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" value={toWall(value, zone)} onChange={(d) => onChange(d ? ofWall(d, zone) : undefined)} />{zone && <span className="help" style={{ marginLeft: 8 }}>{t('schema.store_time', { zone })}</span>}</>
}

export function RangeField({ value, onChange, label, ends: [from, to] }: FieldProps & { ends: [string, string] }) {
  const { t } = useTranslation()
  const { disabled, zone } = useForm()
  const held = isObject(value) ? value : {}
  return (
    <><DatePicker.RangePicker showTime={{ format: 'HH:mm' }} format="YYYY-MM-DD HH:mm" disabled={disabled} aria-label={label} value={[toWall(held[from], zone), toWall(held[to], zone)]}
      onChange={(range) => onChange({ ...held, [from]: range?.[0] ? ofWall(range[0], zone) : '', [to]: range?.[1] ? ofWall(range[1], zone) : '' })} />{zone && <span className="help" style={{ marginLeft: 8 }}>{t('schema.store_time', { zone })}</span>}</>
  )
}

export function ListField({ schema, value, onChange, at, label }: FieldProps) {
  const { t } = useTranslation()
  const { root, faults, disabled } = useForm()
  const list = Array.isArray(value) ? value : []
  const full = schema.maxItems !== undefined && list.length >= schema.maxItems
  return (
    <div>
      {list.map((item, i) => (
        <div key={i} style={{ display: 'flex', gap: 8, marginBottom: 8 }}>
          <div style={{ flex: '0 1 auto' }}>
            <Control schema={schema.items ?? {}} value={item} at={`${at}/${i}`} label={`${label} ${i + 1}`} onChange={(v) => onChange(list.map((x, j) => (j === i ? (v ?? null) : x)))} />
            {faults[`${at}/${i}`] && <Wrong text={faults[`${at}/${i}`]!} />}
          </div>
          <Button type="text" icon={<DeleteOutlined />} disabled={disabled || list.length <= (schema.minItems ?? 0)} aria-label={t('schema.remove', { name: `${label} ${i + 1}` })} onClick={() => onChange(list.filter((_, j) => j !== i))} />
        </div>
      ))}
      <Button icon={<PlusOutlined />} disabled={disabled || full} onClick={() => onChange([...list, blank(schema.items ?? {}, root)])}>{t('schema.add')}</Button>
    </div>
  )
}

/** Whatever has no better form: the text itself, taken over as soon as it can be read. */
export function JsonField(props: FieldProps) {
  const { t } = useTranslation()
  const { disabled } = useForm()
  const { value, onChange } = props
  const outside = JSON.stringify(value ?? null, null, 2)
  const [text, setText] = useState(outside)
  const read = parse(text)
  useEffect(() => {
    if (read === undefined || JSON.stringify(read, null, 2) !== outside) setText(outside)
  }, [outside]) // eslint-disable-line react-hooks/exhaustive-deps
  return (
    <>
      <Input.TextArea {...naming(props)} disabled={disabled} value={text} autoSize={{ minRows: 3, maxRows: 16 }} style={{ fontFamily: 'monospace' }} status={read === undefined ? 'error' : undefined}
        onChange={(e) => { setText(e.target.value); const v = parse(e.target.value); if (v !== undefined) onChange(v) }} />
      {read === undefined && <Wrong text={t('input.not_json')} />}
    </>
  )
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}
