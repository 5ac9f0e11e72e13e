// 审核队列: what waits for an operator, the newest first.
import type { ProColumns } from '@ant-design/pro-components'
import { Segmented } from 'antd'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Version } from '../../api/marketplace'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters, useOpen } from '../../parts/filters'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { useTime } from '../../parts/time'
import { ExaminationBar, Standing, useWords } from '../market/parts'
import { addressOf } from '../market/reading'
import { VersionDrawer } from './VersionDrawer'

export const states = ['submitted', 'in_review', 'approved', 'rejected']

export default function Review() {
  const { t } = useTranslation()
  const [filters, change] = useFilters('state')
  const state = filters.state ?? 'submitted'
  return (
    <PageShell title={t('market.menu.review')} help={t('market.review_help')}>
      <div className="filters">
        <Segmented aria-label={t('market.state')} value={state} onChange={(s) => change({ state: s })} options={states.slice(0, 2).map((s) => ({ value: s, label: t(`status.version.${s}`) }))} />
      </div>
      <VersionList name="review" query={{ state }} empty={<EmptyState title={t(`market.none_${state === 'in_review' ? 'in_review' : 'submitted'}`)} next={t(`market.none_${state === 'in_review' ? 'in_review' : 'submitted'}_next`)} />} />
    </PageShell>
  )
}

export function VersionList({ name, query, empty }: { name: string; query: { state?: string; plugin?: string }; empty: React.ReactNode }) {
  const { t } = useTranslation()
  const time = useTime()
  const words = useWords()
  const [open, setOpen] = useOpen()
  const columns = useMemo<ProColumns<Version>[]>(() => [
    { title: t('market.plugin'), render: (_, v) => <><RowLink id={addressOf(v)}>{words(v.manifest.title) || v.plugin}</RowLink><div><code>{v.plugin}</code></div></> },
    { title: t('market.version'), render: (_, v) => <code>{v.version}</code> },
    { title: t('market.author'), dataIndex: 'author' },
    { title: t('market.state'), render: (_, v) => <Standing of={v} /> },
    { title: t('market.examination'), width: 220, render: (_, v) => <ExaminationBar of={v} /> },
    { title: t('market.submitted_at'), render: (_, v) => <span className="num">{time.minute(v.submitted_at)}</span> },
  ], [t, time, words])
  return (
    <>
      <CursorTable route="GET platform:/plugins" name={name} rowKey="id" input={{ query }} columns={columns} onOpen={(v) => setOpen(addressOf(v))} empty={empty} />
      {open && <VersionDrawer key={open} address={open} onClose={() => setOpen(undefined)} />}
    </>
  )
}
