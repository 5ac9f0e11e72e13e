// Today at a glance, where the money stands, and what waits for somebody.
import { QuestionCircleOutlined, ReloadOutlined, RightOutlined } from '@ant-design/icons'
import { Button, Card, Segmented, Skeleton, Tooltip } from 'antd'
import { type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead } from '../../api/hooks'
import type { Overview as Figures } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can, useCan } from '../../app/permissions'
import { BarBoard, TrendChart, type TrendSeries } from '../../parts/charts'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { FirstSteps } from './FirstSteps'
import { WhereMoney } from './WhereMoney'

export default function Overview() {
  const { t } = useTranslation()
  const [filters, change] = useFilters('days')
  const days = Number(filters.days) || 30
  const figures = useRead('GET /overview', { query: { days } }, { keep: true })
  const span = <Segmented aria-label={t('overview.span')} value={days} onChange={(d) => change({ days: String(d) })} options={[7, 30, 90].map((d) => ({ value: d, label: t('overview.days', { count: d }) }))} />
  return (
    <PageShell title={t('menu.overview')} help={t('overview.help')} controls={<>{span}<Button icon={<ReloadOutlined />} aria-label={t('common.reload')} loading={figures.isFetching} onClick={() => void figures.refetch()} /></>}>
      {figures.error && !figures.data ? <Failure error={figures.error} retry={() => void figures.refetch()} /> : figures.data ? <Board of={figures.data} days={days} /> : <Waiting />}
    </PageShell>
  )
}

function Waiting() {
  return <div className="stack" aria-busy="true"><div className="tiles">{[1, 2, 3, 4].map((n) => <div key={n} className="tile"><Skeleton active title={false} paragraph={{ rows: 2 }} /></div>)}</div><Card><Skeleton active paragraph={{ rows: 8 }} /></Card></div>
}

function Tile({ label, help, children }: { label: string; help?: string; children: ReactNode }) {
  return (
    <div className="tile">
      <div className="label">{label}{help && <Tooltip title={help}><QuestionCircleOutlined tabIndex={0} aria-label={help} /></Tooltip>}</div>
      <div className="value">{children}</div>
    </div>
  )
}

function Board({ of, days }: { of: Figures; days: number }) {
  const { t } = useTranslation()
  return (
    <div className="stack">
      <Waits of={of} />
      <FirstSteps />
      <section aria-label={t('overview.today')}>
        <div className="tiles">
          <Tile label={t('overview.today_sales')} help={t('overview.sales_help')}><Money of={of.today.sales} /></Tile>
          <Tile label={t('overview.today_orders')}><span className="num">{of.today.orders}</span></Tile>
          <Tile label={t('overview.today_commission')} help={t('overview.commission_help')}><Money of={of.today.commission} /></Tile>
          <Tile label={t('overview.today_distributors')}><span className="num">{of.today.new_distributors}</span></Tile>
        </div>
      </section>
      <div className="two">
        <Card title={t('overview.trend', { count: days })}><Trend of={of} days={days} /></Card>
        <Card title={t('overview.top')} extra={<Link to="/leaderboard">{t('overview.all')}</Link>}>
          {of.top.length > 0 ? <BarBoard items={of.top} metric="sales" height={300} label={t('overview.top')} /> : <EmptyState title={t('overview.no_top')} next={t('overview.no_top_next')} />}
        </Card>
      </div>
      <div className="two">
        <WhereMoney of={of.totals} />
        <Can permission="settlement.read"><Next /></Can>
      </div>
    </div>
  )
}

/** What waits for a person, with the way to it. Nothing waiting is nothing shown. */
function Waits({ of }: { of: Figures }) {
  const { t } = useTranslation()
  const can = useCan()
  const all = [
    { name: 'withdrawals', count: of.pending_withdrawals, to: '/withdrawals?state=requested', permission: 'withdrawal.read' },
    { name: 'applications', count: of.pending_applications, to: '/distributors/list?state=applied', permission: 'distributor.read' },
    { name: 'awaiting', count: of.awaiting, to: '/commission/awaiting', permission: 'commission.read' },
  ].filter((w) => w.count > 0 && can(w.permission))
  if (all.length === 0) return null
  return (
    <section aria-label={t('overview.waiting')} className="tiles" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(240px, 1fr))' }}>
      {all.map((w) => (
        <Link key={w.name} to={w.to} className="tile" style={{ background: '#fdf6e9', borderColor: '#f0dcb8', display: 'flex', justifyContent: 'space-between', alignItems: 'center', color: '#6b3a00' }}>
          <span><strong className="num" style={{ fontSize: 20, marginRight: 8 }}>{w.count}</strong>{t(`overview.wait_${w.name}`)}</span><RightOutlined aria-hidden />
        </Link>
      ))}
    </section>
  )
}

type Line = 'sales' | 'orders' | 'commission'

function Trend({ of, days }: { of: Figures; days: number }) {
  const { t } = useTranslation()
  const [shown, setShown] = useState<'all' | Line>('all')
  const labels = useMemo(() => of.series.map((d) => d.day), [of.series])
  const series = useMemo<TrendSeries[]>(() => {
    const lines: Record<Line, TrendSeries> = {
      sales: { name: t('metric.sales'), kind: 'money', values: of.series.map((d) => d.sales.amount) },
      commission: { name: t('metric.commission'), kind: 'money', values: of.series.map((d) => d.commission.amount) },
      orders: { name: t('metric.orders'), kind: 'count', values: of.series.map((d) => d.orders) },
    }
    return shown === 'all' ? [lines.sales, lines.commission, lines.orders] : [lines[shown]]
  }, [of.series, shown, t])
  if (of.series.every((d) => d.orders === 0 && d.sales.amount === 0)) return <EmptyState title={t('overview.no_sales', { count: days })} next={t('overview.no_sales_next')} />
  return (
    <>
      <Segmented size="small" aria-label={t('overview.lines')} value={shown} onChange={setShown} options={[{ value: 'all', label: t('common.all') }, ...(['sales', 'commission', 'orders'] as const).map((l) => ({ value: l, label: t(`metric.${l}`) }))]} style={{ marginBottom: 8 }} />
      <TrendChart days={labels} series={series} height={264} label={t('overview.trend', { count: days })} />
    </>
  )
}

/** The money that becomes available in the next days. */
function Next() {
  const { t } = useTranslation()
  const settlement = useRead('GET /settlement')
  return (
    <Card title={t('overview.next')}>
      {!settlement.data ? settlement.error ? <Failure error={settlement.error} retry={() => void settlement.refetch()} /> : <Skeleton active /> : settlement.data.next.length === 0 ? <p style={{ color: '#56625d', margin: 0 }}>{t('overview.no_next')}</p> : (
        <ul className="why">{settlement.data.next.slice(0, 5).map((n) => <li key={n.day} style={{ display: 'flex', justifyContent: 'space-between' }}><span className="num">{n.day}</span><Money of={n.amount} strong /></li>)}</ul>
      )}
    </Card>
  )
}
