import { Alert, Form, Input, Modal, Progress } from 'antd'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useQueryClient } from '@tanstack/react-query'
import { newKey, refreshAfter, useWrite } from '../../api/hooks'
import { formatMoney, sumMoney } from '../../api/money'
import type { Withdrawal } from '../../api/types'
import { useStore } from '../../app/permissions'
import { api } from '../../app/token'
import { ConfirmAmount } from '../../parts/Confirm'
import { Money } from '../../parts/Money'

export type Doing = 'approve' | 'reject' | 'pay'

export function WithdrawalDialog({ what, of, onClose }: { what: Doing; of: Withdrawal; onClose: () => void }) {
  const { t } = useTranslation()
  const approve = useWrite('POST /withdrawals/{id}/approve')
  const reject = useWrite('POST /withdrawals/{id}/reject')
  const pay = useWrite('POST /withdrawals/{id}/pay')
  const path = { id: of.id }
  const run = (text: string): Promise<unknown> => (what === 'approve' ? approve.mutateAsync({ path }) : what === 'reject' ? reject.mutateAsync({ path, body: { reason: text } }) : pay.mutateAsync({ path, body: { voucher: text } }))
  const ask = what === 'reject' ? { label: t('distributor.reason_seen'), required: true } : what === 'pay' ? { label: t('withdrawal.voucher'), required: true, placeholder: t('withdrawal.voucher_example'), max: 100 } : undefined
  return (
    <ConfirmAmount title={t(`withdrawal.title_${what}`, { name: of.distributor.name })} amount={what === 'reject' ? of.gross : of.net} danger={what === 'reject'}
      consequence={<>{t(`withdrawal.then_${what}`, { name: of.distributor.name })}{what !== 'reject' && <> {t('withdrawal.sum')} <Money of={of.gross} /> − {t('withdrawal.tax')} <Money of={of.tax} /> − {t('withdrawal.fee')} <Money of={of.fee} /></>}</>}
      ask={ask} confirm={t(`withdrawal.do_${what}`)} done={t('common.done')} onConfirm={run} onClose={onClose} />
  )
}

/** Several at once is several requests, each with its own answer: one refusal does not stop the rest, and it is shown. */
export function BatchDialog({ what, rows, onClose }: { what: Doing; rows: Withdrawal[]; onClose: () => void }) {
  const { t } = useTranslation()
  const { currency } = useStore()
  const client = useQueryClient()
  const [form] = Form.useForm<{ reason: string }>()
  const keys = useRef(new Map<string, string>())
  const [state, setState] = useState<{ done: Set<string>; refused: { name: string; why: string }[]; busy: boolean }>({ done: new Set(), refused: [], busy: false })
  const left = rows.filter((w) => !state.done.has(w.id))
  const sum = sumMoney(left.map((w) => (what === 'reject' ? w.gross : w.net)), currency)
  const go = async () => {
    const { reason = '' } = what === 'reject' ? await form.validateFields() : { reason: '' }
    const done = new Set(state.done)
    const refused: { name: string; why: string }[] = []
    setState({ done, refused, busy: true })
    for (const w of left) {
      const onceKey = keys.current.get(w.id) ?? newKey()
      keys.current.set(w.id, onceKey)
      try {
        if (what === 'reject') await api('POST /withdrawals/{id}/reject', { path: { id: w.id }, body: { reason: reason.trim() } }, { onceKey })
        else await api('POST /withdrawals/{id}/approve', { path: { id: w.id } }, { onceKey })
        done.add(w.id)
      } catch (e) {
        refused.push({ name: w.distributor.name, why: (e as Error).message })
      }
      setState({ done: new Set(done), refused: [...refused], busy: true })
    }
    await refreshAfter(client, 'POST /withdrawals/{id}/approve')
    setState({ done, refused, busy: false })
    if (refused.length === 0) onClose()
  }
  return (
    <Modal open title={t(`withdrawal.batch_${what}`, { count: left.length })} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={`${t(`withdrawal.do_${what}`)} ${formatMoney(sum)}`} okButtonProps={{ danger: what === 'reject', disabled: left.length === 0 }} confirmLoading={state.busy} cancelText={t('common.cancel')} closable={!state.busy} mask={{ closable: false }}>
      <p className="num" style={{ fontSize: 30, fontWeight: 600, margin: '8px 0' }}>{formatMoney(sum)}</p>
      <p style={{ color: '#56625d' }}>{t(`withdrawal.then_batch_${what}`)}</p>
      <ul style={{ maxHeight: 200, overflow: 'auto', paddingLeft: 18 }}>{left.map((w) => <li key={w.id}>{w.distributor.name} <Money of={what === 'reject' ? w.gross : w.net} /></li>)}</ul>
      {what === 'reject' && <Form form={form} layout="vertical" requiredMark={false}><Form.Item name="reason" label={t('distributor.reason_seen')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input.TextArea autoSize={{ minRows: 2 }} maxLength={200} /></Form.Item></Form>}
      {(state.busy || state.refused.length > 0) && <Progress percent={Math.floor((100 * state.done.size) / rows.length)} format={() => `${state.done.size} / ${rows.length}`} />}
      {state.refused.map((r) => <Alert key={r.name} type="error" showIcon title={`${r.name}: ${r.why}`} style={{ marginTop: 8 }} />)}
    </Modal>
  )
}
