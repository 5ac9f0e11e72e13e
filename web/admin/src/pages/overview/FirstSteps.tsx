// What a new store does first. It goes away when it is done.
import { CheckCircleFilled, RightCircleOutlined } from '@ant-design/icons'
import { Card } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead } from '../../api/hooks'
import { useCan } from '../../app/permissions'

export function FirstSteps() {
  const { t } = useTranslation()
  const can = useCan()
  const products = useRead('GET /products', { query: { limit: 1 } }, { enabled: can('product.read') })
  const people = useRead('GET /distributors', { query: { limit: 1 } }, { enabled: can('distributor.read') })
  const orders = useRead('GET /orders', { query: { limit: 1 } }, { enabled: can('order.read') })
  if (!products.data || !people.data || !orders.data) return null
  const steps = [
    { name: 'product', done: products.data.items.length > 0, to: '/products?open=new' },
    { name: 'program', done: orders.data.items.length > 0, to: '/program/edit' },
    { name: 'distributor', done: people.data.items.length > 0, to: '/distributors/list?open=new' },
    { name: 'order', done: orders.data.items.length > 0, to: '/settings/keys' },
  ]
  if (steps.every((s) => s.done)) return null
  return (
    <Card title={t('first.title')}>
      <ol style={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(220px, 1fr))', gap: 16, listStyle: 'none', padding: 0, margin: 0 }}>
        {steps.map((s) => (
          <li key={s.name} style={{ display: 'flex', gap: 10 }}>
            {s.done ? <CheckCircleFilled style={{ color: '#1c7a4a', fontSize: 20 }} aria-label={t('first.done')} /> : <RightCircleOutlined style={{ fontSize: 20 }} aria-hidden />}
            <div><Link to={s.to} style={{ fontWeight: 500 }}>{t(`first.${s.name}`)}</Link><div style={{ color: '#56625d' }}>{t(`first.${s.name}_help`)}</div></div>
          </li>
        ))}
      </ol>
    </Card>
  )
}
