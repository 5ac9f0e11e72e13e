// What may be done with a distributor's standing, and what each of it means.
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import type { Distributor } from '../../api/types'
import { Can } from '../../app/permissions'
import { ConfirmAmount } from '../../parts/Confirm'

export type Doing = 'approve' | 'reject' | 'freeze' | 'unfreeze' | 'ban'

/** Which way leads out of which state. */
export const ways: Record<string, Doing[]> = {
  applied: ['approve', 'reject'],
  active: ['freeze', 'ban'],
  frozen: ['unfreeze', 'ban'],
}
const grave: Doing[] = ['reject', 'freeze', 'ban']

export function StateButtons({ who, onDo, only, small }: { who: Distributor; onDo: (what: Doing) => void; only?: Doing[]; small?: boolean }) {
  const { t } = useTranslation()
  const offered = (ways[who.state] ?? []).filter((w) => !only || only.includes(w))
  return (
    <span style={{ display: 'inline-flex', gap: 8 }}>
      {offered.map((w) => <Can key={w} permission={`distributor.${w}`}><Button size={small ? 'small' : undefined} type={w === 'approve' || w === 'unfreeze' ? 'primary' : 'default'} danger={grave.includes(w)} onClick={() => onDo(w)}>{t(`distributor.do_${w}`)}</Button></Can>)}
    </span>
  )
}

export function StateDialog({ what, who, onClose }: { what: Doing; who: Distributor; onClose: () => void }) {
  const { t } = useTranslation()
  const approve = useWrite('POST /distributors/{id}/approve')
  const reject = useWrite('POST /distributors/{id}/reject')
  const freeze = useWrite('POST /distributors/{id}/freeze')
  const unfreeze = useWrite('POST /distributors/{id}/unfreeze')
  const ban = useWrite('POST /distributors/{id}/ban')
  const path = { id: who.id }
  const run = (reason: string): Promise<unknown> => {
    switch (what) {
      case 'approve': return approve.mutateAsync({ path })
      case 'unfreeze': return unfreeze.mutateAsync({ path })
      case 'reject': return reject.mutateAsync({ path, body: { reason } })
      case 'freeze': return freeze.mutateAsync({ path, body: { reason } })
      case 'ban': return ban.mutateAsync({ path, body: { reason } })
    }
  }
  // What a freeze or a ban stops is money that is still held: the person sees how much.
  const touched = what === 'freeze' || what === 'ban' ? who.balance?.held : undefined
  return (
    <ConfirmAmount aside title={t(`distributor.title_${what}`, { name: who.name })} amount={touched && touched.amount > 0 ? touched : undefined} consequence={t(`distributor.then_${what}`)} danger={grave.includes(what)}
      ask={grave.includes(what) ? { label: t('distributor.reason_seen'), required: true, placeholder: t(`distributor.reason_${what}`) } : undefined}
      confirm={t(`distributor.do_${what}`)} done={t(`distributor.done_${what}`, { name: who.name })} onConfirm={run} onClose={onClose} />
  )
}
