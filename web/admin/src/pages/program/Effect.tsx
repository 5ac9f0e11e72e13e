// What a draft costs, before it costs anything: the store's own last orders
// decided again, and the worst order that could come.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Alert, Card, Collapse, Skeleton, Statistic, Table } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatMoney, percentOf } from '../../api/money'
import type { ApiError } from '../../api/problem'
import type { Gain, Money as Amount, MoneyDiff, SentDraft, Touched, WorstCase, WorstCases } from '../../api/types'
import { Failure } from '../../app/Failure'
import { api } from '../../app/token'
import { Money } from '../../parts/Money'
import { useTime } from '../../parts/time'
import { Awards } from '../../parts/Why'
import { difference, directionOf } from './draft'

const faint = { color: '#56625d' }

export function useMoneyDiff(draft: SentDraft, enabled: boolean) {
  const { i18n } = useTranslation()
  return useQuery<MoneyDiff, ApiError>({ queryKey: ['effect', draft, i18n.language], queryFn: ({ signal }) => api('POST /program/diff', { body: draft }, { signal }), enabled, retry: false, placeholderData: keepPreviousData })
}

/** An amount that says which way it goes: "+¥12.00". */
export function Signed({ of }: { of: Amount | null | undefined }) {
  if (!of) return <span>—</span>
  return <span className="num" style={{ color: of.amount > 0 ? '#8f3d06' : of.amount < 0 ? '#176a3f' : '#56625d', fontWeight: 500 }}>{of.amount > 0 ? '+' : ''}{formatMoney(of)}</span>
}

/** Figures in a row, each with its word above. */
export function Figures({ items }: { items: { title: string; value: ReactNode; note?: ReactNode }[] }) {
  return (
    <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(130px, 1fr))', gap: 12 }}>
      {items.map((x) => (
        <div key={x.title}>
          <Statistic title={x.title} valueRender={() => <span style={{ fontSize: 20, fontWeight: 600 }}>{x.value}</span>} />
          {x.note && <div style={{ ...faint, fontSize: 13 }}>{x.note}</div>}
        </div>
      ))}
    </div>
  )
}

export function Effect({ query, waits }: { query: ReturnType<typeof useMoneyDiff>; waits?: string }) {
  const { t } = useTranslation()
  return (
    <Card size="small" title={t('effect.title')} aria-live="polite">
      {waits ? <p style={faint}>{waits}</p> : query.error ? <Failure error={query.error} retry={() => void query.refetch()} /> : !query.data ? <Skeleton active paragraph={{ rows: 3 }} /> : <Told of={query.data} />}
    </Card>
  )
}

function Told({ of }: { of: MoneyDiff }) {
  const { t } = useTranslation()
  const time = useTime()
  if (of.orders === 0) return <Alert type="info" showIcon title={t('effect.no_orders')} description={t('effect.no_orders_help')} />
  const direction = directionOf(of)
  return (
    <div className="stack">
      <p style={{ ...faint, margin: 0 }}>{t('effect.basis', { count: of.orders })}</p>
      <Figures items={[
        { title: t('effect.was'), value: <Money of={of.was} /> },
        { title: t('effect.would'), value: <Money of={of.would} /> },
        { title: t('effect.difference'), value: <Signed of={difference(of)} />, note: t('effect.counts', { more: of.more, less: of.less }) },
      ]} />
      {of.undecided > 0 && <Alert type="warning" showIcon title={t('effect.undecided', { count: of.undecided })} />}
      {direction === 'none' && <Alert type="success" showIcon title={t('effect.none')} />}
      <Cut of={of.touched ?? []} all={of.touched_in} uncosted={of.uncosted} told={t('effect.touched', { count: of.touched_in })} />
      <Capped of={of.capped ?? []} all={of.capped_in} />
      {(of.winner || of.loser) && <Sides winner={of.winner} loser={of.loser} />}
      {of.shown.length > 0 && (
        <Collapse size="small" items={[{
          key: 'orders', label: t('effect.orders', { count: of.shown.length }),
          children: (
            <Table size="small" rowKey="order_id" pagination={of.shown.length > 10 ? { pageSize: 10, showSizeChanger: false } : false} dataSource={of.shown} scroll={{ x: 'max-content' }} columns={[
              { title: t('order.number'), render: (_, o) => <Link to={`/orders?open=${o.order_id}`} target="_blank">{o.external_id || o.order_id.slice(-8)}</Link> },
              { title: t('order.paid_at'), render: (_, o) => <span className="num">{time.minute(o.paid_at)}</span> },
              { title: t('order.goods'), align: 'right', render: (_, o) => <Money of={o.goods} /> },
              { title: t('effect.was'), align: 'right', render: (_, o) => <Money of={o.was} /> },
              { title: t('effect.would'), align: 'right', render: (_, o) => (o.would ? <Money of={o.would} /> : t('preview.undecided')) },
              { title: t('effect.difference'), align: 'right', render: (_, o) => <Signed of={o.difference} /> },
            ]} />
          ),
        }]} />
      )}
    </div>
  )
}

