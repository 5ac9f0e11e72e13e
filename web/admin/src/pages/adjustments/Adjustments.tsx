// 人工调整: bonuses and deductions by hand, and the queue of a second person.
import type { ProColumns } from '@ant-design/pro-components'
import { Button, Card, Progress, Segmented, Space, Tooltip } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useWrite } from '../../api/hooks'
import { plainMoney } from '../../api/money'
import type { Adjustment, AdjustmentRules } from '../../api/types'
import { Can } from '../../app/permissions'
import { ConfirmAmount } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { NewAdjustment, RulesDialog } from './dialogs'

const shown = ['waiting', 'booked', 'refused', 'withdrawn', 'all']
type Doing = 'approve' | 'refuse' | 'withdraw'

export default function Adjustments() {
  const { t } = useTranslation()
  const time = useTime()
  const [filters, change] = useFilters('state', 'distributor_id')
  const state = filters.state ?? 'all'
  const rules = useRead('GET /adjustment-rules')
  const [making, setMaking] = useState<{ corrects?: Adjustment }>()
  const [setting, setSetting] = useState(false)
  const [doing, setDoing] = useState<{ what: Doing; of: Adjustment }>()
  const columns = useMemo<ProColumns<Adjustment>[]>(() => [
    { title: t('award.payee'), fixed: 'left', render: (_, a) => <Link to={`/distributors/list?open=${a.distributor.id}`}>{a.distributor.name}</Link> },
    { title: t('adjustment.kind'), render: (_, a) => t(`adjustment.kind_${a.kind}`) },
    { title: t('adjustment.amount'), align: 'right', render: (_, a) => <Money of={a.kind === 'bonus' ? a.amount : { ...a.amount, amount: -a.amount.amount }} strong /> },
    { title: t('adjustment.state'), render: (_, a) => <StatusTag noun="adjustment" state={a.state} reason={a.refusal} /> },
    { title: t('adjustment.cause'), render: (_, a) => t(`adjustment.cause_${a.cause}`) },
    { title: t('adjustment.reason'), width: 260, render: (_, a) => <>{a.reason}{a.corrects && <div style={{ color: '#56625d' }}>{t('adjustment.is_correction')}</div>}{a.into_debt.amount > 0 && <div style={{ color: '#8f3d06' }}>{t('adjustment.into_debt')} <Money of={a.into_debt} /></div>}</> },
    { title: t('adjustment.note'), width: 180, render: (_, a) => a.note || '—' },
    { title: t('adjustment.proposed_at'), render: (_, a) => <span className="num">{time.minute(a.proposed_at)}</span> },
    { title: t('adjustment.decided_at'), render: (_, a) => <span className="num">{time.minute(a.decided_at)}</span> },
    {
      title: t('common.actions'), fixed: 'right', hideInSetting: true,
      render: (_, a) => (
        <Space>
          {a.state === 'waiting' && <Can permission="adjustment.approve">
            <Tooltip title={a.mine ? t('adjustment.mine') : ''}><Button size="small" type="primary" disabled={a.mine} onClick={() => setDoing({ what: 'approve', of: a })}>{t('adjustment.do_approve')}</Button></Tooltip>
            {!a.mine && <Button size="small" danger onClick={() => setDoing({ what: 'refuse', of: a })}>{t('adjustment.do_refuse')}</Button>}
          </Can>}
          {a.state === 'waiting' && a.mine && <Button size="small" onClick={() => setDoing({ what: 'withdraw', of: a })}>{t('adjustment.do_withdraw')}</Button>}
          {a.state === 'booked' && !a.corrects && <Can permission="adjustment.propose"><Button size="small" onClick={() => setMaking({ corrects: a })}>{t('adjustment.do_correct')}</Button></Can>}
        </Space>
      ),
    },
  ], [t, time])
  const begin = <Button type="primary" onClick={() => setMaking({})}>{t('adjustment.new')}</Button>
  return (
    <PageShell title={t('menu.adjustments')} help={t('adjustment.help')} controls={<><Can permission="adjustment.rules"><Button onClick={() => setSetting(true)}>{t('adjustment.rules')}</Button></Can><Can permission="adjustment.propose">{begin}</Can></>}>
      <div className="stack">
        {rules.data && <Budget of={rules.data} />}
        <div className="filters">
          <Segmented aria-label={t('adjustment.state')} value={state} onChange={(s) => change({ state: s })} options={shown.map((s) => ({ value: s, label: s === 'all' ? t('common.all') : t(`status.adjustment.${s}`) }))} />
        </div>
        <CursorTable route="GET /adjustments" name="adjustments" rowKey="id" input={{ query: { state: state === 'all' ? undefined : state, distributor_id: filters.distributor_id } }} columns={columns}
          empty={state === 'waiting' ? <EmptyState title={t('adjustment.none_waiting')} next={t('adjustment.none_waiting_next')} /> : <EmptyState title={t('adjustment.empty')} next={t('adjustment.empty_next')} action={<Can permission="adjustment.propose">{begin}</Can>} />}
          csv={[
            { title: 'ID', text: (a) => a.id }, { title: t('award.payee'), text: (a) => a.distributor.name }, { title: t('adjustment.kind'), text: (a) => t(`adjustment.kind_${a.kind}`) }, { title: t('adjustment.amount'), text: (a) => plainMoney(a.amount) },
            { title: t('adjustment.state'), text: (a) => t(`status.adjustment.${a.state}`) }, { title: t('adjustment.cause'), text: (a) => t(`adjustment.cause_${a.cause}`) }, { title: t('adjustment.reason'), text: (a) => a.reason }, { title: t('adjustment.note'), text: (a) => a.note }, { title: t('adjustment.decided_at'), text: (a) => time.full(a.decided_at) },
          ]} />
      </div>
      {making && <NewAdjustment corrects={making.corrects} onClose={() => setMaking(undefined)} />}
      {setting && rules.data && <RulesDialog of={rules.data} onClose={() => setSetting(false)} />}
      {doing && <Decide {...doing} onClose={() => setDoing(undefined)} />}
    </PageShell>
  )
}

