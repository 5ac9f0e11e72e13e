// How the shop looks, with the phone beside it that looks so.
import { Alert, Button, Card, ColorPicker, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import type { Brand } from '../../api/types'
import { useCan, useStore } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { PageShell } from '../../parts/PageShell'
import { contrast, enough, textOn } from './contrast'
import { Phone, tabs } from './Phone'

export default function BrandPage() {
  const { t } = useTranslation()
  const { brand, name } = useStore()
  const can = useCan()
  const act = useAct()
  const save = useWrite('PUT /store/brand')
  const [form] = Form.useForm<Brand>()
  const first: Brand = {
    display_name: brand?.display_name || name, logo: brand?.logo ?? '', primary_color: brand?.primary_color || '#c2410c', accent_color: brand?.accent_color || '#0f766e',
    slogan: brand?.slogan ?? '', distributor_word: brand?.distributor_word || '分销员', tab_names: brand?.tab_names ?? {}, agreement: brand?.agreement ?? '',
  }
  const shown = { ...first, ...Form.useWatch([], form) } as Brand
  const submit = (v: Brand) => act(() => save.mutateAsync({ body: { ...first, ...v, tab_names: Object.fromEntries(Object.entries(v.tab_names ?? {}).filter(([, n]) => n)) } }), t('brand.saved'))
  const color = (field: 'primary_color' | 'accent_color') => {
    const ratio = contrast('#ffffff', shown[field])
    return (
      <Form.Item name={field} label={t(`brand.${field}`)} getValueFromEvent={(c: { toHexString: () => string }) => c.toHexString().slice(0, 7)} valuePropName="value"
        extra={ratio >= enough ? t('brand.white_text', { ratio: ratio.toFixed(1) }) : t('brand.black_text', { ratio: contrast(textOn(shown[field]), shown[field]).toFixed(1) })}>
        <ColorPicker showText disabledAlpha format="hex" />
      </Form.Item>
    )
  }
  return (
    <PageShell title={t('menu.brand')} help={t('brand.help')}>
      <div className="two">
        <Card>
          <Form<Brand> form={form} layout="vertical" requiredMark={false} initialValues={first} disabled={!can('store.brand')} onFinish={(v) => void submit(v)}>
            <Form.Item name="display_name" label={t('brand.display_name')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={60} /></Form.Item>
            <Form.Item name="slogan" label={t('brand.slogan')}><Input maxLength={120} /></Form.Item>
            <Form.Item name="logo" label={t('brand.logo')} rules={[{ pattern: /^(https:\/\/|\/(?!\/)|data:image\/)/, message: t('product.picture_shape') }]}><Input placeholder="https://…" /></Form.Item>
            <div style={{ display: 'flex', gap: 32, flexWrap: 'wrap' }}>{color('primary_color')}{color('accent_color')}</div>
            <Form.Item name="distributor_word" label={t('brand.distributor_word')} extra={t('brand.distributor_word_help')}><Input maxLength={20} style={{ maxWidth: 240 }} /></Form.Item>
            <fieldset style={{ border: 0, padding: 0, margin: '0 0 16px' }}>
              <legend style={{ fontWeight: 500, marginBottom: 8 }}>{t('brand.tab_names')}</legend>
              <div style={{ display: 'grid', gridTemplateColumns: 'repeat(4, minmax(0, 1fr))', gap: 12 }}>{tabs.map((tab) => <Form.Item key={tab} name={['tab_names', tab]} label={t(`brand.tab_${tab}`)} style={{ marginBottom: 0 }}><Input maxLength={6} placeholder={t(`brand.tab_${tab}`)} /></Form.Item>)}</div>
            </fieldset>
            <Form.Item name="agreement" label={t('brand.agreement')} extra={t('brand.agreement_help')}><Input.TextArea autoSize={{ minRows: 4, maxRows: 16 }} maxLength={50000} /></Form.Item>
            {can('store.brand') ? <Button type="primary" htmlType="submit" loading={save.isPending}>{t('common.save')}</Button> : <Alert type="info" title={t('brand.read_only')} />}
          </Form>
        </Card>
        <Card title={t('brand.preview')}><Phone brand={shown} /></Card>
      </div>
    </PageShell>
  )
}
