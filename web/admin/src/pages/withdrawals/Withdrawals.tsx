// The queue of money that wants to leave. Reviewed one by one or together; every button names its sum.
import type { ProColumns } from '@ant-design/pro-components'
import { Button, Segmented, Select, Space, Tooltip } from 'antd'
import { type Key, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead } from '../../api/hooks'
import { formatMoney, plainMoney, sumMoney } from '../../api/money'
import type { Withdrawal } from '../../api/types'
import { Can, useCan, useStore } from '../../app/permissions'
import { AmountRange } from '../../parts/AmountRange'
import { CursorTable } from '../../parts/CursorTable'
import { DayRange } from '../../parts/DayRange'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters, useOpen } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { Pill, StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { BatchDialog, type Doing, doingsOf, WithdrawalDialog } from './dialogs'
import { WithdrawalDrawer } from './WithdrawalDrawer'

/** What stands where; several states share a tab when the same person acts on them. */
const tabs: Record<string, string | undefined> = {
  requested: 'requested', approved: 'approved', sending: 'sending,waiting_for_user', manual: 'manual', paid: 'paid', back: 'failed,cancelled,rejected,returned', all: undefined,
}
const methods = ['manual', 'bank_file', 'alipay', 'wechat']
const mostAtOnce = 100
/** The address is anybody's to write: what is no whole number of minor units filters nothing. */
const minor = (text: string | undefined) => (text && /^\d{1,15}$/.test(text) ? Number(text) : undefined)

export default function Withdrawals() {
  const { t } = useTranslation()
  const time = useTime()
  const can = useCan()
  const { currency } = useStore()
  const [filters, change] = useFilters('state', 'method', 'from', 'to', 'least', 'most', 'mine')
  const [open, setOpen] = useOpen()
  const tab = filters.state && filters.state in tabs ? filters.state : 'requested'
  const [doing, setDoing] = useState<{ what: Doing; of: Withdrawal }>()
  const [chosen, setChosen] = useState<{ keys: Key[]; rows: Withdrawal[] }>({ keys: [], rows: [] })
  const [batch, setBatch] = useState<'approve' | 'reject'>()
  const sums = useRead('GET /withdrawals/sums')
  const count = (name: string) => (sums.data ?? []).filter((s) => tabs[name]?.split(',').includes(s.state)).reduce((n, s) => n + s.count, 0)
  const columns = useMemo<ProColumns<Withdrawal>[]>(() => [
    { title: t('withdrawal.who'), fixed: 'left', render: (_, w) => <Link to={`/distributors/list?open=${w.distributor.id}`} onClick={(e) => e.stopPropagation()}>{w.distributor.name}</Link> },
    { title: t('withdrawal.gross'), align: 'right', render: (_, w) => <><Money of={w.gross} />{w.parts > 1 && <div style={{ color: '#56625d', fontSize: 12 }}>{t('withdrawal.of_parts', { part: w.part, parts: w.parts })}</div>}</> },
    { title: t('withdrawal.tax'), align: 'right', render: (_, w) => <Money of={w.tax} quietZero /> },
    { title: t('withdrawal.fee'), align: 'right', render: (_, w) => <Money of={w.fee} quietZero /> },
    { title: t('withdrawal.net'), align: 'right', render: (_, w) => <Money of={w.net} strong /> },
    { title: t('withdrawal.method'), render: (_, w) => t(`method.${w.method}`, w.method) },
    { title: t('withdrawal.state'), render: (_, w) => <Space size={4} wrap><StatusTag noun="withdrawal" state={w.state} reason={w.reason} />{w.state === 'requested' && w.first_approved_by && <Pill tone="active">{t('withdrawal.first_eyes')}</Pill>}</Space> },
    { title: t('withdrawal.requested_at'), render: (_, w) => <span className="num">{time.minute(w.requested_at)}</span> },
    { title: t('withdrawal.paid_at'), render: (_, w) => <span className="num">{time.minute(w.paid_at)}</span> },
    { title: t('withdrawal.voucher'), render: (_, w) => w.voucher || '—' },
    {
      title: t('common.actions'), fixed: 'right', hideInSetting: true,
      render: (_, w) => <Space onClick={(e) => e.stopPropagation()}>{doingsOf(w).map((d) => <Can key={d.what} permission={d.permission}><Button size="small" type={d.danger ? 'default' : 'primary'} danger={d.danger} onClick={() => setDoing({ what: d.what, of: w })}>{t(`withdrawal.do_${d.what}`)}</Button></Can>)}</Space>,
    },
  ], [t, time])
  const works = tab === 'requested' && can('withdrawal.approve')
  const gross = sumMoney(chosen.rows.map((w) => w.gross), currency)
  const net = sumMoney(chosen.rows.map((w) => w.net), currency)
  const narrowed = [filters.method, filters.from, filters.to, filters.least, filters.most, filters.mine].some(Boolean)
  const clear = () => setChosen({ keys: [], rows: [] })
  const filter = (next: Parameters<typeof change>[0]) => { clear(); change(next) }
  const none = chosen.rows.length === 0 || chosen.rows.length > mostAtOnce
  const hint = chosen.rows.length === 0 ? t('withdrawal.choose_first') : none ? t('withdrawal.more_than_many') : ''
  return (
    <PageShell title={t('menu.withdrawals')} help={t('withdrawal.help')}>
      <div className="filters" style={{ display: 'flex', gap: 12, flexWrap: 'wrap' }}>
        <Segmented aria-label={t('withdrawal.state')} value={tab} onChange={(s) => filter({ state: s })} options={Object.keys(tabs).map((s) => ({
          value: s, label: s === 'all' ? t('common.all') : s === 'back' ? t('withdrawal.tab_back') : <>{t(`status.withdrawal.${s}`)}{s !== 'paid' && count(s) > 0 && <b className="num"> {count(s)}</b>}</>,
        }))} />
        <Select aria-label={t('withdrawal.method')} allowClear placeholder={t('withdrawal.filter_method')} style={{ minWidth: 140 }} value={filters.method} onChange={(method?: string) => filter({ method })} options={methods.map((m) => ({ value: m, label: t(`method.${m}`) }))} />
        <DayRange label={t('withdrawal.filter_from')} value={[filters.from, filters.to]} onChange={([from, to]) => filter({ from, to })} />
        <AmountRange label={t('withdrawal.filter_amount')} currency={currency} from={filters.least} to={filters.most} onChange={({ from, to }) => filter({ least: from, most: to })} />
        {works && <Button type={filters.mine ? 'primary' : 'default'} ghost={!!filters.mine} aria-pressed={!!filters.mine} onClick={() => filter({ mine: filters.mine ? undefined : '1' })}>{t('withdrawal.mine')}</Button>}
      </div>
      <CursorTable route="GET /withdrawals" name="withdrawals" rowKey="id" onOpen={(w) => setOpen(w.id)} columns={columns}
        input={{ query: { state: tabs[tab], method: filters.method, from: filters.from, to: filters.to, least: minor(filters.least), most: minor(filters.most), mine: filters.mine ? true : undefined } }}
        title={chosen.rows.length > 0 && <span>{t('withdrawal.chosen', { count: chosen.rows.length })} <Money of={net} strong /></span>}
        tools={works ? [
          <Tooltip key="approve" title={hint}><Button type="primary" disabled={none} onClick={() => setBatch('approve')}>{chosen.rows.length > 0 ? `${t('withdrawal.do_approve')} ${formatMoney(net)}` : t('withdrawal.do_approve')}</Button></Tooltip>,
          <Button key="reject" danger disabled={none} onClick={() => setBatch('reject')}>{chosen.rows.length > 0 ? `${t('withdrawal.do_reject')} ${formatMoney(gross)}` : t('withdrawal.do_reject')}</Button>,
        ] : []}
        selection={works ? { keys: chosen.keys, onChange: (keys, rows) => setChosen({ keys, rows }), label: (w) => t('withdrawal.choose', { name: w.distributor?.name, amount: w.net ? formatMoney(w.net) : '' }) } : undefined}
        empty={narrowed ? <EmptyState title={t('list.no_match')} next={t('list.no_match_next')} action={<Button onClick={() => filter({ method: undefined, from: undefined, to: undefined, least: undefined, most: undefined, mine: undefined })}>{t('list.clear')}</Button>} /> : tab === 'requested' ? <EmptyState title={t('withdrawal.none_waiting')} next={t('withdrawal.none_waiting_next')} /> : <EmptyState title={t('withdrawal.empty')} next={t('withdrawal.empty_next')} />}
        csv={[
          { title: 'ID', text: (w) => w.id }, { title: t('withdrawal.who'), text: (w) => w.distributor.name }, { title: t('withdrawal.gross'), text: (w) => plainMoney(w.gross) }, { title: t('withdrawal.tax'), text: (w) => plainMoney(w.tax) }, { title: t('withdrawal.fee'), text: (w) => plainMoney(w.fee) }, { title: t('withdrawal.net'), text: (w) => plainMoney(w.net) },
          { title: t('withdrawal.method'), text: (w) => t(`method.${w.method}`, w.method) }, { title: t('withdrawal.state'), text: (w) => t(`status.withdrawal.${w.state}`, w.state) }, { title: t('withdrawal.requested_at'), text: (w) => time.full(w.requested_at) }, { title: t('withdrawal.paid_at'), text: (w) => time.full(w.paid_at) }, { title: t('withdrawal.voucher'), text: (w) => w.voucher }, { title: t('common.reason'), text: (w) => w.reason },
        ]} />
      {open && <WithdrawalDrawer id={open} onClose={() => setOpen(undefined)} onDo={(what, of) => setDoing({ what, of })} />}
      {doing && <WithdrawalDialog {...doing} onClose={() => setDoing(undefined)} />}
      {batch && <BatchDialog what={batch} rows={chosen.rows} onClose={() => { setBatch(undefined); clear() }} />}
    </PageShell>
  )
}
