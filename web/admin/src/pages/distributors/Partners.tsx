// 城市合伙人: who stands for which region. The longest prefix of an order's region wins.
import { PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Form, Input, Modal, Skeleton, Table } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead, useWrite } from '../../api/hooks'
import type { RegionPartner } from '../../api/types'
import { Failure } from '../../app/Failure'
import { Can, useCan } from '../../app/permissions'
import { ConfirmAmount, useAct } from '../../parts/Confirm'
import { EmptyState } from '../../parts/EmptyState'
import { PageShell } from '../../parts/PageShell'
import { useTime } from '../../parts/time'
import { PersonPicker } from './dialogs'

export default function Partners() {
  const { t } = useTranslation()
  const time = useTime()
  const can = useCan()
  const list = useRead('GET /region-partners')
  const set = useWrite('PUT /region-partners')
  const [giving, setGiving] = useState<string>()
  const [taking, setTaking] = useState<RegionPartner>()
  const add = <Button type="primary" icon={<PlusOutlined />} onClick={() => setGiving('')}>{t('partner.give')}</Button>
  return (
    <PageShell title={t('menu.partners')} help={t('partner.help')} controls={<Can permission="distributor.post">{add}</Can>}>
      <div className="stack">
        <Alert type="info" showIcon title={t('partner.longest')} description={t('partner.example')} />
        {list.error ? <Failure error={list.error} retry={() => void list.refetch()} /> : !list.data ? <Skeleton active /> : list.data.items.length === 0
          ? <EmptyState title={t('partner.empty')} next={t('partner.empty_next')} action={<Can permission="distributor.post">{add}</Can>} />
          : (
            <Table<RegionPartner> rowKey="region" dataSource={list.data.items} pagination={list.data.items.length > 50 ? { pageSize: 50 } : false} scroll={{ x: 'max-content' }} columns={[
              { title: t('partner.region'), render: (_, p) => <><strong className="num">{p.region}</strong><div style={{ color: '#56625d', fontSize: 13 }}>{t('partner.covers', { prefix: coverage(p.region) })}</div></> },
              { title: t('partner.who'), render: (_, p) => <Link to={`/distributors/list?open=${p.partner.id}`}>{p.partner.name}</Link> },
              { title: t('partner.since'), render: (_, p) => <span className="num">{time.minute(p.since)}</span> },
              ...(can('distributor.post') ? [{ title: t('common.actions'), render: (_: unknown, p: RegionPartner) => (
                <span style={{ display: 'inline-flex', gap: 8 }}>
                  <Button size="small" onClick={() => setGiving(p.region)}>{t('partner.replace')}</Button>
                  <Button size="small" danger onClick={() => setTaking(p)}>{t('partner.take')}</Button>
                </span>
              ) }] : []),
            ]} />
          )}
      </div>
      {giving !== undefined && <GiveDialog region={giving} taken={list.data?.items ?? []} onClose={() => setGiving(undefined)} />}
      {taking && (
        <ConfirmAmount danger title={t('partner.take_title', { region: taking.region, name: taking.partner.name })} consequence={t('partner.then_take')} confirm={t('partner.take')} done={t('common.done')}
          onConfirm={() => set.mutateAsync({ body: { region: taking.region, partner_id: null } })} onClose={() => setTaking(undefined)} />
      )}
    </PageShell>
  )
}

/** What an order's region begins with to be this partner's: a code's closing 00 stand for everything below. */
export function coverage(region: string): string {
  return (/^\d{6}$/.test(region) ? region.replace(/(00)+$/, '') : region) + '…'
}

function GiveDialog({ region, taken, onClose }: { region: string; taken: RegionPartner[]; onClose: () => void }) {
  const { t } = useTranslation()
  const act = useAct()
  const [form] = Form.useForm<{ region: string; who: string }>()
  const typed = (Form.useWatch('region', form) ?? region).trim()
  const set = useWrite('PUT /region-partners')
  const before = taken.find((p) => coverage(p.region) === coverage(typed))
  const go = async () => {
    const v = await form.validateFields()
    if (await act(() => set.mutateAsync({ body: { region: v.region.trim(), partner_id: v.who } }), t('common.done'))) onClose()
  }
  return (
    <Modal open title={t('partner.give')} onCancel={onClose} onOk={() => void go().catch(() => undefined)} confirmLoading={set.isPending} okText={t('common.save')} cancelText={t('common.cancel')}>
      <Form form={form} layout="vertical" requiredMark={false} initialValues={{ region }}>
        <Form.Item name="region" label={t('partner.region')} extra={typed ? t('partner.covers', { prefix: coverage(typed) }) : t('partner.region_help')} rules={[{ required: true, whitespace: true, message: t('input.required') }]}>
          <Input maxLength={100} disabled={region !== ''} placeholder="440300" />
        </Form.Item>
        <Form.Item name="who" label={t('partner.who')} rules={[{ required: true, message: t('input.required') }]}><PersonPicker placeholder={t('partner.pick')} /></Form.Item>
      </Form>
      {before && <p style={{ color: '#8f3d06' }}>{t('partner.instead', { name: before.partner.name })}</p>}
      <p style={{ color: '#56625d' }}>{t('partner.then_give')}</p>
    </Modal>
  )
}
