// Who works here, in which role, and who has been invited.
import { UserAddOutlined } from '@ant-design/icons'
import type { ProColumns } from '@ant-design/pro-components'
import { Alert, Button, Card, Form, Input, InputNumber, Modal, Radio, Space, Typography } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import type { StaffInvitation, StaffMember, StaffRole } from '../../api/types'
import { Can, useCan, useSurroundings } from '../../app/permissions'
import { ConfirmAmount, useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { PageShell } from '../../parts/PageShell'
import { Pill, StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { joinLink } from './joinLink'

const faint = { color: '#56625d' }
const roles: StaffRole[] = ['owner', 'manager', 'finance', 'support']

type Doing = { what: 'role' | 'remove'; of: StaffMember } | { what: 'uninvite'; of: StaffInvitation }

export default function Staff() {
  const { t } = useTranslation()
  const [inviting, setInviting] = useState(false)
  const [doing, setDoing] = useState<Doing>()
  const add = <Can permission="staff.invite"><Button type="primary" icon={<UserAddOutlined />} onClick={() => setInviting(true)}>{t('staff.invite')}</Button></Can>
  return (
    <PageShell title={t('menu.staff')} help={t('staff.help')} controls={add}>
      <div className="stack">
        <Members onDo={setDoing} />
        <Invitations onDo={setDoing} add={add} />
        <Card size="small" title={t('staff.roles')}>
          {roles.map((r) => <p key={r} style={{ margin: '4px 0' }}><Pill tone="active">{t(`role.${r}`)}</Pill> <span style={faint}>{t(`staff.role_${r}`)}</span></p>)}
        </Card>
      </div>
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
      {doing?.what === 'role' && <RoleDialog of={doing.of} onClose={() => setDoing(undefined)} />}
      {doing?.what === 'remove' && <RemoveDialog of={doing.of} onClose={() => setDoing(undefined)} />}
      {doing?.what === 'uninvite' && <UninviteDialog of={doing.of} onClose={() => setDoing(undefined)} />}
    </PageShell>
  )
}

function Members({ onDo }: { onDo: (doing: Doing) => void }) {
  const { t } = useTranslation()
  const time = useTime()
  const can = useCan()
  const { me } = useSurroundings()
  const columns = useMemo<ProColumns<StaffMember>[]>(() => [
    { title: t('staff.name'), render: (_, m) => <>{m.name}{m.id === me.person.id && <span style={faint}> · {t('staff.you')}</span>}</> },
    { title: t('staff.role'), render: (_, m) => <><Pill tone="active">{t(`role.${m.role}`)}</Pill> <span style={faint}>{t(`staff.role_${m.role}`)}</span></> },
    { title: t('staff.joined_at'), render: (_, m) => <span className="num">{time.minute(m.joined_at)}</span> },
    {
      title: t('common.actions'), fixed: 'right', render: (_, m) => (
        <Space>
          {can('staff.role') && m.id !== me.person.id && <Button size="small" onClick={() => onDo({ what: 'role', of: m })}>{t('staff.change')}</Button>}
          {can('staff.remove') && <Button size="small" danger onClick={() => onDo({ what: 'remove', of: m })}>{t(m.id === me.person.id ? 'staff.leave' : 'staff.remove')}</Button>}
        </Space>
      ),
    },
  ], [t, time, can, me, onDo])
  return <CursorTable route="GET /staff" name="staff" rowKey="id" title={t('staff.members')} columns={columns} empty={<EmptyState title={t('staff.empty')} next={t('staff.empty_next')} />} />
}

function Invitations({ onDo, add }: { onDo: (doing: Doing) => void; add: React.ReactNode }) {
  const { t } = useTranslation()
  const time = useTime()
  const can = useCan()
  const columns = useMemo<ProColumns<StaffInvitation>[]>(() => [
    { title: t('staff.for_whom'), dataIndex: 'name' },
    { title: t('staff.role'), render: (_, i) => t(`role.${i.role}`) },
    { title: t('staff.state'), render: (_, i) => <StatusTag noun="invitation" state={i.state} /> },
    { title: t('staff.invited_by'), render: (_, i) => i.invited_by.name },
    { title: t('staff.expires_at'), render: (_, i) => <span className="num">{time.minute(i.expires_at)}</span> },
    { title: t('common.actions'), fixed: 'right', render: (_, i) => i.state === 'open' && can('staff.invite') && <Button size="small" danger onClick={() => onDo({ what: 'uninvite', of: i })}>{t('staff.uninvite')}</Button> },
  ], [t, time, can, onDo])
  return <CursorTable route="GET /staff-invitations" name="staff-invitations" rowKey="id" title={t('staff.invitations')} columns={columns} empty={<EmptyState title={t('staff.no_invitations')} next={t('staff.no_invitations_next')} action={add} />} />
}

function RoleChoice() {
  const { t } = useTranslation()
  return (
    <Form.Item name="role" label={t('staff.role')} rules={[{ required: true, message: t('input.required') }]}>
      <Radio.Group style={{ display: 'flex', flexDirection: 'column', gap: 8 }} options={roles.map((r) => ({ value: r, label: <><b>{t(`role.${r}`)}</b> <span style={faint}>{t(`staff.role_${r}`)}</span></> }))} />
    </Form.Item>
  )
}

/** The code is shown once: the dialog closes only when the reader says that it was sent. */
function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation()
  const time = useTime()
  const act = useAct()
  const invite = useWrite('POST /staff-invitations')
  const [form] = Form.useForm<{ name: string; role: StaffRole; days: number }>()
  const role = Form.useWatch('role', form)
  const made = invite.data
  const go = async () => {
    const { name, role, days } = await form.validateFields()
    await act(() => invite.mutateAsync({ body: { name: name.trim(), role, days } }))
  }
  if (made) {
    return (
      <Modal open title={t('staff.invited')} closable={false} mask={{ closable: false }} keyboard={false} footer={<Button type="primary" onClick={onClose}>{t('staff.sent')}</Button>}>
        <Alert type="warning" showIcon title={t('staff.once', { time: time.minute(made.expires_at) })} style={{ marginBottom: 12 }} />
        <p style={faint}>{t('staff.send_link')}</p>
        <Typography.Paragraph copyable code style={{ wordBreak: 'break-all' }}>{joinLink(location.origin, made.code)}</Typography.Paragraph>
        <p style={faint}>{t('staff.send_code')}</p>
        <Typography.Paragraph copyable code style={{ wordBreak: 'break-all' }}>{made.code}</Typography.Paragraph>
      </Modal>
    )
  }
  return (
    <Modal open title={t('staff.invite')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={t('staff.make_code')} cancelText={t('common.cancel')} confirmLoading={invite.isPending} width={560}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ role: 'finance', days: 7 }}>
        <Form.Item name="name" label={t('staff.for_whom')} extra={t('staff.for_whom_help')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={60} /></Form.Item>
        <RoleChoice />
        {role === 'owner' && <Alert type="warning" showIcon title={t('staff.owner_warning')} style={{ marginBottom: 16 }} />}
        <Form.Item name="days" label={t('staff.days')} rules={[{ required: true, message: t('input.required') }]}><InputNumber min={1} max={30} precision={0} /></Form.Item>
      </Form>
    </Modal>
  )
}

function RoleDialog({ of, onClose }: { of: StaffMember; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const change = useWrite('PUT /staff/{id}/role')
  const [form] = Form.useForm<{ role: StaffRole }>()
  const role = Form.useWatch('role', form)
  const go = async () => {
    const body = await form.validateFields()
    if (await act(() => change.mutateAsync({ path: { id: of.id }, body }), t('common.done'))) onClose()
  }
  return (
    <Modal open title={t('staff.change_of', { name: of.name })} onCancel={onClose} onOk={() => void go().catch(() => undefined)} okText={t('staff.change')} okButtonProps={{ disabled: !role || role === of.role }} cancelText={t('common.cancel')} confirmLoading={change.isPending} width={560}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ role: of.role }}><RoleChoice /></Form>
      {role === 'owner' && of.role !== 'owner' && <Alert type="warning" showIcon title={t('staff.owner_warning')} style={{ marginBottom: 16 }} />}
      <p style={faint}>{t('staff.then_change', { name: of.name })}</p>
    </Modal>
  )
}

function RemoveDialog({ of, onClose }: { of: StaffMember; onClose: () => void }) {
  const { t } = useTranslation()
  const { me, store } = useSurroundings()
  const remove = useWrite('DELETE /staff/{id}')
  const own = of.id === me.person.id
  return <ConfirmAmount danger title={own ? t('staff.leave') : t('staff.remove_of', { name: of.name })} consequence={own ? t('staff.then_leave', { store: store.name }) : t('staff.then_remove', { name: of.name })} confirm={t(own ? 'staff.leave' : 'staff.remove')} done={t('common.done')} onConfirm={() => remove.mutateAsync({ path: { id: of.id } })} onClose={onClose} />
}

function UninviteDialog({ of, onClose }: { of: StaffInvitation; onClose: () => void }) {
  const { t } = useTranslation()
  const end = useWrite('DELETE /staff-invitations/{id}')
  return <ConfirmAmount danger title={t('staff.uninvite')} consequence={t('staff.then_uninvite', { name: of.name })} confirm={t('staff.uninvite')} done={t('common.done')} onConfirm={() => end.mutateAsync({ path: { id: of.id } })} onClose={onClose} />
}
