// A form that nobody wrote: it is read from the strategy's own schema.
import { Button, Checkbox, Select, Switch } from 'antd'
import { createContext, type ReactNode, useContext, useId } from 'react'
import { useTranslation } from 'react-i18next'
import { percentOf, plainMoney } from '../api/money'
import type { Json, JsonSchema } from '../api/types'
import { JsonField, ListField, NumberField, RangeField, TextField, TimeField } from './leaves'
import { blank, dateEnds, escape, helpOf, isObject, isShown, orderOf, resolve, titleOf, type Widget, widgetOf, withoutHidden, wordOf } from './schema'
import { CardsField } from './cards'
import { PickerField } from './pickers'
import { KeyedField, MatrixField, RateListField, RateTableField, TableField } from './tables'
import { MoneyInput, PercentInput } from '../parts/Money'

interface Surroundings {
  root: JsonSchema
  currency: string
  /** What is wrong, by JSON pointer. */
  faults: Record<string, string>
  /** Known keys of a kind ("sku", "grade"), offered while typing. */
  keys: (kind: string | undefined) => Offer[]
  /** Looks further than what is known: the catalogue is larger than its first page. */
  search?: (kind: string, text: string) => Promise<Offer[]>
  disabled: boolean
  /** The store's time zone: campaigns begin by its clocks. */
  zone?: string
}
export interface Offer {
  value: string
  label?: string
}
const Context = createContext<Surroundings | null>(null)
export function useForm(): Surroundings {
  const around = useContext(Context)
  if (!around) throw new Error('outside of a schema form')
  return around
}

export interface FieldProps {
  schema: JsonSchema
  value: Json | undefined
  onChange: (value: Json | undefined) => void
  /** JSON pointer of this field. */
  at: string
  /** For the control's label: its own id, or a sentence. */
  id?: string
  label: string
}

export interface SchemaFormProps extends Partial<Pick<Surroundings, 'keys' | 'search' | 'faults' | 'disabled' | 'zone'>> {
  schema: JsonSchema
  value: Json
  onChange: (value: Json) => void
  currency: string
}

export function SchemaForm({ schema, value, onChange, currency, faults = {}, keys = () => [], search, disabled = false, zone }: SchemaFormProps) {
  const { i18n } = useTranslation()
  return (
    <Context.Provider value={{ root: schema, currency, faults, keys, search, disabled, zone }}>
      <Group schema={schema} value={value} onChange={(v) => onChange(v ?? {})} at="" label={titleOf(schema, '', i18n.language)} />
      {faults['/'] && <Wrong text={faults['/']} />}
    </Context.Provider>
  )
}

/** A setting with its name, its help and what is wrong with it. */
export function Field({ name, required, schema: given, value, onChange, at }: Omit<FieldProps, 'label'> & { name: string; required: boolean }) {
  const { t, i18n } = useTranslation()
  const { root, faults, disabled } = useForm()
  const id = useId()
  const schema = resolve(given, root)
  const widget = widgetOf(schema)
  const label = titleOf(schema, name, i18n.language)
  const help = helpOf(schema, i18n.language)
  const simple = ['percent', 'money', 'number', 'decimal', 'text', 'long-text', 'select', 'datetime', 'switch', 'picker'].includes(widget)
  const optional = !required && schema.default === undefined
  const on = value !== undefined
  /** Emptied is the same as never given, where it need not be given. */
  const change = (v: Json | undefined) => onChange(!required && ((Array.isArray(v) && v.length === 0 && widget === 'picker') || (v === '' && ['text', 'long-text', 'decimal'].includes(widget))) ? undefined : v)
  const ownDefault = schema.default !== undefined && on && JSON.stringify(value) !== JSON.stringify(schema.default)
  const heading: ReactNode = simple ? <label htmlFor={id}>{label}{optional && <Optional />}</label> : <div className="field-label" id={id}>{label}{optional && <Optional />}</div>
  return (
    <div className="field" role={simple ? undefined : 'group'} aria-labelledby={simple ? undefined : id}>
      <div className="field-head">{heading}{ownDefault && !disabled && <Button type="link" size="small" aria-label={`${t('schema.reset')} ${label}`} onClick={() => onChange(structuredClone(schema.default))}>{t('schema.reset')}</Button>}</div>
      {help && <div className="help">{help}</div>}
      {optional && !simple && (
        <Switch size="small" disabled={disabled} checked={on} aria-label={t('schema.use', { name: label })} onChange={(use) => onChange(use ? blank(schema, root) : undefined)} style={{ marginBottom: 8 }} />
      )}
      {(simple || !optional || on) && <Control widget={widget} schema={schema} optional={optional} value={simple ? value : (value ?? schema.default)} onChange={change} at={at} id={id} label={label} />}
      {faults[at] && <Wrong text={faults[at]} />}
    </div>
  )
}

function Optional() {
  const { t } = useTranslation()
  return <span style={{ color: '#56625d', fontWeight: 400 }}> · {t('schema.optional')}</span>
}
export function Wrong({ text }: { text: string }) {
  return <div className="wrong" role="alert">{text}</div>
}

