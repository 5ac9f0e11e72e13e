import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Noun, statesOf } from '../src/parts/status'

const folder = '../../migrations'
const tables: Record<string, Noun> = { order_record: 'order', distributor_member: 'distributor', withdrawal_request: 'withdrawal', catalog_product: 'product', registry_store: 'store' }

/** Every state a table's CHECK allows, read from the migrations themselves. */
function allowed(table: string): string[] {
  const sql = readdirSync(folder).filter((f) => f.endsWith('.sql')).map((f) => readFileSync(`${folder}/${f}`, 'utf8')).join('\n')
  const body = sql.slice(sql.indexOf(`CREATE TABLE ${table} (`))
  const check = /\n\s+state\s[^\n]*CHECK \(state IN \(([^)]*)\)\)/.exec(body.slice(0, body.indexOf('\n);')))
  return [...(check?.[1] ?? '').matchAll(/'(\w+)'/g)].map((m) => m[1]!)
}

describe.runIf(existsSync(folder))('the database', () => {
  it.each(Object.entries(tables))('allows no state of %s that the console cannot say', (table, noun) => {
    expect(allowed(table).length).toBeGreaterThan(1)
    expect(statesOf(noun)).toEqual(expect.arrayContaining(allowed(table)))
  })
})
