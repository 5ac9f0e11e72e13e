// A candidate in earnest: who has it, how it comes out beside everybody else,
// and the ways on and out.
import { Alert, Button, Form, InputNumber, Modal, Progress, Space, Table } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useWrite } from '../../api/hooks'
import { formatMoney, percentOf } from '../../api/money'
import type { Canary, Watched } from '../../api/types'
import { Can } from '../../app/permissions'
import { ConfirmAmount, useAct } from '../../parts/Confirm'
import { Money } from '../../parts/Money'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'

const faint = { color: '#56625d' }

export function CanaryCard({ of }: { of: Canary }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <div className="stack" aria-live="polite">
      <p style={{ margin: 0 }}>
        <Link to="/program/revisions" style={{ textDecoration: 'underline' }}>{t('why.revision_n', { n: of.revision })}</Link> <span style={faint}>· {t('canary.since', { at: time.minute(of.started_at), who: of.author })}</span>
      </p>
      <div><Progress percent={of.share} aria-label={t('canary.share')} format={() => t('canary.share_of', { share: of.share })} style={{ maxWidth: 520 }} /></div>
      {of.state === 'paused' && <Alert type="warning" showIcon title={t('canary.paused_help')} />}
      <Sides of={of} />
      <p style={{ ...faint, margin: 0 }}>{boundsSaid(of, t)}</p>
      {of.failed > 0 && <Alert type="warning" showIcon title={t('canary.failed', { count: of.failed })} action={<Link to="/commission/awaiting">{t('menu.awaiting')}</Link>} />}
      <Can permission="canary.run"><Doings of={of} /></Can>
    </div>
  )
}

function Sides({ of }: { of: Canary }) {
  const { t } = useTranslation()
  const rows: (Watched & { name: string })[] = [{ name: t('canary.candidate'), ...of.candidate }, { name: t('canary.others'), ...of.others }]
  return (
    <Table size="small" rowKey="name" pagination={false} dataSource={rows} scroll={{ x: 'max-content' }} columns={[
      { title: t('canary.who'), dataIndex: 'name' },
      { title: t('trial.orders'), dataIndex: 'orders', align: 'right' },
      { title: t('trial.sales'), align: 'right', render: (_, r) => <Money of={r.sales} /> },
      { title: t('order.commission'), align: 'right', render: (_, r) => <Money of={r.granted} strong /> },
      { title: t('canary.payout'), align: 'right', render: (_, r) => (r.orders > 0 ? `${percentOf(r.share)}%` : '—') },
    ]} />
  )
}

type Say = (key: string, args?: Record<string, unknown>) => string

/** When it stops by itself, in one sentence. */
export function boundsSaid(of: Pick<Canary, 'bounds'>, t: Say): string {
  const said = [
    of.bounds.max_payout !== '0' && t('canary.bound_payout', { share: percentOf(of.bounds.max_payout), count: of.bounds.min_orders }),
    of.bounds.max_failed > 0 && t('canary.bound_failed', { count: of.bounds.max_failed }),
  ].filter(Boolean)
  return said.length === 0 ? t('canary.no_bounds') : t('canary.bounds_are', { what: said.join(t('canary.or')) })
}

/** Why it ended: by itself, for a bound, or for what somebody wrote. */
export function reasonSaid(of: Pick<Canary, 'state' | 'reason'>, t: Say): string {
  if (of.state === 'promoted') return t('canary.reason_promoted')
  if (of.reason === 'payout' || of.reason === 'failed') return t(`canary.reason_${of.reason}`)
  return of.reason || '—'
}

