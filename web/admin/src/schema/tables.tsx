// Settings that are tables: tiers, rates by key, rates by key and level.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { AutoComplete, Button } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Json, JsonSchema } from '../api/types'
import { blank, escape, innerOf, isObject, itemOf, leafOf, orderOf, resolve, titleOf, typeOf } from './schema'
import { Control, type FieldProps, Group, useForm, Wrong } from './SchemaForm'

/** One rate, or one amount, per level, side by side. */
export function RateListField({ schema, value, onChange, at, label }: FieldProps) {
  const { t } = useTranslation()
  const { root, faults, disabled } = useForm()
  const item = itemOf(schema)
  const list = Array.isArray(value) ? value : []
  const full = schema.maxItems !== undefined && list.length >= schema.maxItems
  return (
    <div style={{ display: 'flex', flexWrap: 'wrap', gap: 12, alignItems: 'flex-end' }}>
      {list.map((rate, i) => (
        <div key={i}>
          <div style={{ color: '#56625d', fontSize: 13 }}>{t('schema.level', { n: i + 1 })}</div>
          <Control schema={item} value={rate} at={`${at}/${i}`} label={`${label} ${t('schema.level', { n: i + 1 })}`} onChange={(v) => onChange(list.map((x, j) => (j === i ? (v ?? blank(item, root)) : x)))} />
          {faults[`${at}/${i}`] && <Wrong text={faults[`${at}/${i}`]!} />}
        </div>
      ))}
      {!disabled && !full && <Button icon={<PlusOutlined />} onClick={() => onChange([...list, blank(item, root)])}>{t('schema.add_level')}</Button>}
      {!disabled && list.length > (schema.minItems ?? 0) && <Button type="text" icon={<DeleteOutlined />} aria-label={t('schema.remove', { name: t('schema.level', { n: list.length }) })} onClick={() => onChange(list.slice(0, -1))} />}
    </div>
  )
}

/** Rows of a struct: the tier table. Columns are the struct's fields. */
export function TableField({ schema, value, onChange, at, label }: FieldProps) {
  const { t, i18n } = useTranslation()
  const { root, faults, disabled } = useForm()
  const row = resolve(schema.items ?? {}, root)
  const rows = Array.isArray(value) ? value : []
  const columns = orderOf(row)
  const replace = (i: number, next: Json) => onChange(rows.map((r, j) => (j === i ? next : r)))
  const full = schema.maxItems !== undefined && rows.length >= schema.maxItems
  return (
    <Grid
      label={label}
      heads={columns.map((c) => titleOf(row.properties![c]!, c, i18n.language))}
      rows={rows.map((r, i) => ({
        key: String(i),
        cells: columns.map((c) => (
          <Cell key={c} schema={row.properties![c]!} value={isObject(r) ? r[c] : undefined} at={`${at}/${i}/${escape(c)}`} label={`${titleOf(row.properties![c]!, c, i18n.language)} ${i + 1}`}
            onChange={(v) => replace(i, withKey(isObject(r) ? r : {}, c, v))} />
        )),
        wrong: faults[`${at}/${i}`],
        remove: !disabled && rows.length > (schema.minItems ?? 0) ? () => onChange(rows.filter((_, j) => j !== i)) : undefined,
      }))}
      add={disabled || full ? undefined : () => onChange([...rows, blank(row, root)])}
      addLabel={t('schema.add_row')}
    />
  )
}

/** A value per key: SKU → rate, grade → rate. */
export function RateTableField(props: FieldProps) {
  const { t } = useTranslation()
  const leaf = props.schema.additionalProperties as JsonSchema
  return (
    <KeyRows {...props} inner={leaf} heads={[t('schema.value')]}
      cells={(v, key, set) => [<Cell key="v" schema={leaf} value={v} at={`${props.at}/${escape(key)}`} label={`${props.label} ${key}`} onChange={(n) => set(n ?? '')} />]} />
  )
}

