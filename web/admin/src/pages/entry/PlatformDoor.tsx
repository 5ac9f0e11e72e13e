// The doors of operators and developers. A developer may also sign up here.
import { Alert, Button, Card, Form, Input, Segmented, Typography } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { ApiError } from '../../api/problem'
import { type Seat, seats, tryToken } from '../../app/seats'
import { DoorFrame } from './Door'

export function PlatformDoor({ seat }: { seat: Seat }) {
  const { t } = useTranslation()
  const [way, setWay] = useState<'in' | 'up'>('in')
  return (
    <DoorFrame title={t(`market.area_${seat}`)} help={t(`market.door_${seat}`)}>
      {seat === 'developer' && <Segmented block value={way} onChange={setWay} style={{ marginBottom: 20 }} options={[{ value: 'in', label: t('door.login') }, { value: 'up', label: t('market.sign_up') }]} />}
      {way === 'in' ? <TokenForm seat={seat} /> : <DeveloperSignUp />}
      <p style={{ textAlign: 'center', marginTop: 20 }}><Link to="/login">{t('market.merchant_door')}</Link></p>
    </DoorFrame>
  )
}

function Refusal({ error }: { error: ApiError }) {
  const { t } = useTranslation()
  return <Alert type="error" showIcon role="alert" title={error.unreachable ? t('failure.unreachable_help') : error.message} description={error.code && <code>{error.code}</code>} style={{ marginBottom: 16 }} />
}

/** Runs a call and keeps its refusal to be shown. */
function useTry() {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<ApiError>()
  const run = async (work: () => Promise<void>) => {
    setBusy(true)
    setError(undefined)
    try {
      await work()
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, null))
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, run }
}

function TokenForm({ seat }: { seat: Seat }) {
  const { t } = useTranslation()
  const { busy, error, run } = useTry()
  const enter = ({ token }: { token: string }) => run(async () => {
    await tryToken(seat, token.trim())
    seats[seat].sit(token.trim())
  })
  return (
    <>
      {error && <Refusal error={error} />}
      <Form layout="vertical" requiredMark={false} size="large" onFinish={(v: { token: string }) => void enter(v)}>
        <Form.Item name="token" label={t(`market.token_${seat}`)} extra={t(`market.token_${seat}_help`)} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input.Password autoComplete="off" /></Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>{t('door.enter')}</Button>
      </Form>
    </>
  )
}

function DeveloperSignUp() {
  const { t } = useTranslation()
  const { busy, error, run } = useTry()
  const [made, setMade] = useState<{ id: string; token: string }>()
  const open = (v: { name: string; contact: string }) => run(async () => {
    setMade(await seats.developer.call('POST platform:/developers', { body: { name: v.name.trim(), contact: v.contact.trim() } }))
  })
  if (made) return <TokenOnce id={made.id} token={made.token} done={t('market.kept_enter')} onDone={() => seats.developer.sit(made.token)} />
  const required = { required: true, whitespace: true, message: t('input.required') }
  return (
    <>
      {error && <Refusal error={error} />}
      <Form layout="vertical" requiredMark={false} size="large" onFinish={(v: { name: string; contact: string }) => void open(v)}>
        <Form.Item name="name" label={t('market.developer_name')} extra={t('market.developer_name_help')} rules={[required]}><Input maxLength={80} autoComplete="organization" /></Form.Item>
        <Form.Item name="contact" label={t('market.contact')} extra={t('market.contact_help')} rules={[required, { min: 3, message: t('input.required') }]}><Input maxLength={200} autoComplete="email" /></Form.Item>
        <Button type="primary" htmlType="submit" block loading={busy}>{t('market.sign_up')}</Button>
      </Form>
    </>
  )
}

/** A token is shown once: on to the next page only when the reader says that it is kept. */
export function TokenOnce({ id, token, done, onDone }: { id: string; token: string; done: string; onDone: () => void }) {
  const { t } = useTranslation()
  return (
    <Card size="small" title={t('market.token_made')}>
      <Alert type="warning" showIcon title={t('market.token_once')} style={{ marginBottom: 12 }} />
      <Typography.Paragraph copyable code style={{ wordBreak: 'break-all' }}>{token}</Typography.Paragraph>
      <p style={{ color: '#56625d' }}>{t('market.developer_id')} <code>{id}</code></p>
      <Button type="primary" block onClick={onDone}>{done}</Button>
    </Card>
  )
}
