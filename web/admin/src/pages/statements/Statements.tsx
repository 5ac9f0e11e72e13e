// 结算单: what each closed period has moved, as the journal numbers it; and the period that is open.
import { DownloadOutlined } from '@ant-design/icons'
import type { ProColumns } from '@ant-design/pro-components'
import { Alert, Button, Card, Dropdown, Progress, Segmented, Space } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '../../api/hooks'
import { plainMoney } from '../../api/money'
import type { PeriodSpan, StatementPeriod, StatementsNow } from '../../api/types'
import { Can } from '../../app/permissions'
import { apiFile } from '../../app/token'
import { TrendChart } from '../../parts/charts'
import { useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useOpen } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { useTime } from '../../parts/time'
import { VoucherAccounts } from './VoucherAccounts'
import { PeriodDrawer } from './PeriodDrawer'

export const spanText = (p: PeriodSpan): string => (p.kind === 'month' && p.period.slice(0, 7) === p.last_day.slice(0, 7) && p.period.endsWith('-01') ? p.period.slice(0, 7) : `${p.period} – ${p.last_day.slice(5)}`)

export default function Statements() {
  const { t } = useTranslation()
  const time = useTime()
  const [open, setOpen] = useOpen()
  const [codes, setCodes] = useState(false)
  const now = useRead('GET /statements/now', {}, { every: (answer) => (answer?.making ? 2000 : false) })
  const columns = useMemo<ProColumns<StatementPeriod>[]>(() => [
    { title: t('statement.period'), render: (_, p) => <RowLink id={p.period}>{spanText(p)}</RowLink> },
    { title: t('statement.statements'), align: 'right', render: (_, p) => <span className="num">{p.statements}</span> },
    { title: t('statement.earned'), align: 'right', render: (_, p) => <Money of={p.totals.earned} quietZero /> },
    { title: t('statement.reversed'), align: 'right', render: (_, p) => <Money of={p.totals.reversed} quietZero /> },
    { title: t('statement.settled'), align: 'right', render: (_, p) => <Money of={p.totals.settled} strong quietZero /> },
    { title: t('statement.adjusted'), align: 'right', render: (_, p) => <Money of={p.totals.adjusted} quietZero /> },
    { title: t('statement.paid'), align: 'right', render: (_, p) => <Money of={p.totals.paid} quietZero /> },
    { title: t('statement.numbers'), render: (_, p) => <span className="num">{p.entries > 0 ? `${p.after + 1} – ${p.last_number}` : '—'}</span> },
    { title: t('statement.closed_at'), render: (_, p) => <span className="num">{time.minute(p.closed_at)}</span> },
    { title: t('common.actions'), fixed: 'right', hideInSetting: true, render: (_, p) => <Files period={p.period} /> },
  ], [t, time])
  return (
    <PageShell title={t('menu.statements')} help={t('statement.help')} controls={<Can permission="statement.accounts"><Button onClick={() => setCodes(true)}>{t('statement.codes')}</Button></Can>}>
      <div className="stack">
        {now.data && <Now of={now.data} />}
        <Over />
        <CursorTable route="GET /statements" name="statements" rowKey="period" columns={columns} onOpen={(p) => setOpen(p.period)}
          empty={<EmptyState title={t('statement.empty')} next={now.data?.open ? t('statement.empty_next', { day: now.data.open.last_day }) : t('statement.empty_nothing')} />}
          csv={[
            { title: t('statement.period'), text: (p) => spanText(p) }, { title: t('statement.statements'), text: (p) => p.statements }, { title: t('statement.earned'), text: (p) => plainMoney(p.totals.earned) }, { title: t('statement.reversed'), text: (p) => plainMoney(p.totals.reversed) },
            { title: t('statement.settled'), text: (p) => plainMoney(p.totals.settled) }, { title: t('statement.adjusted'), text: (p) => plainMoney(p.totals.adjusted) }, { title: t('statement.paid'), text: (p) => plainMoney(p.totals.paid) }, { title: t('statement.closed_at'), text: (p) => time.full(p.closed_at) },
          ]} />
      </div>
      {open && <PeriodDrawer period={open} onClose={() => setOpen(undefined)} />}
      {codes && <VoucherAccounts onClose={() => setCodes(false)} />}
    </PageShell>
  )
}

/** The period that is not over, and how far the statements of the one before have come. */
function Now({ of }: { of: StatementsNow }) {
  const { t } = useTranslation()
  const { making } = of
  return (
    <>
      {making && (
        <Alert type="info" showIcon title={t('statement.making', { period: spanText(making) })}
          description={<Progress percent={making.total ? Math.floor((100 * making.done) / making.total) : 100} format={(p) => `${p}% · ${t('statement.made', { count: making.statements })}`} />} />
      )}
      {of.open && (
        <Card size="small">
          <div style={{ display: 'flex', flexWrap: 'wrap', gap: '8px 32px', alignItems: 'baseline' }}>
            <strong>{t('statement.open', { period: spanText(of.open) })}</strong>
            <span style={{ color: '#56625d' }}>{t('statement.closes', { day: of.open.last_day })} · {t(`statement.method_${of.method}`)}</span>
            {(['held', 'available', 'reserved', 'owed'] as const).map((a) => <span key={a}><span style={{ color: '#56625d' }}>{t(`account.${a}`)} </span><Money of={of.stands[a]} strong quietZero /></span>)}
          </div>
        </Card>
      )}
    </>
  )
}

/** Periods over time: people look before they read. */
function Over() {
  const { t } = useTranslation()
  const [what, setWhat] = useState<'money' | 'people'>('money')
  const found = useRead('GET /statements', { query: { limit: 24 } })
  const list = useMemo(() => [...(found.data?.items ?? [])].reverse(), [found.data])
  const series = useMemo(() => (what === 'people'
    ? [{ name: t('statement.statements'), kind: 'count' as const, values: list.map((p) => p.statements) }]
    : (['earned', 'settled', 'reversed', 'paid'] as const).map((k) => ({ name: t(`statement.${k}`), kind: 'money' as const, values: list.map((p) => p.totals[k].amount) }))), [list, t, what])
  if (list.length < 2) return null
  return (
    <Card size="small" title={t('statement.over_time')} extra={<Segmented size="small" aria-label={t('statement.over_time')} value={what} onChange={(v) => setWhat(v as 'money' | 'people')} options={[{ value: 'money', label: t('statement.by_money') }, { value: 'people', label: t('statement.statements') }]} />}>
      <TrendChart days={list.map((p) => p.period)} series={series} height={240} label={t('statement.over_time')} />
    </Card>
  )
}

function Files({ period }: { period: string }) {
  const { t } = useTranslation()
  const act = useAct()
  return (
    <Can permission="statement.export">
      <Space>
        <Dropdown menu={{ items: [{ key: 'report', label: t('statement.report') }, { key: 'vouchers', label: t('statement.vouchers') }], onClick: ({ key, domEvent }) => { domEvent.stopPropagation(); void act(() => apiFile(`/statements/${period}/${key}`)) } }}>
          <Button size="small" icon={<DownloadOutlined />}>{t('list.export')}</Button>
        </Dropdown>
      </Space>
    </Can>
  )
}
