// By which company the store pays, how tax is withheld, and what was withheld.
import { Alert, Button, Card, DatePicker, Descriptions, Form, Input, Modal, Radio, Skeleton, Space, Table, Typography } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import type { PayerEntity } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can, useCan } from '../../app/permissions'
import { Actor } from '../../parts/Actor'
import { CompareBars } from '../../parts/charts'
import { useAct } from '../../parts/Confirm'
import { EmptyState } from '../../parts/EmptyState'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { Pill } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'

const faint = { color: '#56625d' }
const methods = ['none', 'labour', 'platform']

type Doing = 'found' | 'change' | 'share' | 'join'

export default function Payer() {
  const { t } = useTranslation()
  const can = useCan()
  const [year, setYear] = useState<number>()
  const [doing, setDoing] = useState<Doing>()
  const found = useRead('GET /payer', { query: { year } }, { keep: true })
  const e = found.data?.entity
  const begin = <Can permission="payer.change"><Space><Button type="primary" onClick={() => setDoing('found')}>{t('payer.found')}</Button><Button onClick={() => setDoing('join')}>{t('payer.join')}</Button></Space></Can>
  return (
    <PageShell title={t('menu.payer')} help={t('payer.help')}>
      <div className="stack">
        <Alert type="info" showIcon title={t('payer.advice')} />
        {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : !found.data ? <Skeleton active paragraph={{ rows: 8 }} /> : !e ? <Card><EmptyState title={t('payer.none')} next={t('payer.none_next')} action={begin} /></Card> : (
          <>
            <Card title={e.name} extra={can('payer.change') ? <Space wrap><Button type="primary" onClick={() => setDoing('change')}>{t('payer.change')}</Button><Button onClick={() => setDoing('share')}>{t('payer.share')}</Button><Button onClick={() => setDoing('found')}>{t('payer.replace')}</Button><Button onClick={() => setDoing('join')}>{t('payer.join')}</Button></Space> : <span style={faint}>{t('payer.read_only')}</span>}>
              <Descriptions column={1} items={[
                { key: 'tax_id', label: t('payer.tax_id'), children: <Typography.Text copyable className="num">{e.tax_id}</Typography.Text> },
                { key: 'method', label: t('payer.method'), children: <><Pill tone="active">{t(`payer.method_${e.method}`)}</Pill> <span style={faint}>{t(`payer.help_${e.method}`)}</span></> },
              ]} />
              <History of={e} />
            </Card>
            <Withheld of={e} onYear={setYear} />
          </>
        )}
      </div>
      {doing === 'found' && <FoundDialog onClose={() => setDoing(undefined)} />}
      {doing === 'change' && <MethodDialog onClose={() => setDoing(undefined)} />}
      {doing === 'share' && <ShareDialog onClose={() => setDoing(undefined)} />}
      {doing === 'join' && <JoinDialog onClose={() => setDoing(undefined)} />}
    </PageShell>
  )
}

function History({ of }: { of: PayerEntity }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <Table size="small" pagination={false} rowKey="from" dataSource={[...of.methods].reverse()} title={() => t('payer.history')} columns={[
      { title: t('payer.from'), render: (_, m) => <span className="num">{m.from}</span> },
      { title: t('payer.method'), render: (_, m) => t(`payer.method_${m.method}`) },
      { title: t('audit.actor'), render: (_, m) => <Actor id={m.by} name={m.by_name} /> },
      { title: t('audit.at'), render: (_, m) => <span className="num">{time.minute(m.at)}</span> },
    ]} />
  )
}

function Withheld({ of, onYear }: { of: PayerEntity; onYear: (year: number) => void }) {
  const { t } = useTranslation()
  const months = useMemo(() => Array.from({ length: 12 }, (_, i) => `${of.year}-${String(i + 1).padStart(2, '0')}`), [of.year])
  const at = (month: string) => of.months.find((m) => m.month === month)
  return (
    <Card title={t('payer.withheld')} extra={<DatePicker picker="year" allowClear={false} aria-label={t('payer.month')} value={dayjs(`${of.year}-01-01`)} onChange={(d: Dayjs | null) => d && onYear(d.year())} />}>
      {of.months.length === 0 ? <span style={faint}>{t('payer.no_months')}</span> : (
        <>
          <CompareBars label={t('payer.withheld_in', { year: of.year })} labels={months.map((m) => m.slice(5))} names={[t('payer.gross'), t('payer.tax')]} kind="money" height={240} was={months.map((m) => at(m)?.gross.amount ?? 0)} would={months.map((m) => at(m)?.tax.amount ?? 0)} />
          <Table size="small" pagination={false} rowKey="month" dataSource={of.months} columns={[
            { title: t('payer.month'), render: (_, m) => <span className="num">{m.month}</span> },
            { title: t('payer.people'), align: 'right', render: (_, m) => <span className="num">{m.people}</span> },
            { title: t('payer.gross'), align: 'right', render: (_, m) => <Money of={m.gross} /> },
            { title: t('payer.tax'), align: 'right', render: (_, m) => <Money of={m.tax} strong /> },
          ]} />
        </>
      )}
    </Card>
  )
}