function Doings({ of }: { of: Canary }) {
  const { t } = useTranslation()
  const [doing, setDoing] = useState<'ramp' | 'pause' | 'stop' | 'promote'>()
  const pause = useWrite('POST /program/canaries/{id}/pause')
  const stop = useWrite('POST /program/canaries/{id}/stop')
  const promote = useWrite('POST /program/canaries/{id}/promote')
  const path = { id: of.id }
  const close = () => setDoing(undefined)
  const amount = of.candidate.orders > 0 ? of.candidate.granted : undefined
  return (
    <Space wrap style={{ width: '100%', justifyContent: 'flex-end' }}>
      <Button danger onClick={() => setDoing('stop')}>{t('canary.stop')}</Button>
      {of.state === 'running' && <Button onClick={() => setDoing('pause')}>{t('canary.pause')}</Button>}
      <Button onClick={() => setDoing('ramp')}>{t(of.state === 'paused' ? 'canary.go_on' : 'canary.ramp')}</Button>
      <Button type="primary" onClick={() => setDoing('promote')}>{t('canary.promote')}</Button>
      {doing === 'ramp' && <Ramp of={of} onClose={close} />}
      {doing === 'pause' && <ConfirmAmount aside amount={amount} title={t('canary.pause')} consequence={t('canary.then_pause')} confirm={t('canary.pause')} done={t('common.done')} onConfirm={() => pause.mutateAsync({ path })} onClose={close} />}
      {doing === 'stop' && <ConfirmAmount danger aside amount={amount} title={t('canary.stop')} consequence={t('canary.then_stop', { count: of.candidate.orders, amount: formatMoney(of.candidate.granted) })} ask={{ label: t('common.reason'), required: true, max: 500 }} confirm={t('canary.stop')} done={t('common.done')} onConfirm={(reason) => stop.mutateAsync({ path, body: { reason } })} onClose={close} />}
      {doing === 'promote' && <ConfirmAmount aside amount={amount} title={t('canary.promote')} consequence={t('canary.then_promote', { share: of.candidate.orders > 0 ? `${percentOf(of.candidate.share)}%` : '—', others: of.others.orders > 0 ? `${percentOf(of.others.share)}%` : '—' })} confirm={t('canary.promote')} done={t('canary.promoted')} onConfirm={() => promote.mutateAsync({ path })} onClose={close} />}
    </Space>
  )
}

function Ramp({ of, onClose }: { of: Canary; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const ramp = useWrite('POST /program/canaries/{id}/ramp')
  const [form] = Form.useForm<{ share: number }>()
  const title = t(of.state === 'paused' ? 'canary.go_on' : 'canary.ramp')
  const go = async () => {
    const { share } = await form.validateFields()
    if (await act(() => ramp.mutateAsync({ path: { id: of.id }, body: { share } }), t('canary.ramped', { share }))) onClose()
  }
  return (
    <Modal open width={440} title={title} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={title} cancelText={t('common.cancel')} confirmLoading={ramp.isPending}>
      <p style={faint}>{t('canary.then_ramp')}</p>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ share: of.state === 'paused' ? of.share : Math.min(100, of.share * 2) }}>
        <Form.Item name="share" label={t('canary.share')} rules={[{ required: true, message: t('input.required') }]}><InputNumber min={of.share} max={100} precision={0} suffix="%" style={{ width: 140 }} /></Form.Item>
      </Form>
    </Modal>
  )
}

export function PastCanaries({ items }: { items: Canary[] }) {
  const { t } = useTranslation()
  const time = useTime()
  return (
    <Table size="small" rowKey="id" pagination={items.length > 10 ? { pageSize: 10, showSizeChanger: false } : false} dataSource={items} scroll={{ x: 'max-content' }} columns={[
      { title: t('revision.number'), render: (_, c) => t('why.revision_n', { n: c.revision }) },
      { title: t('trial.state'), render: (_, c) => <StatusTag noun="canary" state={c.state} /> },
      { title: t('canary.why_ended'), width: 280, render: (_, c) => reasonSaid(c, t) },
      { title: t('canary.share'), align: 'right', render: (_, c) => `${c.share}%` },
      { title: t('trial.orders'), align: 'right', render: (_, c) => c.candidate.orders },
      { title: t('order.commission'), align: 'right', render: (_, c) => <Money of={c.candidate.granted} /> },
      { title: t('canary.payout'), align: 'right', render: (_, c) => (c.candidate.orders > 0 ? `${percentOf(c.candidate.share)}%` : '—') },
      { title: t('trial.span'), render: (_, c) => <span className="num">{time.minute(c.started_at)} – {time.minute(c.ended_at)}</span> },
    ]} />
  )
}