/** The goods that the cap on margins cuts: a merchant sees them before it is in force. */
function Cut({ of, all, uncosted = 0, told }: { of: Touched[]; all: number; uncosted?: number; told: string }) {
  const { t } = useTranslation()
  if (of.length === 0 && uncosted === 0) return null
  return (
    <section aria-label={t('effect.touched_goods')}>
      {of.length > 0 && <p style={{ margin: '0 0 8px' }}>{told}</p>}
      {of.length > 0 && (
        <Table size="small" rowKey="sku" pagination={of.length > 10 ? { pageSize: 10, showSizeChanger: false } : false} dataSource={of} scroll={{ x: 'max-content' }} columns={[
          { title: t('effect.touched_goods'), render: (_, x) => <>{x.title || x.sku}{x.title && <span style={faint}> · {x.sku}</span>}</> },
          { title: t('effect.touched_lines'), align: 'right', dataIndex: 'lines' },
          { title: t('effect.touched_cut'), align: 'right', render: (_, x) => <Money of={x.cut} /> },
        ]} />
      )}
      {all > of.length && <p style={faint}>{t('effect.touched_more', { count: all - of.length })}</p>}
      {uncosted > 0 && <p style={{ ...faint, margin: '8px 0 0' }}>{t('effect.uncosted', { count: uncosted })}</p>}
    </section>
  )
}

/** Whom the cap per person cuts: a merchant sees them before it is in force. */
function Capped({ of, all }: { of: Gain[]; all: number }) {
  const { t } = useTranslation()
  if (of.length === 0) return null
  return (
    <section aria-label={t('effect.capped_people')}>
      <p style={{ margin: '0 0 8px' }}>{t('effect.capped', { count: all })}</p>
      <Table size="small" rowKey={(x) => x.payee.id} pagination={of.length > 10 ? { pageSize: 10, showSizeChanger: false } : false} dataSource={of} scroll={{ x: 'max-content' }} columns={[
        { title: t('effect.capped_people'), render: (_, x) => x.payee.name },
        { title: t('effect.touched_cut'), align: 'right', render: (_, x) => <Money of={x.amount} /> },
      ]} />
      {all > of.length && <p style={faint}>{t('effect.capped_more', { count: all - of.length })}</p>}
    </section>
  )
}

function Sides({ winner, loser }: { winner: Gain | null; loser: Gain | null }) {
  const { t } = useTranslation()
  const one = (title: string, g: Gain | null) => g && <div><span style={faint}>{title}</span> <strong>{g.payee.name || g.payee.id}</strong> <Signed of={g.amount} /></div>
  return <div style={{ display: 'flex', gap: 24, flexWrap: 'wrap' }}>{one(t('effect.winner'), winner)}{one(t('effect.loser'), loser)}</div>
}

/** 最坏情况: asked for only when somebody opens it, since it tries many orders that never were. */
export function Worst({ draft, open = false, enabled = true }: { draft: SentDraft; open?: boolean; enabled?: boolean }) {
  const { t } = useTranslation()
  return <Collapse size="small" defaultActiveKey={open ? ['worst'] : []} items={[{ key: 'worst', label: t('worst.title'), children: enabled ? <Search draft={draft} /> : <p style={faint}>{t('effect.agree_first')}</p> }]} />
}

function Search({ draft }: { draft: SentDraft }) {
  const { t, i18n } = useTranslation()
  const found = useQuery<WorstCases, ApiError>({ queryKey: ['worst', draft, i18n.language], queryFn: ({ signal }) => api('POST /program/worst-case', { body: draft }, { signal }), retry: false })
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />
  if (!found.data) return <Skeleton active paragraph={{ rows: 4 }} />
  const w = found.data
  return (
    <div className="stack" aria-live="polite">
      <p style={{ ...faint, margin: 0 }}>{w.goods > 0 ? t('worst.basis', { count: w.tried, goods: w.goods }) : t('worst.basis_samples', { count: w.tried })}</p>
      {w.highest_share ? <Case title={t('worst.highest_share')} of={w.highest_share} /> : <p>{t('worst.nothing')}</p>}
      {w.worst_margin ? <Case title={t('worst.worst_margin')} of={w.worst_margin} /> : <p style={faint}>{t('worst.no_cost')}</p>}
      <Cut of={w.touched ?? []} all={w.touched_in} told={t('worst.touched', { count: w.touched_in })} />
      {(w.undecided ?? []).map((u) => <Alert key={u.code} type="warning" showIcon title={u.sentence} description={t('trial.of_orders', { count: u.orders })} />)}
    </div>
  )
}

function Case({ title, of }: { title: string; of: WorstCase }) {
  const { t } = useTranslation()
  const capped = of.asked.amount > of.given.amount
  return (
    <section>
      <h3 style={{ fontSize: 14 }}>{title}</h3>
      <p style={{ margin: '0 0 8px' }}>{of.title}{(of.lines ?? []).length > 0 && <span style={faint}> · {of.lines.map((l) => `${l.sku} × ${l.qty}`).join('，')}</span>}</p>
      <Figures items={[
        { title: t('worst.goods'), value: <Money of={of.goods} /> },
        { title: t('worst.given'), value: <Money of={of.given} />, note: capped ? t('worst.capped', { asked: formatMoney(of.asked) }) : undefined },
        { title: t('worst.share'), value: `${percentOf(of.share)}%` },
        { title: t('worst.margin'), value: of.margin ? <Money of={of.margin} /> : '—', note: of.margin ? undefined : t('worst.no_cost_short') },
      ]} />
      {of.margin && of.margin.amount < 0 && <Alert type="error" showIcon title={t('worst.loses')} style={{ marginTop: 8 }} />}
      <Collapse ghost size="small" items={[{ key: 'who', label: t('worst.who'), children: <Awards drafted personCaps={of.commission.person_caps} awards={of.commission.awards ?? []} declined={of.commission.declined ?? []} cap={of.commission.cap} lineCaps={of.commission.line_caps} /> }]} />
    </section>
  )
}
