// One withdrawal: its figures, how the tax comes about, whom it pays, what it waits for and what has happened.
import { Alert, Button, Card, Descriptions, Drawer, Skeleton, Space, Timeline } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useWrite } from '../../api/hooks'
import { formatMoney } from '../../api/money'
import type { Money as Amount, PayeeAccount, TaxBasis, Withdrawal, WithdrawalDetail } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can } from '../../app/permissions'
import { Actor } from '../../parts/Actor'
import { useAct } from '../../parts/Confirm'
import { Money } from '../../parts/Money'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { PayoutBody } from '../payouts/PayoutDrawer'
import { type Doing, doingsOf } from './dialogs'

const faint = { color: '#56625d' }

export function WithdrawalDrawer({ id, onClose, onDo }: { id: string; onClose: () => void; onDo: (what: Doing, of: Withdrawal) => void }) {
  const { t } = useTranslation()
  const found = useRead('GET /withdrawals/{id}', { path: { id } })
  const w = found.data
  return (
    <Drawer open onClose={onClose} size={720} title={w ? `${w.distributor.name} · ${formatMoney(w.gross)}` : t('withdrawal.detail')} extra={w && <StatusTag noun="withdrawal" state={w.state} />}
      footer={w && doingsOf(w).length > 0 && <Space>{doingsOf(w).map((d) => <Can key={d.what} permission={d.permission}><Button type={d.danger ? 'default' : 'primary'} danger={d.danger} onClick={() => onDo(d.what, w)}>{t(`withdrawal.do_${d.what}`)} {formatMoney(d.danger ? w.gross : w.net)}</Button></Can>)}</Space>}>
      {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : !w ? <Skeleton active paragraph={{ rows: 10 }} /> : (
        <div className="stack" role="region" aria-label={t('withdrawal.detail')} tabIndex={0}>
          <Waits of={w} />
          <Figures of={w} />
          <Payee of={w} />
          {w.method !== 'manual' && <Can permission="payout.read"><Sent of={w} /></Can>}
          {w.siblings.length > 0 && (
            <Card size="small" title={t('withdrawal.parts_title')}>
              {w.siblings.map((p) => <Line key={p.id} strong={p.id === w.id} label={<Space><Link to={`/withdrawals?state=all&open=${p.id}`}>{t('withdrawal.of_parts', { part: p.part, parts: p.parts })}</Link><StatusTag noun="withdrawal" state={p.state} /></Space>} of={p.gross} />)}
            </Card>
          )}
          <Card size="small" title={t('withdrawal.way')}><Way of={w} /></Card>
        </div>
      )}
    </Drawer>
  )
}

/** Its payout, once it has one; what is paid by hand has none. */
function Sent({ of }: { of: WithdrawalDetail }) {
  const { t } = useTranslation()
  const found = useRead('GET /withdrawals/{id}/payout', { path: { id: of.id } }, { every: (p) => (p && !p.ended_at ? 5_000 : false) })
  return found.data ? <Card size="small" title={t('menu.payouts')} extra={<StatusTag noun="payout" state={found.data.state} />}><PayoutBody of={found.data} /></Card> : null
}

function Waits({ of }: { of: WithdrawalDetail }) {
  const { t } = useTranslation()
  const time = useTime()
  if (!of.waits_for) return of.reason ? <Alert type="info" showIcon title={of.reason} /> : null
  const alarm = of.waits_for === 'person'
  return <Alert type={alarm ? 'error' : of.waits_for === 'pause' ? 'warning' : 'info'} showIcon title={t(`withdrawal.waits_${of.waits_for}`)} description={of.paused_to ? t('withdrawal.waits_until', { time: time.minute(of.paused_to) }) : alarm ? of.reason : undefined} />
}

function Line({ label, of, minus, strong }: { label: React.ReactNode; of: Amount; minus?: boolean; strong?: boolean }) {
  return (
    <div style={{ display: 'flex', justifyContent: 'space-between', gap: 16, padding: '3px 0', fontWeight: strong ? 600 : undefined }}>
      <span style={strong ? undefined : faint}>{label}</span>
      <span>{minus && of.amount > 0 ? '− ' : ''}<Money of={of} quietZero /></span>
    </div>
  )
}

function Figures({ of }: { of: WithdrawalDetail }) {
  const { t } = useTranslation()
  return (
    <Card size="small" title={t('withdrawal.breakdown')} extra={of.parts > 1 && <span style={faint}>{t('withdrawal.of_parts', { part: of.part, parts: of.parts })} · {t('withdrawal.whole', { amount: formatMoney(of.whole) })}</span>}>
      <Line label={t('withdrawal.gross')} of={of.gross} />
      <Line label={t('withdrawal.tax')} of={of.tax} minus />
      <Line label={t('withdrawal.fee')} of={of.fee} minus />
      <div style={{ borderTop: '1px dashed #d9dedb', marginTop: 4, paddingTop: 4 }}><Line strong label={t('withdrawal.net')} of={of.net} /></div>
      {of.basis ? <Basis of={of.basis} /> : <p style={{ ...faint, margin: '8px 0 0' }}>{t('withdrawal.tax_none')}</p>}
    </Card>
  )
}

