// Reading a strategy's JSON Schema: which widget a setting gets, what it is
// called, what stands in it at first, and what is wrong with what stands there.
import type { Json, JsonSchema } from '../api/types'

export type Widget =
  | 'percent' | 'money' | 'number' | 'text' | 'long-text' | 'switch' | 'select' | 'datetime' | 'date-range'
  | 'rate-list' | 'list' | 'levels' | 'decimal' | 'choices' | 'picker' | 'rate-table' | 'keyed' | 'table' | 'cards' | 'matrix' | 'group' | 'json'

export type JsonObject = { [key: string]: Json }
export const isObject = (v: Json | undefined): v is JsonObject => typeof v === 'object' && v !== null && !Array.isArray(v)

const named: Record<string, Widget> = {
  percent: 'percent', rate: 'percent', money: 'money', amount: 'money', number: 'number', text: 'text', textarea: 'long-text',
  switch: 'switch', select: 'select', datetime: 'datetime', 'date-time': 'datetime', 'date-range': 'date-range', 'rate-list': 'rate-list',
  list: 'list', 'money-list': 'rate-list', levels: 'levels', multiplier: 'decimal', decimal: 'decimal', choices: 'choices', 'rate-table': 'rate-table', table: 'table', 'tier-table': 'table', matrix: 'matrix', group: 'group', conditions: 'group', json: 'json', cards: 'cards', rules: 'cards',
  picker: 'picker', products: 'picker', 'product-picker': 'picker', categories: 'picker', 'category-picker': 'picker', grades: 'picker', 'grade-picker': 'picker', channels: 'picker', 'channel-picker': 'picker',
}

const pickedKinds: Record<string, string> = { products: 'sku', 'product-picker': 'sku', categories: 'category', 'category-picker': 'category', grades: 'grade', 'grade-picker': 'grade', channels: 'channel', 'channel-picker': 'channel' }
/** What stands in a setting: SKUs, categories, grades, channels; undefined for anything else. */
export const kindOf = (schema: JsonSchema): string | undefined => schema['x-keys'] ?? pickedKinds[schema['x-widget'] ?? '']

