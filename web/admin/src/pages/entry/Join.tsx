// The door of somebody who was invited to the staff: by the code, with an
// account of their own or a new one.
import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button, Form, Input, Segmented, Spin } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, useLocation, useNavigate } from 'react-router'
import { createCaller, fetchTransport } from '../../api/call'
import { CallerProvider, useWrite } from '../../api/hooks'
import type { ApiError } from '../../api/problem'
import i18n from '../../app/i18n'
import { setToken } from '../../app/token'
import { timesIn } from '../../parts/time'
import { codeIn } from '../settings/joinLink'
import { DoorFrame } from './Door'

interface Values {
  name?: string
  login: string
  password: string
}

// Nobody's calls: a wrong password here must not end a session in another store.
const visitor = createCaller({ transport: fetchTransport, token: () => null, language: () => i18n.language })

export default function Join() {
  return <CallerProvider value={visitor}><JoinPage /></CallerProvider>
}

function JoinPage() {
  const { t } = useTranslation()
  const { hash } = useLocation()
  const [code, setCode] = useState(codeIn(hash))
  const look = useWrite('POST /invited')
  const { mutate } = look
  useEffect(() => { if (code) mutate({ body: { code } }) }, [code, mutate])
  return (
    <DoorFrame title={look.data ? t('join.title', { store: look.data.store.name }) : t('join.door')} help={look.data ? t('join.role', { by: look.data.invited_by, role: t(`role.${look.data.role}`) }) : t('join.help')}>
      {look.error && <Refusal error={look.error} />}
      {look.isPending ? <Spin description={t('common.loading')} /> : look.data ? <JoinForm code={code} slug={look.data.store.slug} name={look.data.name} role={look.data.role} until={look.data.expires_at} /> : <CodeForm onCode={(next) => (next === code ? mutate({ body: { code } }) : setCode(next))} />}
      <p style={{ textAlign: 'center', marginTop: 20 }}>{t('join.in_already')} <Link to="/login">{t('door.login')}</Link></p>
    </DoorFrame>
  )
}

function Refusal({ error }: { error: ApiError }) {
  const { t } = useTranslation()
  return <Alert type="error" showIcon role="alert" title={error.unreachable ? t('failure.unreachable_help') : error.message} style={{ marginBottom: 16 }} />
}

function CodeForm({ onCode }: { onCode: (code: string) => void }) {
  const { t } = useTranslation()
  return (
    <Form layout="vertical" requiredMark={false} size="large" onFinish={(v: { code: string }) => onCode(codeIn(v.code))}>
      <Form.Item name="code" label={t('join.code')} extra={t('join.code_help')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input.TextArea autoSize={{ minRows: 2, maxRows: 4 }} maxLength={400} autoComplete="off" /></Form.Item>
      <Button type="primary" htmlType="submit" block>{t('join.next')}</Button>
    </Form>
  )
}

function JoinForm({ code, slug, name, role, until }: { code: string; slug: string; name: string; role: string; until: string }) {
  const { t, i18n } = useTranslation()
  const time = useMemo(() => timesIn(Intl.DateTimeFormat().resolvedOptions().timeZone, i18n.language), [i18n.language])
  const client = useQueryClient()
  const go = useNavigate()
  const join = useWrite('POST /joined')
  const [way, setWay] = useState<'new' | 'own'>('new')
  const submit = async (v: Values) => {
    const register = way === 'new'
    const session = await join.mutateAsync({ body: { code, login: v.login.trim(), password: v.password, register, name: register ? v.name?.trim() : undefined } }).catch(() => null)
    if (!session) return
    localStorage.setItem('fenli.store', slug)
    client.clear() // what another store's session has read is not this one's
    setToken(session.token)
    void go('/', { replace: true })
  }
  const required = { required: true, whitespace: true, message: t('input.required') }
  const wrong = (field: string) => (join.error?.fields[field] ? { validateStatus: 'error' as const, help: join.error.fields[field] } : {})
  return (
    <>
      <p style={{ color: '#56625d' }}>{t(`staff.role_${role}`)} {t('join.until', { time: time.minute(until) })}</p>
      {join.error && <Refusal error={join.error} />}
      <Segmented block value={way} onChange={setWay} style={{ marginBottom: 20 }} options={[{ value: 'new', label: t('join.new_account') }, { value: 'own', label: t('join.own_account') }]} />
      <Form<Values> layout="vertical" requiredMark={false} size="large" initialValues={{ name }} onFinish={(v) => void submit(v)}>
        {way === 'new' && <Form.Item name="name" label={t('door.owner')} rules={[required]} {...wrong('/name')}><Input maxLength={60} autoComplete="name" /></Form.Item>}
        <Form.Item name="login" label={t('door.account')} rules={[required]} extra={way === 'own' ? t('join.own_help') : undefined} {...wrong('/login')}><Input autoComplete="username" /></Form.Item>
        <Form.Item name="password" label={t('door.password')} extra={way === 'new' ? t('door.password_help') : undefined} rules={way === 'new' ? [required, { min: 8, message: t('door.password_short') }] : [required]} {...wrong('/password')}><Input.Password autoComplete={way === 'new' ? 'new-password' : 'current-password'} /></Form.Item>
        <Button type="primary" htmlType="submit" block loading={join.isPending}>{t('join.enter')}</Button>
      </Form>
    </>
  )
}
