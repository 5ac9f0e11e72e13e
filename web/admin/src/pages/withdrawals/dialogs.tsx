import { Alert, Form, Input, Modal } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import { formatMoney, sumMoney } from '../../api/money'
import type { Withdrawal, WithdrawalOutcomes } from '../../api/types'
import { useStore } from '../../app/permissions'
import { ConfirmAmount, useAct } from '../../parts/Confirm'
import { Money } from '../../parts/Money'

export type Doing = 'approve' | 'reject' | 'send' | 'pay' | 'fail'

/** What can be done by hand with a withdrawal, as it stands. What a provider or a file pays is theirs once it is on its way. */
export function doingsOf(w: Withdrawal): { what: Doing; permission: string; danger?: boolean }[] {
  const byHand = w.method === 'manual'
  switch (w.state) {
    case 'requested': return [{ what: 'approve', permission: 'withdrawal.approve' }, { what: 'reject', permission: 'withdrawal.reject', danger: true }]
    case 'approved': return [...(byHand ? [{ what: 'send' as const, permission: 'withdrawal.pay' }] : []), { what: 'reject', permission: 'withdrawal.reject', danger: true }]
    case 'sending': return byHand ? [{ what: 'pay', permission: 'withdrawal.pay' }, { what: 'fail', permission: 'withdrawal.pay', danger: true }] : []
  }
  return []
}

export function WithdrawalDialog({ what, of, onClose }: { what: Doing; of: Withdrawal; onClose: () => void }) {
  const { t } = useTranslation()
  const approve = useWrite('POST /withdrawals/{id}/approve')
  const reject = useWrite('POST /withdrawals/{id}/reject')
  const send = useWrite('POST /withdrawals/{id}/send')
  const pay = useWrite('POST /withdrawals/{id}/pay')
  const fail = useWrite('POST /withdrawals/{id}/fail')
  const path = { id: of.id }
  const run = (text: string): Promise<unknown> => {
    switch (what) {
      case 'approve': return approve.mutateAsync({ path })
      case 'reject': return reject.mutateAsync({ path, body: { reason: text } })
      case 'send': return send.mutateAsync({ path })
      case 'pay': return pay.mutateAsync({ path, body: { voucher: text } })
      case 'fail': return fail.mutateAsync({ path, body: { reason: text } })
    }
  }
  const back = what === 'reject' || what === 'fail'
  const ask = back ? { label: t('distributor.reason_seen'), required: true } : what === 'pay' ? { label: t('withdrawal.voucher'), required: true, placeholder: t('withdrawal.voucher_example'), max: 100 } : undefined
  return (
    <ConfirmAmount title={t(`withdrawal.title_${what}`, { name: of.distributor.name })} amount={back ? of.gross : of.net} danger={back}
      consequence={<>{t(`withdrawal.then_${what}`, { name: of.distributor.name })}{!back && <> {t('withdrawal.sum')} <Money of={of.gross} /> − {t('withdrawal.tax')} <Money of={of.tax} /> − {t('withdrawal.fee')} <Money of={of.fee} /></>}</>}
      ask={ask} confirm={t(`withdrawal.do_${what}`)} done={t('common.done')} onConfirm={run} onClose={onClose} />
  )
}

/** Several at once: each has its own outcome, one refusal does not stop the rest, and saying it again is harmless. */
export function BatchDialog({ what, rows, onClose }: { what: 'approve' | 'reject'; rows: Withdrawal[]; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const { currency } = useStore()
  const approve = useWrite('POST /withdrawals/approve')
  const reject = useWrite('POST /withdrawals/reject')
  const [form] = Form.useForm<{ reason: string }>()
  const [said, setSaid] = useState<WithdrawalOutcomes>()
  const busy = approve.isPending || reject.isPending
  const gross = sumMoney(rows.map((w) => w.gross), currency)
  const net = sumMoney(rows.map((w) => w.net), currency)
  const sum = what === 'reject' ? gross : net
  const nameOf = (id: string) => rows.find((w) => w.id === id)?.distributor.name ?? id
  const waiting = said?.outcomes.filter((o) => o.withdrawal?.state === 'requested').length ?? 0
  const go = async () => {
    const ids = rows.map((w) => w.id)
    const reason = what === 'reject' ? (await form.validateFields()).reason.trim() : ''
    await act(async () => {
      const out = what === 'reject' ? await reject.mutateAsync({ body: { ids, reason } }) : await approve.mutateAsync({ body: { ids } })
      if (out.refused === 0 && out.outcomes.every((o) => o.withdrawal?.state !== 'requested')) onClose()
      else setSaid(out)
    })
  }
  return (
    <Modal open title={t(`withdrawal.batch_${what}`, { count: rows.length })} onCancel={onClose} onOk={() => (said ? onClose() : void go().catch(() => undefined))}
      okText={said ? t('common.close') : `${t(`withdrawal.do_${what}`)} ${formatMoney(sum)}`} okButtonProps={{ danger: what === 'reject' && !said }} confirmLoading={busy} cancelText={t('common.cancel')} cancelButtonProps={{ style: said ? { display: 'none' } : undefined }} closable={!busy} mask={{ closable: false }}>
      <p className="num" style={{ fontSize: 30, fontWeight: 600, margin: '8px 0' }}>{formatMoney(sum)}</p>
      {said ? (
        <div className="stack">
          <Alert type={said.refused > 0 ? 'warning' : 'success'} showIcon title={t('withdrawal.batch_result', { done: said.done, refused: said.refused })} description={waiting > 0 ? t('withdrawal.batch_first', { count: waiting }) : undefined} />
          {said.outcomes.filter((o) => o.problem).map((o) => <Alert key={o.id} type="error" showIcon title={`${nameOf(o.id)}: ${o.problem!.detail}`} />)}
        </div>
      ) : (
        <>
          <p style={{ color: '#56625d' }}>{t(`withdrawal.then_batch_${what}`)}</p>
          <ul style={{ maxHeight: 200, overflow: 'auto', paddingLeft: 18 }}>{rows.map((w) => <li key={w.id}>{w.distributor.name} <Money of={what === 'reject' ? w.gross : w.net} /></li>)}</ul>
          {what === 'reject' && <Form form={form} layout="vertical" requiredMark={false}><Form.Item name="reason" label={t('distributor.reason_seen')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input.TextArea autoSize={{ minRows: 2 }} maxLength={200} /></Form.Item></Form>}
        </>
      )}
    </Modal>
  )
}
