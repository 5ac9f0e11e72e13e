import { PlusOutlined } from '@ant-design/icons'
import type { ProColumns } from '@ant-design/pro-components'
import { Alert, Button, Form, Input, Modal, Typography } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import type { ApiKey } from '../../api/types'
import { Can, useCan } from '../../app/permissions'
import { ConfirmAmount, useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { PageShell } from '../../parts/PageShell'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'

export default function ApiKeys() {
  const { t } = useTranslation()
  const time = useTime()
  const can = useCan()
  const [making, setMaking] = useState(false)
  const [ending, setEnding] = useState<ApiKey>()
  const end = useWrite('DELETE /api-keys/{id}')
  const columns = useMemo<ProColumns<ApiKey>[]>(() => [
    { title: t('key.name'), dataIndex: 'name' },
    { title: t('key.hint'), render: (_, k) => <code>…{k.hint}</code> },
    { title: t('key.state'), render: (_, k) => <StatusTag noun="key" state={k.revoked_at ? 'revoked' : 'live'} /> },
    { title: t('key.created_at'), render: (_, k) => <span className="num">{time.minute(k.created_at)}</span> },
    { title: t('common.actions'), fixed: 'right', render: (_, k) => !k.revoked_at && can('key.revoke') && <Button size="small" danger onClick={() => setEnding(k)}>{t('key.revoke')}</Button> },
  ], [t, time, can])
  const add = <Can permission="key.create"><Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>{t('key.new')}</Button></Can>
  return (
    <PageShell title={t('menu.keys')} help={t('key.help')} controls={add}>
      <CursorTable route="GET /api-keys" name="keys" rowKey="id" columns={columns} empty={<EmptyState title={t('key.empty')} next={t('key.empty_next')} action={add} />} />
      {making && <NewKeyDialog onClose={() => setMaking(false)} />}
      {ending && <ConfirmAmount danger title={t('key.revoke')} consequence={t('key.then_revoke', { name: ending.name })} confirm={t('key.revoke')} done={t('common.done')} onConfirm={() => end.mutateAsync({ path: { id: ending.id } })} onClose={() => setEnding(undefined)} />}
    </PageShell>
  )
}

/** The secret is shown once: the dialog closes only when the reader says that it is kept. */
function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const create = useWrite('POST /api-keys')
  const [form] = Form.useForm<{ name: string }>()
  const made = create.data
  const go = async () => {
    const { name } = await form.validateFields()
    await act(() => create.mutateAsync({ body: { name: name.trim() } }))
  }
  if (made) {
    return (
      <Modal open title={t('key.made')} closable={false} mask={{ closable: false }} keyboard={false} footer={<Button type="primary" onClick={onClose}>{t('key.kept')}</Button>}>
        <Alert type="warning" showIcon title={t('key.once')} style={{ marginBottom: 12 }} />
        <Typography.Paragraph copyable code style={{ wordBreak: 'break-all' }}>{made.key}</Typography.Paragraph>
        <p style={{ color: '#56625d' }}>{t('key.use')} <code>Authorization: Bearer …</code></p>
      </Modal>
    )
  }
  return (
    <Modal open title={t('key.new')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={t('key.create')} cancelText={t('common.cancel')} confirmLoading={create.isPending}>
      <Form form={form} layout="vertical" requiredMark={false}><Form.Item name="name" label={t('key.name')} extra={t('key.name_help')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={60} /></Form.Item></Form>
    </Modal>
  )
}
