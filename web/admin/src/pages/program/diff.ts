import type { Json, JsonSchema } from '../../api/types'
import { isObject, resolve, titleOf } from '../../schema/schema'

export interface Change {
  path: string
  before: Json | undefined
  after: Json | undefined
}

/** What differs, leaf by leaf; lists of plain things are compared whole. */
export function diff(before: Json | undefined, after: Json | undefined, path = ''): Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (isObject(before) && isObject(after)) {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((k) => diff(before[k], after[k], `${path}/${k}`))
  }
  const deep = (v: Json | undefined): v is Json[] => Array.isArray(v) && v.some((x) => typeof x === 'object' && x !== null)
  if (deep(before) && deep(after)) {
    return Array.from({ length: Math.max(before.length, after.length) }, (_, i) => diff(before[i], after[i], `${path}/${i}`)).flat()
  }
  return [{ path: path || '/', before, after }]
}

/** A pointer in words: "锁客 › 有效期（天）". */
export function named(path: string, schema: JsonSchema | undefined, language: string): string {
  const words: string[] = []
  let at = schema
  for (const name of path.split('/').slice(1)) {
    at = at && schema ? resolve(at, schema) : undefined
    const inner = at?.properties?.[name]
    words.push(inner ? titleOf(inner, name, language) : /^\d+$/.test(name) ? `#${Number(name) + 1}` : name)
    at = inner ?? at?.items ?? (typeof at?.additionalProperties === 'object' ? at.additionalProperties : undefined)
  }
  return words.join(' › ')
}
