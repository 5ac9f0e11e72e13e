// 批量文件: what goes to the bank as a file, and the file that comes back.
import { DownloadOutlined, UploadOutlined } from '@ant-design/icons'
import type { ProColumns } from '@ant-design/pro-components'
import { Alert, Button, Upload } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCaller, useRead, useWrite } from '../../api/hooks'
import type { PayoutBatch } from '../../api/types'
import { Can } from '../../app/permissions'
import { useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { Money } from '../../parts/Money'
import { useTime } from '../../parts/time'
import { base64Of, saveBytes } from './files'

export function BatchFiles() {
  const { t } = useTranslation()
  const time = useTime()
  const act = useAct()
  const api = useCaller()
  const accounts = useRead('GET /payout-accounts')
  const make = useWrite('POST /payout-batches')
  const back = useWrite('POST /payout-accounts/{id}/returns')
  const [said, setSaid] = useState<{ paid: number; failed: number; unknown: number; unclear: number }>()
  const columns = useMemo<ProColumns<PayoutBatch>[]>(() => [
    { title: t('payout.made_at'), render: (_, b) => <span className="num">{time.minute(b.made_at)}</span> },
    { title: t('payout.transfers'), align: 'right', render: (_, b) => <span className="num">{b.transfers}</span> },
    { title: t('payout.total'), align: 'right', render: (_, b) => <Money of={b.total} strong /> },
    { title: t('payout.made_by'), dataIndex: 'made_by' },
    { title: t('common.actions'), render: (_, b) => <Can permission="payout.send"><Button size="small" icon={<DownloadOutlined />} onClick={() => void act(async () => saveBytes(`${b.id}.csv`, await api('GET /payout-batches/{id}/file', { path: { id: b.id } })))}>{t('payout.download')}</Button></Can> },
  ], [t, time, act, api])
  const bank = accounts.data?.items.find((a) => a.method === 'bank_file' && a.active)
  if (!bank) return null
  const take = async (file: File) => {
    await act(async () => setSaid(await back.mutateAsync({ path: { id: bank.id }, body: { name: file.name, file: await base64Of(file) } })))
  }
  const tools = [
    <Can key="back" permission="payout.send"><Upload accept=".csv,.txt" showUploadList={false} beforeUpload={(file) => { void take(file); return false }}><Button icon={<UploadOutlined />} loading={back.isPending}>{t('payout.take_return')}</Button></Upload></Can>,
    <Can key="make" permission="payout.send"><Button type="primary" loading={make.isPending} onClick={() => void act(() => make.mutateAsync({ body: { method: 'bank_file' } }), t('payout.batch_made'))}>{t('payout.make_batch')}</Button></Can>,
  ]
  return (
    <div style={{ marginTop: 16 }}>
      {said && <Alert type={said.unknown + said.unclear > 0 ? 'warning' : 'success'} showIcon closable style={{ marginBottom: 12 }} title={t('payout.returned', { ...said })} />}
      <CursorTable route="GET /payout-batches" name="payout-batches" rowKey="id" title={t('payout.batches')} tools={tools} columns={columns} empty={<EmptyState title={t('payout.no_batches')} next={t('payout.no_batches_next')} />} />
    </div>
  )
}
