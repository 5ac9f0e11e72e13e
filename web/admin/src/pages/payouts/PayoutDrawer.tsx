// One payout: where it stands, what the provider said and when, and what staff may do about it.
import { Alert, Button, Descriptions, Drawer, Skeleton, Space, Timeline } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import type { PayoutDetail } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can } from '../../app/permissions'
import { ConfirmAmount, useAct } from '../../parts/Confirm'
import { Money } from '../../parts/Money'
import { Pill, StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'

export function PayoutDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const found = useRead('GET /payouts/{id}', { path: { id } }, { every: (p) => (p && !p.ended_at ? 5_000 : false) })
  return (
    <Drawer open onClose={onClose} size={680} title={found.data ? t('payout.title', { name: found.data.distributor.name }) : t('menu.payouts')} extra={found.data && <StatusTag noun="payout" state={found.data.state} />}>
      {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : !found.data ? <Skeleton active paragraph={{ rows: 8 }} /> : <PayoutBody of={found.data} />}
    </Drawer>
  )
}

/** Also shown beside a withdrawal. */
export function PayoutBody({ of }: { of: PayoutDetail }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <div className="stack">
      {of.trouble && <Alert type="error" showIcon title={t(`payout.trouble_${of.trouble}`)} description={t(`payout.trouble_${of.trouble}_help`)} />}
      {of.cancel_wanted && !of.ended_at && <Alert type="info" showIcon title={t('payout.cancel_wanted')} />}
      <Descriptions size="small" column={1} bordered items={[
        { key: 'amount', label: t('payout.amount'), children: <Money of={of.amount} strong /> },
        { key: 'account', label: t('payout.account'), children: <Space size={4}>{of.account_name}{of.simulated && <Pill tone="warning">{t('payout.pretended')}</Pill>}</Space> },
        { key: 'number', label: t('payout.number'), children: <code>{of.number}</code> },
        { key: 'provider', label: t('payout.provider_id'), children: of.provider_id ? <code>{of.provider_id}</code> : '—' },
        { key: 'said', label: t('payout.said'), children: [of.code, of.words].filter(Boolean).join(' · ') || '—' },
        { key: 'submits', label: t('payout.submits'), children: <span className="num">{of.submits}</span> },
        { key: 'sent', label: t('payout.sent_at'), children: time.minute(of.sent_at) },
      ]} />
      <Can permission="payout.send"><Actions of={of} /></Can>
      <Timeline aria-label={t('payout.history')} items={of.steps.map((s, i) => ({
        key: i, color: s.state === 'paid' ? 'green' : s.state === 'failed' || s.state === 'cancelled' ? 'red' : 'blue',
        content: <><span style={{ color: '#56625d' }}><span className="num">{time.minute(s.at)}</span> · {t(`payout.source_${s.source}`, s.source)}</span><div>{s.standing ? t(`payout.standing_${s.standing}`, s.standing) : t(`status.payout.${s.state}`)}{s.code && <code> {s.code}</code>} {s.words}</div></>,
      }))} />
    </div>
  )
}

type Doing = 'cancel' | 'give_back' | 'paid'

function Actions({ of }: { of: PayoutDetail }) {
  const { t } = useTranslation()
  const act = useAct()
  const [doing, setDoing] = useState<Doing>()
  const look = useWrite('POST /payouts/{id}/look')
  const cancel = useWrite('POST /payouts/{id}/cancel')
  const giveBack = useWrite('POST /payouts/{id}/give-back')
  const paid = useWrite('POST /payouts/{id}/paid')
  const path = { id: of.id }
  const may = (verb: string) => of.may.includes(verb)
  if (of.may.length === 0) return null
  const go = (text: string) => (doing === 'cancel' ? cancel.mutateAsync({ path }) : doing === 'paid' ? paid.mutateAsync({ path, body: { voucher: text } }) : giveBack.mutateAsync({ path, body: { reason: text } }))
  return (
    <Space wrap>
      {may('look') && <Button type="primary" loading={look.isPending} onClick={() => void act(() => look.mutateAsync({ path }), t('payout.looked'))}>{t('payout.do_look')}</Button>}
      {may('paid') && <Button onClick={() => setDoing('paid')}>{t('payout.do_paid')}</Button>}
      {may('cancel') && <Button danger onClick={() => setDoing('cancel')}>{t('payout.do_cancel')}</Button>}
      {may('give_back') && <Button danger onClick={() => setDoing('give_back')}>{t('payout.do_give_back')}</Button>}
      {doing && <ConfirmAmount danger={doing !== 'paid'} title={t(`payout.do_${doing}`)} amount={of.amount} consequence={t(`payout.then_${doing}`, { name: of.distributor.name })} confirm={t(`payout.do_${doing}`)} done={t('common.done')}
        ask={doing === 'cancel' ? undefined : { label: doing === 'paid' ? t('payout.voucher') : t('common.reason'), required: true }} onConfirm={go} onClose={() => setDoing(undefined)} />}
    </Space>
  )
}
