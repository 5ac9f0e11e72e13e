import { Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { formatMoney, percentOf } from '../../api/money'
import type { Json, JsonSchema } from '../../api/types'
import { useStore } from '../../app/permissions'
import { useTime } from '../../parts/time'
import { isObject, itemOf, resolve, titleOf, widgetOf, wordOf } from '../../schema/schema'
import { type Change, named } from './diff'

function schemaAt(path: string, schema: JsonSchema | undefined): JsonSchema | undefined {
  let at = schema
  for (const name of path.split('/').slice(1)) {
    if (!at || !schema) return undefined
    at = resolve(at, schema)
    at = at.properties?.[name] ?? at.items ?? (typeof at.additionalProperties === 'object' ? at.additionalProperties : undefined)
  }
  return at && schema && resolve(at, schema)
}

/** A setting's value as its form would show it. */
function useShow() {
  const { t, i18n } = useTranslation()
  const { currency } = useStore()
  const time = useTime()
  return function show(v: Json | undefined, schema?: JsonSchema): string {
    if (v === undefined) return t('diff.unset')
    if (typeof v === 'boolean') return t(v ? 'common.yes' : 'common.no')
    if (schema?.enum && typeof v === 'string') {
      const word = wordOf(schema, v, i18n.language)
      return word === v ? t(`word.${v}`, v) : word
    }
    const widget = schema && widgetOf(schema)
    if (widget === 'percent' && typeof v === 'string') return `${percentOf(v)}%`
    if (widget === 'money' && typeof v === 'number') return formatMoney({ amount: v, currency })
    if (Array.isArray(v)) return v.length === 0 ? t('diff.none') : v.map((x) => show(x, schema && itemOf(schema))).join(i18n.language === 'en' ? ', ' : '、')
    if (widget === 'datetime' && typeof v === 'string') return time.minute(v)
    if (isObject(v)) return Object.entries(v).map(([k, x]) => `${schema?.properties?.[k] ? titleOf(schema.properties[k], k, i18n.language) : k}: ${show(x, schema?.properties?.[k] ?? (typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined))}`).join(i18n.language === 'en' ? '; ' : '；')
    return String(v)
  }
}

export function DiffTable({ changes, schema }: { changes: Change[]; schema?: JsonSchema }) {
  const { t, i18n } = useTranslation()
  const show = useShow()
  return (
    <Table<Change> size="small" rowKey="path" pagination={false} dataSource={changes} locale={{ emptyText: t('diff.same') }} columns={[
      { title: t('diff.setting'), render: (_, c) => named(c.path, schema, i18n.language) },
      { title: t('diff.before'), render: (_, c) => <del style={{ color: '#a11f14' }}>{show(c.before, schemaAt(c.path, schema))}</del> },
      { title: t('diff.after'), render: (_, c) => <ins style={{ color: '#176a3f', textDecoration: 'none', fontWeight: 500 }}>{show(c.after, schemaAt(c.path, schema))}</ins> },
    ]} />
  )
}
