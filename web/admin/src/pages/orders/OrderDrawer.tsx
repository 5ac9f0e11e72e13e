// One order: what was bought, who stands behind it, what happened, who earned and why.
import { Alert, Button, Descriptions, Drawer, Skeleton, Space, Table, Tabs, Timeline } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useWrite } from '../../api/hooks'
import { addMoney, subtractMoney } from '../../api/money'
import type { Order } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can } from '../../app/permissions'
import { ConfirmAmount } from '../../parts/Confirm'
import { Money } from '../../parts/Money'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { Why } from '../../parts/Why'
import { ExchangeDialog } from './ExchangeDialog'
import { RefundDialog } from './RefundDialog'

export function OrderDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const order = useRead('GET /orders/{id}', { path: { id } })
  return (
    <Drawer open onClose={onClose} size={760} title={order.data ? t('order.title', { number: order.data.external_id || order.data.id }) : t('order.title', { number: '' })} extra={order.data && <StatusTag noun="order" state={order.data.state} />} footer={order.data && <Actions order={order.data} />}>
      {order.error ? <Failure error={order.error} retry={() => void order.refetch()} /> : !order.data ? <Skeleton active paragraph={{ rows: 10 }} /> : (
        <Tabs items={[
          { key: 'facts', label: t('order.facts'), children: <Facts order={order.data} /> },
          { key: 'why', label: t('order.why'), children: <Why order={id} /> },
          { key: 'events', label: t('order.events'), children: <Events order={order.data} /> },
        ]} />
      )}
    </Drawer>
  )
}

function Facts({ order }: { order: Order }) {
  const { t } = useTranslation()
  const time = useTime()
  const remaining = subtractMoney(order.goods, order.refunded)
  return (
    <div className="stack">
      <Descriptions size="small" column={2} items={[
        { key: 'buyer', label: t('order.buyer'), children: <Link to={`/customers?open=${order.buyer.id}`}>{order.buyer.name || order.buyer.id}</Link> },
        { key: 'source', label: t('order.source'), children: t(`source.${order.source}`, order.source) + (order.channel ? ` · ${order.channel}` : '') },
        ...(order.region ? [{ key: 'region', label: t('order.region'), children: order.region, span: 2 }] : []),
        { key: 'goods', label: t('order.goods'), children: <Money of={order.goods} strong /> },
        { key: 'freight', label: t('order.freight'), children: <Money of={order.freight} /> },
        { key: 'refunded', label: t('order.refunded'), children: <Money of={order.refunded} /> },
        { key: 'remaining', label: t('order.remaining'), children: <Money of={remaining} strong /> },
        { key: 'placed', label: t('order.placed_at'), children: time.full(order.placed_at) },
        { key: 'paid', label: t('order.paid_at'), children: time.full(order.paid_at) },
      ]} />
      <Table size="small" rowKey={(l) => l.id ?? l.sku} pagination={false} dataSource={order.lines ?? []} scroll={{ x: 'max-content' }} columns={[
        { title: t('order.line'), render: (_, l) => <><div>{l.title || l.sku}</div><div style={{ color: '#56625d', fontSize: 13 }}>{l.sku}</div></> },
        { title: t('order.qty'), dataIndex: 'qty', align: 'right' },
        { title: t('order.unit_price'), align: 'right', render: (_, l) => <Money of={l.unit_price} /> },
        { title: t('order.discount'), align: 'right', render: (_, l) => <Money of={l.discount} quietZero /> },
        { title: t('order.net'), align: 'right', render: (_, l) => <Money of={l.net} strong /> },
        { title: t('order.refunded'), align: 'right', render: (_, l) => <Money of={l.refunded} quietZero /> },
      ]} />
      <section>
        <h3 style={{ fontSize: 15 }}>{t('order.chain')}</h3>
        {order.attribution && <Alert type="info" showIcon title={order.attribution.sentence || t(`attribution.${order.attribution.reason}`, order.attribution.reason)} style={{ marginBottom: 12 }} />}
        {(order.chain ?? []).length === 0 ? <p style={{ color: '#56625d' }}>{t('order.no_chain')}</p> : (
          <ol className="why">
            {order.chain.map((m, i) => (
              <li key={m.id} style={{ display: 'flex', gap: 12, alignItems: 'center' }}>
                <span style={{ color: '#56625d', minWidth: 64 }}>{t('why.level', { n: m.level || i + 1 })}</span>
                <Link to={`/distributors/list?open=${m.id}`}>{m.name}</Link><span>{t(`grade.${m.grade}`, m.grade)}</span>
                {m.state && m.state !== 'active' && <StatusTag noun="distributor" state={m.state} />}
              </li>
            ))}
          </ol>
        )}
      </section>
      {(order.refunds ?? []).length > 0 && (
        <section>
          <h3 style={{ fontSize: 15 }}>{t('order.refunds')}</h3>
          <Table size="small" rowKey="id" pagination={false} dataSource={order.refunds} columns={[
            { title: t('order.when'), render: (_, r) => <span className="num">{time.minute(r.occurred_at)}</span> },
            { title: t('order.amount'), align: 'right', render: (_, r) => <Money of={r.amount} strong /> },
            { title: t('common.reason'), dataIndex: 'reason', render: (v: string) => v || '—' },
            { title: t('order.number'), dataIndex: 'external_id' },
          ]} />
        </section>
      )}
      {(order.exchanges ?? []).length > 0 && (
        <section>
          <h3 style={{ fontSize: 15 }}>{t('order.exchanges')}</h3>
          <Table size="small" rowKey="id" pagination={false} dataSource={order.exchanges} columns={[
            { title: t('order.when'), render: (_, x) => <span className="num">{time.minute(x.occurred_at)}</span> },
            { title: t('order.line'), render: (_, x) => <>{order.lines.find((l) => l.id === x.line)?.sku ?? x.line}{x.price_only ? ` · ${t('order.exchange_price')}` : ` → ${x.sku || t('order.exchange_again')}`}</> },
            { title: t('order.difference'), align: 'right', render: (_, x) => x.charged.amount > 0 ? <>{t('order.way_charge')} <Money of={x.charged} strong /></> : x.refunded.amount > 0 ? <>{t('order.way_refund')} <Money of={x.refunded} strong /></> : '—' },
            { title: t('common.reason'), render: (_, x) => <>{x.reason || '—'}{x.extra_id && <> · <Link to={`/orders?open=${x.extra_id}`}>{t('order.extra')}</Link></>}</> },
          ]} />
        </section>
      )}
    </div>
  )
}

