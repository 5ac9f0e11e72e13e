import { Card, DatePicker, Segmented, Skeleton, Table } from 'antd'
import dayjs from 'dayjs'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useRead } from '../../api/hooks'
import type { Metric, Period } from '../../api/types'
import { Failure } from '../../app/Failure'
import { useStore } from '../../app/permissions'
import { BarBoard, boardText } from '../../parts/charts'
import { EmptyState } from '../../parts/EmptyState'
import { useFilters } from '../../parts/filters'
import { PageShell } from '../../parts/PageShell'
import { useTime } from '../../parts/time'

const metrics: Metric[] = ['sales', 'orders', 'commission']
const periods: Period[] = ['day', 'week', 'month', 'all']

export default function Leaderboard() {
  const { t } = useTranslation()
  const time = useTime()
  const { currency } = useStore()
  const [filters, change] = useFilters('metric', 'period', 'at')
  const metric = metrics.find((m) => m === filters.metric) ?? 'sales'
  const period = periods.find((p) => p === filters.period) ?? 'month'
  const board = useRead('GET /leaderboards/{metric}', { path: { metric }, query: { period, at: filters.at, limit: 20 } }, { keep: true })
  return (
    <PageShell title={t('menu.leaderboard')} help={t('board.help')}>
      <div className="filters">
        <Segmented aria-label={t('board.metric')} value={metric} onChange={(m) => change({ metric: m })} options={metrics.map((m) => ({ value: m, label: t(`metric.${m}`) }))} />
        <Segmented aria-label={t('board.period')} value={period} onChange={(p) => change({ period: p })} options={periods.map((p) => ({ value: p, label: t(`period.${p}`) }))} />
        {period !== 'all' && <DatePicker aria-label={t('board.at')} placeholder={t('board.now')} picker={period === 'day' ? 'date' : period} value={filters.at ? dayjs(filters.at) : null} onChange={(d) => change({ at: d ? d.format('YYYY-MM-DD') : undefined })} />}
      </div>
      {board.error && !board.data ? <Failure error={board.error} retry={() => void board.refetch()} /> : !board.data ? <Card><Skeleton active paragraph={{ rows: 10 }} /></Card> : board.data.items.length === 0 ? <Card><EmptyState title={t('board.empty')} next={t('board.empty_next')} /></Card> : (
        <div className="two">
          <Card title={t('board.bars', { metric: t(`metric.${metric}`) })} extra={period !== 'all' && <span className="num" style={{ color: '#56625d' }}>{time.day(board.data.from)} – {time.day(board.data.to)}</span>}>
            <BarBoard items={board.data.items.slice(0, 12)} metric={metric} label={t('board.bars', { metric: t(`metric.${metric}`) })} />
          </Card>
          <Card title={t('board.table')} styles={{ body: { padding: 0 } }}>
            <Table size="small" rowKey={(i) => i.member.id} pagination={false} loading={board.isPlaceholderData} dataSource={board.data.items} columns={[
              { title: t('board.rank'), width: 64, render: (_, i) => <strong className="num" style={{ color: i.rank <= 3 ? '#8a4b00' : undefined }}>{i.rank}</strong> },
              { title: t('distributor.name'), render: (_, i) => <Link to={`/distributors/list?open=${i.member.id}`}>{i.member.name}</Link> },
              { title: t(`metric.${metric}`), align: 'right', render: (_, i) => <span className="num">{boardText(i.value, metric, currency)}</span> },
            ]} />
          </Card>
        </div>
      )}
    </PageShell>
  )
}
