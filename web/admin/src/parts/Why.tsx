// The answer to "why did I get this?", to "why did I get nothing?", and to
// "what would have got me more?".
import { DownloadOutlined } from '@ant-design/icons'
import { Alert, Button, Descriptions, Skeleton, Tooltip } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '../api/hooks'
import type { Alternative, Cap, CommissionAward, Declined, LineCap, OrderCommission, PersonCap, Sampled } from '../api/types'
import { Failure } from '../app/Failure'
import { Can } from '../app/permissions'
import { api } from '../app/token'
import { useAct } from './Confirm'
import { saveText } from './csv'
import { EmptyState } from './EmptyState'
import { Money, Percent } from './Money'
import { Replay } from './Replay'
import { StatusTag } from './StatusTag'
import { useTime } from './time'

const faint = { color: '#56625d' }

export function Why({ order }: { order: string }) {
  const found = useRead('GET /orders/{id}/commission', { path: { id: order } })
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />
  if (!found.data) return <Skeleton active paragraph={{ rows: 5 }} />
  return (
    <div className="stack">
      <Explanation of={found.data} />
      {found.data.decision?.strategy && <Alternatives order={order} />}
      {found.data.decision && <Can permission="trial.run"><Replay order={order} /></Can>}
      {found.data.decision?.strategy && <Export order={order} />}
    </div>
  )
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
          { key: 's', label: t('why.strategy'), children: of.decision.strategy ? `${of.decision.strategy} ${of.decision.version}` : t('why.not_asked') },
          { key: 'r', label: t('why.revision'), children: t('why.revision_n', { n: of.decision.revision }) },
          { key: 'd', label: t('why.decided_at'), children: time.full(of.decision.decided_at) },
          { key: 'q', label: <Tooltip title={t('why.seq_help')}><span tabIndex={0}>{t('why.seq')}</span></Tooltip>, children: `#${of.decision.seq}` },
        ]} />
      )}
      <Awards awards={of.awards ?? []} declined={of.declined ?? []} cap={of.cap} lineCaps={of.line_caps} personCaps={of.person_caps} />
      {(of.reversed ?? []).length > 0 && <Reversed of={of} />}
      {(of.not_distributed ?? []).length > 0 && (
        <section>
          <h3 style={{ fontSize: 14 }}>{t('why.not_distributed')}</h3>
          <ul className="why">{of.not_distributed!.map((l) => <li key={l.line}><strong>{l.sku}</strong> · {l.why}</li>)}</ul>
        </section>
      )}
    </div>
  )
}

