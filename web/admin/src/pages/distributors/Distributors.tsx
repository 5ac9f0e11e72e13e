import { PlusOutlined } from '@ant-design/icons'
import type { ProColumns } from '@ant-design/pro-components'
import { Button, Checkbox, Select, Space } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead } from '../../api/hooks'
import { plainMoney } from '../../api/money'
import type { Distributor } from '../../api/types'
import { Can, useCan } from '../../app/permissions'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters, useOpen } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { SearchBox } from '../../parts/SearchBox'
import { statesOf } from '../../parts/status'
import { Pill, StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'
import { type Doing, StateButtons, StateDialog } from './actions'
import { DistributorDrawer } from './DistributorDrawer'
import { NewDistributorDialog } from './dialogs'

export default function Distributors() {
  const { t } = useTranslation()
  const time = useTime()
  const can = useCan()
  const [filters, change] = useFilters('state', 'q', 'grade', 'lead')
  const [open, setOpen] = useOpen()
  const [doing, setDoing] = useState<{ what: Doing; who: Distributor }>()
  const program = useRead('GET /program', {}, { enabled: can('program.read'), staleTime: 60_000 })
  const grades = program.data?.settings?.grades ?? []
  const filtered = Boolean(filters.state || filters.q || filters.grade || filters.lead)
  const columns = useMemo<ProColumns<Distributor>[]>(() => [
    { title: t('distributor.name'), dataIndex: 'name', fixed: 'left', width: 160, render: (_, d) => <><RowLink id={d.id}>{d.name}</RowLink><div className="num" style={{ color: '#56625d', fontSize: 13 }}>{d.code}</div></> },
    { title: t('distributor.state'), dataIndex: 'state', render: (_, d) => <Space><StatusTag noun="distributor" state={d.state} reason={d.state_reason} /><StateButtons who={d} small onDo={(what) => setDoing({ what, who: d })} only={['approve', 'reject', 'unfreeze']} /></Space> },
    { title: t('distributor.grade'), dataIndex: 'grade', render: (_, d) => <>{t(`grade.${d.grade}`, d.grade)}{d.lead && <Pill tone="active" style={{ marginInlineStart: 8 }}>{t('distributor.lead')}</Pill>}</> },
    { title: t('distributor.upline'), dataIndex: 'upline', render: (_, d) => (d.upline ? <RowLink id={d.upline.id}>{d.upline.name}</RowLink> : '—') },
    { title: t('distributor.sales_30d'), align: 'right', render: (_, d) => <Money of={d.sales_30d} quietZero /> },
    { title: t('distributor.orders_30d'), align: 'right', dataIndex: 'orders_30d' },
    ...(['held', 'available', 'reserved', 'paid', 'debt'] as const).map((a): ProColumns<Distributor> => ({ title: t(`account.${a}`), align: 'right', render: (_, d) => <Money of={d.balance?.[a]} quietZero /> })),
    { title: t('distributor.joined_at'), dataIndex: 'joined_at', render: (_, d) => <span className="num">{time.day(d.joined_at ?? d.applied_at)}</span> },
  ], [t, time])
  const add = <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen('new')}>{t('distributor.new')}</Button>
  return (
    <PageShell title={t('menu.distributor_list')} help={t('distributor.help')} controls={<><Link to="/distributors/tree"><Button tabIndex={-1}>{t('menu.tree')}</Button></Link><Can permission="distributor.create">{add}</Can></>}>
      <div className="filters">
        <SearchBox value={filters.q} onSearch={(q) => change({ q })} placeholder={t('distributor.search')} />
        <Select allowClear aria-label={t('distributor.state')} placeholder={t('distributor.any_state')} value={filters.state} onChange={(state: string | undefined) => change({ state })} style={{ width: 150 }} options={statesOf('distributor').map((s) => ({ value: s, label: t(`status.distributor.${s}`) }))} />
        <Select allowClear aria-label={t('distributor.grade')} placeholder={t('distributor.any_grade')} value={filters.grade} onChange={(grade: string | undefined) => change({ grade })} style={{ width: 150 }} options={grades.map((g) => ({ value: g, label: t(`grade.${g}`, g) }))} />
        <Checkbox checked={filters.lead === 'true'} onChange={(e) => change({ lead: e.target.checked ? 'true' : undefined })}>{t('distributor.leads_only')}</Checkbox>
      </div>
      <CursorTable route="GET /distributors" name="distributors" rowKey="id" input={{ query: filters }} columns={columns} onOpen={(d) => setOpen(d.id)}
        empty={filtered ? <EmptyState title={t('list.no_match')} next={t('list.no_match_next')} /> : <EmptyState title={t('distributor.empty')} next={t('distributor.empty_next')} action={<Can permission="distributor.create">{add}</Can>} />}
        csv={[
          { title: t('distributor.name'), text: (d) => d.name }, { title: t('distributor.code'), text: (d) => d.code }, { title: t('distributor.state'), text: (d) => t(`status.distributor.${d.state}`, d.state) }, { title: t('distributor.grade'), text: (d) => d.grade }, { title: t('distributor.upline'), text: (d) => d.upline?.name },
          { title: t('distributor.sales_30d'), text: (d) => plainMoney(d.sales_30d) }, { title: t('distributor.orders_30d'), text: (d) => d.orders_30d },
          ...(['held', 'available', 'reserved', 'paid', 'debt'] as const).map((a) => ({ title: t(`account.${a}`), text: (d: Distributor) => plainMoney(d.balance[a]) })),
        ]} />
      {open === 'new' && <NewDistributorDialog grades={grades} onClose={() => setOpen(undefined)} />}
      {open && open !== 'new' && <DistributorDrawer id={open} grades={grades} onClose={() => setOpen(undefined)} />}
      {doing && <StateDialog {...doing} onClose={() => setDoing(undefined)} />}
    </PageShell>
  )
}
