import { Empty } from 'antd'
import type { ReactNode } from 'react'

/** Nothing here yet: why, and what to do next. */
export function EmptyState({ title, next, action }: { title: string; next?: ReactNode; action?: ReactNode }) {
  return (
    <Empty
      image={Empty.PRESENTED_IMAGE_SIMPLE}
      style={{ padding: '32px 16px' }}
      description={<><div style={{ fontWeight: 500 }}>{title}</div>{next && <div style={{ color: '#56625d', marginTop: 4 }}>{next}</div>}</>}
    >
      {action}
    </Empty>
  )
}