function MethodItem() {
  const { t } = useTranslation()
  return (
    <Form.Item name="method" label={t('payer.method')}>
      <Radio.Group style={{ display: 'flex', flexDirection: 'column', gap: 10 }} options={methods.map((m) => ({ value: m, label: <span>{t(`payer.method_${m}`)}<div style={faint}>{t(`payer.help_${m}`)}</div></span> }))} />
    </Form.Item>
  )
}

function FoundDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const found = useWrite('POST /payer')
  const [form] = Form.useForm<{ name: string; tax_id: string; method: string }>()
  const go = async () => {
    const v = await form.validateFields()
    if (await act(() => found.mutateAsync({ body: { ...v, name: v.name.trim(), tax_id: v.tax_id.trim() } }), t('common.done'))) onClose()
  }
  const required = [{ required: true, whitespace: true, message: t('input.required') }]
  return (
    <Modal open title={t('payer.found')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={t('payer.found')} cancelText={t('common.cancel')} confirmLoading={found.isPending}>
      <p style={faint}>{t('payer.then_found')}</p>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ method: 'none' }}>
        <Form.Item name="name" label={t('payer.name')} rules={required}><Input maxLength={100} /></Form.Item>
        <Form.Item name="tax_id" label={t('payer.tax_id')} extra={t('payer.tax_id_help')} rules={required}><Input maxLength={18} className="num" /></Form.Item>
        <MethodItem />
      </Form>
      <Alert type="info" showIcon title={t('payer.advice')} />
    </Modal>
  )
}

function MethodDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const change = useWrite('PUT /payer/method')
  const [form] = Form.useForm<{ method: string; from: Dayjs }>()
  const v = Form.useWatch([], form) as { method?: string; from?: Dayjs } | undefined
  const go = async () => {
    const { method, from } = await form.validateFields()
    if (await act(() => change.mutateAsync({ body: { method, from: from.format('YYYY-MM') } }), t('common.done'))) onClose()
  }
  return (
    <Modal open title={t('payer.change')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={t('payer.change')} cancelText={t('common.cancel')} confirmLoading={change.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ method: 'labour', from: dayjs().add(1, 'month') }}>
        <Form.Item name="from" label={t('payer.from')} extra={t('payer.from_help')}><DatePicker picker="month" allowClear={false} /></Form.Item>
        <MethodItem />
      </Form>
      {v?.method && v.from && <p style={{ fontWeight: 600 }}>{t('payer.then_change', { from: v.from.format('YYYY-MM'), method: t(`payer.method_${v.method}`) })}</p>}
      <Alert type="info" showIcon title={t('payer.advice')} />
    </Modal>
  )
}

function ShareDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const time = useTime()
  const act = useAct()
  const invite = useWrite('POST /payer/invitation')
  const made = invite.data
  return (
    <Modal open title={t('payer.share')} onCancel={onClose} onOk={() => (made ? onClose() : void act(() => invite.mutateAsync({})))} okText={made ? t('common.close') : t('payer.share')} cancelText={t('common.cancel')} confirmLoading={invite.isPending}>
      {made ? (
        <>
          <Alert type="warning" showIcon title={t('payer.once', { time: time.minute(made.until) })} style={{ marginBottom: 12 }} />
          <Typography.Paragraph copyable code style={{ wordBreak: 'break-all' }}>{made.code}</Typography.Paragraph>
        </>
      ) : <p style={faint}>{t('payer.share_help')}</p>}
    </Modal>
  )
}

function JoinDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const join = useWrite('POST /payer/join')
  const [form] = Form.useForm<{ code: string }>()
  const go = async () => {
    const { code } = await form.validateFields()
    if (await act(() => join.mutateAsync({ body: { code: code.trim() } }), t('common.done'))) onClose()
  }
  return (
    <Modal open title={t('payer.join')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={t('payer.join')} cancelText={t('common.cancel')} confirmLoading={join.isPending}>
      <p style={faint}>{t('payer.then_join')}</p>
      <Form form={form} layout="vertical" requiredMark={false}><Form.Item name="code" label={t('payer.code')} extra={t('payer.join_help')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={200} /></Form.Item></Form>
    </Modal>
  )
}
