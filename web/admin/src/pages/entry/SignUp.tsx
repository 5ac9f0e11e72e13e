// A store of one's own in a minute: name, address, owner. Everything else has a default.
import { Alert, Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useWrite } from '../../api/hooks'
import { setToken } from '../../app/token'
import { DoorFrame } from './Door'
import { slugOf, slugShape } from './slug'

interface Values {
  name: string
  slug: string
  industry?: string
  currency: string
  owner: string
  login: string
  password: string
}
const industries = ['beauty', 'food', 'fashion', 'mother_baby', 'health', 'home', 'education', 'other']

export default function SignUp() {
  const { t } = useTranslation()
  const [form] = Form.useForm<Values>()
  const [ownSlug, setOwnSlug] = useState(false)
  const open = useWrite('POST platform:/stores')
  const submit = async (v: Values) => {
    const made = await open.mutateAsync({
      body: { slug: v.slug, name: v.name.trim(), currency: v.currency, time_zone: 'Asia/Shanghai', industry: v.industry, owner: { name: v.owner.trim(), login: v.login.trim(), password: v.password } },
    }).catch(() => null)
    if (!made) return
    localStorage.setItem('fenli.store', made.store.slug)
    setToken(made.token)
  }
  const required = { required: true, whitespace: true, message: t('input.required') }
  const wrong = (...names: string[]) => {
    const text = names.map((n) => open.error?.fields[n]).find(Boolean)
    return text ? { validateStatus: 'error' as const, help: text } : {}
  }
  return (
    <DoorFrame title={t('door.sign_up_title')} help={t('door.sign_up_help')}>
      {open.error && <Alert type="error" showIcon role="alert" title={open.error.unreachable ? t('failure.unreachable_help') : open.error.message} style={{ marginBottom: 16 }} />}
      <Form<Values> form={form} layout="vertical" requiredMark={false} initialValues={{ currency: 'CNY' }} onFinish={(v) => void submit(v)}
        onValuesChange={(change) => { if ('slug' in change) setOwnSlug(true); else if ('name' in change && !ownSlug) form.setFieldValue('slug', slugOf(change.name ?? '')) }}>
        <Form.Item name="name" label={t('door.store_name')} rules={[required]} {...wrong('/name')}><Input size="large" maxLength={60} autoComplete="organization" placeholder={t('door.store_name_example')} /></Form.Item>
        <Form.Item name="slug" label={t('door.slug')} extra={t('door.slug_help')} {...wrong('/slug')} rules={[required, { pattern: slugShape, message: t('door.slug_shape') }]}><Input size="large" maxLength={63} placeholder="my-tea-shop" /></Form.Item>
        <div style={{ display: 'grid', gridTemplateColumns: '2fr 1fr', gap: 12 }}>
          <Form.Item name="industry" label={t('door.industry')}><Select size="large" allowClear options={industries.map((i) => ({ value: i, label: t(`industry.${i}`) }))} /></Form.Item>
          <Form.Item name="currency" label={t('door.currency')}><Select size="large" options={['CNY', 'HKD', 'TWD', 'USD', 'JPY', 'EUR', 'SGD'].map((c) => ({ value: c, label: c }))} /></Form.Item>
        </div>
        <Form.Item name="owner" label={t('door.owner')} rules={[required]} {...wrong('/owner/name')}><Input size="large" maxLength={40} autoComplete="name" /></Form.Item>
        <Form.Item name="login" label={t('door.account')} rules={[required]} {...wrong('/owner/login')}><Input size="large" autoComplete="username" /></Form.Item>
        <Form.Item name="password" label={t('door.password')} extra={t('door.password_help')} rules={[required, { min: 8, message: t('door.password_short') }]} {...wrong('/owner/password')}><Input.Password size="large" autoComplete="new-password" /></Form.Item>
        <Button type="primary" size="large" htmlType="submit" block loading={open.isPending}>{t('door.open_store')}</Button>
      </Form>
      <p style={{ textAlign: 'center', marginTop: 20 }}>{t('door.have_store')} <Link to="/login">{t('door.login')}</Link></p>
    </DoorFrame>
  )
}
