// 团队长: the post is a switch, and what follows is said before it is thrown.
import { Switch } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import type { Distributor } from '../../api/types'
import { useCan } from '../../app/permissions'
import { ConfirmAmount } from '../../parts/Confirm'

export function LeadSwitch({ who }: { who: Distributor }) {
  const { t } = useTranslation()
  const can = useCan()
  const [asking, setAsking] = useState(false)
  const set = useWrite('PUT /distributors/{id}/lead')
  const lead = Boolean(who.lead)
  const title = t(lead ? 'distributor.lead_off' : 'distributor.lead_on', { name: who.name })
  return (
    <>
      <Switch checked={lead} aria-label={t('distributor.lead')} disabled={!can('distributor.post') || (!lead && who.state !== 'active')} checkedChildren={t('common.yes')} unCheckedChildren={t('common.no')} onChange={() => setAsking(true)} />
      {asking && (
        <ConfirmAmount title={title} consequence={t(lead ? 'distributor.then_lead_off' : 'distributor.then_lead_on')} confirm={t('common.save')} danger={lead} done={t('common.done')}
          onConfirm={() => set.mutateAsync({ path: { id: who.id }, body: { lead: !lead } })} onClose={() => setAsking(false)} />
      )}
    </>
  )
}
