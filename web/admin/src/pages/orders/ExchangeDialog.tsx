// Goods are replaced, or a price is corrected: the commission follows the replacement, only the difference changes it.
import { Form, Input, Modal, Radio, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import { formatMoney, subtractMoney } from '../../api/money'
import type { Money as Amount, Order } from '../../api/types'
import { useAct } from '../../parts/Confirm'
import { MoneyInput } from '../../parts/Money'

type Way = 'same' | 'charge' | 'refund'
interface Values {
  what: 'goods' | 'price'
  line: string
  sku?: string
  way: Way
  amount?: Amount | null
  reason: string
}

export function ExchangeDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const exchange = useWrite('POST /orders/{id}/exchanges')
  const [form] = Form.useForm<Values>()
  const what = Form.useWatch('what', form) ?? 'goods'
  const way = Form.useWatch('way', form) ?? 'same'
  const amount = Form.useWatch('amount', form)
  const line = order.lines.find((l) => l.id === Form.useWatch('line', form))
  const most = line && subtractMoney(line.net, line.refunded ?? { amount: 0, currency: line.net.currency })
  const go = async () => {
    const v = await form.validateFields()
    const body = { line: v.line, sku: v.sku?.trim() || undefined, price_only: v.what === 'price' || undefined, reason: v.reason.trim(), ...(v.way === 'same' ? {} : { [v.way]: v.amount! }) }
    if (await act(() => exchange.mutateAsync({ path: { id: order.id }, body }), t('order.exchange_done'))) onClose()
  }
  const said = way !== 'same' && amount ? ` · ${t(`order.way_${way}`)} ${formatMoney(amount)}` : ''
  return (
    <Modal open title={t('order.do_exchange')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} confirmLoading={exchange.isPending} cancelText={t('common.cancel')} okText={t(`order.exchange_${what}`) + said}>
      <Form<Values> form={form} layout="vertical" requiredMark={false} initialValues={{ what: 'goods', way: 'same', line: order.lines.length === 1 ? order.lines[0]!.id : undefined }}>
        <Form.Item name="what"><Radio.Group optionType="button" onChange={(e) => e.target.value === 'price' && form.getFieldValue('way') === 'same' && form.setFieldValue('way', 'refund')} options={[{ value: 'goods', label: t('order.exchange_goods') }, { value: 'price', label: t('order.exchange_price') }]} /></Form.Item>
        <Form.Item name="line" label={t('order.line')} rules={[{ required: true, message: t('input.required') }]}>
          <Select placeholder={t('order.exchange_pick')} options={order.lines.map((l) => ({ value: l.id, label: `${l.title || l.sku} · ${formatMoney(l.net)}` }))} />
        </Form.Item>
        {what === 'goods' && <Form.Item name="sku" label={t('order.exchange_sku')} extra={t('order.exchange_same')}><Input maxLength={100} /></Form.Item>}
        <Form.Item name="way" label={t('order.difference')}>
          <Radio.Group options={[...(what === 'goods' ? [{ value: 'same', label: t('order.way_same') }] : []), { value: 'charge', label: t('order.way_charge') }, { value: 'refund', label: t('order.way_refund') }]} />
        </Form.Item>
        {way !== 'same' && (
          <Form.Item name="amount" label={t(`order.way_${way}`)} rules={[{
            validator: async (_, m: Amount | null) => {
              if (!m || m.amount <= 0) throw new Error(t('input.required'))
              if (way === 'refund' && most && m.amount > most.amount) throw new Error(t('order.refund_too_much', { most: formatMoney(most) }))
            },
          }]}>
            <MoneyInput currency={order.goods.currency} />
          </Form.Item>
        )}
        <Form.Item name="reason" label={t('common.reason')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={200} /></Form.Item>
      </Form>
      <p style={{ color: '#56625d', marginBottom: 0 }}>{t(`order.then_exchange_${what}`)}</p>
    </Modal>
  )
}
