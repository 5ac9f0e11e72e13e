// 小范围试用 and 影子运行: a candidate that some teams have in earnest, and one
// that runs beside the programme in force and pays nothing.
import { Button, Card, Skeleton, Space } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useNavigate } from 'react-router'
import { useRead } from '../../api/hooks'
import { formatMoney, percentOf } from '../../api/money'
import type { Trial } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can, useCan } from '../../app/permissions'
import { EmptyState } from '../../parts/EmptyState'
import { PageShell } from '../../parts/PageShell'
import { Money } from '../../parts/Money'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { CanaryCard, PastCanaries } from './CanaryCard'
import { Figures, Signed } from './Effect'
import { StartCanary } from './StartCanary'
import { StartTrial } from './StartTrial'

const live = 4000

export default function Trying() {
  const { t } = useTranslation()
  const can = useCan()
  const [starting, setStarting] = useState(false)
  const canaries = useRead('GET /program/canaries', {}, { every: (x) => (x?.items.some((c) => c.state === 'running' || c.state === 'paused') ? live : false) })
  const open = canaries.data?.items.find((c) => c.state === 'running' || c.state === 'paused')
  const past = canaries.data?.items.filter((c) => c !== open) ?? []
  const begin = <Button type="primary" onClick={() => setStarting(true)}>{t('canary.start')}</Button>
  return (
    <PageShell title={t('menu.trying')} help={t('canary.page_help')}>
      <div className="stack">
        <Card title={t('canary.title')} extra={open && <StatusTag noun="canary" state={open.state} />}>
          {canaries.error ? <Failure error={canaries.error} retry={() => void canaries.refetch()} /> : !canaries.data ? <Skeleton active /> : open ? <CanaryCard of={open} />
            : <EmptyState title={t('canary.empty')} next={t(can('canary.run') ? 'canary.empty_next' : 'canary.empty_ask')} action={can('canary.run') ? begin : undefined} />}
        </Card>
        {can('trial.read') && <ShadowCard />}
        {past.length > 0 && <Card title={t('canary.past')}><PastCanaries items={past} /></Card>}
      </div>
      {starting && <StartCanary onClose={() => setStarting(false)} />}
    </PageShell>
  )
}

function ShadowCard() {
  const { t } = useTranslation()
  const can = useCan()
  const go = useNavigate()
  const [starting, setStarting] = useState(false)
  const found = useRead('GET /trials', { query: { kind: 'shadow', limit: 5 } }, { every: (p) => (p?.items.some((x) => x.state === 'running' || x.state === 'queued') ? live : false) })
  const running = found.data?.items.find((x) => x.state === 'running' || x.state === 'queued')
  const begin = <Button onClick={() => setStarting(true)}>{t('shadow.start')}</Button>
  return (
    <Card title={t('shadow.title')} extra={running && <StatusTag noun="trial" state={running.state} />}>
      {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : !found.data ? <Skeleton active /> : running ? <Shadow of={running} />
        : <EmptyState title={t('shadow.empty')} next={t(can('trial.run') ? 'shadow.empty_next' : 'trial.empty_ask')} action={<Space>{can('trial.run') && begin}{found.data.items.length > 0 && <Link to="/program/trials?kind=shadow">{t('shadow.past')}</Link>}</Space>} />}
      {starting && <StartTrial kind="shadow" onClose={() => setStarting(false)} onStarted={(x) => { setStarting(false); void go(`/program/trials?kind=shadow&open=${x.id}`) }} />}
    </Card>
  )
}

function Shadow({ of }: { of: Trial }) {
  const { t } = useTranslation()
  const time = useTime()
  const f = of.figures
  return (
    <div className="stack" aria-live="polite">
      <p style={{ margin: 0 }}><strong>{of.title || (of.plan && `${t(`strategy.${of.plan.strategy}`, of.plan.strategy)} ${of.plan.version}`)}</strong> <span style={{ color: '#56625d' }}>· {t('trial.since', { at: time.minute(of.from) })}</span></p>
      {!f || f.compared === 0 ? <p style={{ color: '#56625d', margin: 0 }}>{t('shadow.no_orders')}</p> : (
        <Figures items={[
          { title: t('trial.sales'), value: <Money of={f.sales} />, note: t('trial.of_orders', { count: f.compared }) },
          { title: t('shadow.was'), value: <Money of={f.was.granted} />, note: t('trial.share_of_sales', { share: percentOf(f.was.share) }) },
          { title: t('shadow.would'), value: <Money of={f.would.granted} />, note: t('trial.share_of_sales', { share: percentOf(f.would.share) }) },
          { title: t('effect.difference'), value: <Signed of={f.difference} />, note: f.undecided > 0 ? t('trial.left_out', { count: f.undecided }) : t('trial.standing', { was: formatMoney(f.was.standing), would: formatMoney(f.would.standing) }) },
        ]} />
      )}
      <Space style={{ justifyContent: 'flex-end', width: '100%' }}><Can permission="trial.read"><Link to={`/program/trials?kind=shadow&open=${of.id}`}><Button tabIndex={-1}>{t('shadow.details')}</Button></Link></Can></Space>
    </div>
  )
}
