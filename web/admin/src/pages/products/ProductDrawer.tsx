import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Drawer, Form, Input, InputNumber, Skeleton, Space, Switch } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import type { Product, ProductDraft } from '../../api/types'
import { Failure } from '../../app/Failure'
import { useCan, useStore } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { MoneyInput } from '../../parts/Money'
import { StatusTag } from '../../parts/StatusTag'

export function ProductDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const old = useRead('GET /products/{id}', { path: { id } }, { enabled: id !== 'new' })
  return (
    <Drawer open onClose={onClose} size={760} title={id === 'new' ? t('product.new') : old.data?.title ?? ''} extra={old.data && <StatusTag noun="product" state={old.data.state} />}>
      {old.error ? <Failure error={old.error} retry={() => void old.refetch()} /> : id !== 'new' && !old.data ? <Skeleton active paragraph={{ rows: 10 }} /> : <Editor old={old.data} onDone={onClose} />}
    </Drawer>
  )
}

function Editor({ old, onDone }: { old?: Product; onDone: () => void }) {
  const { t } = useTranslation()
  const { currency } = useStore()
  const can = useCan()
  const act = useAct()
  const [form] = Form.useForm<ProductDraft>()
  const [dirty, setDirty] = useState(false)
  const create = useWrite('POST /products')
  const update = useWrite('PUT /products/{id}')
  const readOnly = !can(old ? 'product.change' : 'product.create') || old?.state === 'archived'
  const required = { required: true, whitespace: true, message: t('input.required') }
  const save = async (v: ProductDraft) => {
    const body: ProductDraft = {
      title: v.title.trim(), category: v.category?.trim() ?? '', description: v.description ?? '', picture: v.picture?.trim() ?? '', distributed: v.distributed,
      skus: v.skus.map((s) => ({ code: s.code.trim(), title: s.title?.trim() ?? '', price: s.price, ...(s.cost ? { cost: s.cost } : {}), stock: s.stock ?? 0 })),
    }
    const well = await act(() => (old ? update.mutateAsync({ path: { id: old.id }, body }) : create.mutateAsync({ body })), t('product.saved', { title: body.title }))
    if (well) onDone()
  }
  return (
    <Form<ProductDraft> form={form} layout="vertical" requiredMark={false} disabled={readOnly} initialValues={old ?? { distributed: true, skus: [{ code: '', title: '', stock: 0 }] }} onFinish={(v) => void save(v)} onValuesChange={() => setDirty(true)} scrollToFirstError>
      {old?.state === 'archived' && <Alert type="info" showIcon title={t('product.is_archived')} style={{ marginBottom: 16 }} />}
      <Form.Item name="title" label={t('product.title')} rules={[required]}><Input maxLength={120} /></Form.Item>
      <Form.Item name="category" label={t('product.category')} extra={t('product.category_help')}><Input maxLength={120} placeholder="茶叶/绿茶" /></Form.Item>
      <Form.Item name="picture" label={t('product.picture')} rules={[{ pattern: /^(https:\/\/|\/|data:image\/)/, message: t('product.picture_shape') }]}><Input placeholder="https://…" /></Form.Item>
      <Form.Item name="description" label={t('product.description')}><Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} maxLength={5000} /></Form.Item>
      <Form.Item name="distributed" label={t('product.distributed')} extra={t('product.distributed_help')} valuePropName="checked"><Switch /></Form.Item>
      <h3 style={{ fontSize: 15 }}>{t('product.skus')}</h3>
      <Form.List name="skus" rules={[{ validator: async (_, skus: unknown[]) => { if (!skus?.length) throw new Error(t('product.need_sku')) } }]}>
        {(rows, { add, remove }, { errors }) => (
          <>
            {rows.map((row) => (
              <div key={row.key} style={{ display: 'grid', gridTemplateColumns: '1.2fr 1.2fr 1fr 1fr 90px 32px', gap: 8, alignItems: 'start' }}>
                <Form.Item name={[row.name, 'code']} label={t('product.code')} rules={[required]}><Input maxLength={64} /></Form.Item>
                <Form.Item name={[row.name, 'title']} label={t('product.sku_title')}><Input maxLength={80} placeholder={t('product.sku_example')} /></Form.Item>
                <Form.Item name={[row.name, 'price']} label={t('product.price')} rules={[{ required: true, message: t('input.required') }]}><MoneyInput currency={currency} disabled={readOnly} /></Form.Item>
                <Form.Item name={[row.name, 'cost']} label={t('product.cost')} tooltip={t('product.cost_help')}><MoneyInput currency={currency} disabled={readOnly} /></Form.Item>
                <Form.Item name={[row.name, 'stock']} label={t('product.stock')} rules={[{ required: true, message: t('input.required') }]}><InputNumber min={0} precision={0} style={{ width: '100%' }} /></Form.Item>
                <Button type="text" icon={<DeleteOutlined />} disabled={rows.length === 1 || readOnly} aria-label={t('schema.remove', { name: `SKU ${row.name + 1}` })} onClick={() => remove(row.name)} style={{ marginTop: 30 }} />
              </div>
            ))}
            <Form.ErrorList errors={errors} />
            {!readOnly && <Button icon={<PlusOutlined />} onClick={() => add({ code: '', title: '', stock: 0 })}>{t('product.add_sku')}</Button>}
          </>
        )}
      </Form.List>
      {!readOnly && <Space style={{ marginTop: 24 }}><Button type="primary" htmlType="submit" loading={create.isPending || update.isPending} disabled={Boolean(old) && !dirty}>{old ? t('common.save') : t('product.create')}</Button><Button onClick={onDone}>{t('common.cancel')}</Button></Space>}
    </Form>
  )
}
