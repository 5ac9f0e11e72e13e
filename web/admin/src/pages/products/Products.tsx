import { PlusOutlined } from '@ant-design/icons'
import type { ProColumns } from '@ant-design/pro-components'
import { Button, Dropdown, Image, Select, Space } from 'antd'
import { useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '../../api/hooks'
import { formatMoney, plainMoney } from '../../api/money'
import type { Product, Sku } from '../../api/types'
import { Can, useCan } from '../../app/permissions'
import { ConfirmAmount, useAct } from '../../parts/Confirm'
import { CursorTable } from '../../parts/CursorTable'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters, useOpen } from '../../parts/filters'
import { PageShell } from '../../parts/PageShell'
import { RowLink } from '../../parts/RowLink'
import { SearchBox } from '../../parts/SearchBox'
import { statesOf } from '../../parts/status'
import { StatusTag } from '../../parts/StatusTag'
import { ProductDrawer } from './ProductDrawer'
import { StockDialog } from './StockDialog'

const safePicture = (address: string) => /^(https:|data:image\/|\/)/.test(address)

/** "¥19.90" or "¥19.90 – ¥39.90". */
function priceOf(skus: Sku[]): string {
  const sorted = [...skus].sort((a, b) => a.price.amount - b.price.amount)
  const low = sorted[0]
  const high = sorted[sorted.length - 1]
  if (!low || !high) return '—'
  return low.price.amount === high.price.amount ? formatMoney(low.price) : `${formatMoney(low.price)} – ${formatMoney(high.price)}`
}

export default function Products() {
  const { t } = useTranslation()
  const can = useCan()
  const act = useAct()
  const [filters, change] = useFilters('state', 'q')
  const [open, setOpen] = useOpen()
  const [stock, setStock] = useState<Product>()
  const [archive, setArchive] = useState<Product>()
  const list = useWrite('POST /products/{id}/list')
  const unlist = useWrite('POST /products/{id}/unlist')
  const put = useWrite('POST /products/{id}/archive')
  const filtered = Boolean(filters.q || filters.state)
  const columns = useMemo<ProColumns<Product>[]>(() => [
    {
      title: t('product.title'), dataIndex: 'title', width: 280,
      render: (_, p) => (
        <Space>
          {p.picture && safePicture(p.picture) ? <Image src={p.picture} alt="" width={40} height={40} style={{ objectFit: 'cover', borderRadius: 6 }} preview={false} /> : <span style={{ display: 'inline-block', width: 40, height: 40, borderRadius: 6, background: '#e3f1ee' }} aria-hidden />}
          <RowLink id={p.id}>{p.title}</RowLink>
        </Space>
      ),
    },
    { title: t('product.category'), dataIndex: 'category', render: (_, p) => p.category || '—' },
    { title: t('product.price'), align: 'right', render: (_, p) => <span className="num">{priceOf(p.skus)}</span> },
    { title: t('product.stock'), align: 'right', render: (_, p) => { const n = p.skus.reduce((sum, s) => sum + s.stock, 0); return <span className="num" style={{ color: n === 0 ? '#b42318' : undefined }}>{n}</span> } },
    { title: t('product.distributed'), dataIndex: 'distributed', render: (_, p) => t(p.distributed ? 'common.yes' : 'common.no') },
    { title: t('product.state'), dataIndex: 'state', render: (_, p) => <StatusTag noun="product" state={p.state} /> },
    {
      title: t('common.actions'), fixed: 'right', hideInSetting: true,
      render: (_, p) => (
        <Space>
          {p.state === 'listed' ? can('product.unlist') && <Button size="small" onClick={() => void act(() => unlist.mutateAsync({ path: { id: p.id } }), t('product.unlisted', { title: p.title }))}>{t('product.unlist')}</Button>
            : p.state === 'unlisted' && can('product.list') && <Button size="small" type="primary" ghost onClick={() => void act(() => list.mutateAsync({ path: { id: p.id } }), t('product.listed', { title: p.title }))}>{t('product.list')}</Button>}
          <Dropdown trigger={['click']} menu={{ items: [...(can('stock.adjust') ? [{ key: 'stock', label: t('product.change_stock'), onClick: () => setStock(p) }] : []), ...(p.state !== 'archived' && can('product.archive') ? [{ key: 'archive', danger: true, label: t('product.archive'), onClick: () => setArchive(p) }] : [])] }}>
            <Button size="small" aria-label={t('common.more_of', { name: p.title })}>…</Button>
          </Dropdown>
        </Space>
      ),
    },
  ], [t, can, act, list, unlist])
  const add = <Button type="primary" icon={<PlusOutlined />} onClick={() => setOpen('new')}>{t('product.new')}</Button>
  return (
    <PageShell title={t('menu.products')} help={t('product.help')} controls={<Can permission="product.create">{add}</Can>}>
      <div className="filters">
        <SearchBox value={filters.q} onSearch={(q) => change({ q })} placeholder={t('product.search')} />
        <Select allowClear aria-label={t('product.state')} placeholder={t('product.any_state')} value={filters.state} onChange={(state: string | undefined) => change({ state })} style={{ width: 160 }} options={statesOf('product').map((s) => ({ value: s, label: t(`status.product.${s}`) }))} />
      </div>
      <CursorTable route="GET /products" name="products" rowKey="id" input={{ query: filters }} columns={columns} onOpen={(p) => setOpen(p.id)}
        empty={filtered ? <EmptyState title={t('list.no_match')} next={t('list.no_match_next')} /> : <EmptyState title={t('product.empty')} next={t('product.empty_next')} action={<Can permission="product.create">{add}</Can>} />}
        csv={[
          { title: t('product.title'), text: (p) => p.title }, { title: t('product.category'), text: (p) => p.category }, { title: t('product.state'), text: (p) => t(`status.product.${p.state}`, p.state) },
          { title: t('product.skus'), text: (p) => p.skus.map((s) => `${s.code} ${plainMoney(s.price)} ×${s.stock}`).join('; ') },
        ]} />
      {open && <ProductDrawer key={open} id={open} onClose={() => setOpen(undefined)} />}
      {stock && <StockDialog product={stock} onClose={() => setStock(undefined)} />}
      {archive && <ConfirmAmount danger title={t('product.archive')} consequence={t('product.then_archive', { title: archive.title })} confirm={t('product.archive')} done={t('common.done')} onConfirm={() => put.mutateAsync({ path: { id: archive.id } })} onClose={() => setArchive(undefined)} />}
    </PageShell>
  )
}