function Basis({ of }: { of: TaxBasis }) {
  const { t } = useTranslation()
  return (
    <div style={{ background: '#f6f8f7', borderRadius: 8, padding: '10px 14px', marginTop: 12 }}>
      <div style={{ fontWeight: 600, marginBottom: 4 }}>{t('withdrawal.tax_basis')} <span style={{ ...faint, fontWeight: 400 }}>{t(`payer.method_${of.method}`)}</span></div>
      <Line label={of.method === 'platform' ? t('withdrawal.tax_run', { months: of.months }) : t('withdrawal.tax_income', { month: of.month })} of={of.income} />
      {of.before.amount > 0 && <Line label={t('withdrawal.tax_before')} of={of.before} />}
      <Line label={t('withdrawal.tax_cost')} of={of.cost} minus />
      {of.deduction.amount > 0 && <Line label={t('withdrawal.tax_deduction', { months: of.months })} of={of.deduction} minus />}
      <Line label={t('withdrawal.tax_taxable')} of={of.taxable} />
      <Line label={<>{t('withdrawal.tax_due')} {of.percent > 0 && t('withdrawal.tax_rate', { percent: of.percent, quick: formatMoney(of.quick) })}</>} of={of.due} />
      {of.withheld.amount > 0 && <Line label={t('withdrawal.tax_withheld')} of={of.withheld} minus />}
      <Line strong label={t('withdrawal.tax_this')} of={of.tax} />
      <p style={{ ...faint, margin: '6px 0 0', fontSize: 12 }}>{t('withdrawal.tax_advice')}</p>
    </div>
  )
}

export function accountText(t: ReturnType<typeof useTranslation>['t'], a: Pick<PayeeAccount, 'channel' | 'bank' | 'shown'>): string {
  return t(`withdrawal.channel_${a.channel}`, { bank: a.bank, shown: a.shown })
}

function Payee({ of }: { of: WithdrawalDetail }) {
  const { t } = useTranslation()
  return (
    <Card size="small" title={t('withdrawal.payee')} extra={of.method === 'manual' && of.state === 'sending' && of.profile && <Can permission="withdrawal.pay"><Reveal id={of.id} /></Can>}>
      {of.profile ? (
        <Descriptions size="small" column={2} items={[
          { key: 'name', label: t('distributor.name'), children: `${of.profile.name} · ${t(`withdrawal.payee_kind_${of.profile.kind}`)}` },
          { key: 'number', label: t('withdrawal.payee_number'), children: <span className="num">{of.profile.number}</span> },
          { key: 'phone', label: t('withdrawal.payee_phone'), children: <span className="num">{of.profile.phone}</span> },
          { key: 'account', label: t('withdrawal.payee_account'), children: of.account ? accountText(t, of.account) : '—' },
          { key: 'method', label: t('withdrawal.method'), children: t(`method.${of.method}`, of.method) },
          { key: 'payer', label: t('withdrawal.payer'), children: of.payer || '—' },
        ]} />
      ) : <span style={faint}>{t('withdrawal.payee_none')}</span>}
      {of.same_human > 0 && <Alert type="warning" showIcon style={{ marginTop: 8 }} title={t('withdrawal.same_human', { count: of.same_human })} />}
    </Card>
  )
}

/** In clear for as long as the drawer is open, and never in the cache. */
function Reveal({ id }: { id: string }) {
  const { t } = useTranslation()
  const act = useAct()
  const reveal = useWrite('POST /withdrawals/{id}/reveal')
  const d = reveal.data
  if (d) return <span className="num" style={{ fontWeight: 600 }}>{d.name} · {d.bank} {d.number} · {formatMoney(d.net)}</span>
  return <Button size="small" loading={reveal.isPending} title={t('withdrawal.reveal_help')} onClick={() => void act(() => reveal.mutateAsync({ path: { id } }))}>{t('withdrawal.reveal')}</Button>
}

function Way({ of }: { of: WithdrawalDetail }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <Timeline aria-label={t('withdrawal.way')} items={of.timeline.map((e, i) => ({
      key: i, color: e.state === 'paid' ? 'green' : ['failed', 'manual'].includes(e.state) ? 'red' : ['rejected', 'returned', 'cancelled'].includes(e.state) ? 'gray' : 'blue',
      content: (
        <>
          <div>{t(`status.withdrawal.${e.state}`, e.state)} <span style={faint}>· <span className="num">{time.full(e.at)}</span>{e.actor && <> · <Actor id={e.actor} name={e.actor_name} /></>}</span></div>
          {e.text && <div style={{ ...faint, whiteSpace: 'pre-wrap' }}>{e.text}</div>}
        </>
      ),
    }))} />
  )
}
