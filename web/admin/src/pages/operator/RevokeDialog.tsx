// Withdrawing a version: how firmly, how many stores it touches, and what
// becomes of their orders.
import { Alert, Form, Input, Modal, Radio, Skeleton } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import type { Level, Version } from '../../api/marketplace'
import { Failure } from '../../app/Failure'
import { useAct } from '../../parts/Confirm'
import { levelOf, levels, touched } from '../market/reading'

export function RevokeDialog({ of, onClose }: { of: Version; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const path = { plugin: of.plugin, version: of.version }
  const uses = useRead('GET platform:/plugins/{plugin}/versions/{version}/stores', { path, query: { limit: 1 } })
  const revoke = useWrite('POST platform:/plugins/{plugin}/versions/{version}/revoke')
  const now = levelOf(of)
  const [form] = Form.useForm<{ level: Level; reason: string }>()
  const level = Form.useWatch('level', form)
  const go = async () => {
    const body = await form.validateFields()
    if (await act(() => revoke.mutateAsync({ path, body: { ...body, reason: body.reason.trim() } }), t('market.level_set', { level: t(`status.level.${body.level}`) }))) onClose()
  }
  const count = uses.data && level ? touched(level, uses.data) : 0
  return (
    <Modal open width={640} title={t('market.revoke_title', { name: `${of.plugin} ${of.version}` })} onCancel={onClose} onOk={() => void go().catch(() => undefined)} cancelText={t('common.cancel')} confirmLoading={revoke.isPending} destroyOnHidden
      okText={level ? t(`market.do_${level}`, { count }) : t('market.revoke')} okButtonProps={{ danger: level !== 'none', disabled: !uses.data || !level || level === now }}>
      {uses.error ? <Failure error={uses.error} retry={() => void uses.refetch()} /> : !uses.data ? <Skeleton active /> : (
        <Form form={form} layout="vertical" requiredMark={false}>
          <p>{t('market.used_by', { in_force: uses.data.in_force, before: uses.data.before })}</p>
          <Form.Item name="level" label={t('market.how_firmly')} rules={[{ required: true, message: t('input.required') }]}>
            <Radio.Group style={{ display: 'grid', gap: 10 }} options={levels.filter((l) => l !== 'none' || now !== 'none').map((l) => ({
              value: l, disabled: l === now,
              label: <><strong>{t(`status.level.${l}`)}{l === now && ` · ${t('market.level_now')}`}</strong><div style={{ color: '#56625d' }}>{t(`market.level_${l}`)}</div></>,
            }))} />
          </Form.Item>
          {level && <Alert showIcon role="status" type={level === 'stop_now' ? 'error' : level === 'none' ? 'info' : 'warning'} title={t(`market.then_${level}`, { count, before: uses.data.before })} style={{ marginBottom: 16 }} />}
          <Form.Item name="reason" label={t('common.reason')} extra={t('market.revoke_reason')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input.TextArea autoSize={{ minRows: 2, maxRows: 5 }} maxLength={500} showCount /></Form.Item>
        </Form>
      )}
    </Modal>
  )
}
