import type { ProColumns } from '@ant-design/pro-components'
import { Button, Select } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { plainMoney } from '../../api/money'
import type { OrderRow } from '../../api/types'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters, useOpen } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { SearchBox } from '../../parts/SearchBox'
import { statesOf } from '../../parts/status'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { OrderDrawer } from './OrderDrawer'

export default function Orders() {
  const { t } = useTranslation()
  const time = useTime()
  const [filters, change] = useFilters('state', 'q', 'seller_id', 'buyer_id')
  const [open, setOpen] = useOpen()
  const filtered = Object.values(filters).some(Boolean)
  const columns = useMemo<ProColumns<OrderRow>[]>(() => [
    { title: t('order.number'), dataIndex: 'external_id', width: 200, render: (_, o) => <RowLink id={o.id}>{o.external_id || o.id}</RowLink> },
    { title: t('order.state'), dataIndex: 'state', render: (_, o) => <StatusTag noun="order" state={o.state} /> },
    { title: t('order.buyer'), dataIndex: ['buyer', 'name'] },
    { title: t('order.seller'), dataIndex: 'seller', render: (_, o) => (o.seller ? <Link to={`/distributors/list?open=${o.seller.id}`}>{o.seller.name}</Link> : <span style={{ color: '#56625d' }}>{t('order.no_seller')}</span>) },
    { title: t('order.goods'), dataIndex: 'goods', align: 'right', render: (_, o) => <Money of={o.goods} /> },
    { title: t('order.refunded'), dataIndex: 'refunded', align: 'right', render: (_, o) => <Money of={o.refunded} quietZero /> },
    { title: t('order.commission'), dataIndex: 'commission', align: 'right', render: (_, o) => (o.commission?.state === 'decided' ? <Money of={o.commission.total} strong /> : <StatusTag noun="commission" state={o.commission?.state ?? 'none'} />) },
    { title: t('order.source'), dataIndex: 'source', render: (_, o) => t(`source.${o.source}`, o.source) },
    { title: t('order.placed_at'), dataIndex: 'placed_at', render: (_, o) => <span className="num">{time.minute(o.placed_at)}</span> },
    { title: t('order.paid_at'), dataIndex: 'paid_at', render: (_, o) => <span className="num">{time.minute(o.paid_at)}</span> },
  ], [t, time])
  return (
    <PageShell title={t('menu.orders')} help={t('order.help')}>
      <div className="filters">
        <SearchBox value={filters.q} onSearch={(q) => change({ q })} placeholder={t('order.search')} />
        <Select allowClear aria-label={t('order.state')} placeholder={t('order.any_state')} value={filters.state} onChange={(state: string | undefined) => change({ state })} style={{ width: 160 }} options={statesOf('order').map((s) => ({ value: s, label: t(`status.order.${s}`) }))} />
        {filtered && <Button type="link" onClick={() => change({ q: undefined, state: undefined, seller_id: undefined, buyer_id: undefined })}>{t('list.clear')}</Button>}
      </div>
      <CursorTable
        route="GET /orders" name="orders" rowKey="id" input={{ query: filters }} columns={columns} onOpen={(o) => setOpen(o.id)}
        empty={filtered ? <EmptyState title={t('list.no_match')} next={t('list.no_match_next')} /> : <EmptyState title={t('order.empty')} next={t('order.empty_next')} action={<Link to="/settings/keys">{t('order.empty_action')}</Link>} />}
        csv={[
          { title: t('order.number'), text: (o) => o.external_id || o.id }, { title: t('order.state'), text: (o) => t(`status.order.${o.state}`, o.state) },
          { title: t('order.buyer'), text: (o) => o.buyer?.name }, { title: t('order.seller'), text: (o) => o.seller?.name },
          { title: t('order.goods'), text: (o) => plainMoney(o.goods) }, { title: t('order.freight'), text: (o) => plainMoney(o.freight) }, { title: t('order.refunded'), text: (o) => plainMoney(o.refunded) },
          { title: t('order.commission'), text: (o) => (o.commission?.state === 'decided' ? plainMoney(o.commission.total) : '') },
          { title: t('order.placed_at'), text: (o) => time.full(o.placed_at) }, { title: t('order.paid_at'), text: (o) => time.full(o.paid_at) },
        ]}
      />
      {open && <OrderDrawer id={open} onClose={() => setOpen(undefined)} />}
    </PageShell>
  )
}
