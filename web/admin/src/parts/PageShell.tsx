// Every page stands in the same frame: what it is, what it is for, what one can do.
import { Card, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { useEffect } from 'react'
import { useStore } from '../app/permissions'

export function PageShell({ title, help, controls, children }: { title: string; help?: ReactNode; controls?: ReactNode; children: ReactNode }) {
  const store = useStore()
  useEffect(() => {
    document.title = `${title} · ${store.brand?.display_name || store.name}`
  }, [title, store.brand?.display_name, store.name])
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {help && <p>{help}</p>}
        </div>
        {controls && <div style={{ display: 'flex', flexWrap: 'wrap', gap: 8 }}>{controls}</div>}
      </header>
      {children}
    </>
  )
}

export function PageSkeleton() {
  return (
    <div className="stack" aria-busy="true">
      <Skeleton active title={{ width: 200 }} paragraph={{ rows: 1, width: 360 }} />
      <Card><Skeleton active paragraph={{ rows: 8 }} /></Card>
    </div>
  )
}
