// Lists: paged by cursor, filtered by the address, columns chosen by the reader.
import { DownloadOutlined, LeftOutlined, RightOutlined } from '@ant-design/icons'
import { type ProColumns, ProTable } from '@ant-design/pro-components'
import { App, Button } from 'antd'
import { type Key, type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Input, ListRoute, Row } from '../api/contract'
import { useRead } from '../api/hooks'
import type { Page } from '../api/types'
import { Failure } from '../app/Failure'
import { type CsvColumn, csvOf, download, exportLimit, readAll } from './csv'

interface Props<R extends ListRoute> {
  route: R
  input?: { path?: object; query?: object }
  columns: ProColumns<Row<R> & object>[]
  rowKey: keyof Row<R> | ((row: Row<R>) => string)
  /** Where the reader's choice of columns is kept. */
  name: string
  empty: ReactNode
  title?: ReactNode
  tools?: ReactNode[]
  onOpen?: (row: Row<R>) => void
  csv?: CsvColumn<Row<R>>[]
  selection?: { keys: Key[]; onChange: (keys: Key[], rows: Row<R>[]) => void; disabled?: (row: Row<R>) => boolean; label: (row: Row<R>) => string }
  scroll?: number
}

// The table itself need not know what its rows are: the columns do.
type AnyRow = Record<string, unknown>

const pageSize = 20

export function CursorTable<R extends ListRoute>({ route, input = {}, columns, rowKey, name, empty, title, tools = [], onOpen, csv, selection, scroll }: Props<R>) {
  const { t } = useTranslation()
  const { message } = App.useApp()
  const filter = JSON.stringify(input)
  const [trail, setTrail] = useState<string[]>([''])
  const [exporting, setExporting] = useState(false)
  useEffect(() => setTrail(['']), [filter, route])
  const cursor = trail[trail.length - 1] || undefined
  const list = useRead(route, { ...input, query: { ...input.query, limit: pageSize, cursor } } as unknown as Partial<Input<R>>, { keep: true })
  const page = list.data as Page<Row<R>> | undefined

  const save = async () => {
    setExporting(true)
    try {
      const { rows, cut } = await readAll(route, input)
      download(`${name}.csv`, csvOf(csv!, rows))
      if (cut) void message.warning(t('list.export_cut', { count: exportLimit }))
    } catch (e) {
      void message.error((e as Error).message)
    } finally {
      setExporting(false)
    }
  }
  if (list.error && !page) return <Failure error={list.error} retry={() => void list.refetch()} />
  return (
    <ProTable<AnyRow>
      columns={columns as ProColumns<AnyRow>[]}
      dataSource={(page?.items ?? []) as AnyRow[]}
      rowKey={rowKey as never}
      loading={list.isFetching && (list.isPlaceholderData || !page)}
      search={false}
      pagination={false}
      cardBordered
      headerTitle={title}
      columnsState={{ persistenceKey: `fenli.columns.${name}`, persistenceType: 'localStorage' }}
      options={{ reload: () => void list.refetch(), density: true, setting: { draggable: true }, fullScreen: false }}
      toolBarRender={() => [
        ...tools,
        ...(csv ? [<Button key="csv" icon={<DownloadOutlined />} loading={exporting} onClick={() => void save()}>{t('list.export')}</Button>] : []),
      ]}
      locale={{ emptyText: page ? empty : ' ' }}
      tableAlertRender={false}
      rowSelection={selection && {
        selectedRowKeys: selection.keys,
        onChange: (keys, rows) => selection.onChange(keys, rows as Row<R>[]),
        getCheckboxProps: (row) => ({ disabled: selection.disabled?.(row as Row<R>), 'aria-label': selection.label(row as Row<R>) }) as never,
      }}
      scroll={{ x: scroll ?? 'max-content' }}
      onRow={onOpen && ((row) => ({ className: 'row-link', onClick: (e) => { if (!(e.target as HTMLElement).closest('a,button,input,label,.ant-checkbox-wrapper')) onOpen(row as Row<R>) } }))}
      footer={trail.length > 1 || page?.next_cursor ? () => (
        <div style={{ display: 'flex', justifyContent: 'flex-end', alignItems: 'center', gap: 8 }}>
          <span>{t('list.page', { page: trail.length })}</span>
          <Button icon={<LeftOutlined />} disabled={trail.length === 1} onClick={() => setTrail(trail.slice(0, -1))} aria-label={t('list.before')} />
          <Button icon={<RightOutlined />} iconPlacement="end" disabled={!page?.next_cursor || list.isPlaceholderData} onClick={() => setTrail([...trail, page!.next_cursor])}>{t('list.next')}</Button>
        </div>
      ) : undefined}
    />
  )
}
