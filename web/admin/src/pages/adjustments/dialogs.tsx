import { Alert, Checkbox, Form, Input, Modal, Radio, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import { formatMoney } from '../../api/money'
import type { Adjustment, AdjustmentDraft, AdjustmentOutlook, AdjustmentRules, Money as Amount } from '../../api/types'
import { useStore } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { Money, MoneyInput } from '../../parts/Money'
import { SecondPerson } from '../../parts/SecondPerson'

const causes = ['dispute', 'correction', 'service', 'sales', 'breach', 'other']
const faint = { color: '#56625d' }

interface Filled {
  who: string
  kind: 'bonus' | 'deduction'
  amount: Amount
  cause: string
  reason: string
  note?: string
  affirmed?: boolean
}

/** First what and why, then what becomes of the balance: the last button names the person and the amount. */
export function NewAdjustment({ corrects, onClose }: { corrects?: Adjustment; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const { currency } = useStore()
  const preview = useWrite('POST /adjustments/preview')
  const propose = useWrite('POST /adjustments')
  const [form] = Form.useForm<Filled>()
  const [q, setQ] = useState('')
  const people = useRead('GET /distributors', { query: { q, limit: 20 } }, { keep: true })
  const [ready, setReady] = useState<{ draft: AdjustmentDraft; name: string; outlook: AdjustmentOutlook }>()
  const kind = Form.useWatch('kind', form) ?? (corrects?.kind === 'bonus' ? 'deduction' : 'bonus')
  const look = async () => {
    const f = await form.validateFields()
    const draft: AdjustmentDraft = { distributor_id: corrects?.distributor.id ?? f.who, kind: f.kind, amount: f.amount, cause: f.cause, reason: f.reason.trim(), note: f.note?.trim() || undefined, corrects: corrects?.id, not_recruiting: f.affirmed }
    const name = corrects?.distributor.name ?? people.data?.items.find((d) => d.id === f.who)?.name ?? ''
    await act(async () => setReady({ draft, name, outlook: await preview.mutateAsync({ body: draft }) }))
  }
  const send = async () => {
    if (await act(() => propose.mutateAsync({ body: ready!.draft }), ready!.outlook.needs_second ? t('adjustment.waits') : t('adjustment.done'))) onClose()
  }
  const initial: Partial<Filled> = corrects ? { kind: corrects.kind === 'bonus' ? 'deduction' : 'bonus', amount: corrects.amount, cause: 'correction', reason: t('adjustment.correction_of', { reason: corrects.reason }) } : { kind: 'bonus', cause: 'service' }
  return (
    <Modal open width={560} title={corrects ? t('adjustment.correct_title', { name: corrects.distributor.name }) : t('adjustment.new')} onCancel={onClose}
      onOk={() => void (ready ? send() : look()).catch(() => undefined)} confirmLoading={preview.isPending || propose.isPending} cancelText={t('common.cancel')}
      okText={ready ? t(ready.outlook.needs_second ? 'adjustment.submit' : `adjustment.give_${ready.draft.kind}`, { name: ready.name, amount: formatMoney(ready.draft.amount) }) : t('adjustment.look')} okButtonProps={{ danger: ready?.draft.kind === 'deduction' }}>
      {ready && <Outlook {...ready} />}
      <Form form={form} layout="vertical" requiredMark={false} initialValues={initial} onValuesChange={() => setReady(undefined)} style={ready ? { display: 'none' } : undefined}>
        {!corrects && <Form.Item name="who" label={t('award.payee')} rules={[{ required: true, message: t('input.required') }]}>
          <Select showSearch={{ filterOption: false, onSearch: setQ }} loading={people.isFetching} placeholder={t('distributor.search')} options={(people.data?.items ?? []).map((d) => ({ value: d.id, label: d.name }))} />
        </Form.Item>}
        <Form.Item name="kind" label={t('adjustment.kind')}><Radio.Group disabled={!!corrects} optionType="button" options={['bonus', 'deduction'].map((k) => ({ value: k, label: t(`adjustment.kind_${k}`) }))} /></Form.Item>
        <Form.Item name="amount" label={t('adjustment.amount')} rules={[{ required: true, message: t('input.required') }]}><MoneyInput currency={currency} /></Form.Item>
        <Form.Item name="cause" label={t('adjustment.cause')}><Select options={causes.map((c) => ({ value: c, label: t(`adjustment.cause_${c}`) }))} /></Form.Item>
        <Form.Item name="reason" label={t('adjustment.reason')} extra={t('adjustment.reason_help')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input.TextArea autoSize={{ minRows: 2, maxRows: 4 }} maxLength={200} showCount /></Form.Item>
        <Form.Item name="note" label={t('adjustment.note')} extra={t('adjustment.note_help')}><Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} maxLength={500} /></Form.Item>
        {kind === 'bonus' && <Form.Item name="affirmed" valuePropName="checked" rules={[{ validator: (_, v) => (v ? Promise.resolve() : Promise.reject(new Error(t('adjustment.affirm_first')))) }]}><Checkbox>{t('adjustment.affirm')}</Checkbox></Form.Item>}
      </Form>
    </Modal>
  )
}

function Outlook({ draft, name, outlook }: { draft: AdjustmentDraft; name: string; outlook: AdjustmentOutlook }) {
  const { t } = useTranslation()
  const change = (label: string, before: Amount, after: Amount) => (
    <div style={{ display: 'flex', justifyContent: 'space-between' }}><span style={faint}>{label}</span><span><Money of={before} quietZero /> → <Money of={after} strong quietZero /></span></div>
  )
  return (
    <div className="stack">
      <div>
        <div style={faint}>{t(`adjustment.kind_${draft.kind}`)} · {name}</div>
        <div className="num" style={{ fontSize: 30, fontWeight: 600 }}>{draft.kind === 'deduction' ? '−' : '+'}{formatMoney(draft.amount)}</div>
      </div>
      <div>
        {change(t('account.available'), outlook.before.available, outlook.after.available)}
        {change(t('account.owed'), outlook.before.owed, outlook.after.owed)}
      </div>
      {outlook.after.owed.amount > outlook.before.owed.amount && <Alert type="warning" showIcon title={t('adjustment.will_owe')} />}
      {outlook.needs_second ? <Alert type="info" showIcon title={t('adjustment.will_wait')} /> : <p style={faint}>{t('adjustment.will_book', { name })}</p>}
      <p>{t('adjustment.reason')}：{draft.reason}</p>
    </div>
  )
}

export function RulesDialog({ of, onClose }: { of: AdjustmentRules; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const { currency } = useStore()
  const change = useWrite('PUT /adjustment-rules')
  const [form] = Form.useForm<{ budget: Amount; second_above: Amount }>()
  const save = async () => {
    const body = await form.validateFields()
    if (await act(() => change.mutateAsync({ body }), t('common.done'))) onClose()
  }
  return (
    <Modal open title={t('adjustment.rules')} onCancel={onClose} onOk={() => void save().catch(() => undefined)} okText={t('common.save')} cancelText={t('common.cancel')} confirmLoading={change.isPending}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ budget: of.budget.limit, second_above: of.second_above }}>
        <Form.Item name="budget" label={t('adjustment.budget')} extra={t('adjustment.budget_help')} rules={[{ required: true, message: t('input.required') }]}><MoneyInput currency={currency} /></Form.Item>
        <Form.Item name="second_above" label={t('adjustment.second_above')} extra={<>{t('adjustment.second_help')} <SecondPerson /></>} rules={[{ required: true, message: t('input.required') }]}><MoneyInput currency={currency} /></Form.Item>
      </Form>
    </Modal>
  )
}
