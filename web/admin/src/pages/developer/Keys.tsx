// 签名密钥: with which keys my packages are signed, and my token. A private key
// never comes near the browser: the terminal proves that I hold it.
import { Alert, Button, Card, Collapse, Form, Input, Modal, Skeleton } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import type { SigningKey } from '../../api/marketplace'
import { Failure } from '../../app/Failure'
import { seats } from '../../app/seats'
import { ConfirmAmount } from '../../parts/Confirm'
import { EmptyState } from '../../parts/EmptyState'
import { PageShell } from '../../parts/PageShell'
import { TokenOnce } from '../entry/PlatformDoor'
import { KeyTable } from '../market/KeyTable'
import { Terminal } from '../market/parts'

export default function Keys() {
  const { t } = useTranslation()
  const me = useRead('GET platform:/developers/me', {}, { every: (d) => ((d?.keys ?? []).length === 0 ? 5000 : false) })
  const end = useWrite('POST platform:/developers/me/keys/{key}/revoke')
  const [ending, setEnding] = useState<SigningKey>()
  const [renewed, setRenewed] = useState<{ id: string; token: string }>()
  if (me.error && !me.data) return <PageShell title={t('market.menu.keys')}><Failure error={me.error} retry={() => void me.refetch()} /></PageShell>
  return (
    <PageShell title={t('market.menu.keys')} help={t('market.keys_help')}>
      {!me.data ? <Skeleton active /> : (
        <div className="stack">
          <Card><KeyTable keys={me.data.keys ?? []} onRevoke={setEnding} empty={<EmptyState title={t('market.no_keys')} next={t('market.no_keys_next')} />} /></Card>
          <Card title={t('market.add_key')}>
            <p style={{ marginTop: 0 }}>{t('market.proof_help')}</p>
            <Terminal lines={['fenli plugin keys new my-key.json', 'export FENLI_DEVELOPER_TOKEN=fd_…', `fenli plugin keys register my-key.json --platform ${window.location.origin}`]} />
            <Collapse ghost size="small" style={{ marginTop: 12 }} items={[{ key: 'hand', label: t('market.by_hand'), children: <KeyForm developer={me.data.id} /> }]} />
          </Card>
          <TokenCard id={me.data.id} onRenewed={setRenewed} />
        </div>
      )}
      {ending && <ConfirmAmount danger title={t('market.revoke_key')} consequence={t('market.then_revoke_key', { key: ending.id })} ask={{ label: t('common.reason'), required: true, max: 500 }} confirm={t('market.revoke_key')} done={t('common.done')} onConfirm={(reason) => end.mutateAsync({ path: { key: ending.id }, body: { reason } })} onClose={() => setEnding(undefined)} />}
      {renewed && <Modal open closable={false} footer={null} mask={{ closable: false }} keyboard={false}><TokenOnce {...renewed} done={t('key.kept')} onDone={() => setRenewed(undefined)} /></Modal>}
    </PageShell>
  )
}

function KeyForm({ developer }: { developer: string }) {
  const { t } = useTranslation()
  const add = useWrite('POST platform:/developers/me/keys')
  const [form] = Form.useForm<{ public: string; proof: string }>()
  const send = async (v: { public: string; proof: string }) => {
    if (await add.mutateAsync({ body: { public: v.public.trim(), proof: v.proof.trim() } }).catch(() => null)) form.resetFields()
  }
  const required = { required: true, whitespace: true, message: t('input.required') }
  const fields = add.error?.fields ?? {}
  const wrong = (name: string) => (fields[name] ? { validateStatus: 'error' as const, help: fields[name] } : {})
  return (
    <Form form={form} layout="vertical" requiredMark={false} onFinish={(v: { public: string; proof: string }) => void send(v)} style={{ maxWidth: 640 }}>
      <p style={{ color: '#56625d' }}>{t('market.claim')} <code>{developer}</code></p>
      {add.error && <Alert type="error" showIcon role="alert" title={add.error.message} description={add.error.code && <code>{add.error.code}</code>} style={{ marginBottom: 12 }} />}
      <Form.Item name="public" label={t('market.public_key')} extra={t('market.public_help')} rules={[required, { pattern: /^\s*[A-Za-z0-9+/]{43}=\s*$/, message: t('market.public_help') }]} {...wrong('/public')}><Input style={{ fontFamily: 'monospace' }} /></Form.Item>
      <Form.Item name="proof" label={t('market.proof')} extra={t('market.proof_form')} rules={[required]} {...wrong('/proof')}><Input.TextArea autoSize style={{ fontFamily: 'monospace' }} /></Form.Item>
      <Button htmlType="submit" loading={add.isPending}>{t('market.add_key')}</Button>
    </Form>
  )
}

/** The old token ends with the new one's first breath: this tab goes on with the new one at once. */
function TokenCard({ id, onRenewed }: { id: string; onRenewed: (made: { id: string; token: string }) => void }) {
  const { t } = useTranslation()
  const [asking, setAsking] = useState(false)
  const renew = async () => {
    const { token } = await seats.developer.call('POST platform:/developers/me/token', {})
    seats.developer.sit(token)
    onRenewed({ id, token })
  }
  return (
    <Card title={t('market.my_token')} extra={<Button danger onClick={() => setAsking(true)}>{t('market.renew')}</Button>}>
      <p style={{ margin: 0 }}>{t('market.developer_id')} <code>{id}</code></p>
      {asking && <ConfirmAmount danger title={t('market.renew')} consequence={t('market.then_renew')} confirm={t('market.renew')} onConfirm={renew} onClose={() => setAsking(false)} />}
    </Card>
  )
}
