// A refund names its amount twice: in the field and on the button. A line, or the whole order.
import { Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import { formatMoney, subtractMoney } from '../../api/money'
import type { Money as Amount, Order } from '../../api/types'
import { useAct } from '../../parts/Confirm'
import { Money, MoneyInput } from '../../parts/Money'

interface Values {
  line?: string
  amount: Amount | null
  reason: string
}

export function RefundDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const refund = useWrite('POST /orders/{id}/refunds')
  const [form] = Form.useForm<Values>()
  const [line, setLine] = useState<string>()
  const amount = Form.useWatch('amount', form)
  const whole = subtractMoney(order.goods, order.refunded)
  const chosen = order.lines.find((l) => l.id === line)
  const most = chosen ? subtractMoney(chosen.net, chosen.refunded ?? { amount: 0, currency: chosen.net.currency }) : whole
  const go = async () => {
    const v = await form.validateFields()
    const well = await act(() => refund.mutateAsync({ path: { id: order.id }, body: { amount: v.amount!, line: v.line, reason: v.reason.trim() } }), t('order.refund_done', { amount: formatMoney(v.amount!) }))
    if (well) onClose()
  }
  return (
    <Modal open title={t('order.do_refund')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} confirmLoading={refund.isPending} cancelText={t('common.cancel')} okButtonProps={{ danger: true, disabled: !amount }} okText={amount ? `${t('order.do_refund')} ${formatMoney(amount)}` : t('order.do_refund')}>
      <Form<Values> form={form} layout="vertical" requiredMark={false} initialValues={{ amount: whole }}>
        <Form.Item name="line" label={t('order.refund_of')}>
          <Select allowClear placeholder={t('order.refund_whole')} onChange={(id: string | undefined) => {
            setLine(id)
            const l = order.lines.find((x) => x.id === id)
            form.setFieldValue('amount', l ? subtractMoney(l.net, l.refunded ?? { amount: 0, currency: l.net.currency }) : whole)
          }} options={order.lines.map((l) => ({ value: l.id, label: `${l.title || l.sku} · ${formatMoney(l.net)}` }))} />
        </Form.Item>
        <Form.Item name="amount" label={t('order.refund_amount')} extra={<>{t('order.refund_most')} <Money of={most} strong /></>} rules={[{
          validator: async (_, m: Amount | null) => {
            if (!m || m.amount <= 0) throw new Error(t('input.required'))
            if (m.amount > most.amount) throw new Error(t('order.refund_too_much', { most: formatMoney(most) }))
          },
        }]}>
          <MoneyInput currency={order.goods.currency} />
        </Form.Item>
        <Form.Item name="reason" label={t('common.reason')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={200} /></Form.Item>
      </Form>
      <p style={{ color: '#56625d', marginBottom: 0 }}>{t('order.then_refund')}</p>
    </Modal>
  )
}
