// 开发者: who writes strategies, and how to reach them.
import type { ProColumns } from '@ant-design/pro-components'
import { Descriptions, Drawer, Skeleton } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '../../api/hooks'
import type { Developer } from '../../api/marketplace'
import { Failure } from '../../app/Failure'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useOpen } from '../../parts/filters'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { useTime } from '../../parts/time'
import { KeyTable } from '../market/KeyTable'

export default function Developers() {
  const { t } = useTranslation()
  const time = useTime()
  const [open, setOpen] = useOpen()
  const columns = useMemo<ProColumns<Developer>[]>(() => [
    { title: t('market.author'), render: (_, d) => <RowLink id={d.id}>{d.name}</RowLink> },
    { title: 'ID', render: (_, d) => <code>{d.id}</code> },
    { title: t('market.joined_at'), render: (_, d) => <span className="num">{time.minute(d.created_at)}</span> },
  ], [t, time])
  return (
    <PageShell title={t('market.menu.developers')} help={t('market.developers_help')}>
      <CursorTable route="GET platform:/developers" name="developers" rowKey="id" columns={columns} onOpen={(d) => setOpen(d.id)} empty={<EmptyState title={t('market.no_developers')} next={<>{t('market.no_developers_next')} <code>{window.location.origin}/admin/developer</code></>} />} />
      {open && <DeveloperDrawer id={open} onClose={() => setOpen(undefined)} />}
    </PageShell>
  )
}

function DeveloperDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTranslation()
  const time = useTime()
  const found = useRead('GET platform:/developers/{developer}', { path: { developer: id } })
  const d = found.data
  return (
    <Drawer open onClose={onClose} size={760} title={d?.name ?? t('market.author')}>
      {found.error ? <Failure error={found.error} retry={() => void found.refetch()} /> : !d ? <Skeleton active /> : (
        <div className="stack">
          <Descriptions column={1} items={[
            { key: 'id', label: 'ID', children: <code>{d.id}</code> },
            { key: 'contact', label: t('market.contact'), children: d.contact },
            { key: 'at', label: t('market.joined_at'), children: time.full(d.created_at) },
          ]} />
          <KeyTable keys={d.keys ?? []} empty={<EmptyState title={t('market.no_keys')} next={t('market.no_keys_operator')} />} />
        </div>
      )}
    </Drawer>
  )
}
