// 周期结算: what closed months paid beyond their orders, to whom and why.
import type { ProColumns } from '@ant-design/pro-components'
import { Alert, Button, DatePicker, Descriptions, Drawer, Form, Modal, Skeleton, Table } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useWrite } from '../../api/hooks'
import { formatMoney, plainMoney } from '../../api/money'
import type { ClosedPeriod, Money as MoneyOf, PeriodAward, PeriodDetail } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can, useCan, useStore } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { ProveDialog } from './ProveDialog'
import { useOpen } from '../../parts/filters'
import { Money, Percent } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'

const faint = { color: '#56625d' }

export default function Periods() {
  const { t } = useTranslation()
  const time = useTime()
  const can = useCan()
  const [open, setOpen] = useOpen()
  const [closing, setClosing] = useState<string>()
  const [proving, setProving] = useState(false)
  const columns = useMemo<ProColumns<ClosedPeriod>[]>(() => [
    { title: t('closing.month'), render: (_, p) => <RowLink id={p.period}>{p.period}</RowLink> },
    { title: t('closing.state'), render: (_, p) => <StatusTag noun="period" state={p.state} reason={p.state === 'held' ? p.reason : undefined} /> },
    { title: t('closing.paid'), align: 'right', render: (_, p) => <Money of={p.paid} /> },
    { title: t('closing.settled'), align: 'right', render: (_, p) => <Money of={p.settled} /> },
    { title: t('closing.total'), align: 'right', render: (_, p) => <Money of={p.total} strong quietZero /> },
    { title: t('closing.strategy'), render: (_, p) => (p.strategy ? `${p.strategy} ${p.version}` : t('why.not_asked')) },
    { title: t('closing.reason'), width: 260, render: (_, p) => p.reason || '—' },
    { title: t('closing.closed_at'), render: (_, p) => <span className="num">{time.minute(p.closed_at)}</span> },
  ], [t, time])
  const begin = <Button type="primary" onClick={() => setClosing('')}>{t('closing.do_close')}</Button>
  return (
    <PageShell title={t('menu.periods')} help={t('closing.help')} controls={<><Can permission="trial.run"><Button onClick={() => setProving(true)}>{t('proof.do')}</Button></Can><Can permission="period.close">{begin}</Can></>}>
      <CursorTable route="GET /periods" name="periods" rowKey="period" columns={columns} onOpen={(p) => setOpen(p.period)}
        empty={<EmptyState title={t('closing.empty')} next={can('period.close') ? t('closing.empty_next') : t('closing.empty_ask')} action={can('period.close') ? begin : undefined} />}
        csv={[
          { title: t('closing.month'), text: (p) => p.period }, { title: t('closing.state'), text: (p) => t(`status.period.${p.state}`, p.state) }, { title: t('closing.paid'), text: (p) => plainMoney(p.paid) },
          { title: t('closing.settled'), text: (p) => plainMoney(p.settled) }, { title: t('closing.total'), text: (p) => plainMoney(p.total) }, { title: t('closing.reason'), text: (p) => p.reason }, { title: t('closing.closed_at'), text: (p) => time.full(p.closed_at) },
        ]} />
      {open && <PeriodDrawer period={open} onClose={() => setOpen(undefined)} onAgain={() => setClosing(open)} />}
      {closing !== undefined && <CloseDialog month={closing} onClose={() => setClosing(undefined)} onDone={(period) => { setClosing(undefined); setOpen(period) }} />}
      {proving && <ProveDialog onClose={() => setProving(false)} />}
    </PageShell>
  )
}

function PeriodDrawer({ period, onClose, onAgain }: { period: string; onClose: () => void; onAgain: () => void }) {
  const { t } = useTranslation()
  const found = useRead('GET /periods/{period}', { path: { period } })
  return (
    <Drawer open onClose={onClose} size={720} title={t('closing.title', { period })} extra={found.data && <StatusTag noun="period" state={found.data.state} />}>
      {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : !found.data ? <Skeleton active paragraph={{ rows: 8 }} /> : <Details of={found.data} onAgain={onAgain} />}
    </Drawer>
  )
}

