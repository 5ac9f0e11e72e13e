import { Card, Descriptions, Typography } from 'antd'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../app/permissions'
import { PageShell } from '../../parts/PageShell'
import { StatusTag } from '../../parts/StatusTag'
import { useTime } from '../../parts/time'

export default function StoreFacts() {
  const { t } = useTranslation()
  const time = useTime()
  const { store, me } = useSurroundings()
  return (
    <PageShell title={t('menu.store')} help={t('store.help')}>
      <Card>
        <Descriptions column={{ xs: 1, md: 2 }} items={[
          { key: 'name', label: t('store.name'), children: store.name },
          { key: 'state', label: t('store.state'), children: <StatusTag noun="store" state={store.state} /> },
          { key: 'slug', label: t('store.slug'), children: <Typography.Text copyable>{store.slug}</Typography.Text> },
          { key: 'id', label: 'ID', children: <Typography.Text copyable>{store.id}</Typography.Text> },
          { key: 'plan', label: t('store.plan'), children: t(`plan.${store.plan}`, store.plan) },
          { key: 'industry', label: t('door.industry'), children: store.industry ? t(`industry.${store.industry}`, store.industry) : '—' },
          { key: 'currency', label: t('store.currency'), children: <>{store.currency} <span style={{ color: '#56625d' }}>{t('store.currency_help')}</span></> },
          { key: 'zone', label: t('store.time_zone'), children: <>{store.time_zone} <span style={{ color: '#56625d' }}>{t('store.time_zone_help')}</span></> },
          { key: 'created', label: t('store.created_at'), children: time.full(store.created_at) },
          { key: 'now', label: t('store.now'), children: <>{time.full(store.clock?.now)}{store.clock?.test && ` · ${t('store.test_clock')}`}</> },
          { key: 'me', label: t('store.me'), children: `${me.person.name} · ${t(`role.${me.role}`, me.role)}` },
        ]} />
      </Card>
    </PageShell>
  )
}
