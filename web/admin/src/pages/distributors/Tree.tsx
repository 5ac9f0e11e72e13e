// Who stands under whom, one level at a time: a team of thousands opens as fast as one of three.
import { Alert, Button, Card, Skeleton, Tree as AntTree } from 'antd'
import type { DataNode } from 'antd/es/tree'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { keyOf, useRead } from '../../api/hooks'
import type { Page, TreeNode } from '../../api/types'
import { Failure } from '../../app/Failure'
import { api } from '../../app/token'
import { useAct } from '../../parts/Confirm'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters } from '../../parts/filters'
import { Money } from '../../parts/Money'
import { PageShell } from '../../parts/PageShell'
import { StatusTag } from '../../parts/StatusTag'
import { PersonPicker } from './dialogs'

interface Branch extends DataNode {
  key: string
  children?: Branch[]
  /** Reads the next brothers and sisters. */
  more?: { parent: string | undefined; cursor: string }
}

const width = 50

export default function Tree() {
  const { t } = useTranslation()
  const [{ root }, change] = useFilters('root')
  const first = useRead('GET /tree', { query: { root, limit: width } })
  const head = useRead('GET /distributors/{id}', { path: { id: root ?? '' } }, { enabled: Boolean(root) })
  return (
    <PageShell title={t('menu.tree')} help={t('tree.help')} controls={<div style={{ width: 280 }}><PersonPicker value={root} onChange={(id) => change({ root: id })} placeholder={t('tree.find')} /></div>}>
      {root && head.data && <Alert type="info" title={t('tree.of', { name: head.data.name })} action={<Button size="small" onClick={() => change({ root: head.data.upline?.id })}>{head.data.upline ? t('tree.up', { name: head.data.upline.name }) : t('tree.whole')}</Button>} style={{ marginBottom: 16 }} />}
      <Card>
        {first.error ? <Failure error={first.error} retry={() => void first.refetch()} /> : !first.data ? <Skeleton active paragraph={{ rows: 8 }} /> : first.data.items.length === 0 ? <EmptyState title={t('tree.empty')} next={t('tree.empty_next')} action={<Link to="/distributors/list?open=new">{t('distributor.new')}</Link>} /> : <Branches key={root ?? ''} root={root} first={first.data} />}
      </Card>
    </PageShell>
  )
}

function Branches({ root, first }: { root: string | undefined; first: Page<TreeNode> }) {
  const { t } = useTranslation()
  const act = useAct()
  const client = useQueryClient()
  const [branches, setBranches] = useState<Branch[]>([])
  useEffect(() => setBranches(grown(first, root)), [first, root])

  const read = (parent: string | undefined, cursor?: string) => {
    const input = { query: { root: parent, limit: width, cursor } }
    return client.fetchQuery({ queryKey: keyOf('GET /tree', input), queryFn: () => api('GET /tree', input), staleTime: 10_000 })
  }
  const load = async (node: Branch) => {
    if (node.children) return
    await act(async () => {
      const page = await read(node.key)
      setBranches((all) => replaced(all, node.key, (n) => ({ ...n, children: grown(page, node.key) })))
    })
  }
  const loadMore = (node: Branch) => void act(async () => {
    const { parent, cursor } = node.more!
    const next = grown(await read(parent, cursor), parent)
    setBranches((all) => spliced(all, node.key, next))
  })
  return (
    <AntTree<Branch> blockNode showLine treeData={branches} loadData={load} selectable={false} aria-label={t('menu.tree')}
      titleRender={(n) => (n.more ? <Button type="link" size="small" onClick={() => loadMore(n)}>{t('list.more')}</Button> : (n.title as React.ReactNode))} />
  )
}

function grown(page: Page<TreeNode>, parent: string | undefined): Branch[] {
  const branches: Branch[] = page.items.map((n) => ({ key: n.id, isLeaf: n.children === 0, title: <Person of={n} /> }))
  if (page.next_cursor) branches.push({ key: `more ${parent} ${page.next_cursor}`, isLeaf: true, more: { parent, cursor: page.next_cursor } })
  return branches
}
function replaced(all: Branch[], key: string, change: (n: Branch) => Branch): Branch[] {
  return all.map((n) => (n.key === key ? change(n) : n.children ? { ...n, children: replaced(n.children, key, change) } : n))
}
function spliced(all: Branch[], key: string, next: Branch[]): Branch[] {
  return all.flatMap((n) => (n.key === key ? next : [n.children ? { ...n, children: spliced(n.children, key, next) } : n]))
}

function Person({ of }: { of: TreeNode }) {
  const { t } = useTranslation()
  return (
    <span style={{ display: 'inline-flex', gap: 12, alignItems: 'center', flexWrap: 'wrap' }}>
      <Link to={`/distributors/list?open=${of.id}`}>{of.name}</Link>
      <span style={{ color: '#56625d' }}>{t(`grade.${of.grade}`, of.grade)}</span>
      {of.state !== 'active' && <StatusTag noun="distributor" state={of.state} />}
      {of.children > 0 && <span style={{ color: '#56625d' }}>{t('tree.counts', { children: of.children, all: of.descendants ?? of.children })}</span>}
      {of.sales_30d && of.sales_30d.amount > 0 && <span style={{ color: '#56625d' }}>{t('distributor.sales_30d')} <Money of={of.sales_30d} /></span>}
    </span>
  )
}
