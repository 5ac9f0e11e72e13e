// Who uses a version, and how its process is on the server that answers.
import { Alert, Button, Card, Descriptions, Skeleton } from 'antd'
import type { ProColumns } from '@ant-design/pro-components'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '../../api/hooks'
import type { Use, Version } from '../../api/marketplace'
import { Failure } from '../../app/Failure'
import { useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { Hash } from '../market/parts'

export function Usage({ of }: { of: Version }) {
  const { t } = useTranslation()
  const time = useTime()
  const path = { plugin: of.plugin, version: of.version }
  const uses = useRead('GET platform:/plugins/{plugin}/versions/{version}/stores', { path, query: { limit: 1 } })
  const columns = useMemo<ProColumns<Use>[]>(() => [
    { title: t('market.store'), render: (_, u) => <code>{u.store_id}</code> },
    { title: t('market.in_force'), render: (_, u) => (u.in_force ? t('market.in_force_now') : t('market.in_force_before')) },
    { title: t('market.since'), render: (_, u) => <span className="num">{time.minute(u.since)}</span> },
  ], [t, time])
  return (
    <div className="stack">
      <div className="tiles">
        <div className="tile"><div className="label">{t('market.stores_now')}</div><div className="value num">{uses.data?.in_force ?? '—'}</div></div>
        <div className="tile"><div className="label">{t('market.stores_before')}</div><div className="value num">{uses.data?.before ?? '—'}</div></div>
      </div>
      <ProcessCard of={of} />
      <CursorTable route="GET platform:/plugins/{plugin}/versions/{version}/stores" name="uses" rowKey="store_id" input={{ path }} columns={columns} empty={<EmptyState title={t('market.unused')} next={t('market.unused_next')} />} />
    </div>
  )
}

function ProcessCard({ of }: { of: Version }) {
  const { t } = useTranslation()
  const time = useTime()
  const act = useAct()
  const path = { plugin: of.plugin, version: of.version }
  const found = useRead('GET platform:/plugins/{plugin}/versions/{version}/process', { path }, { every: () => 5000 })
  const forgive = useWrite('POST platform:/plugins/{plugin}/versions/{version}/forgive')
  const p = found.data
  return (
    <Card size="small" title={t('market.process')} extra={p?.state === 'quarantined' && <Button size="small" loading={forgive.isPending} onClick={() => void act(() => forgive.mutateAsync({ path }), t('common.done'))}>{t('market.forgive')}</Button>}>
      {found.error && !p ? <Failure error={found.error} retry={() => void found.refetch()} /> : !p ? <Skeleton active paragraph={{ rows: 2 }} /> : (
        <>
          <Descriptions size="small" column={{ xs: 1, md: 2 }} items={[
            { key: 'state', label: t('market.state'), children: <StatusTag noun="process" state={p.state} /> },
            { key: 'crashes', label: t('market.crashes'), children: <span className="num">{p.crashes}</span> },
            { key: 'artifact', label: t('market.executed'), children: <Hash of={p.artifact} /> },
            ...(p.retry_at ? [{ key: 'retry', label: t('market.retry_at'), children: time.full(p.retry_at) }] : []),
          ]} />
          <p style={{ color: '#56625d', margin: '8px 0 0' }}>{t(`market.process_${p.state}`)}</p>
          {p.last_error && <Alert type="error" title={p.last_error} style={{ marginTop: 8 }} />}
        </>
      )}
    </Card>
  )
}
