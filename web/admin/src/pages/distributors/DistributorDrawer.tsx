// One distributor: standing, money, awards, movements, and how it went over time.
import { Alert, Button, Descriptions, Drawer, Skeleton, Space, Table, Tabs } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useReadMore } from '../../api/hooks'
import { addMoney } from '../../api/money'
import type { AwardRow, Debt, Distributor, Money as Amount, Movement } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can, useCan, useStore } from '../../app/permissions'
import { TrendChart } from '../../parts/charts'
import { EmptyState } from '../../parts/EmptyState'
import { Money } from '../../parts/Money'
import { More } from '../../parts/More'
import { RowLink } from '../../parts/RowLink'
import { StatusTag } from '../../parts/StatusTag'
import { timesIn, useTime } from '../../parts/time'
import { AwardWhy } from '../commission/AwardWhy'
import { LeadSwitch } from './Lead'
import { type Doing, StateButtons, StateDialog } from './actions'
import { GradeDialog, UplineDialog } from './dialogs'
import { Forfeits } from './Forfeits'

export function DistributorDrawer({ id, grades, onClose }: { id: string; grades: string[]; onClose: () => void }) {
  const { t } = useTranslation()
  const found = useRead('GET /distributors/{id}', { path: { id } })
  const [doing, setDoing] = useState<Doing | 'grade' | 'upline'>()
  const can = useCan()
  const who = found.data
  const close = () => setDoing(undefined)
  return (
    <Drawer open onClose={onClose} size={780} title={who ? who.name : ''} extra={who && <StatusTag noun="distributor" state={who.state} reason={who.state_reason} />}
      footer={who && (
        <Space style={{ width: '100%', justifyContent: 'flex-end' }}>
          <Can permission="distributor.grade"><Button onClick={() => setDoing('grade')}>{t('distributor.set_grade')}</Button></Can>
          <Can permission="distributor.move"><Button onClick={() => setDoing('upline')}>{t('distributor.set_upline')}</Button></Can>
          <StateButtons who={who} onDo={setDoing} />
        </Space>
      )}>
      {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : !who ? <Skeleton active paragraph={{ rows: 10 }} /> : (
        <Tabs items={[
          { key: 'facts', label: t('distributor.facts'), children: <Facts who={who} /> },
          { key: 'awards', label: t('menu.awards'), children: <Awards id={id} /> },
          { key: 'debts', label: t('distributor.debts'), children: <Debts id={id} owed={who.balance?.debt} /> },
          ...(can('balance.read') ? [{ key: 'forfeits', label: t('forfeit.tab'), children: <Forfeits who={who} /> }] : []),
          { key: 'movements', label: t('distributor.movements'), children: <Movements id={id} /> },
        ]} />
      )}
      {who && doing === 'grade' && <GradeDialog who={who} grades={grades} onClose={close} />}
      {who && doing === 'upline' && <UplineDialog who={who} onClose={close} />}
      {who && doing && doing !== 'grade' && doing !== 'upline' && <StateDialog what={doing} who={who} onClose={close} />}
    </Drawer>
  )
}

function Facts({ who }: { who: Distributor }) {
  const { t } = useTranslation()
  const time = useTime()
  const profile = Object.entries(who.profile ?? {})
  return (
    <div className="stack">
      <div className="tiles" style={{ gridTemplateColumns: 'repeat(5, minmax(0, 1fr))', gap: 8 }}>
        {(['held', 'available', 'reserved', 'paid', 'debt'] as const).map((a) => (
          <div key={a} className="tile" style={{ padding: 12 }}><div className="label">{t(`account.${a}`)}</div><div style={{ fontSize: 16, fontWeight: 600 }}><Money of={who.balance?.[a]} /></div></div>
        ))}
      </div>
      <Descriptions size="small" column={2} items={[
        { key: 'code', label: t('distributor.code'), children: <span className="num">{who.code}</span> },
        { key: 'ext', label: t('distributor.external_id'), children: who.external_id || '—' },
        { key: 'grade', label: t('distributor.grade'), children: t(`grade.${who.grade}`, who.grade) },
        { key: 'lead', label: t('distributor.lead'), children: <LeadSwitch who={who} /> },
        { key: 'regions', label: t('menu.partners'), children: (who.regions ?? []).length > 0 ? <Link to="/distributors/partners">{who.regions!.join('、')}</Link> : '—' },
        { key: 'upline', label: t('distributor.upline'), children: who.upline ? <RowLink id={who.upline.id}>{who.upline.name}</RowLink> : '—' },
        { key: 'sales', label: t('distributor.sales_30d'), children: <Money of={who.sales_30d} /> },
        { key: 'orders', label: t('distributor.orders_30d'), children: who.orders_30d },
        { key: 'applied', label: t('distributor.applied_at'), children: time.minute(who.applied_at) },
        { key: 'joined', label: t('distributor.joined_at'), children: time.minute(who.joined_at) },
        ...(who.state_reason ? [{ key: 'reason', label: t('common.reason'), children: who.state_reason, span: 2 }] : []),
        ...profile.map(([k, v]) => ({ key: `p-${k}`, label: k, children: typeof v === 'string' ? v : JSON.stringify(v) })),
      ]} />
      <Line id={who.id} />
      <Space><Link to={`/orders?seller_id=${who.id}`}>{t('distributor.see_orders')}</Link><Link to={`/distributors/tree?root=${who.id}`}>{t('distributor.see_team')}</Link></Space>
    </div>
  )
}