/** Follows local references ("#/$defs/tier"). */
export function resolve(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const whole = follow(schema, root)
  const values = whole.additionalProperties
  if (!whole.items?.$ref && !(typeof values === 'object' && values.$ref)) return whole
  return { ...whole, items: whole.items && follow(whole.items, root), additionalProperties: typeof values === 'object' ? follow(values, root) : values }
}
function follow(schema: JsonSchema, root: JsonSchema): JsonSchema {
  const name = schema.$ref?.match(/^#\/\$defs\/([^/]+)$/)?.[1]
  const found = name && root.$defs?.[name]
  return found ? { ...found, ...schema, $ref: undefined } : schema
}

/** A setting may wait for others: it is asked for only while those beside it hold what it names. */
export function isShown(schema: JsonSchema, beside: JsonObject, siblings: Record<string, JsonSchema> = {}): boolean {
  return Object.entries(schema['x-when'] ?? {}).every(([name, wanted]) => {
    const held = beside[name] ?? siblings[name]?.default
    return (Array.isArray(wanted) ? wanted : [wanted]).some((w) => JSON.stringify(w) === JSON.stringify(held))
  })
}

/** Without the settings that nobody is asked for any more: what was typed there before must not count. */
export function withoutHidden(schema: JsonSchema, value: JsonObject): JsonObject {
  const properties = schema.properties ?? {}
  const kept = Object.entries(value).filter(([name]) => !properties[name] || isShown(properties[name], value, properties))
  return kept.length === Object.keys(value).length ? value : withoutHidden(schema, Object.fromEntries(kept))
}

export function typeOf(schema: JsonSchema): string {
  const types = Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : []
  const real = types.find((t) => t !== 'null')
  if (real) return real
  return schema.properties ? 'object' : schema.items ? 'array' : schema.enum ? typeof schema.enum[0] : 'any'
}

/** The hint decides when it fits the type; an unknown or unfitting hint leaves it to the type. */
export function widgetOf(schema: JsonSchema): Widget {
  if (isPicked(schema)) return 'picker'
  const hinted = named[schema['x-widget'] ?? '']
  return hinted && fits(hinted, schema) ? hinted : byType(schema)
}

/** A list of things that the store knows by name. */
const isPicked = (schema: JsonSchema): boolean => typeOf(schema) === 'array' && schema.items !== undefined && typeOf(schema.items) === 'string' && !schema.items.enum && !schema.items.format && kindOf(schema) !== undefined

function byType(schema: JsonSchema): Widget {
  if (schema.enum) return 'select'
  const items = schema.items
  const values = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
  switch (typeOf(schema)) {
    case 'boolean': return 'switch'
    case 'integer': return 'number'
    case 'string': return schema.format === 'date-time' ? 'datetime' : (schema.maxLength ?? 0) > 200 ? 'long-text' : 'text'
    case 'array':
      if (!items) return 'json'
      if (items.enum) return 'choices'
      if (['array', 'object'].includes(typeOf(items))) return !items.properties ? 'matrix' : isFlat(items) ? 'table' : 'cards'
      return widgetOf(items) === 'percent' ? 'rate-list' : 'list'
    case 'object':
      if (schema.properties) return 'group'
      if (!values) return 'json'
      if (values.properties) return 'keyed'
      if (['array', 'object'].includes(typeOf(values))) return 'matrix'
      return 'rate-table'
  }
  return 'json'
}

/** A struct whose every setting has room in a cell. */
function isFlat(schema: JsonSchema): boolean {
  const all = Object.values(schema.properties ?? {})
  return all.length <= 5 && all.every((p) => !p['x-when'] && !['array', 'object'].includes(typeOf(p)))
}

function fits(widget: Widget, schema: JsonSchema): boolean {
  const type = typeOf(schema)
  switch (widget) {
    case 'percent': case 'decimal': case 'text': case 'long-text': case 'datetime': return type === 'string'
    case 'money': case 'number': return type === 'integer'
    case 'switch': return type === 'boolean'
    case 'select': return schema.enum !== undefined
    case 'levels': return type === 'array' && schema.items !== undefined && typeOf(schema.items) === 'integer'
    case 'rate-list': case 'list': case 'choices': return type === 'array' && schema.items !== undefined && !['array', 'object'].includes(typeOf(schema.items))
    case 'picker': return isPicked(schema)
    case 'table': return type === 'array' && schema.items?.properties !== undefined && isFlat(schema.items)
    case 'cards': return type === 'array' && schema.items?.properties !== undefined
    case 'rate-table': return type === 'object' && typeof schema.additionalProperties === 'object' && !['array', 'object'].includes(typeOf(schema.additionalProperties))
    case 'matrix': return innerOf(schema) !== undefined && leafOf(schema) !== undefined
    case 'date-range': return type === 'object' && dateEnds(schema) !== undefined
    case 'group': return schema.properties !== undefined
    case 'keyed': return false
    case 'json': return true
  }
}

/** What stands in a list: a list of money says so itself, its items do not. */
export function itemOf(schema: JsonSchema): JsonSchema {
  const items = schema.items ?? {}
  return schema['x-widget'] === 'money-list' ? { ...items, 'x-widget': 'money' } : items
}

/** The two properties of a span of time, whatever they are called. */
export function dateEnds(schema: JsonSchema): [string, string] | undefined {
  const dates = orderOf(schema).filter((k) => schema.properties?.[k]?.format === 'date-time')
  return dates.length === 2 ? [dates[0]!, dates[1]!] : undefined
}

const within = (schema: JsonSchema | undefined): JsonSchema | undefined =>
  schema && (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : schema.items)
/** A matrix has rows of cells: its row's schema and its cell's. */
export const innerOf = within
export function leafOf(schema: JsonSchema): JsonSchema | undefined {
  const leaf = within(within(schema))
  return leaf && !['array', 'object'].includes(typeOf(leaf)) ? leaf : undefined
}

export function orderOf(schema: JsonSchema): string[] {
  const all = Object.keys(schema.properties ?? {})
  const first = (schema['x-order'] ?? []).filter((k) => all.includes(k))
  return [...first, ...all.filter((k) => !first.includes(k))]
}
export function titleOf(schema: JsonSchema, name: string, language: string): string {
  return (language === 'en' && schema['x-title-en']) || schema.title || name
}
export function helpOf(schema: JsonSchema, language: string): string | undefined {
  return (language === 'en' && schema['x-description-en']) || schema.description
}
export function wordOf(schema: JsonSchema, value: Json, language: string): string {
  const word = schema['x-enum-titles']?.[String(value)]
  return (typeof word === 'string' ? word : word?.[language === 'en' ? 'en' : 'zh']) ?? String(value)
}

/** What a new setting holds: its default, or the emptiest thing of its type. */
export function blank(schema: JsonSchema, root: JsonSchema = schema): Json {
  const s = resolve(schema, root)
  if (s.default !== undefined) return structuredClone(s.default)
  if (s.const !== undefined) return s.const
  if (s.enum) return s.enum[0] ?? null
  switch (typeOf(s)) {
    case 'boolean': return false
    case 'integer': return s.minimum ?? 0
    case 'string': return widgetOf(s) === 'percent' ? '0' : ''
    case 'array': return Array.from({ length: s.minItems ?? 0 }, () => blank(s.items ?? {}, root))
    case 'object': {
      const made: JsonObject = {}
      for (const name of orderOf(s)) {
        const inner = s.properties![name]!
        if (!isShown(inner, made, s.properties)) continue
        if (s.required?.includes(name) || resolve(inner, root).default !== undefined) made[name] = blank(inner, root)
      }
      return made
    }
  }
  return null
}

export interface Wrong {
  key: string
  args?: Record<string, string | number>
}

/** What the schema itself refuses, by JSON pointer. The server checks again, and more. */
export function faultsOf(schema: JsonSchema, value: Json | undefined, root: JsonSchema = schema, at = ''): Record<string, Wrong> {
  const s = resolve(schema, root)
  const wrong = (key: string, args?: Wrong['args']): Record<string, Wrong> => ({ [at || '/']: { key, args } })
  if (value === undefined || value === null) return wrong('input.required')
  if (s.enum && !s.enum.includes(value)) return wrong('input.not_offered')
  switch (typeOf(s)) {
    case 'boolean':
      return typeof value === 'boolean' ? {} : wrong('input.required')
    case 'integer':
      if (!Number.isSafeInteger(value)) return wrong('input.not_whole')
      if (s.minimum !== undefined && (value as number) < s.minimum) return wrong('input.too_small', { min: s.minimum })
      if (s.maximum !== undefined && (value as number) > s.maximum) return wrong('input.too_large', { max: s.maximum })
      return {}
    case 'string':
      if (typeof value !== 'string') return wrong('input.required')
      if (widgetOf(s) === 'percent' && value === '') return wrong('input.not_percent')
      if ((s.minLength ?? 0) > value.length || (value === '' && s.format)) return wrong('input.required')
      if (s.pattern && !new RegExp(s.pattern, 'u').test(value)) return wrong(widgetOf(s) === 'percent' ? 'input.not_percent' : 'input.wrong_shape')
      return {}
    case 'array': {
      if (!Array.isArray(value)) return wrong('input.required')
      if (value.length < (s.minItems ?? 0)) return wrong('input.too_few', { min: s.minItems! })
      if (s.maxItems !== undefined && value.length > s.maxItems) return wrong('input.too_many', { max: s.maxItems })
      return Object.assign({}, ...value.map((v, i) => faultsOf(s.items ?? {}, v, root, `${at}/${i}`)))
    }
    case 'object': {
      if (!isObject(value)) return wrong('input.required')
      const found: Record<string, Wrong> = {}
      for (const [name, v] of Object.entries(value)) {
        if (s.properties?.[name] && !isShown(s.properties[name], value, s.properties)) continue
        const inner = s.properties?.[name] ?? (typeof s.additionalProperties === 'object' ? s.additionalProperties : undefined)
        if (name === '') found[`${at}/`] = { key: 'input.no_key' }
        if (inner) Object.assign(found, faultsOf(inner, v, root, `${at}/${escape(name)}`))
      }
      for (const name of s.required ?? []) {
        if (value[name] === undefined && (!s.properties?.[name] || isShown(s.properties[name], value, s.properties))) found[`${at}/${escape(name)}`] = { key: 'input.required' }
      }
      return found
    }
  }
  return {}
}

/** A name inside a JSON pointer. */
export function escape(name: string): string {
  return name.replace(/~/g, '~0').replace(/\//g, '~1')
}

