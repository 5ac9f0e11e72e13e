// 重放: the strategy that decided is asked once more, and every byte compared.
import { ReloadOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { Alert, Button, Table } from 'antd'
import { useTranslation } from 'react-i18next'
import { formatMoney } from '../api/money'
import type { ApiError } from '../api/problem'
import type { Replayed } from '../api/types'
import { api } from '../app/token'

export function Replay({ order }: { order: string }) {
  const { t } = useTranslation()
  const again = useMutation<Replayed, ApiError>({ mutationFn: () => api('POST /orders/{id}/commission/replay', { path: { id: order } }) })
  const r = again.data
  return (
    <div className="stack" aria-live="polite">
      <div><Button icon={<ReloadOutlined />} loading={again.isPending} onClick={() => again.mutate()}>{t('replay.do')}</Button> <span style={{ color: '#56625d', fontSize: 13 }}>{t('replay.help')}</span></div>
      {again.error && <Alert type="error" showIcon title={again.error.unreachable ? t('failure.unreachable_help') : again.error.message} />}
      {r && (r.equal ? <Alert type="success" showIcon title={t('replay.equal', { amount: formatMoney(r.granted) })} description={r.asked ? undefined : t('replay.not_asked')} /> : (
        <>
          <Alert type="error" showIcon title={t('replay.differs', { count: r.differs.length })} description={t('replay.differs_help')} />
          <Table size="small" rowKey="what" pagination={false} dataSource={r.differs} scroll={{ x: 'max-content' }} columns={[
            { title: t('replay.what'), render: (_, d) => t(`replay.what_${d.what}`, d.what) },
            { title: t('diff.before'), dataIndex: 'was' },
            { title: t('diff.after'), dataIndex: 'now' },
          ]} />
        </>
      ))}
    </div>
  )
}
