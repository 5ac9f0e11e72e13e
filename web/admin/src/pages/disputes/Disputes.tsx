// 申诉: what distributors question, the merchant's turn first.
import type { ProColumns } from '@ant-design/pro-components'
import { Segmented } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Dispute } from '../../api/types'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters, useOpen } from '../../parts/filters'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { shortId } from '../distributors/DistributorDrawer'
import { DisputeDrawer } from './DisputeDrawer'

const shown = ['open', 'answered', 'closed', 'all']

export default function Disputes() {
  const { t } = useTranslation()
  const time = useTime()
  const [filters, change] = useFilters('state', 'order_id', 'distributor_id')
  const [open, setOpen] = useOpen()
  const state = filters.state ?? 'open'
  const columns = useMemo<ProColumns<Dispute>[]>(() => [
    { title: t('dispute.who'), render: (_, d) => <RowLink id={d.id}>{d.distributor.name}</RowLink> },
    { title: t('dispute.about'), render: (_, d) => (d.order_id ? <Link to={`/orders?open=${d.order_id}`}>{d.order_external_id || shortId(d.order_id)}</Link> : t('dispute.claims', { number: d.claimed })) },
    { title: t('dispute.state'), render: (_, d) => <StatusTag noun="dispute" state={d.state} /> },
    { title: t('dispute.outcome'), render: (_, d) => (d.outcome ? <StatusTag noun="outcome" state={d.outcome} /> : '—') },
    { title: t('dispute.opened_at'), render: (_, d) => <span className="num">{time.minute(d.opened_at)}</span> },
    { title: t('dispute.changed_at'), render: (_, d) => <span className="num">{time.minute(d.changed_at)}</span> },
  ], [t, time])
  return (
    <PageShell title={t('menu.disputes')} help={t('dispute.help')}>
      <div className="filters">
        <Segmented aria-label={t('dispute.state')} value={state} onChange={(s) => change({ state: s })} options={shown.map((s) => ({ value: s, label: s === 'all' ? t('common.all') : t(`status.dispute.${s}`) }))} />
      </div>
      <CursorTable route="GET /disputes" name="disputes" rowKey="id" input={{ query: { ...filters, state: state === 'all' ? undefined : state } }} columns={columns} onOpen={(d) => setOpen(d.id)}
        empty={state === 'open' ? <EmptyState title={t('dispute.none_open')} next={t('dispute.none_open_next')} /> : <EmptyState title={t('dispute.empty')} next={t('dispute.empty_next')} />} />
      {open && <DisputeDrawer id={open} onClose={() => setOpen(undefined)} />}
    </PageShell>
  )
}