function Details({ of, onAgain }: { of: PeriodDetail; onAgain: () => void }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <div className="stack">
      {of.state === 'held' && <Alert type="warning" showIcon title={of.reason} description={t('closing.held_help')} action={<Can permission="period.close"><Button size="small" onClick={onAgain}>{t('closing.again')}</Button></Can>} />}
      {of.state === 'closed' && of.reason && <Alert type="info" showIcon title={of.reason} />}
      <Descriptions size="small" column={2} items={[
        { key: 'f', label: t('closing.span'), children: t('closing.from_to', { from: time.minute(of.from), to: time.minute(of.to) }) },
        { key: 'c', label: t('closing.closed_at'), children: time.full(of.closed_at) },
        { key: 'p', label: t('closing.paid'), children: <div><Money of={of.paid} /><Carried of={of.carried.paid} /></div> },
        { key: 's', label: t('closing.settled'), children: <div><Money of={of.settled} /><Carried of={of.carried.settled} /></div> },
        { key: 't', label: t('closing.total'), children: <Money of={of.total} strong /> },
        { key: 'r', label: t('why.revision'), children: `${t('why.revision_n', { n: of.revision })}${of.strategy ? ` · ${of.strategy} ${of.version}` : ''}` },
      ]} />
      {of.awards.length > 0 && (
        <section>
          <h3 style={{ fontSize: 14 }}>{t('closing.who_gets')}</h3>
          <Table<PeriodAward> size="small" rowKey={(a) => a.payee.id + a.kind + a.why} pagination={of.awards.length > 20 ? { pageSize: 20 } : false} dataSource={of.awards} scroll={{ x: 'max-content' }} columns={[
            { title: t('award.payee'), render: (_, a) => <Link to={`/distributors/list?open=${a.payee.id}`}>{a.payee.name}</Link> },
            { title: t('closing.why'), render: (_, a) => <><div>{a.why}</div>{a.rate !== '0' && a.base.amount > 0 && <div style={faint}><Money of={a.base} /> × <Percent of={a.rate} /></div>}</> },
            { title: t('closing.amount'), align: 'right', render: (_, a) => <><Money of={a.amount} strong />{a.cut.amount > 0 && <div style={faint}>{t('closing.cut', { amount: formatMoney(a.cut) })}</div>}</> },
          ]} />
        </section>
      )}
      {of.declined.length > 0 && (
        <section>
          <h3 style={{ fontSize: 14 }}>{t('why.declined')}</h3>
          <ul className="why">{of.declined.map((d, i) => <li key={i}>{d.who && <><strong>{d.who.name}</strong> · </>}{d.why}</li>)}</ul>
        </section>
      )}
    </div>
  )
}

/** What a month takes over from those closed before it; most take over nothing. */
function Carried({ of }: { of: MoneyOf }) {
  const { t } = useTranslation()
  if (of.amount === 0) return null
  return <div style={faint}>{t(of.amount > 0 ? 'closing.carried_more' : 'closing.carried_less', { amount: formatMoney({ ...of, amount: Math.abs(of.amount) }) })}</div>
}

/** Closing books money that can be withdrawn at once, so it says which month and what follows. */
function CloseDialog({ month, onClose, onDone }: { month: string; onClose: () => void; onDone: (period: string) => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const { time_zone } = useStore()
  const close = useWrite('POST /periods/{period}/close')
  const thisMonth = new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone || 'Asia/Shanghai', year: 'numeric', month: '2-digit' }).format(new Date()).slice(0, 7)
  const [form] = Form.useForm<{ month: Dayjs }>()
  const go = async () => {
    const period = (await form.validateFields()).month.format('YYYY-MM')
    const well = await act(async () => {
      const made = await close.mutateAsync({ path: { period } })
      if (made.state === 'held') throw new Error(made.reason)
    }, t('closing.closed', { period }))
    if (well) onDone(period)
  }
  return (
    <Modal open title={t('closing.close_title')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={t('closing.do_close')} cancelText={t('common.cancel')} confirmLoading={close.isPending} width={480}>
      <p style={faint}>{t('closing.consequence')}</p>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ month: month ? dayjs(`${month}-01`) : dayjs(`${thisMonth}-01`).subtract(1, 'month') }}>
        <Form.Item name="month" label={t('closing.month')} rules={[{ required: true, message: t('input.required') }]}><DatePicker picker="month" allowClear={false} disabledDate={(d) => d.format('YYYY-MM') >= thisMonth} /></Form.Item>
      </Form>
    </Modal>
  )
}