/** The control alone: in a field, in a cell of a table, in a list. */
export function Control({ widget, optional, ...field }: FieldProps & { widget?: Widget; optional?: boolean }) {
  const { t, i18n } = useTranslation()
  const { root, currency, disabled } = useForm()
  const schema = resolve(field.schema, root)
  const say = (s: JsonSchema, v: Json) => {
    const word = wordOf(s, v, i18n.language)
    return word === String(v) ? t(`word.${word}`, word) : word
  }
  const { value, onChange, id, label } = field
  const aria = id ? { id } : { 'aria-label': label }
  const otherwise = schema.default !== undefined && value === undefined ? t('schema.default', { value: shownDefault(widget ?? widgetOf(schema), schema, currency, say) }) : undefined
  const inner = { ...field, schema }
  switch (widget ?? widgetOf(schema)) {
    case 'percent':
      return <PercentInput {...aria} disabled={disabled} value={typeof value === 'string' && value !== '' ? value : null} placeholder={otherwise} onChange={(v) => onChange(v ?? (value === undefined ? undefined : ''))} />
    case 'money':
      return <MoneyInput {...aria} disabled={disabled} currency={currency} value={typeof value === 'number' ? { amount: value, currency } : null} placeholder={otherwise} onChange={(v) => onChange(v?.amount)} />
    case 'switch':
      if (optional) { // yes, no, and nobody asked
        return <Select {...aria} allowClear disabled={disabled} style={{ width: 160 }} placeholder={t('schema.any')} value={value === undefined ? undefined : String(value)} onChange={(v?: string) => onChange(v === undefined ? undefined : v === 'true')} options={['true', 'false'].map((v) => ({ value: v, label: t(v === 'true' ? 'common.yes' : 'common.no') }))} />
      }
      return <Switch {...aria} disabled={disabled} checked={(value ?? schema.default) === true} onChange={onChange} />
    case 'select':
      return (
        <Select {...aria} disabled={disabled} style={{ minWidth: 200, maxWidth: 360 }} value={value as string} placeholder={otherwise} onChange={onChange}
          options={(schema.enum ?? []).map((v) => ({ value: v as string, label: say(schema, v) }))} />
      )
    case 'choices':
      return (
        <Select {...aria} aria-label={label} disabled={disabled} mode="multiple" style={{ width: '100%', maxWidth: 480 }} value={(value ?? []) as string[]} onChange={onChange}
          options={(schema.items?.enum ?? []).map((v) => ({ value: v as string, label: say(schema.items!, v) }))} />
      )
    case 'levels':
      return (
        <Checkbox.Group aria-label={label} disabled={disabled} value={(value ?? []) as number[]} onChange={(v) => onChange([...v].sort((a, b) => Number(a) - Number(b)) as number[])}
          options={levelsOf(schema).map((n) => ({ value: n, label: t('schema.level', { n }) }))} />
      )
    case 'decimal': return <TextField {...inner} placeholder={otherwise} suffix={schema['x-widget'] === 'multiplier' ? t('schema.times') : undefined} />
    case 'number': return <NumberField {...inner} placeholder={otherwise} />
    case 'text': return <TextField {...inner} placeholder={otherwise} />
    case 'long-text': return <TextField {...inner} placeholder={otherwise} long />
    case 'picker': return <PickerField {...inner} />
    case 'cards': return <CardsField {...inner} />
    case 'datetime': return <TimeField {...inner} />
    case 'date-range': return <RangeField {...inner} ends={dateEnds(schema)!} />
    case 'rate-list': return <RateListField {...inner} />
    case 'list': return <ListField {...inner} />
    case 'rate-table': return <RateTableField {...inner} />
    case 'keyed': return <KeyedField {...inner} />
    case 'table': return <TableField {...inner} />
    case 'matrix': return <MatrixField {...inner} />
    case 'group': return <div className="schema-group"><Group {...inner} /></div>
    case 'json': return <JsonField {...inner} />
  }
}

/** A default as its control would show it. */
function shownDefault(widget: Widget, schema: JsonSchema, currency: string, say: (s: JsonSchema, v: Json) => string): string {
  const v = schema.default!
  if (widget === 'percent' && typeof v === 'string') return `${percentOf(v)}%`
  if (widget === 'money' && typeof v === 'number') return plainMoney({ amount: v, currency })
  return schema.enum ? say(schema, v) : String(v)
}

function levelsOf(schema: JsonSchema): number[] {
  const low = schema.items?.minimum ?? 1
  const high = Math.min(schema.items?.maximum ?? 3, low + 9)
  return Array.from({ length: high - low + 1 }, (_, i) => low + i)
}

export function Group({ schema, value, onChange, at }: FieldProps) {
  const held = isObject(value ?? null) ? (value as { [k: string]: Json }) : {}
  const set = (name: string, next: Json | undefined) => {
    const after = { ...held }
    if (next === undefined) delete after[name]
    else after[name] = next
    onChange(withoutHidden(schema, after))
  }
  return (
    <>
      {orderOf(schema).filter((name) => isShown(schema.properties![name]!, held, schema.properties)).map((name) => (
        <Field key={name} name={name} required={schema.required?.includes(name) ?? false} schema={schema.properties![name]!} value={held[name]} onChange={(v) => set(name, v)} at={`${at}/${escape(name)}`} />
      ))}
    </>
  )
}
