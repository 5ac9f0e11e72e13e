// 对账: our book beside the provider's bill. A difference shows both sides; a person closes it, and nothing is booked by itself.
import { UploadOutlined } from '@ant-design/icons'
import type { ProColumns } from '@ant-design/pro-components'
import { Alert, Button, Card, Form, Input, Modal, Segmented, Select, Space, Upload } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import { formatMoney } from '../../api/money'
import type { PayoutDifference, PayoutRun } from '../../api/types'
import { Can } from '../../app/permissions'
import { ConfirmAmount, useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { DayRange } from '../../parts/DayRange'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters, useOpen } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { Pill, StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { base64Of } from './files'
import { HoldBanner } from './HoldBanner'
import { PayoutDrawer } from './PayoutDrawer'

const dayBefore = (n: number) => new Date(Date.now() + 8 * 3_600_000 - n * 86_400_000).toISOString().slice(0, 10)

export default function Reconcile() {
  const { t } = useTranslation()
  const time = useTime()
  const [filters, change] = useFilters('show')
  const [open, setOpen] = useOpen()
  const [closing, setClosing] = useState<PayoutDifference>()
  const [booking, setBooking] = useState<PayoutDifference>()
  const resolve = useWrite('POST /payout-differences/{id}/resolve')
  const show = filters.show ?? 'open'
  const columns = useMemo<ProColumns<PayoutDifference>[]>(() => [
    { title: t('reconcile.kind'), fixed: 'left', render: (_, d) => <Space size={4}><StatusTag noun="difference" state={d.kind} />{d.forgotten && <Pill tone="bad">{t('reconcile.forgotten')}</Pill>}</Space> },
    { title: t('payout.number'), render: (_, d) => (d.payout_id ? <a role="button" tabIndex={0} onClick={() => setOpen(d.payout_id!)} onKeyDown={(e) => e.key === 'Enter' && setOpen(d.payout_id!)}><code>{d.number}</code></a> : <code>{d.number}</code>) },
    { title: t('reconcile.ours'), align: 'right', render: (_, d) => <Space size={4}><Money of={d.ours} />{d.ours_state ? <StatusTag noun="payout" state={d.ours_state} /> : <Pill tone="quiet">{t('reconcile.unknown')}</Pill>}</Space> },
    { title: t('reconcile.theirs'), align: 'right', render: (_, d) => (d.theirs_rows > 0 ? <Money of={d.theirs} strong /> : <Pill tone="quiet">{t('reconcile.not_there')}</Pill>) },
    { title: t('reconcile.theirs_at'), render: (_, d) => <span className="num">{time.minute(d.theirs_at)}</span> },
    { title: t('reconcile.resolution'), render: (_, d) => (d.resolution ? <span>{t(`reconcile.${d.resolution}`)}{d.reason && `：${d.reason}`}</span> : '—') },
    {
      title: t('common.actions'), fixed: 'right', hideInSetting: true, render: (_, d) => !d.resolution && (
        <Can permission="payout.reconcile">
          <Space>
            {d.kind === 'extra' && d.theirs.amount > 0 && <Button size="small" onClick={() => setBooking(d)}>{t('reconcile.do_book')}</Button>}
            <Button size="small" type="primary" onClick={() => setClosing(d)}>{t('reconcile.do_resolve')}</Button>
          </Space>
        </Can>
      ),
    },
  ], [t, time, setOpen])
  return (
    <PageShell title={t('menu.reconcile')} help={t('reconcile.help')}>
      <HoldBanner />
      <Can permission="payout.reconcile"><BillForm /></Can>
      <div className="filters">
        <Segmented aria-label={t('reconcile.show')} value={show} onChange={(s) => change({ show: s })} options={['open', 'all'].map((s) => ({ value: s, label: t(`reconcile.show_${s}`) }))} />
      </div>
      <CursorTable route="GET /payout-differences" name="differences" rowKey="id" title={t('reconcile.differences')} input={{ query: { open: show === 'open' ? true : undefined } }} columns={columns} empty={<EmptyState title={t('reconcile.none')} next={t('reconcile.none_next')} />} />
      <Runs />
      {open && <PayoutDrawer id={open} onClose={() => setOpen(undefined)} />}
      {closing && <ConfirmAmount aside title={t('reconcile.do_resolve')} amount={closing.theirs_rows > 0 ? closing.theirs : closing.ours} consequence={t('reconcile.then_resolve')} ask={{ label: t('common.reason'), required: true, max: 500 }} confirm={t('reconcile.do_resolve')} done={t('common.done')}
        onConfirm={(reason) => resolve.mutateAsync({ path: { id: closing.id }, body: { reason } })} onClose={() => setClosing(undefined)} />}
      {booking && <BookDialog of={booking} onClose={() => setBooking(undefined)} />}
    </PageShell>
  )
}

/** Fetches a bill, or reads the one somebody has downloaded. */
function BillForm() {
  const { t } = useTranslation()
  const act = useAct()
  const accounts = useRead('GET /payout-accounts')
  const compare = useWrite('POST /payout-accounts/{id}/bills')
  const [form] = Form.useForm<{ account: string; days: [string, string] }>()
  const [last, setLast] = useState<PayoutRun>()
  const items = accounts.data?.items ?? []
  if (accounts.data && items.length === 0) return <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t('reconcile.no_account')} />
  const go = async (file?: File) => {
    const { account, days: [from, to] } = await form.validateFields()
    await act(async () => setLast(await compare.mutateAsync({ path: { id: account }, body: { from, to, ...(file ? { name: file.name, file: await base64Of(file) } : {}) } })))
  }
  const must = [{ required: true, message: t('input.required') }]
  return (
    <Card size="small" style={{ marginBottom: 16 }} title={t('reconcile.bill')}>
      {items.length > 0 && (
        <Form form={form} layout="inline" requiredMark={false} style={{ rowGap: 12 }} initialValues={{ account: (items.find((a) => a.active && a.method !== 'bank_file') ?? items[0])!.id, days: [dayBefore(1), dayBefore(0)] }}>
          <Form.Item name="account" label={t('payout.account')} rules={must}><Select style={{ minWidth: 180 }} options={items.map((a) => ({ value: a.id, label: a.name }))} /></Form.Item>
          <Form.Item name="days" label={t('reconcile.days')}><DayRange closed label={t('reconcile.days')} /></Form.Item>
          <Space>
            <Button type="primary" loading={compare.isPending} onClick={() => void go().catch(() => undefined)}>{t('reconcile.fetch')}</Button>
            <Upload accept=".csv,.txt" showUploadList={false} beforeUpload={(file) => { void go(file).catch(() => undefined); return false }}><Button icon={<UploadOutlined />}>{t('reconcile.upload')}</Button></Upload>
          </Space>
        </Form>
      )}
      {last && <Alert style={{ marginTop: 12 }} type={last.differing > 0 ? 'warning' : 'success'} showIcon closable
        title={last.differing > 0 ? t('reconcile.found', { count: last.differing }) : t('reconcile.equal')} description={t('reconcile.figures', { rows: last.rows, fresh: last.fresh, ours: formatMoney(last.ours), theirs: formatMoney(last.theirs) })} />}
    </Card>
  )
}

