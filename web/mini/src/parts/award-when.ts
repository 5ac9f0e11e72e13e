/** When an award's money can be withdrawn, as a sentence. */
import { dayOf } from '@/time/time'
import { t } from '@/words'
import type { Money } from '@/money/money'

export interface Timed {
  status?: string
  standing?: Money
  available_at?: string | null
  matures_at?: string | null
}

export function whenOf(award: Timed, zone: string): string {
  const day = dayOf(award.available_at ?? award.matures_at, zone)
  if (award.standing && award.standing.amount === 0) return t('earn.reversed')
  if (award.status === 'on_hold') return t('earn.held')
  if (award.status === 'settled') return day ? t('earn.did', { day }) : t('standing.award.settled')
  return day ? t('earn.will', { day }) : t('earn.waits')
}
