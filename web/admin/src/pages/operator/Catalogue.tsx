// 策略目录: every version that was ever sent in, and what came with the platform.
import { Card, Segmented, Space, Table } from 'antd'
import { Pill } from '../../parts/StatusTag'
import { useTranslation } from 'react-i18next'
import { useRead } from '../../api/hooks'
import { Failure } from '../../app/Failure'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters } from '../../parts/filters'
import { PageShell } from '../../parts/PageShell'
import { SearchBox } from '../../parts/SearchBox'
import { useWords } from '../market/parts'
import { states, VersionList } from './Review'

export default function Catalogue() {
  const { t } = useTranslation()
  const [filters, change] = useFilters('state', 'plugin')
  return (
    <PageShell title={t('market.menu.catalogue')} help={t('market.catalogue_help')}>
      <div className="stack">
        <section aria-label={t('market.sent_in')}>
          <div className="filters">
            <Segmented aria-label={t('market.state')} value={filters.state ?? 'all'} onChange={(s) => change({ state: s === 'all' ? undefined : s })} options={['all', ...states].map((s) => ({ value: s, label: s === 'all' ? t('common.all') : t(`status.version.${s}`) }))} />
            <SearchBox value={filters.plugin} onSearch={(plugin) => change({ plugin })} placeholder={t('market.by_plugin')} />
          </div>
          <VersionList name="catalogue" query={filters} empty={<EmptyState title={t('market.none')} next={t('market.none_next')} />} />
        </section>
        <Installed />
      </div>
    </PageShell>
  )
}

/** What this server has installed, the built-in ones too. */
function Installed() {
  const { t } = useTranslation()
  const words = useWords()
  const found = useRead('GET platform:/strategies')
  if (found.error) return <Card title={t('market.installed')}><Failure error={found.error} retry={() => void found.refetch()} /></Card>
  return (
    <Card title={t('market.installed')}>
      <p style={{ color: '#56625d', marginTop: 0 }}>{t('market.installed_help')}</p>
      <Table size="small" rowKey="strategy" loading={!found.data} dataSource={found.data?.items ?? []} pagination={false} columns={[
        { title: t('market.plugin'), render: (_, s) => <>{words(s.title) || s.strategy} <code>{s.strategy}</code></> },
        { title: t('market.versions'), render: (_, s) => <Space wrap>{(s.versions ?? []).map((v) => <Pill key={v.artifact} tone={v.choosable ? 'quiet' : 'warning'} title={v.why}>{v.version}{v.built_in && ` · ${t('market.built_in')}`}</Pill>)}</Space> },
        { title: t('market.facts_count'), render: (_, s) => <span className="num">{s.facts?.length ?? 0}</span> },
      ]} />
    </Card>
  )
}
