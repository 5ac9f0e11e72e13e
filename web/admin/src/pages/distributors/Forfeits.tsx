// 没收与恢复: what a frozen or banned person has lost, and what was given back; every line says who, when and why.
import { Alert, Button, Skeleton, Table } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useReadMore, useWrite } from '../../api/hooks'
import { formatMoney } from '../../api/money'
import type { Distributor, Forfeit, Stake } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can } from '../../app/permissions'
import { Actor } from '../../parts/Actor'
import { ConfirmAmount } from '../../parts/Confirm'
import { EmptyState } from '../../parts/EmptyState'
import { Money } from '../../parts/Money'
import { More } from '../../parts/More'
import { Pill } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'

const faint = { color: '#56625d' }
const stopped = (state: string) => state === 'frozen' || state === 'banned'

export function Forfeits({ who }: { who: Distributor }) {
  const { t } = useTranslation()
  const time = useTime()
  const path = { id: who.id }
  const stake = useRead('GET /distributors/{id}/stake', { path })
  const list = useReadMore('GET /distributors/{id}/forfeits', { path })
  const [doing, setDoing] = useState<{ stake: Stake } | { back: Forfeit }>()
  if (list.error) return <Failure error={list.error} retry={() => void list.refetch()} />
  return (
    <div className="stack">
      {stake.error ? <Failure error={stake.error} retry={() => void stake.refetch()} /> : !stake.data ? <Skeleton active paragraph={{ rows: 2 }} /> : <AtStake of={stake.data} onTake={() => setDoing({ stake: stake.data! })} />}
      {list.data?.length === 0 ? <EmptyState title={t('forfeit.none')} next={t(stopped(who.state) ? 'forfeit.none_next_stopped' : 'forfeit.none_next')} /> : (
        <More query={list}>
          <Table<Forfeit> size="small" loading={list.isLoading} rowKey="id" pagination={false} dataSource={list.data ?? []} columns={[
            { title: t('order.when'), render: (_, f) => <><span className="num">{time.minute(f.at)}</span><div style={faint}><Actor id={f.by?.id} name={f.by?.name} /></div></> },
            { title: t('forfeit.amount'), align: 'right', render: (_, f) => <Money of={f.amount} strong /> },
            { title: t('common.reason'), render: (_, f) => f.reason },
            {
              title: t('forfeit.outcome'), render: (_, f) => (f.restored_at
                ? <><Pill tone="good">{t('forfeit.restored')}</Pill><div>{f.restored_why}</div><div style={faint}><span className="num">{time.minute(f.restored_at)}</span> · <Actor id={f.restored_by?.id} name={f.restored_by?.name} /></div></>
                : <Pill tone="warning">{t('forfeit.stands')}</Pill>),
            },
            { title: t('common.actions'), render: (_, f) => !f.restored_at && <Can permission="withdrawal.forfeit"><Button size="small" onClick={() => setDoing({ back: f })}>{t('forfeit.do_restore')}</Button></Can> },
          ]} />
        </More>
      )}
      {doing && ('back' in doing ? <Restore of={doing.back} who={who} onClose={() => setDoing(undefined)} /> : <Take of={doing.stake} who={who} onClose={() => setDoing(undefined)} />)}
    </div>
  )
}

function AtStake({ of, onTake }: { of: Stake; onTake: () => void }) {
  const { t } = useTranslation()
  const may = stopped(of.state)
  const parts = [of.available.amount > 0 && <>{t('account.available')} <Money of={of.available} /></>, of.unsent.amount > 0 && <>{t('forfeit.unsent')} <Money of={of.unsent} /></>, of.owed.amount > 0 && <>− {t('account.debt')} <Money of={of.owed} /></>].filter(Boolean)
  return (
    <Alert type={may ? 'warning' : 'info'} showIcon title={may ? <>{t('forfeit.can')} <Money of={of.amount} strong /></> : t('forfeit.not_stopped')}
      description={<>
        <div>{may ? t('forfeit.help') : t('forfeit.not_stopped_help')}</div>
        {may && parts.length > 1 && <div className="num">{parts.map((p, i) => <span key={i}>{i > 0 && ' + '}{p}</span>)}</div>}
        {may && of.amount.amount === 0 && <div>{t('forfeit.nothing')}</div>}
      </>}
      action={may && of.amount.amount > 0 && <Can permission="withdrawal.forfeit"><Button danger onClick={onTake}>{t('forfeit.do')}</Button></Can>} />
  )
}

/** The amount is sent along: when it is another by now, nothing is taken and the server says so. */
function Take({ of, who, onClose }: { of: Stake; who: Distributor; onClose: () => void }) {
  const { t } = useTranslation()
  const take = useWrite('POST /distributors/{id}/forfeits')
  return <ConfirmAmount danger title={t('forfeit.title', { name: who.name })} amount={of.amount} confirm={t('forfeit.do')} done={t('forfeit.done', { name: who.name, amount: formatMoney(of.amount) })}
    consequence={t(of.unsent.amount > 0 ? 'forfeit.then_unsent' : 'forfeit.then', { name: who.name, unsent: formatMoney(of.unsent) })}
    ask={{ label: t('distributor.reason_seen'), required: true, placeholder: t('forfeit.reason_example'), max: 500 }}
    onConfirm={(reason) => take.mutateAsync({ path: { id: who.id }, body: { reason, amount: of.amount } })} onClose={onClose} />
}

function Restore({ of, who, onClose }: { of: Forfeit; who: Distributor; onClose: () => void }) {
  const { t } = useTranslation()
  const back = useWrite('POST /forfeits/{id}/restore')
  return <ConfirmAmount title={t('forfeit.title_restore', { name: who.name })} amount={of.amount} confirm={t('forfeit.do_restore')} done={t('forfeit.done_restore', { name: who.name, amount: formatMoney(of.amount) })}
    consequence={<>{t('forfeit.then_restore', { name: who.name })}<br />{t('forfeit.was')}{of.reason}</>}
    ask={{ label: t('distributor.reason_seen'), required: true, placeholder: t('forfeit.restore_example'), max: 500 }}
    onConfirm={(reason) => back.mutateAsync({ path: { id: of.id }, body: { reason } })} onClose={onClose} />
}
