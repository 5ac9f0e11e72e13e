// 店铺: every store on this platform.
import type { ProColumns } from '@ant-design/pro-components'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Store } from '../../api/types'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { PageShell } from '../../parts/PageShell'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'

export default function Stores() {
  const { t } = useTranslation()
  const time = useTime()
  const columns = useMemo<ProColumns<Store>[]>(() => [
    { title: t('market.store'), render: (_, s) => <>{s.name}<div><code>{s.slug}</code></div></> },
    { title: t('store.state'), render: (_, s) => <StatusTag noun="store" state={s.state} /> },
    { title: t('store.plan'), render: (_, s) => t(`plan.${s.plan}`, s.plan) },
    { title: t('store.currency'), dataIndex: 'currency' },
    { title: 'ID', render: (_, s) => <code>{s.id}</code> },
    { title: t('store.created_at'), render: (_, s) => <span className="num">{time.minute(s.created_at)}</span> },
  ], [t, time])
  return (
    <PageShell title={t('market.menu.stores')} help={t('market.stores_help')}>
      <CursorTable route="GET platform:/stores" name="stores" rowKey="id" columns={columns} empty={<EmptyState title={t('market.no_stores')} next={<>{t('market.no_stores_next')} <code>{window.location.origin}/admin/sign-up</code></>} />} />
    </PageShell>
  )
}
