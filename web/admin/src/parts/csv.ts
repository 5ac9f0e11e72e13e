// Lists leave the console as CSV: what is on the screen, for the filter that is set.
import type { Input, ListRoute, Row } from '../api/contract'
import { api } from '../app/token'

export interface CsvColumn<T> {
  title: string
  text: (row: T) => string | number | null | undefined
}

/** A cell that a spreadsheet would run as a formula is kept as text. */
export function cell(value: string | number | null | undefined): string {
  const text = String(value ?? '')
  const safe = /^[=+@\t\r]|^-(?![\d.]+$)/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}
export function csvOf<T>(columns: CsvColumn<T>[], rows: T[]): string {
  return [columns.map((c) => cell(c.title)), ...rows.map((r) => columns.map((c) => cell(c.text(r))))].map((line) => line.join(',')).join('\r\n')
}

export const exportLimit = 5000

/** Reads the whole list, a hundred rows at a time, up to the limit. */
export async function readAll<R extends ListRoute>(route: R, input: { path?: object; query?: object }): Promise<{ rows: Row<R>[]; cut: boolean }> {
  const rows: Row<R>[] = []
  let cursor = ''
  do {
    const page = (await api(route, { ...input, query: { ...input.query, limit: 100, cursor: cursor || undefined } } as unknown as Input<R>)) as { items: Row<R>[]; next_cursor: string }
    rows.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== '' && rows.length < exportLimit)
  return { rows, cut: cursor !== '' }
}

// The mark at the front tells Excel that this is UTF-8.
export const download = (name: string, csv: string): void => saveText(name, '\ufeff' + csv, 'text/csv;charset=utf-8')

export function saveText(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1000)
}
