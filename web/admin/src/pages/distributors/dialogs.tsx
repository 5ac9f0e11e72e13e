import { Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import type { Distributor, NewDistributor } from '../../api/types'
import { useAct } from '../../parts/Confirm'

/** Finds a distributor by name or code while one types. */
export function PersonPicker({ value, onChange, id, not, placeholder, width = '100%' }: { value?: string; onChange?: (id: string | undefined) => void; id?: string; not?: string; placeholder?: string; width?: number | string }) {
  const [q, setQ] = useState('')
  const found = useRead('GET /distributors', { query: { q, state: 'active', limit: 20 } }, { keep: true })
  return (
    <Select id={id} aria-label={placeholder} allowClear value={value} onChange={onChange} placeholder={placeholder} style={{ width }} loading={found.isFetching} showSearch={{ filterOption: false, onSearch: setQ }}
      options={(found.data?.items ?? []).filter((d) => d.id !== not).map((d) => ({ value: d.id, label: `${d.name} · ${d.code}` }))} />
  )
}

export function NewDistributorDialog({ grades, onClose }: { grades: string[]; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const [form] = Form.useForm<NewDistributor>()
  const create = useWrite('POST /distributors')
  const go = async () => {
    const v = await form.validateFields()
    const body = Object.fromEntries(Object.entries(v).map(([k, x]) => [k, typeof x === 'string' ? x.trim() : x]).filter(([, x]) => x)) as unknown as NewDistributor
    if (await act(() => create.mutateAsync({ body }), t('distributor.created', { name: body.name }))) onClose()
  }
  return (
    <Modal open title={t('distributor.new')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} confirmLoading={create.isPending} okText={t('distributor.create')} cancelText={t('common.cancel')}>
      <p style={{ color: '#56625d' }}>{t('distributor.new_help')}</p>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ grade: grades[0] }}>
        <Form.Item name="name" label={t('distributor.name')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={60} /></Form.Item>
        {grades.length > 0 && <Form.Item name="grade" label={t('distributor.grade')}><Select options={grades.map((g) => ({ value: g, label: t(`grade.${g}`, g) }))} /></Form.Item>}
        <Form.Item name="upline_id" label={t('distributor.upline')} extra={t('distributor.upline_help')}><PersonPicker placeholder={t('distributor.no_upline')} /></Form.Item>
        <Form.Item name="code" label={t('distributor.code')} extra={t('distributor.code_help')}><Input maxLength={32} /></Form.Item>
        <Form.Item name="external_id" label={t('distributor.external_id')} extra={t('distributor.external_id_help')}><Input maxLength={64} /></Form.Item>
      </Form>
    </Modal>
  )
}

export function GradeDialog({ who, grades, onClose }: { who: Distributor; grades: string[]; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const [form] = Form.useForm<{ grade: string; reason: string }>()
  const set = useWrite('PUT /distributors/{id}/grade')
  const go = async () => {
    const v = await form.validateFields()
    if (await act(() => set.mutateAsync({ path: { id: who.id }, body: { grade: v.grade, reason: v.reason.trim() } }), t('common.done'))) onClose()
  }
  return (
    <Modal open title={t('distributor.change_grade', { name: who.name })} onCancel={onClose} onOk={() => void go().catch(() => undefined)} confirmLoading={set.isPending} okText={t('common.save')} cancelText={t('common.cancel')}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ grade: who.grade }}>
        <Form.Item name="grade" label={t('distributor.grade')} rules={[{ required: true }]}><Select options={[...new Set([...grades, who.grade])].map((g) => ({ value: g, label: t(`grade.${g}`, g) }))} /></Form.Item>
        <Form.Item name="reason" label={t('distributor.reason_seen')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}><Input maxLength={200} /></Form.Item>
      </Form>
      <p style={{ color: '#56625d' }}>{t('distributor.then_grade')}</p>
    </Modal>
  )
}

export function UplineDialog({ who, onClose }: { who: Distributor; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const [upline, setUpline] = useState(who.upline?.id)
  const set = useWrite('PUT /distributors/{id}/upline')
  const go = async () => {
    if (await act(() => set.mutateAsync({ path: { id: who.id }, body: { upline_id: upline ?? null } }), t('common.done'))) onClose()
  }
  return (
    <Modal open title={t('distributor.change_upline', { name: who.name })} onCancel={onClose} onOk={() => void go()} confirmLoading={set.isPending} okText={t('common.save')} cancelText={t('common.cancel')} okButtonProps={{ disabled: upline === who.upline?.id }}>
      <Form layout="vertical"><Form.Item label={t('distributor.upline')} htmlFor="upline" extra={t('distributor.then_upline')}><PersonPicker id="upline" value={upline} onChange={setUpline} not={who.id} placeholder={t('distributor.no_upline')} /></Form.Item></Form>
    </Modal>
  )
}
