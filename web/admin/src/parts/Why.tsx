// The answer to "why did I get this?", and to "why did I get nothing?".
import { Alert, Descriptions, Skeleton, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '../api/hooks'
import type { Cap, CommissionAward, Declined, OrderCommission } from '../api/types'
import { Failure } from '../app/Failure'
import { EmptyState } from './EmptyState'
import { Money, Percent } from './Money'
import { StatusTag } from './StatusTag'
import { useTime } from './time'

export function Why({ order }: { order: string }) {
  const found = useRead('GET /orders/{id}/commission', { path: { id: order } })
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />
  if (!found.data) return <Skeleton active paragraph={{ rows: 5 }} />
  return <Explanation of={found.data} />
}

function Explanation({ of }: { of: OrderCommission }) {
  const { t } = useTranslation()
  const time = useTime()
  if (of.state === 'none' && !of.decision) return <EmptyState title={t('why.none')} next={t('why.none_help')} />
  return (
    <div className="stack">
      {of.awaiting && (
        <Alert type="warning" showIcon title={of.awaiting.sentence}
          description={t('why.awaiting', { since: time.minute(of.awaiting.since), attempts: of.awaiting.attempts, next: of.awaiting.next_try_at ? time.full(of.awaiting.next_try_at) : t('why.next_unknown') })} />
      )}
      {of.decision && (
        <Descriptions size="small" column={2} items={[
          { key: 's', label: t('why.strategy'), children: `${of.decision.strategy} ${of.decision.version}` },
          { key: 'r', label: t('why.revision'), children: t('why.revision_n', { n: of.decision.revision }) },
          { key: 'd', label: t('why.decided_at'), children: time.full(of.decision.decided_at) },
          { key: 'q', label: <Tooltip title={t('why.seq_help')}><span tabIndex={0}>{t('why.seq')}</span></Tooltip>, children: `#${of.decision.seq}` },
        ]} />
      )}
      <Awards awards={of.awards ?? []} declined={of.declined ?? []} cap={of.cap} />
      {(of.reversed ?? []).length > 0 && (
        <section>
          <h3 style={{ fontSize: 14 }}>{t('why.reversed')}</h3>
          <ul className="why">
            {of.reversed.map((r) => <li key={r.refund_id + r.payee.id}>{t('why.reversed_line', { who: r.payee.name })} <Money of={{ ...r.amount, amount: -Math.abs(r.amount.amount) }} strong /></li>)}
          </ul>
        </section>
      )}
    </div>
  )
}

/** Who gets what from which line, and who does not. Also what a preview shows. */
export function Awards({ awards, declined, cap, drafted }: { awards: CommissionAward[]; declined: Declined[]; cap?: Cap | null; drafted?: boolean }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <>
      {awards.map((a) => (
        <section key={a.payee.id} aria-label={a.payee.name}>
          <div style={{ display: 'flex', justifyContent: 'space-between', gap: 12, flexWrap: 'wrap', marginBottom: 4 }}>
            <span><strong>{a.payee.name}</strong> <span style={{ color: '#56625d' }}>{a.level > 0 ? t('why.level', { n: a.level }) : t('why.role')}</span></span>
            <span style={{ display: 'flex', gap: 10, alignItems: 'center' }}>
              {!drafted && a.status && <StatusTag noun="award" state={a.status} />}
              <Money of={a.standing ?? a.granted} strong />
            </span>
          </div>
          {a.standing && a.standing.amount !== a.granted.amount && <div style={{ color: '#56625d' }}>{t('why.granted')} <Money of={a.granted} /></div>}
          {a.matures_at && a.status === 'held' && <div style={{ color: '#56625d' }}>{t('why.arrives', { at: time.minute(a.matures_at) })}</div>}
          <ul className="why">
            {(a.lines ?? []).map((l, i) => (
              <li key={`${l.line}-${l.kind}-${i}`}>
                <div className="sum-line"><span>{l.sku || l.line}</span><Money of={l.base} /> × <Percent of={l.rate} /> = <Money of={l.amount} strong />
                  {l.cut && l.cut.amount > 0 && <span style={{ color: '#8f3d06' }}>{t('why.cut')} <Money of={l.cut} /></span>}
                </div>
                {l.why && <div style={{ color: '#56625d', marginTop: 2 }}>{l.why}</div>}
              </li>
            ))}
          </ul>
        </section>
      ))}
      {cap && cap.cut?.amount > 0 && <Alert type="info" showIcon title={<span>{t('why.cap')} <Money of={cap.asked} /> → <Money of={cap.limit} /></span>} />}
      {declined.length > 0 && (
        <section>
          <h3 style={{ fontSize: 14 }}>{t('why.declined')}</h3>
          <ul className="why">{declined.map((d, i) => <li key={i}><strong>{typeof d.who === 'string' ? d.who : d.who?.name}</strong> · {d.why}</li>)}</ul>
        </section>
      )}
      {awards.length === 0 && declined.length === 0 && <p style={{ color: '#56625d' }}>{t('why.nobody')}</p>}
    </>
  )
}
