// Pictures of figures. Values stay whole minor units; only labels are written out.
import { Skeleton } from 'antd'
import { lazy, Suspense } from 'react'
import type { ChartProps } from './ChartCanvas'

const Canvas = lazy(() => import('./ChartCanvas'))

export function Chart(props: ChartProps) {
  return <Suspense fallback={<Skeleton.Node active style={{ width: '100%', height: props.height }} />}><Canvas {...props} /></Suspense>
}
