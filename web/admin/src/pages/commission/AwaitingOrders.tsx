// Orders the strategy has not decided. Nothing is lost and nothing is zero: each says why, and when it is tried again.
import type { ProColumns } from '@ant-design/pro-components'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { AwaitingOrder } from '../../api/types'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { useTime } from '../../parts/time'
import { shortId } from '../distributors/DistributorDrawer'

export default function AwaitingOrders() {
  const { t } = useTranslation()
  const time = useTime()
  const columns = useMemo<ProColumns<AwaitingOrder>[]>(() => [
    { title: t('award.order'), render: (_, a) => <Link to={`/orders?open=${a.order_id}`}>{a.order_external_id || shortId(a.order_id)}</Link> },
    { title: t('awaiting.reason'), width: 420, render: (_, a) => <><div>{a.sentence}</div><code style={{ color: '#56625d' }}>{a.code}</code></> },
    { title: t('order.goods'), align: 'right', render: (_, a) => <Money of={a.goods} /> },
    { title: t('awaiting.since'), render: (_, a) => <span className="num">{time.minute(a.since)}</span> },
    { title: t('awaiting.attempts'), align: 'right', dataIndex: 'attempts' },
    { title: t('awaiting.next'), render: (_, a) => <span className="num">{a.next_try_at ? time.full(a.next_try_at) : t('why.next_unknown')}</span> },
  ], [t, time])
  return (
    <PageShell title={t('menu.awaiting')} help={t('awaiting.help')}>
      <CursorTable route="GET /awaiting" name="awaiting" rowKey="order_id" columns={columns} empty={<EmptyState title={t('awaiting.empty')} next={t('awaiting.empty_next')} />} />
    </PageShell>
  )
}