function Budget({ of }: { of: AdjustmentRules }) {
  const { t } = useTranslation()
  const { budget, second_above } = of
  const used = budget.limit.amount > 0 ? Math.min(100, Math.floor((100 * budget.used.amount) / budget.limit.amount)) : 0
  return (
    <Card size="small">
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: '8px 32px', alignItems: 'center' }}>
        <span>{t('adjustment.budget_of', { month: budget.month })} <Money of={budget.used} strong />{budget.left ? <> / <Money of={budget.limit} /></> : <span style={{ color: '#56625d' }}> · {t('adjustment.no_limit')}</span>}</span>
        {budget.left && <Progress percent={used} size="small" style={{ width: 220, margin: 0 }} status={used >= 100 ? 'exception' : 'normal'} aria-label={t('adjustment.budget')} />}
        <span style={{ color: '#56625d' }}>{second_above.amount > 0 ? <>{t('adjustment.second_above')} <Money of={second_above} /></> : t('adjustment.no_second')}</span>
      </div>
    </Card>
  )
}

/** Every decision names the person and the amount. */
function Decide({ what, of, onClose }: { what: Doing; of: Adjustment; onClose: () => void }) {
  const { t } = useTranslation()
  const approve = useWrite('POST /adjustments/{id}/approve')
  const refuse = useWrite('POST /adjustments/{id}/refuse')
  const withdraw = useWrite('POST /adjustments/{id}/withdraw')
  const path = { id: of.id }
  const run = (text: string): Promise<unknown> => (what === 'approve' ? approve.mutateAsync({ path }) : what === 'refuse' ? refuse.mutateAsync({ path, body: { reason: text } }) : withdraw.mutateAsync({ path }))
  return (
    <ConfirmAmount title={t(`adjustment.title_${what}`, { name: of.distributor.name, kind: t(`adjustment.kind_${of.kind}`) })} amount={of.amount} danger={what === 'refuse'} aside={what !== 'approve'}
      consequence={<>{t(`adjustment.then_${what}_${of.kind}`, { name: of.distributor.name, defaultValue: t(`adjustment.then_${what}`, { name: of.distributor.name }) })}<br />{t('adjustment.reason')}：{of.reason}</>}
      ask={what === 'refuse' ? { label: t('adjustment.refusal'), required: true } : undefined} confirm={t(`adjustment.do_${what}`)} done={t('common.done')} onConfirm={run} onClose={onClose} />
  )
}
