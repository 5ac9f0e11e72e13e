// A list of things with a form of their own, in an order that counts: the rules
// of a strategy, one card each.
import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Card, Space } from 'antd'
import { useTranslation } from 'react-i18next'
import type { Json } from '../api/types'
import { blank, isObject, resolve } from './schema'
import { type FieldProps, Group, useForm, Wrong } from './SchemaForm'

export function CardsField({ schema, value, onChange, at, label }: FieldProps) {
  const { t } = useTranslation()
  const { root, faults, disabled } = useForm()
  const item = resolve(schema.items ?? {}, root)
  const list = Array.isArray(value) ? value : []
  const full = schema.maxItems !== undefined && list.length >= schema.maxItems
  const move = (from: number, to: number) => {
    const after = [...list]
    after.splice(to, 0, ...after.splice(from, 1))
    onChange(after)
  }
  return (
    <div className="stack" role="group" aria-label={label}>
      {list.length === 0 && <div style={{ color: '#56625d' }}>{t('schema.no_items')}</div>}
      {list.map((one, i) => {
        const name = titleOf(one, t('schema.item', { name: label, n: i + 1 }))
        return (
          <Card key={i} size="small" title={<span>{i + 1}. {name}</span>} extra={!disabled && (
            <Space size={0}>
              <Button type="text" size="small" icon={<ArrowUpOutlined />} disabled={i === 0} aria-label={t('schema.move_up', { name })} onClick={() => move(i, i - 1)} />
              <Button type="text" size="small" icon={<ArrowDownOutlined />} disabled={i === list.length - 1} aria-label={t('schema.move_down', { name })} onClick={() => move(i, i + 1)} />
              <Button type="text" size="small" icon={<DeleteOutlined />} disabled={list.length <= (schema.minItems ?? 0)} aria-label={t('schema.remove', { name })} onClick={() => onChange(list.filter((_, j) => j !== i))} />
            </Space>
          )}>
            <Group schema={item} value={one} at={`${at}/${i}`} label={name} onChange={(v) => onChange(list.map((x, j) => (j === i ? (v ?? {}) : x)))} />
            {faults[`${at}/${i}`] && <Wrong text={faults[`${at}/${i}`]!} />}
          </Card>
        )
      })}
      <div><Button icon={<PlusOutlined />} disabled={disabled || full} onClick={() => onChange([...list, blank(item, root)])}>{t('schema.add')}</Button></div>
    </div>
  )
}

/** People name their rules; a nameless one goes by its number. */
function titleOf(one: Json, otherwise: string): string {
  const name = isObject(one) ? (one.name ?? one.title) : undefined
  return typeof name === 'string' && name.trim() ? name : otherwise
}