function BookDialog({ of, onClose }: { of: PayoutDifference; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const book = useWrite('POST /payout-differences/{id}/book')
  const [form] = Form.useForm<{ distributor_id: string; reason: string }>()
  const [q, setQ] = useState('')
  const people = useRead('GET /distributors', { query: { q: q || undefined, limit: 20 } }, { keep: true })
  const go = async () => {
    const body = await form.validateFields()
    if (await act(() => book.mutateAsync({ path: { id: of.id }, body }), t('common.done'))) onClose()
  }
  return (
    <Modal open title={t('reconcile.do_book')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={`${t('reconcile.do_book')} ${formatMoney(of.theirs)}`} cancelText={t('common.cancel')} confirmLoading={book.isPending}>
      <p className="num" style={{ fontSize: 30, fontWeight: 600, margin: '8px 0' }}>{formatMoney(of.theirs)}</p>
      <p style={{ color: '#56625d' }}>{t('reconcile.then_book')}</p>
      <Form form={form} layout="vertical" requiredMark={false}>
        <Form.Item name="distributor_id" label={t('reconcile.to_whom')} rules={[{ required: true, message: t('input.required') }]}>
          <Select showSearch={{ filterOption: false, onSearch: setQ }} options={(people.data?.items ?? []).map((d) => ({ value: d.id, label: d.name }))} />
        </Form.Item>
        <Form.Item name="reason" label={t('common.reason')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input.TextArea maxLength={500} autoSize={{ minRows: 2 }} /></Form.Item>
      </Form>
    </Modal>
  )
}

function Runs() {
  const { t } = useTranslation()
  const time = useTime()
  const columns = useMemo<ProColumns<PayoutRun>[]>(() => [
    { title: t('reconcile.days'), render: (_, r) => <span className="num">{r.from === r.to ? r.from : `${r.from} – ${r.to}`}</span> },
    { title: t('reconcile.source'), render: (_, r) => (r.source === 'provider' ? t('reconcile.from_provider') : r.source) },
    { title: t('reconcile.rows'), align: 'right', render: (_, r) => <span className="num">{r.rows}</span> },
    { title: t('reconcile.ours'), align: 'right', render: (_, r) => <Money of={r.ours} /> },
    { title: t('reconcile.theirs'), align: 'right', render: (_, r) => <Money of={r.theirs} /> },
    { title: t('reconcile.differing'), align: 'right', render: (_, r) => (r.differing > 0 ? <Pill tone="bad">{r.differing}</Pill> : <Pill tone="good">0</Pill>) },
    { title: t('reconcile.at'), render: (_, r) => <span className="num">{time.minute(r.at)}</span> },
  ], [t, time])
  return <div style={{ marginTop: 16 }}><CursorTable route="GET /payout-runs" name="payout-runs" rowKey="id" title={t('reconcile.runs')} columns={columns} empty={<EmptyState title={t('reconcile.no_runs')} next={t('reconcile.no_runs_next')} />} /></div>
}
