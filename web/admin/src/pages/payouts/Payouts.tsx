// 打款: every transfer out of the merchant's own account, those first that a person should look at.
import type { ProColumns } from '@ant-design/pro-components'
import { Button, Card, Segmented, Space, Statistic } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useWrite } from '../../api/hooks'
import { formatMoney } from '../../api/money'
import type { Payout } from '../../api/types'
import { Can } from '../../app/permissions'
import { ConfirmAmount, useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters, useOpen } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { Pill, StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { BatchFiles } from './BatchFiles'
import { HoldBanner } from './HoldBanner'
import { PayoutDrawer } from './PayoutDrawer'

const shown = ['all', 'troubled', 'queued', 'sending', 'waiting_for_user', 'paid', 'failed']

export default function Payouts() {
  const { t } = useTranslation()
  const time = useTime()
  const [filters, change] = useFilters('show', 'method')
  const [open, setOpen] = useOpen()
  const [stopping, setStopping] = useState(false)
  const hold = useWrite('POST /payout-hold')
  const show = filters.show ?? 'all'
  const query = show === 'all' ? {} : show === 'troubled' ? { troubled: true } : { state: show }
  const columns = useMemo<ProColumns<Payout>[]>(() => [
    { title: t('payout.who'), fixed: 'left', render: (_, p) => <RowLink id={p.id}>{p.distributor.name}</RowLink> },
    { title: t('payout.amount'), align: 'right', render: (_, p) => <Money of={p.amount} strong /> },
    { title: t('payout.state'), render: (_, p) => <Space size={4}><StatusTag noun="payout" state={p.state} />{p.trouble && <Pill tone="bad">{t(`payout.trouble_${p.trouble}`)}</Pill>}</Space> },
    { title: t('payout.account'), render: (_, p) => <Space size={4}>{p.account_name}{p.simulated && <Pill tone="warning">{t('payout.pretended')}</Pill>}</Space> },
    { title: t('payout.number'), render: (_, p) => <code>{p.number}</code> },
    { title: t('payout.sent_at'), render: (_, p) => <span className="num">{time.minute(p.sent_at)}</span> },
    { title: t('payout.ended_at'), render: (_, p) => <span className="num">{time.minute(p.ended_at)}</span> },
  ], [t, time])
  const controls = (
    <>
      <Start />
      <Can permission="payout.hold"><Button danger onClick={() => setStopping(true)}>{t('payout.hold')}</Button></Can>
    </>
  )
  return (
    <PageShell title={t('menu.payouts')} help={t('payout.help')} controls={controls}>
      <HoldBanner />
      <Figures />
      <div className="filters">
        <Segmented aria-label={t('payout.state')} value={show} onChange={(s) => change({ show: s })} options={shown.map((s) => ({ value: s, label: s === 'all' ? t('common.all') : s === 'troubled' ? t('payout.troubled') : t(`status.payout.${s}`) }))} />
      </div>
      <CursorTable route="GET /payouts" name="payouts" rowKey="id" input={{ query: { ...query, method: filters.method } }} columns={columns} onOpen={(p) => setOpen(p.id)}
        empty={show === 'troubled' ? <EmptyState title={t('payout.none_troubled')} next={t('payout.none_troubled_next')} /> : <EmptyState title={t('payout.empty')} next={t('payout.empty_next')} action={<Link to="/settings/payments">{t('menu.payments')}</Link>} />} />
      <BatchFiles />
      {open && <PayoutDrawer id={open} onClose={() => setOpen(undefined)} />}
      {stopping && <ConfirmAmount danger title={t('payout.hold')} consequence={t('payout.then_hold')} ask={{ label: t('common.reason'), required: true }} confirm={t('payout.hold')} done={t('common.done')}
        onConfirm={(reason) => hold.mutateAsync({ body: { reason } })} onClose={() => setStopping(false)} />}
    </PageShell>
  )
}

/** How much stands where, at a glance. */
function Figures() {
  const { t } = useTranslation()
  const found = useRead('GET /payouts/overview', {}, { every: () => 15_000 })
  if (!found.data) return null
  const { standings, troubled } = found.data
  return (
    <Card size="small" style={{ marginBottom: 16 }}>
      <Space size="large" wrap>
        {['queued', 'sending', 'waiting_for_user'].map((state) => {
          const s = standings.find((x) => x.state === state)
          return <Statistic key={state} title={t(`status.payout.${state}`)} value={s ? formatMoney(s.amount) : '—'} suffix={s ? <small>{t('payout.count', { count: s.count })}</small> : undefined} />
        })}
        <Statistic title={t('payout.troubled')} value={troubled} styles={troubled > 0 ? { content: { color: '#a11f14' } } : undefined} />
      </Space>
    </Card>
  )
}

/** Sends what is approved and waits for a click. */
function Start() {
  const { t } = useTranslation()
  const act = useAct()
  const accounts = useRead('GET /payout-accounts')
  const start = useWrite('POST /payouts/start')
  const waiting = (accounts.data?.items ?? []).filter((a) => a.active && a.method !== 'bank_file')
  if (waiting.length === 0) return null
  const go = async () => {
    for (const a of waiting) await start.mutateAsync({ body: { method: a.method } })
  }
  return <Can permission="payout.send"><Button type="primary" loading={start.isPending} onClick={() => void act(go, t('payout.started'))}>{t('payout.start')}</Button></Can>
}