/** What the refunds took back from whom, and where it came from: held, available, or a debt because it had been paid out. */
function Reversed({ of }: { of: OrderCommission }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <section>
      <h3 style={{ fontSize: 14 }}>{t('why.reversed')}</h3>
      <ul className="why">
        {of.reversed.map((r, i) => (
          <li key={i} style={{ display: 'flex', justifyContent: 'space-between', gap: 12, flexWrap: 'wrap' }}>
            <span>{t(r.borne ? 'why.borne_line' : 'why.reversed_line', { who: r.payee.name, refund: r.external_id })}</span>
            <span style={r.borne ? faint : undefined}><Money of={r.borne ? r.amount : { ...r.amount, amount: -r.amount.amount }} strong={!r.borne} /></span>
          </li>
        ))}
      </ul>
      {(of.taken ?? []).length > 0 && (
        <>
          <h4 style={{ fontSize: 13, margin: '10px 0 0' }}>{t('why.taken')}</h4>
          <ul className="why">
            {of.taken.map((k, i) => (
              <li key={i} style={{ display: 'flex', justifyContent: 'space-between', gap: 12, flexWrap: 'wrap' }}>
                <span><span className="num" style={faint}>{time.minute(k.at)}</span> {k.payee.name} · {t(`why.taken_${k.from}`)}</span>
                <Money of={{ ...k.amount, amount: -k.amount.amount }} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

/** Who gets what from which line, and who does not. Also what a preview shows. */
export function Awards({ awards, declined, cap, lineCaps = [], personCaps = [], drafted }: { awards: CommissionAward[]; declined: Declined[]; cap?: Cap | null; lineCaps?: LineCap[]; personCaps?: PersonCap[]; drafted?: boolean }) {
  const { t } = useTranslation()
  const called = ({ name, grade }: Sampled) => (grade ? t('why.sampled', { name, grade: t(`grade.${grade}`, grade) }) : name)
  return (
    <>
      {awards.map((a) => (
        <section key={a.payee.id} aria-label={called(a.payee)}>
          <div style={{ display: 'flex', justifyContent: 'space-between', gap: 12, flexWrap: 'wrap', marginBottom: 4 }}>
            <span><strong>{called(a.payee)}</strong> <span style={faint}>{a.level > 0 ? t('why.level', { n: a.level }) : t('why.role')}</span></span>
            <span style={{ display: 'flex', gap: 10, alignItems: 'center' }}>
              {!drafted && a.status && <StatusTag noun="award" state={a.status} />}
              <Money of={a.standing ?? a.granted} strong />
            </span>
          </div>
          {a.standing && a.standing.amount !== a.granted.amount && <div style={faint}>{t('why.granted')} <Money of={a.granted} /></div>}
          <ul className="why">
            {(a.lines ?? []).map((l, i) => (
              <li key={`${l.line}-${l.kind}-${i}`}>
                <div className="sum-line"><span>{l.sku || t('why.whole_order')}</span>
                  {l.rate !== '0' && l.base.amount > 0 && <><Money of={l.base} /> × <Percent of={l.rate} /></>} → <Money of={l.amount} strong />
                  {l.cut && l.cut.amount > 0 && <span style={{ color: '#8f3d06' }}>{t('why.cut')} <Money of={l.cut} /></span>}
                </div>
                {l.why && <div style={{ ...faint, marginTop: 2 }}>{l.why}</div>}
              </li>
            ))}
          </ul>
          {!drafted && (a.said ?? []).length > 0 && <Sentences of={a.said!} label={t('why.said', { who: a.payee.name })} />}
        </section>
      ))}
      {lineCaps.map((c) => <Alert key={c.line} type="info" showIcon title={<span>{t('why.line_cap', { sku: c.sku })} <Money of={c.asked} /> → <Money of={c.most} /> {t('why.line_margin')} <Money of={c.margin} /></span>} />)}
      {cap && cap.cut?.amount > 0 && <Alert type="info" showIcon title={<span>{t('why.cap')} <Money of={cap.asked} /> → <Money of={cap.most} /></span>} />}
      {personCaps.map((c) => <Alert key={c.payee.id} type="info" showIcon title={<span>{t(`why.person_cap_${c.period}`, { who: c.payee.name })} <Money of={c.most} /> {t('why.person_used')} <Money of={c.used} /> {t('why.person_cut')} <Money of={c.cut} /></span>} />)}
      {declined.length > 0 && (
        <section>
          <h3 style={{ fontSize: 14 }}>{t('why.declined')}</h3>
          <ul className="why">
            {declined.map((d, i) => (
              <li key={i}>{d.who && <><strong>{called(d.who)}</strong> · </>}{d.why}{(d.said ?? []).slice(1).map((s) => <div key={s} style={faint}>{s}</div>)}</li>
            ))}
          </ul>
        </section>
      )}
      {awards.length === 0 && declined.length === 0 && <p style={faint}>{t('why.nobody')}</p>}
    </>
  )
}

/** How it came about, step by step. */
function Sentences({ of, label }: { of: string[]; label: string }) {
  return <ol aria-label={label} style={{ ...faint, margin: '6px 0 0', paddingLeft: 20, fontSize: 13 }}>{of.map((s, i) => <li key={i}>{s}</li>)}</ol>
}

function Alternatives({ order }: { order: string }) {
  const { t } = useTranslation()
  const found = useRead('GET /orders/{id}/commission/alternatives', { path: { id: order } }, { staleTime: 600_000 })
  return (
    <section>
      <h3 style={{ fontSize: 14 }}>{t('why.more')}</h3>
      {found.error ? <p style={faint}>{found.error.message}</p>
        : !found.data ? <Skeleton active title={false} paragraph={{ rows: 1 }} />
          : found.data.items.length === 0 ? <p style={faint}>{t('why.more_none')}</p>
            : <ul className="why">{found.data.items.map((a: Alternative) => <li key={a.payee.id + a.sentence}>{a.sentence}</li>)}</ul>}
    </section>
  )
}

/** The decision as a golden case for the strategy's author: nobody is named in it. */
function Export({ order }: { order: string }) {
  const { t } = useTranslation()
  const act = useAct()
  const save = () => act(async () => {
    const made = await api('GET /orders/{id}/commission/case', { path: { id: order } })
    saveText(`${made.strategy}-${made.case.name}.json`, JSON.stringify([made.case], null, 2), 'application/json')
  }, t('why.case_saved'))
  return <div><Tooltip title={t('why.case_help')}><Button size="small" icon={<DownloadOutlined />} onClick={() => void save()}>{t('why.case')}</Button></Tooltip></div>
}
