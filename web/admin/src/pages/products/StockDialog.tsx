import { Form, Input, InputNumber, Modal, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import type { Product } from '../../api/types'
import { useAct } from '../../parts/Confirm'

/** Stock is changed by a difference with a reason, never overwritten: a sale may come in between. */
export function StockDialog({ product, onClose }: { product: Product; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const [form] = Form.useForm<{ code: string; delta: number; reason: string }>()
  const code = Form.useWatch('code', form)
  const delta = Form.useWatch('delta', form) ?? 0
  const change = useWrite('POST /skus/{code}/stock')
  const now = product.skus.find((s) => s.code === code)?.stock ?? 0
  const go = async () => {
    const v = await form.validateFields()
    if (await act(() => change.mutateAsync({ path: { code: v.code }, body: { delta: v.delta, reason: v.reason.trim() } }), t('product.stock_done'))) onClose()
  }
  return (
    <Modal open title={t('product.change_stock')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} confirmLoading={change.isPending} okText={t('common.save')} cancelText={t('common.cancel')}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ code: product.skus[0]?.code }}>
        <Form.Item name="code" label={t('product.sku')} rules={[{ required: true }]}><Select options={product.skus.map((s) => ({ value: s.code, label: `${s.title || s.code} · ${t('product.in_stock', { count: s.stock })}` }))} /></Form.Item>
        <Form.Item name="delta" label={t('product.delta')} extra={t('product.stock_then', { now, then: now + delta })} rules={[{ required: true, message: t('input.required') }, { validator: async (_, d: number) => { if (d === 0 || now + d < 0) throw new Error(t('product.delta_wrong')) } }]}><InputNumber precision={0} style={{ width: 160 }} /></Form.Item>
        <Form.Item name="reason" label={t('common.reason')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={200} placeholder={t('product.reason_example')} /></Form.Item>
      </Form>
    </Modal>
  )
}
