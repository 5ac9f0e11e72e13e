// The queue of money that wants to leave. Reviewed one by one or together; every button names its sum.
import type { ProColumns } from '@ant-design/pro-components'
import { Button, Segmented, Space, Tooltip } from 'antd'
import { type Key, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { formatMoney, plainMoney, sumMoney } from '../../api/money'
import type { Withdrawal } from '../../api/types'
import { Can, useCan, useStore } from '../../app/permissions'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { BatchDialog, type Doing, WithdrawalDialog } from './dialogs'

const shown = ['requested', 'approved', 'paid', 'rejected', 'returned', 'all']

export default function Withdrawals() {
  const { t } = useTranslation()
  const time = useTime()
  const can = useCan()
  const { currency } = useStore()
  const [filters, change] = useFilters('state')
  const state = filters.state ?? 'requested'
  const [doing, setDoing] = useState<{ what: Doing; of: Withdrawal }>()
  const [chosen, setChosen] = useState<{ keys: Key[]; rows: Withdrawal[] }>({ keys: [], rows: [] })
  const [batch, setBatch] = useState<Doing>()
  const columns = useMemo<ProColumns<Withdrawal>[]>(() => [
    { title: t('withdrawal.who'), fixed: 'left', render: (_, w) => <Link to={`/distributors/list?open=${w.distributor.id}`}>{w.distributor.name}</Link> },
    { title: t('withdrawal.gross'), align: 'right', render: (_, w) => <Money of={w.gross} /> },
    { title: t('withdrawal.tax'), align: 'right', render: (_, w) => <Money of={w.tax} quietZero /> },
    { title: t('withdrawal.fee'), align: 'right', render: (_, w) => <Money of={w.fee} quietZero /> },
    { title: t('withdrawal.net'), align: 'right', render: (_, w) => <Money of={w.net} strong /> },
    { title: t('withdrawal.method'), render: (_, w) => t(`method.${w.method}`, w.method) },
    { title: t('withdrawal.state'), render: (_, w) => <StatusTag noun="withdrawal" state={w.state} reason={w.reason} /> },
    { title: t('withdrawal.requested_at'), render: (_, w) => <span className="num">{time.minute(w.requested_at)}</span> },
    { title: t('withdrawal.paid_at'), render: (_, w) => <span className="num">{time.minute(w.paid_at)}</span> },
    { title: t('withdrawal.voucher'), render: (_, w) => w.voucher || '—' },
    {
      title: t('common.actions'), fixed: 'right', hideInSetting: true,
      render: (_, w) => (
        <Space>
          {w.state === 'requested' && <Can permission="withdrawal.approve"><Button size="small" type="primary" onClick={() => setDoing({ what: 'approve', of: w })}>{t('withdrawal.do_approve')}</Button></Can>}
          {w.state === 'approved' && <Can permission="withdrawal.pay"><Button size="small" type="primary" onClick={() => setDoing({ what: 'pay', of: w })}>{t('withdrawal.do_pay')}</Button></Can>}
          {['requested', 'approved'].includes(w.state) && <Can permission="withdrawal.reject"><Button size="small" danger onClick={() => setDoing({ what: 'reject', of: w })}>{t('withdrawal.do_reject')}</Button></Can>}
        </Space>
      ),
    },
  ], [t, time])
  const works = state === 'requested' && can('withdrawal.approve')
  const sum = sumMoney(chosen.rows.map((w) => w.net), currency)
  const clear = () => setChosen({ keys: [], rows: [] })
  return (
    <PageShell title={t('menu.withdrawals')} help={t('withdrawal.help')}>
      <div className="filters">
        <Segmented aria-label={t('withdrawal.state')} value={state} onChange={(s) => { clear(); change({ state: s }) }} options={shown.map((s) => ({ value: s, label: s === 'all' ? t('common.all') : t(`status.withdrawal.${s}`) }))} />
      </div>
      <CursorTable route="GET /withdrawals" name="withdrawals" rowKey="id" input={{ query: { state: state === 'all' ? undefined : state } }} columns={columns}
        title={chosen.rows.length > 0 && <span>{t('withdrawal.chosen', { count: chosen.rows.length })} <Money of={sum} strong /></span>}
        tools={works ? [
          <Tooltip key="approve" title={chosen.rows.length === 0 ? t('withdrawal.choose_first') : ''}><Button type="primary" disabled={chosen.rows.length === 0} onClick={() => setBatch('approve')}>{chosen.rows.length > 0 ? `${t('withdrawal.do_approve')} ${formatMoney(sum)}` : t('withdrawal.do_approve')}</Button></Tooltip>,
          <Button key="reject" danger disabled={chosen.rows.length === 0} onClick={() => setBatch('reject')}>{t('withdrawal.do_reject')}</Button>,
        ] : []}
        selection={works ? { keys: chosen.keys, onChange: (keys, rows) => setChosen({ keys, rows }), label: (w) => t('withdrawal.choose', { name: w.distributor?.name, amount: w.net ? formatMoney(w.net) : '' }) } : undefined}
        empty={state === 'requested' ? <EmptyState title={t('withdrawal.none_waiting')} next={t('withdrawal.none_waiting_next')} /> : <EmptyState title={t('withdrawal.empty')} next={t('withdrawal.empty_next')} />}
        csv={[
          { title: 'ID', text: (w) => w.id }, { title: t('withdrawal.who'), text: (w) => w.distributor.name }, { title: t('withdrawal.gross'), text: (w) => plainMoney(w.gross) }, { title: t('withdrawal.tax'), text: (w) => plainMoney(w.tax) }, { title: t('withdrawal.fee'), text: (w) => plainMoney(w.fee) }, { title: t('withdrawal.net'), text: (w) => plainMoney(w.net) },
          { title: t('withdrawal.state'), text: (w) => t(`status.withdrawal.${w.state}`, w.state) }, { title: t('withdrawal.requested_at'), text: (w) => time.full(w.requested_at) }, { title: t('withdrawal.paid_at'), text: (w) => time.full(w.paid_at) }, { title: t('withdrawal.voucher'), text: (w) => w.voucher }, { title: t('common.reason'), text: (w) => w.reason },
        ]} />
      {doing && <WithdrawalDialog {...doing} onClose={() => setDoing(undefined)} />}
      {batch && <BatchDialog what={batch} rows={chosen.rows} onClose={() => { setBatch(undefined); clear() }} />}
    </PageShell>
  )
}