/** Commission granted per day, from the person's latest hundred awards. */
function Line({ id }: { id: string }) {
  const { t } = useTranslation()
  const { time_zone, currency } = useStore()
  const awards = useRead('GET /distributors/{id}/awards', { path: { id }, query: { limit: 100 } })
  const { days, values } = useMemo(() => byDay(awards.data?.items ?? [], time_zone, currency), [awards.data, time_zone, currency])
  if (awards.isLoading) return <Skeleton active />
  if (days.length < 2) return null
  return (
    <section>
      <h3 style={{ fontSize: 15 }}>{t('distributor.line')}</h3>
      <TrendChart days={days} height={220} label={t('distributor.line')} series={[{ name: t('metric.commission'), kind: 'money', values }]} />
    </section>
  )
}

export function byDay(awards: AwardRow[], zone: string, currency: string): { days: string[]; values: number[] } {
  const day = (at: string) => timesIn(zone, 'zh-CN').day(at).replace(/\//g, '-')
  const sums = new Map<string, number>()
  for (const a of awards) {
    if (!a.placed_at) continue
    const d = day(a.placed_at)
    sums.set(d, addMoney({ amount: sums.get(d) ?? 0, currency }, a.standing).amount)
  }
  const first = [...sums.keys()].sort()[0]
  const last = [...sums.keys()].sort().pop()
  if (!first || !last) return { days: [], values: [] }
  const days: string[] = []
  for (let d = Date.parse(`${first}T00:00:00Z`); d <= Date.parse(`${last}T00:00:00Z`) && days.length < 366; d += 86_400_000) days.push(new Date(d).toISOString().slice(0, 10))
  return { days, values: days.map((d) => sums.get(d) ?? 0) }
}

function Awards({ id }: { id: string }) {
  const { t } = useTranslation()
  const time = useTime()
  const [why, setWhy] = useState<AwardRow>()
  const list = useReadMore('GET /distributors/{id}/awards', { path: { id } })
  if (list.error) return <Failure error={list.error} retry={() => void list.refetch()} />
  if (list.data?.length === 0) return <EmptyState title={t('award.empty')} next={t('award.empty_next')} />
  return (
    <More query={list}>
      <Table<AwardRow> size="small" loading={list.isLoading} rowKey={(a) => `${a.order_id}`} pagination={false} dataSource={list.data ?? []} columns={[
        { title: t('award.order'), render: (_, a) => <Link to={`/orders?open=${a.order_id}`}>{shortId(a.order_id)}</Link> },
        { title: t('award.level'), render: (_, a) => (a.level > 0 ? t('why.level', { n: a.level }) : t('why.role')) },
        { title: t('award.standing'), align: 'right', render: (_, a) => <Money of={a.standing} strong /> },
        { title: t('award.status'), render: (_, a) => <StatusTag noun="award" state={a.status} /> },
        { title: t('award.matures_at'), render: (_, a) => <span className="num">{time.minute(a.available_at)}</span> },
        { title: t('award.why'), render: (_, a) => <Button type="link" size="small" onClick={() => setWhy(a)}>{t('award.why')}</Button> },
      ]} />
      {why && <AwardWhy order={why.order_id} onClose={() => setWhy(undefined)} />}
    </More>
  )
}

export const shortId = (id: string): string => (id.length > 16 ? `${id.slice(0, 4)}…${id.slice(-6)}` : id)

/** How they came to owe, and how it was netted. */
function Debts({ id, owed }: { id: string; owed?: Amount }) {
  const { t } = useTranslation()
  const time = useTime()
  const list = useReadMore('GET /distributors/{id}/debts', { path: { id } })
  if (list.error) return <Failure error={list.error} retry={() => void list.refetch()} />
  if (list.data?.length === 0) return <EmptyState title={t('distributor.no_debts')} next={t('distributor.no_debts_next')} />
  return (
    <More query={list}>
      {owed && owed.amount > 0 && <Alert type="warning" showIcon style={{ marginBottom: 12 }} title={<>{t('distributor.owes')} <Money of={owed} strong /></>} description={t('distributor.owes_help')} />}
      <Table<Debt> size="small" loading={list.isLoading} rowKey="id" pagination={false} dataSource={list.data ?? []} columns={[
        { title: t('order.when'), render: (_, d) => <span className="num">{time.full(d.at)}</span> },
        { title: t('distributor.cause'), render: (_, d) => (d.order_id ? <Link to={`/orders?open=${d.order_id}`}>{d.said}</Link> : d.said) },
        { title: t('account.debt'), align: 'right', render: (_, d) => <Money of={d.amount} strong /> },
      ]} />
    </More>
  )
}

function Movements({ id }: { id: string }) {
  const { t } = useTranslation()
  const time = useTime()
  const list = useReadMore('GET /distributors/{id}/movements', { path: { id } })
  if (list.error) return <Failure error={list.error} retry={() => void list.refetch()} />
  if (list.data?.length === 0) return <EmptyState title={t('distributor.no_movements')} next={t('award.empty_next')} />
  return (
    <More query={list}>
      <Table<Movement> size="small" loading={list.isLoading} rowKey={(m) => String(m.id)} pagination={false} dataSource={list.data ?? []} columns={[
        { title: t('order.when'), render: (_, m) => <span className="num">{time.full(m.recorded_at)}</span> },
        { title: t('distributor.movement'), render: (_, m) => t(`movement.${m.kind}`, m.kind) },
        { title: t('distributor.from_to'), render: (_, m) => `${t(`account.${m.source}`, m.source)} → ${t(`account.${m.target}`, m.target)}` },
        { title: t('order.amount'), align: 'right', render: (_, m) => (m.asset === 'points' ? t('movement.points', { n: m.amount.amount }) : <Money of={m.amount} strong />) },
        { title: t('distributor.ref'), render: (_, m) => (m.ref?.startsWith('ord_') ? <Link to={`/orders?open=${m.ref}`}>{shortId(m.ref)}</Link> : m.ref ? shortId(m.ref) : '—') },
      ]} />
    </More>
  )
}
