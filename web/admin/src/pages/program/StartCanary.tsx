import { Alert, Checkbox, Form, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import { formatMoney } from '../../api/money'
import type { ProgramDraft, Rate } from '../../api/types'
import { useCan } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { PercentInput } from '../../parts/Money'
import { Candidate, type Choice, chosen, strategyOf, useCandidates } from './Candidate'
import { capsAnew, difference, directionOf, size } from './draft'
import { Effect, useMoneyDiff, Worst } from './Effect'

interface Wanted {
  share: number
  max_payout: Rate | null
  max_failed: number
  min_orders: number
  seen?: boolean
}

/** Some teams have the candidate in earnest: its money is shown first, and bounds stop it by themselves. */
export function StartCanary({ draft, onClose, onStarted }: { draft?: ProgramDraft; onClose: () => void; onStarted?: () => void }) {
  const { t, i18n } = useTranslation()
  const act = useAct()
  const can = useCan()
  const from = useCandidates()
  const start = useWrite('POST /program/canaries')
  const [choice, setChoice] = useState<Choice>({ from: draft ? 'draft' : 'strategy' })
  const [form] = Form.useForm<Wanted>()
  const share = Form.useWatch('share', form)
  const body = chosen(choice, draft, from.current, from.revisions, from.strategies)
  const strategy = body?.strategy ? (strategyOf(body.strategy, from.strategies) ?? from.strategies.find((s) => s.strategy === body.strategy)) : undefined
  const fresh = (strategy?.facts ?? []).filter((f) => f.new)
  const sees = Boolean(body) && can('program.preview') && fresh.length === 0
  const effect = useMoneyDiff(body ?? {}, sees)
  const seen = sees && !effect.isPlaceholderData ? effect.data : undefined
  const direction = seen && seen.orders > 0 ? directionOf(seen) : undefined
  const capped = Boolean(from.current) && capsAnew(body?.settings, from.current!.settings)
  const confirms = capped && direction !== undefined && direction !== 'none'
  const go = async () => {
    const w = await form.validateFields()
    const well = await act(() => start.mutateAsync({ body: { ...body!, consent: fresh.map((f) => f.name), share: w.share, bounds: { max_payout: w.max_payout ?? '0', max_failed: w.max_failed, min_orders: w.min_orders }, acknowledge_diff: confirms ? seen!.acknowledge : undefined } }), t('canary.started', { share: w.share }))
    if (well) {
      onClose()
      onStarted?.()
    }
  }
  return (
    <Modal open width={720} title={t('canary.start')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={t('canary.do_start', { share: share ?? 10 })} cancelText={t('common.cancel')} confirmLoading={start.isPending} okButtonProps={{ disabled: !body || (sees && effect.isFetching) }}>
      <Alert type="warning" showIcon title={t('canary.in_earnest')} style={{ marginBottom: 16 }} />
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ share: 10, max_payout: '0.3', max_failed: 10, min_orders: 20 }}>
        <Candidate value={choice} onChange={setChoice} draft={draft} from={from} />
        <Form.Item name="share" label={t('canary.share')} extra={t('canary.share_help')} rules={[{ required: true, message: t('input.required') }]}><InputNumber min={1} max={100} precision={0} suffix="%" style={{ width: 140 }} /></Form.Item>
        <div style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(190px, 1fr))', gap: 16 }}>
          <Form.Item name="max_payout" label={t('canary.max_payout')} extra={t('canary.zero_is_none')}><PercentInput /></Form.Item>
          <Form.Item name="min_orders" label={t('canary.min_orders')} rules={[{ required: true, message: t('input.required') }]}><InputNumber min={1} precision={0} style={{ width: 140 }} /></Form.Item>
          <Form.Item name="max_failed" label={t('canary.max_failed')} extra={t('canary.zero_is_none')} rules={[{ required: true, message: t('input.required') }]}><InputNumber min={0} precision={0} style={{ width: 140 }} /></Form.Item>
        </div>
        {fresh.length > 0 && <Alert type="warning" showIcon title={t('canary.new_facts')} description={<ul style={{ margin: 0, paddingLeft: 18 }}>{fresh.map((f) => <li key={f.name}><code>{f.name}</code> · {i18n.language === 'en' ? f.purpose.en : f.purpose.zh}</li>)}</ul>} style={{ marginBottom: 16 }} />}
        {sees && <div className="stack"><Effect query={effect} /><Worst draft={body!} /></div>}
        {confirms && (
          <Form.Item name="seen" valuePropName="checked" rules={[{ validator: (_, ticked: boolean) => (ticked ? Promise.resolve() : Promise.reject(new Error(t('effect.acknowledge_missing')))) }]} style={{ margin: '16px 0 0' }}>
            <Checkbox><strong>{t(`effect.acknowledge_${direction}`, { count: seen!.compared, amount: formatMoney(size(difference(seen!))) })}</strong></Checkbox>
          </Form.Item>
        )}
      </Form>
    </Modal>
  )
}