function Events({ order }: { order: Order }) {
  const { t } = useTranslation()
  const time = useTime()
  const happened = [
    { at: order.placed_at, text: t('event.placed') },
    { at: order.paid_at, text: t('event.paid') },
    { at: order.shipped_at, text: t('event.shipped') },
    { at: order.received_at, text: t('event.received') },
    { at: order.closed_at, text: t('event.closed') },
    ...(order.exchanges ?? []).map((x) => ({ at: x.occurred_at, text: <>{t(x.price_only ? 'order.exchange_price' : 'order.exchange_goods')}{x.reason && ` · ${x.reason}`}</> })),
    ...(order.refunds ?? []).map((r) => ({ at: r.occurred_at, text: <>{t('event.refunded')} <Money of={r.amount} strong />{r.reason && ` · ${r.reason}`}</> })),
  ].filter((e) => e.at).sort((a, b) => Date.parse(a.at!) - Date.parse(b.at!))
  return <Timeline style={{ marginTop: 16 }} items={happened.map((e) => ({ content: <><div>{e.text}</div><div className="num" style={{ color: '#56625d', fontSize: 13 }}>{time.full(e.at)}</div></> }))} />
}

type Doing = 'ship' | 'receive' | 'close' | 'pay' | 'refund' | 'exchange'

function Actions({ order }: { order: Order }) {
  const { t } = useTranslation()
  const [doing, setDoing] = useState<Doing>()
  const ship = useWrite('POST /orders/{id}/ship')
  const receive = useWrite('POST /orders/{id}/receive')
  const close = useWrite('POST /orders/{id}/close')
  const pay = useWrite('POST /orders/{id}/pay')
  const steps = { ship, receive, close, pay }
  const path = { id: order.id }
  const paidFor = ['paid', 'shipped', 'received'].includes(order.state)
  const left = subtractMoney(order.goods, order.refunded)
  const offer: Partial<Record<Doing, boolean>> = {
    pay: order.state === 'placed', close: order.state === 'placed', ship: order.state === 'paid',
    receive: order.state === 'shipped' || order.state === 'paid', refund: paidFor && left.amount > 0, exchange: paidFor && left.amount > 0,
  }
  const main: Doing | undefined = (['pay', 'ship', 'receive'] as const).find((d) => offer[d])
  const buttons = (['refund', 'exchange', 'close', 'receive', 'ship', 'pay'] as const).filter((d) => offer[d])
  if (buttons.length === 0) return null
  return (
    <>
      <Space style={{ width: '100%', justifyContent: 'flex-end' }}>
        {buttons.map((d) => <Can key={d} permission={d === 'exchange' ? 'order.refund' : `order.${d}`}><Button type={d === main ? 'primary' : 'default'} danger={d === 'refund'} onClick={() => setDoing(d)}>{t(`order.do_${d}`)}</Button></Can>)}
      </Space>
      {doing === 'refund' && <RefundDialog order={order} onClose={() => setDoing(undefined)} />}
      {doing === 'exchange' && <ExchangeDialog order={order} onClose={() => setDoing(undefined)} />}
      {doing && doing !== 'refund' && doing !== 'exchange' && (
        <ConfirmAmount title={t(`order.do_${doing}`)} amount={doing === 'pay' ? addMoney(order.goods, order.freight) : undefined}
          consequence={t(`order.then_${doing}`, { number: order.external_id || order.id })} confirm={t(`order.do_${doing}`)} done={t('common.done')} onConfirm={() => steps[doing].mutateAsync({ path })} onClose={() => setDoing(undefined)} />
      )}
    </>
  )
}