/** A struct per key: each with its own small form. */
export function KeyedField(props: FieldProps) {
  const { t } = useTranslation()
  const inner = props.schema.additionalProperties as JsonSchema
  return (
    <KeyRows {...props} inner={inner} heads={[t('schema.value')]}
      cells={(v, key, set) => [<Group key="v" schema={inner} value={v} at={`${props.at}/${escape(key)}`} label={`${props.label} ${key}`} onChange={(n) => set(n ?? {})} />]} />
  )
}

/** Cells in two dimensions, each counted or named: category × level, category × grade. */
export function MatrixField(props: FieldProps) {
  const { schema, value, onChange, at, label } = props
  const { t } = useTranslation()
  const { root, keys, disabled } = useForm()
  const inner = innerOf(schema)!
  const leaf = leafOf(schema)!
  const counted = typeOf(inner) === 'array'
  const rows = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
  const width = Math.max(inner.minItems ?? 1, ...rows.map((r) => (Array.isArray(r) ? r.length : 0)))
  const names = counted ? [] : [...new Set(rows.flatMap((r) => (isObject(r) ? Object.keys(r) : [])))]
  const heads = counted ? Array.from({ length: width }, (_, i) => t('schema.level', { n: i + 1 })) : names
  const cells = (row: Json, set: (next: Json) => void, place: string, name: string): ReactNode[] =>
    counted
      ? heads.map((head, i) => {
        const list = Array.isArray(row) ? row : []
        return <Cell key={i} schema={leaf} value={list[i]} at={`${place}/${i}`} label={`${name} ${head}`} onChange={(v) => set(fill(list, i, v ?? '', leaf, root))} />
      })
      : heads.map((head) => <Cell key={head} schema={leaf} value={isObject(row) ? row[head] : undefined} at={`${place}/${escape(head)}`} label={`${name} ${head}`} onChange={(v) => set(withKey(isObject(row) ? row : {}, head, v))} />)

  const addColumn = disabled ? null : counted
    ? ((inner.maxItems === undefined || width < inner.maxItems) && rows.length > 0 && <Button size="small" icon={<PlusOutlined />} onClick={() => onChange(mapRows(value, (r) => fill(Array.isArray(r) ? r : [], width, blank(leaf, root), leaf, root)))}>{t('schema.add_level')}</Button>)
    : <NewKey label={t('schema.add_column')} known={keys(inner['x-keys'] ?? schema['x-keys']).filter((k) => !names.includes(k.value))} onAdd={(name) => onChange(mapRows(value, (r) => withKey(isObject(r) ? r : {}, name, blank(leaf, root))))} />

  if (typeOf(schema) === 'array') {
    return (
      <>
        <Grid label={label} heads={heads}
          rows={rows.map((r, i) => ({ key: String(i), cells: cells(r, (n) => onChange(rows.map((x, j) => (j === i ? n : x))), `${at}/${i}`, `${label} ${i + 1}`), remove: disabled ? undefined : () => onChange(rows.filter((_, j) => j !== i)) }))}
          add={disabled ? undefined : () => onChange([...rows, blank(inner, root)])} addLabel={t('schema.add_row')} />
        {addColumn}
      </>
    )
  }
  return <><KeyRows {...props} inner={inner} heads={heads} cells={(r, key, set) => cells(r, set, `${at}/${escape(key)}`, key)} />{addColumn}</>
}

