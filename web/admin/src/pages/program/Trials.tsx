// 历史订单试算: what another programme would have paid for the store's own orders.
import type { ProColumns } from '@ant-design/pro-components'
import { Button, Progress, Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Trial } from '../../api/types'
import { useRead } from '../../api/hooks'
import { Can, useCan } from '../../app/permissions'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters, useOpen } from '../../parts/filters'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { partOf } from './draft'
import { Signed } from './Effect'
import { StartTrial } from './StartTrial'
import { TrialDrawer } from './TrialDrawer'

const kinds = ['backtest', 'shadow', 'proof'] as const

export default function Trials() {
  const { t } = useTranslation()
  const time = useTime()
  const can = useCan()
  const [{ kind = 'backtest' }, filter] = useFilters('kind')
  const [open, setOpen] = useOpen()
  const [starting, setStarting] = useState(false)
  const query = { kind }
  // Keeps the list fresh while one of its trials is under way.
  useRead('GET /trials', { query: { ...query, limit: 20 } }, { every: (page) => (page?.items.some((x) => x.kind !== 'shadow' && (x.state === 'queued' || x.state === 'running')) ? 1500 : false) })
  const columns = useMemo<ProColumns<Trial>[]>(() => [
    { title: t('trial.name'), render: (_, x) => <RowLink id={x.id}>{x.title || (x.plan ? `${t(`strategy.${x.plan.strategy}`, x.plan.strategy)} ${x.plan.version}` : x.id.slice(-8))}</RowLink> },
    { title: t('trial.state'), render: (_, x) => <StatusTag noun="trial" state={x.state} reason={x.note || undefined} /> },
    { title: t('trial.progress'), width: 180, render: (_, x) => x.total > 0 ? <><Progress percent={partOf(x.done, x.total)} size="small" showInfo={false} aria-label={t('trial.progress')} /><span className="num" style={{ color: '#56625d', fontSize: 13 }}>{t('trial.done_of', { done: x.done, total: x.total })}</span></> : t('trial.of_orders', { count: x.figures?.orders ?? x.done }) },
    ...(kind === 'proof' ? [
      { title: t('proof.outcome'), render: (_: unknown, x: Trial) => (x.state !== 'done' ? '—' : t(x.proof?.proven ? 'proof.proven_short' : 'proof.not_proven_short')) },
    ] : [
      { title: t('effect.difference'), align: 'right' as const, render: (_: unknown, x: Trial) => (x.figures && x.figures.compared > 0 ? <Signed of={x.figures.difference} /> : '—') },
    ]),
    { title: t('trial.span'), render: (_, x) => <span className="num">{x.to ? `${time.day(x.from)} – ${time.day(x.to)}` : t('trial.since', { at: time.minute(x.from) })}</span> },
    { title: t('trial.author'), dataIndex: 'author' },
    { title: t('trial.created_at'), render: (_, x) => <span className="num">{time.minute(x.created_at)}</span> },
  ], [t, time, kind])
  const begin = <Button type="primary" onClick={() => setStarting(true)}>{t(kind === 'shadow' ? 'shadow.start' : 'trial.start')}</Button>
  const starts = kind !== 'proof'
  return (
    <PageShell title={t('menu.trials')} help={t('trial.help')} controls={starts && <Can permission="trial.run">{begin}</Can>}>
      <CursorTable route="GET /trials" input={{ query }} name={`trials-${kind}`} rowKey="id" columns={columns} onOpen={(x) => setOpen(x.id)}
        title={<Segmented aria-label={t('trial.kind')} value={kind} onChange={(k) => filter({ kind: String(k), open: undefined })} options={kinds.map((k) => ({ value: k, label: t(`trial.kind_${k}`) }))} />}
        empty={<EmptyState title={t(`trial.empty_${kind}`)} next={t(can('trial.run') ? `trial.empty_${kind}_next` : 'trial.empty_ask')} action={starts && can('trial.run') ? begin : undefined} />} />
      {open && <TrialDrawer id={open} onClose={() => setOpen(undefined)} />}
      {starting && <StartTrial kind={kind === 'shadow' ? 'shadow' : 'backtest'} onClose={() => setStarting(false)} onStarted={(x) => { setStarting(false); setOpen(x.id) }} />}
    </PageShell>
  )
}
