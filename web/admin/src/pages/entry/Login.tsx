import { Alert, Button, Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useWrite } from '../../api/hooks'
import type { Login as LoginRequest } from '../../api/types'
import { setToken } from '../../app/token'
import { DoorFrame } from './Door'

const place = 'fenli.store'

export default function Login() {
  const { t } = useTranslation()
  const login = useWrite('POST /sessions')
  const enter = async (values: LoginRequest) => {
    const session = await login.mutateAsync({ body: { ...values, store: values.store.trim().toLowerCase(), login: values.login.trim() } }).catch(() => null)
    if (!session) return
    localStorage.setItem(place, values.store.trim())
    setToken(session.token)
  }
  return (
    <DoorFrame title={t('door.login')} help={t('door.login_help')}>
      {login.error && <Alert type="error" showIcon role="alert" title={login.error.unreachable ? t('failure.unreachable_help') : login.error.message} style={{ marginBottom: 16 }} />}
      <Form layout="vertical" requiredMark={false} size="large" initialValues={{ store: localStorage.getItem(place) ?? '' }} onFinish={(v: LoginRequest) => void enter(v)}>
        <Form.Item name="store" label={t('door.store')} extra={t('door.store_help')} rules={[{ required: true, message: t('input.required') }]}><Input autoComplete="organization" /></Form.Item>
        <Form.Item name="login" label={t('door.account')} rules={[{ required: true, message: t('input.required') }]}><Input autoComplete="username" /></Form.Item>
        <Form.Item name="password" label={t('door.password')} rules={[{ required: true, message: t('input.required') }]}><Input.Password autoComplete="current-password" /></Form.Item>
        <Button type="primary" htmlType="submit" block loading={login.isPending}>{t('door.enter')}</Button>
      </Form>
      <p style={{ textAlign: 'center', marginTop: 20 }}>{t('door.no_store')} <Link to="/sign-up">{t('door.sign_up')}</Link> · <Link to="/join">{t('join.have_code')}</Link></p>
    </DoorFrame>
  )
}