/** Rows with a key that can be typed, chosen from what is known, and renamed. */
function KeyRows({ schema, value, onChange, at, label, inner, heads, cells }: FieldProps & { inner: JsonSchema; heads: string[]; cells: (value: Json, key: string, set: (next: Json) => void) => ReactNode[] }) {
  const { t } = useTranslation()
  const { root, faults, keys, disabled } = useForm()
  const held = isObject(value) ? value : {}
  const kind = schema['x-keys']
  const known = keys(kind)
  const rename = (from: string, to: string) => {
    if (to === from || to in held) return
    onChange(Object.fromEntries(Object.entries(held).map(([k, v]) => [k === from ? to : k, v])))
  }
  return (
    <Grid
      label={label}
      heads={[t(`schema.key_${kind ?? 'any'}`, t('schema.key_any')), ...heads]}
      rows={Object.entries(held).map(([key, v], i) => ({
        key: `${i} ${key}`,
        cells: [
          <AutoComplete key="key" aria-label={`${label} ${t('schema.key_any')} ${i + 1}`} disabled={disabled} defaultValue={key} options={known.filter((k) => !(k.value in held))} style={{ minWidth: 160 }}
            onBlur={(e) => rename(key, (e.target as HTMLInputElement).value.trim())} onSelect={(to: string) => rename(key, to)} status={key === '' ? 'error' : undefined} />,
          ...cells(v, key, (next) => onChange({ ...held, [key]: next })),
        ],
        wrong: faults[`${at}/${escape(key)}`],
        remove: disabled ? undefined : () => onChange(Object.fromEntries(Object.entries(held).filter(([k]) => k !== key))),
      }))}
      add={disabled || '' in held ? undefined : () => onChange({ ...held, [known.find((k) => !(k.value in held))?.value ?? '']: blank(inner, root) })}
      addLabel={t('schema.add_row')}
    />
  )
}

interface GridRow {
  key: string
  cells: ReactNode[]
  wrong?: string
  remove?: () => void
}
function Grid({ label, heads, rows, add, addLabel }: { label: string; heads: string[]; rows: GridRow[]; add?: () => void; addLabel: string }) {
  const { t } = useTranslation()
  return (
    <div style={{ overflowX: 'auto' }}>
      {rows.length > 0 && (
        <table className="grid-table" aria-label={label}>
          <thead><tr>{heads.map((h, i) => <th key={i} scope="col">{h}</th>)}<th scope="col"><span style={{ position: 'absolute', left: -9999 }}>{t('common.actions')}</span></th></tr></thead>
          <tbody>
            {rows.map((r, n) => (
              <tr key={r.key}>
                {r.cells.map((c, i) => <td key={i}>{c}</td>)}
                <td>
                  {r.remove && <Button type="text" icon={<DeleteOutlined />} aria-label={t('schema.remove', { name: `${label} ${n + 1}` })} onClick={r.remove} />}
                  {r.wrong && <Wrong text={r.wrong} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length === 0 && <div style={{ color: '#56625d', marginBottom: 8 }}>{t('schema.no_rows')}</div>}
      {add && <Button icon={<PlusOutlined />} onClick={add} style={{ marginTop: 4 }}>{addLabel}</Button>}
    </div>
  )
}

function Cell(props: Omit<FieldProps, 'id'>) {
  const { faults } = useForm()
  return <><Control {...props} />{faults[props.at] && <Wrong text={faults[props.at]!} />}</>
}

function NewKey({ label, known, onAdd }: { label: string; known: { value: string; label?: string }[]; onAdd: (name: string) => void }) {
  return (
    <AutoComplete key={known.length} aria-label={label} placeholder={label} options={known} style={{ width: 160, marginTop: 8 }} onSelect={(v: string) => onAdd(v)}
      onInputKeyDown={(e) => { const name = (e.target as HTMLInputElement).value.trim(); if (e.key === 'Enter' && name) onAdd(name) }} />
  )
}

function withKey(held: { [k: string]: Json }, key: string, value: Json | undefined): { [k: string]: Json } {
  const after = { ...held }
  if (value === undefined) delete after[key]
  else after[key] = value
  return after
}
/** A list must not have holes: what comes before a cell is filled with blanks. */
function fill(list: Json[], at: number, value: Json, leaf: JsonSchema, root: JsonSchema): Json[] {
  const after = [...list]
  while (after.length < at) after.push(blank(leaf, root))
  after[at] = value
  return after
}
function mapRows(value: Json | undefined, change: (row: Json) => Json): Json {
  if (Array.isArray(value)) return value.map(change)
  return isObject(value) ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, change(v)])) : {}
}
