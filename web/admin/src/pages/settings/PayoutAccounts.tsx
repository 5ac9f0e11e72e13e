// 支付: what the store pays its distributors out of. Secrets go in and never come out.
import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Card, Checkbox, Descriptions, Drawer, Form, Input, Select, Skeleton, Space, Tag, Typography } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import type { Money, PayoutAccount, PayoutMethod } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can, useStore } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { EmptyState } from '../../parts/EmptyState'
import { MoneyInput } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { Pill } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'

export default function PayoutAccounts() {
  const { t } = useTranslation()
  const act = useAct()
  const accounts = useRead('GET /payout-accounts')
  const methods = useRead('GET /payout-methods')
  const simulate = useWrite('POST /payout-accounts/simulated')
  const [editing, setEditing] = useState<PayoutAccount | 'new'>()
  if (accounts.error) return <Failure error={accounts.error} retry={() => void accounts.refetch()} />
  const add = (
    <Can permission="payout_account.change">
      {methods.data?.simulated && <Button loading={simulate.isPending} onClick={() => void act(() => simulate.mutateAsync({}), t('common.done'))}>{t('pay.simulate')}</Button>}
      <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>{t('pay.new')}</Button>
    </Can>
  )
  return (
    <PageShell title={t('menu.payments')} help={t('pay.help')} controls={add}>
      <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t('pay.own_money')} />
      {!accounts.data ? <Skeleton active /> : accounts.data.items.length === 0 ? <EmptyState title={t('pay.empty')} next={t('pay.empty_next')} action={add} /> : (
        <div className="stack">{accounts.data.items.map((a) => <AccountCard key={a.id} of={a} fields={methods.data?.items.find((m) => m.method === a.method)?.fields ?? []} onEdit={() => setEditing(a)} />)}</div>
      )}
      {editing && methods.data && <AccountDrawer of={editing === 'new' ? undefined : editing} methods={methods.data.items} onClose={() => setEditing(undefined)} />}
    </PageShell>
  )
}

/** What the form asks for, by the words it asks with; long texts such as certificates stay in the form. */
function AccountCard({ of, fields, onEdit }: { of: PayoutAccount; fields: PayoutMethod['fields']; onEdit: () => void }) {
  const { t, i18n } = useTranslation()
  const word = (name: string) => { const f = fields.find((x) => x.name === name); return f ? (i18n.language === 'en' ? f.en : f.zh) : name }
  const settings = Object.entries(of.settings).filter(([k, v]) => v && !k.endsWith('_key') && v.length < 80)
  const place = (name: string) => { const i = fields.findIndex((f) => f.name === name); return i < 0 ? fields.length : i }
  const time = useTime()
  return (
    <Card size="small" title={<Space>{of.name}<Pill tone={of.active ? 'good' : 'quiet'}>{t(of.active ? 'pay.active' : 'pay.aside')}</Pill>{of.simulated && <Pill tone="warning">{t('payout.pretended')}</Pill>}</Space>}
      extra={!of.simulated && <Can permission="payout_account.change"><Button size="small" onClick={onEdit}>{t('common.edit')}</Button></Can>}>
      <p>{t(`method.${of.method}`)} · {of.method !== 'bank_file' && <>{t(of.auto ? 'pay.auto' : 'pay.by_click')} · </>}<span className="num">{time.minute(of.changed_at)}</span></p>
      {settings.length > 0 && <Descriptions size="small" column={{ xs: 1, lg: 2 }} items={settings.sort(([a], [b]) => place(a) - place(b)).map(([k, v]) => ({ key: k, label: word(k), children: <Typography.Text code copyable={{ text: v, tooltips: [t('common.copy', { name: word(k) }), t('common.copied')] }}>{v}</Typography.Text> }))} />}
      {of.secrets.length > 0 && <p style={{ marginTop: 8 }}>{of.secrets.map((s) => <Tag key={s}>{t('pay.secret_set', { name: word(s) })}</Tag>)}</p>}
      {of.short_since && <Alert type="warning" showIcon title={t('payout.account_short', { name: of.name, since: time.minute(of.short_since) })} />}
    </Card>
  )
}

interface Draft { method: string; name: string; active: boolean; auto: boolean; limit: Money; settings: Record<string, string> }

function AccountDrawer({ of, methods, onClose }: { of?: PayoutAccount; methods: PayoutMethod[]; onClose: () => void }) {
  const { t, i18n } = useTranslation()
  const act = useAct()
  const { currency } = useStore()
  const create = useWrite('POST /payout-accounts')
  const change = useWrite('PUT /payout-accounts/{id}')
  const [form] = Form.useForm<Draft>()
  const method = Form.useWatch('method', form) ?? of?.method ?? 'wechat'
  const kind = methods.find((m) => m.method === method)
  const go = async () => {
    const { limit, ...rest } = await form.validateFields()
    const body = { ...rest, settings: rest.settings ?? {}, limit: limit?.amount ?? 0 }
    if (await act(() => (of ? change.mutateAsync({ path: { id: of.id }, body }) : create.mutateAsync({ body })), t('common.done'))) onClose()
  }
  return (
    <Drawer open onClose={onClose} size={640} title={of ? of.name : t('pay.new')} footer={<Button type="primary" loading={create.isPending || change.isPending} onClick={() => void go().catch(() => undefined)}>{t('common.save')}</Button>}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={of ? { ...of } : { method: 'wechat', name: '', active: true, auto: true, limit: { amount: 0, currency }, settings: {} }}>
        <Form.Item name="method" label={t('pay.method')}><Select disabled={!!of} options={methods.map((m) => ({ value: m.method, label: t(`method.${m.method}`) }))} /></Form.Item>
        <Form.Item name="name" label={t('pay.name')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={60} /></Form.Item>
        {kind?.fields.map((f) => {
          const set = f.secret && of?.secrets.includes(f.name)
          return (
            <Form.Item key={method + f.name} name={['settings', f.name]} label={i18n.language === 'en' ? f.en : f.zh} extra={set ? t('pay.keep_secret') : undefined} rules={f.required && !set ? [{ required: true, whitespace: true, message: t('input.required') }] : []}>
              {f.long ? <Input.TextArea autoSize={{ minRows: 2, maxRows: 6 }} spellCheck={false} autoComplete="off" /> : f.secret ? <Input.Password autoComplete="new-password" /> : <Input />}
            </Form.Item>
          )
        })}
        <Form.Item name="limit" label={t('pay.limit')} extra={t('pay.limit_help')}><MoneyInput currency={currency} /></Form.Item>
        {!kind?.batched && <Form.Item name="auto" valuePropName="checked" extra={t('pay.auto_help')}><Checkbox>{t('pay.auto')}</Checkbox></Form.Item>}
        <Form.Item name="active" valuePropName="checked" extra={t('pay.active_help')}><Checkbox>{t('pay.active')}</Checkbox></Form.Item>
      </Form>
    </Drawer>
  )
}
