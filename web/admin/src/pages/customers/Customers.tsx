import type { ProColumns } from '@ant-design/pro-components'
import { Descriptions, Drawer, Skeleton, Tabs, Timeline } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead } from '../../api/hooks'
import type { Customer, CustomerPage } from '../../api/types'
import { Failure } from '../../app/Failure'
import { useStore } from '../../app/permissions'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters, useOpen } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { SearchBox } from '../../parts/SearchBox'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'

export default function Customers() {
  const { t } = useTranslation()
  const time = useTime()
  const [filters, change] = useFilters('q')
  const [open, setOpen] = useOpen()
  const columns = useMemo<ProColumns<Customer>[]>(() => [
    { title: t('customer.name'), render: (_, c) => <RowLink id={c.id}>{c.name || c.external_id || c.id}</RowLink> },
    { title: t('customer.distributor'), render: (_, c) => (c.distributor ? <Link to={`/distributors/list?open=${c.distributor.id}`}>{c.distributor.name}</Link> : '—') },
    { title: t('customer.orders'), align: 'right', render: (_, c) => c.orders ?? '—' },
    { title: t('customer.spent'), align: 'right', render: (_, c) => <Money of={c.spent} quietZero /> },
    { title: t('customer.first_order_at'), render: (_, c) => <span className="num">{time.day(c.first_order_at)}</span> },
    { title: t('customer.created_at'), render: (_, c) => <span className="num">{time.day(c.registered_at)}</span> },
  ], [t, time])
  return (
    <PageShell title={t('menu.customers')} help={t('customer.help')}>
      <div className="filters"><SearchBox value={filters.q} onSearch={(q) => change({ q })} placeholder={t('customer.search')} /></div>
      <CursorTable route="GET /customers" name="customers" rowKey="id" input={{ query: filters }} columns={columns} onOpen={(c) => setOpen(c.id)}
        empty={filters.q ? <EmptyState title={t('list.no_match')} next={t('list.no_match_next')} /> : <EmptyState title={t('customer.empty')} next={t('customer.empty_next')} />} />
      {open && <CustomerDrawer id={open} onClose={() => setOpen(undefined)} />}
    </PageShell>
  )
}

function CustomerDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const found = useRead('GET /customers/{id}', { path: { id } })
  return (
    <Drawer open onClose={onClose} size={620} title={found.data?.name ?? ''} extra={<Link to={`/orders?buyer_id=${id}`}>{t('distributor.see_orders')}</Link>}>
      {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : !found.data ? <Skeleton active paragraph={{ rows: 8 }} /> : <Facts of={found.data} />}
    </Drawer>
  )
}

function Facts({ of }: { of: CustomerPage }) {
  const { t } = useTranslation()
  const time = useTime()
  const { clock } = useStore()
  const standing = (b: CustomerPage['binds'][number]) => {
    const now = Date.parse(clock.now)
    if (b.ended_at || (b.valid_until && Date.parse(b.valid_until) <= now)) return 'ended'
    return Date.parse(b.protected_until) > now ? 'protected' : 'valid'
  }
  return (
    <>
      <Descriptions size="small" column={2} items={[
        { key: 'd', label: t('customer.distributor'), children: of.distributor ? <Link to={`/distributors/list?open=${of.distributor.id}`}>{of.distributor.name}</Link> : '—' },
        { key: 'e', label: t('distributor.external_id'), children: of.external_id || '—' },
        { key: 'o', label: t('customer.orders'), children: of.orders ?? '—' },
        { key: 's', label: t('customer.spent'), children: <Money of={of.spent} strong /> },
      ]} />
      <Tabs items={[
        {
          key: 'binds', label: t('customer.binds'),
          children: (of.binds ?? []).length === 0 ? <EmptyState title={t('customer.no_binds')} next={t('customer.no_binds_next')} /> : (
            <Timeline items={of.binds.map((b) => ({
              content: (
                <>
                  <div style={{ display: 'flex', gap: 8 }}><strong>{b.distributor.name}</strong><StatusTag noun="bind" state={standing(b)} /><span>{t(`bind.${b.cause}`, b.cause)}</span></div>
                  <div className="num" style={{ color: '#56625d', fontSize: 13 }}>{time.minute(b.bound_at)} → {b.ended_at ? `${time.minute(b.ended_at)} ${t(`bind.${b.ended_cause}`, b.ended_cause)}` : b.valid_until ? time.minute(b.valid_until) : t('customer.permanent')} · {t('customer.protected', { at: time.minute(b.protected_until) })}</div>
                </>
              ),
            }))} />
          ),
        },
        {
          key: 'touches', label: t('customer.touches'),
          children: (of.touches ?? []).length === 0 ? <EmptyState title={t('customer.no_touches')} /> : (
            <Timeline items={of.touches.map((x) => ({ content: <><div>{t('customer.touch', { name: x.distributor.name })}{x.channel && ` · ${x.channel}`}</div><div className="num" style={{ color: '#56625d', fontSize: 13 }}>{time.full(x.at)}</div></> }))} />
          ),
        },
      ]} />
    </>
  )
}
