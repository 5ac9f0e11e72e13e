// Above everything about payouts: whether anything is sent at all, whose account is empty, and what is only pretended.
import { Alert, Button } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useWrite } from '../../api/hooks'
import { Can } from '../../app/permissions'
import { ConfirmAmount } from '../../parts/Confirm'
import { useTime } from '../../parts/time'

export function HoldBanner() {
  const { t } = useTranslation()
  const time = useTime()
  const found = useRead('GET /payouts/overview', {}, { every: () => 15_000 })
  const release = useWrite('POST /payout-hold/release')
  const [asking, setAsking] = useState(false)
  const desk = found.data
  if (!desk) return null
  return (
    <div className="stack" style={{ marginBottom: 16 }}>
      {desk.hold.held && (
        <Alert type="error" showIcon title={t(`payout.hold_${desk.hold.why}`)}
          description={<>{t(`payout.hold_${desk.hold.why}_help`, { words: desk.hold.words, at: time.minute(desk.hold.held_at) })} {desk.hold.why === 'restored' && <Link to="/payouts/reconcile">{t('payout.to_reconcile')}</Link>}</>}
          action={<Can permission="payout.hold"><Button danger onClick={() => setAsking(true)}>{t('payout.release')}</Button></Can>} />
      )}
      {desk.short.map((a) => <Alert key={a.id} type="warning" showIcon title={t('payout.account_short', { name: a.name, since: time.minute(a.short_since) })} description={t('payout.account_short_help')} />)}
      {desk.differences > 0 && <Alert type="warning" showIcon title={t('payout.open_differences', { count: desk.differences })} action={<Link to="/payouts/reconcile">{t('payout.to_reconcile')}</Link>} />}
      {desk.simulated && <Alert type="info" showIcon title={t('payout.simulated')} description={t('payout.simulated_help')} />}
      {asking && <ConfirmAmount danger title={t('payout.release')} consequence={t('payout.then_release')} ask={{ label: t('common.reason'), required: true }} confirm={t('payout.release')} done={t('common.done')}
        onConfirm={(reason) => release.mutateAsync({ body: { reason } })} onClose={() => setAsking(false)} />}
    </div>
  )
}
