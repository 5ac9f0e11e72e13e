// One closed period: its sums, and the statement of each distributor with its lines.
import { ArrowLeftOutlined, DownloadOutlined } from '@ant-design/icons'
import type { ProColumns } from '@ant-design/pro-components'
import { Alert, Button, Descriptions, Drawer, Skeleton, Space, Table } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useReadMore } from '../../api/hooks'
import { formatMoney } from '../../api/money'
import type { Accounts, KindSum, Statement, StatementLine } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can, useStore } from '../../app/permissions'
import { apiFile } from '../../app/token'
import { useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { Money, Percent } from '../../parts/Money'
import { SearchBox } from '../../parts/SearchBox'
import { useTime } from '../../parts/time'
import { spanText } from './Statements'

const faint = { color: '#56625d' }

export function PeriodDrawer({ period, onClose }: { period: string; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const [who, setWho] = useState<string>()
  const found = useRead('GET /statements/{period}', { path: { period } })
  const title = found.data ? t('statement.title', { period: spanText(found.data) }) : t('menu.statements')
  return (
    <Drawer open onClose={onClose} size={920} title={who ? <Space><Button type="text" icon={<ArrowLeftOutlined />} aria-label={t('list.before')} onClick={() => setWho(undefined)} />{title}</Space> : title}
      extra={!who && <Can permission="statement.export"><Space>
        <Button icon={<DownloadOutlined />} onClick={() => void act(() => apiFile(`/statements/${period}/report`))}>{t('statement.report')}</Button>
        <Button icon={<DownloadOutlined />} onClick={() => void act(() => apiFile(`/statements/${period}/vouchers`))}>{t('statement.vouchers')}</Button>
      </Space></Can>}>
      {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : !found.data ? <Skeleton active paragraph={{ rows: 8 }} /> : who ? <One period={period} id={who} /> : (
        <div className="stack">
          {found.data.method === 'period_end' && <Alert type="info" showIcon title={t('statement.period_end_help')} />}
          <Balances opening={found.data.opening} closing={found.data.closing} />
          <Sums of={found.data.sums} />
          <People period={period} onOpen={setWho} />
          <p style={faint} className="num">{t('statement.sealed', { from: found.data.after + 1, to: found.data.last_number, hash: found.data.hash.slice(0, 16) || '—' })}</p>
        </div>
      )}
    </Drawer>
  )
}

/** Each account by itself: opening, change, closing. */
function Balances({ opening, closing }: { opening: Accounts; closing: Accounts }) {
  const { t } = useTranslation()
  const rows = (['held', 'available', 'reserved', 'owed', 'paid', 'tax', 'fees'] as const).map((a) => ({ a, before: opening[a], after: closing[a], change: { ...closing[a], amount: closing[a].amount - opening[a].amount } }))
  return (
    <Table size="small" rowKey="a" pagination={false} dataSource={rows} columns={[
      { title: t('statement.account'), render: (_, r) => t(`account.${r.a}`) },
      { title: t('statement.opening'), align: 'right', render: (_, r) => <Money of={r.before} quietZero /> },
      { title: t('statement.change'), align: 'right', render: (_, r) => <Money of={r.change} quietZero /> },
      { title: t('statement.closing'), align: 'right', render: (_, r) => <Money of={r.after} strong quietZero /> },
    ]} />
  )
}

function Sums({ of }: { of: KindSum[] }) {
  const { t } = useTranslation()
  const { currency } = useStore()
  if (of.length === 0) return <EmptyState title={t('statement.nothing_moved')} />
  return (
    <section>
      <h3 style={{ fontSize: 14 }}>{t('statement.sums')}</h3>
      <Descriptions size="small" column={2} bordered items={of.map((s) => ({ key: s.kind, label: s.word, children: <span className="num">{amountText(s, currency)}</span> }))} />
    </section>
  )
}

const amountText = (s: { asset: string; amount: number }, currency: string): string => (s.asset === 'points' ? String(s.amount) : formatMoney({ amount: s.amount, currency }))

function People({ period, onOpen }: { period: string; onOpen: (id: string) => void }) {
  const { t } = useTranslation()
  const [q, setQ] = useState<string>()
  const columns = useMemo<ProColumns<Statement>[]>(() => [
    { title: t('award.payee'), render: (_, s) => <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onOpen(s.distributor.id)}>{s.distributor.name}</Button> },
    { title: t('statement.earned'), align: 'right', render: (_, s) => <Money of={s.totals.earned} quietZero /> },
    { title: t('statement.reversed'), align: 'right', render: (_, s) => <Money of={s.totals.reversed} quietZero /> },
    { title: t('statement.settled'), align: 'right', render: (_, s) => <Money of={s.totals.settled} strong quietZero /> },
    { title: t('account.held'), align: 'right', render: (_, s) => <Money of={s.closing.held} quietZero /> },
    { title: t('account.available'), align: 'right', render: (_, s) => <Money of={s.closing.available} quietZero /> },
    { title: t('statement.line_count'), align: 'right', render: (_, s) => <span className="num">{s.lines}</span> },
  ], [t, onOpen])
  return (
    <CursorTable route="GET /statements/{period}/distributors" name="statement-people" rowKey={(s) => s.distributor.id} input={{ path: { period }, query: { q } }} columns={columns} onOpen={(s) => onOpen(s.distributor.id)}
      title={<SearchBox value={q} onSearch={setQ} placeholder={t('distributor.search')} />}
      empty={q ? <EmptyState title={t('list.no_match')} next={t('list.no_match_next')} /> : <EmptyState title={t('statement.nothing_moved')} />} />
  )
}

/** One distributor's statement. Each line opens to what explains it. */
function One({ period, id }: { period: string; id: string }) {
  const { t } = useTranslation()
  const act = useAct()
  const time = useTime()
  const { currency } = useStore()
  const found = useRead('GET /distributors/{id}/statement', { path: { id }, query: { period } })
  const lines = useReadMore('GET /distributors/{id}/statement/lines', { path: { id }, query: { period, limit: 50 } })
  const file = (kind: string) => void act(() => apiFile(`/distributors/${id}/statement/${kind}?period=${period}`))
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />
  if (!found.data) return <Skeleton active paragraph={{ rows: 8 }} />
  return (
    <div className="stack">
      <div style={{ display: 'flex', justifyContent: 'space-between', flexWrap: 'wrap', gap: 8 }}>
        <Link to={`/distributors/list?open=${id}`} style={{ fontSize: 18, fontWeight: 600 }}>{found.data.distributor.name}</Link>
        <Can permission="statement.export"><Space><Button icon={<DownloadOutlined />} onClick={() => file('pdf')}>PDF</Button><Button icon={<DownloadOutlined />} onClick={() => file('csv')}>CSV</Button></Space></Can>
      </div>
      <Balances opening={found.data.opening} closing={found.data.closing} />
      <Sums of={found.data.sums} />
      <section>
        <h3 style={{ fontSize: 14 }}>{t('statement.lines')}</h3>
        <Table<StatementLine> size="small" rowKey="number" pagination={false} loading={lines.isPending} dataSource={lines.data ?? []} scroll={{ x: 'max-content' }}
          expandable={{ rowExpandable: (l) => l.explained.length > 0 || l.reason !== '', expandedRowRender: (l) => <Explained of={l} /> }}
          columns={[
            { title: t('statement.number'), render: (_, l) => <span className="num">{l.number}</span> },
            { title: t('statement.at'), render: (_, l) => <span className="num">{time.minute(l.at)}</span> },
            { title: t('statement.kind'), render: (_, l) => l.word },
            { title: t('award.order'), render: (_, l) => (l.order_id ? <Link to={`/orders?open=${l.order_id}`}>{l.order_external_id || '→'}</Link> : l.reason || '—') },
            { title: t('statement.amount'), align: 'right', render: (_, l) => <span className="num">{amountText(l, currency)}</span> },
          ]} />
        {lines.error && <Failure error={lines.error} retry={() => void lines.refetch()} />}
        {lines.hasNextPage && <Button block loading={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>{t('list.more')}</Button>}
      </section>
    </div>
  )
}

function Explained({ of }: { of: StatementLine }) {
  const { t } = useTranslation()
  return (
    <ul className="why">
      {of.reason && <li>{of.reason}</li>}
      {of.explained.map((g, i) => (
        <li key={i}>
          <strong>{g.why}</strong> <Money of={g.amount} />
          {g.base && g.rate && <div style={faint}>{[g.sku, g.level > 0 ? t('why.level', { n: g.level }) : g.role].filter(Boolean).join(' · ')}{' · '}<Money of={g.base} /> × <Percent of={g.rate} /></div>}
        </li>
      ))}
      {of.order_id && <li><Link to={`/orders?open=${of.order_id}`}>{t('award.see_order')}</Link></li>}
    </ul>
  )
}
