// Inside of it there is a person, a store and its clock.
import { Spin } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Navigate, useLocation } from 'react-router'
import { useRead } from '../api/hooks'
import { Failure } from './Failure'
import { SurroundingsProvider } from './permissions'
import { useToken } from './token'

export function Session({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  const token = useToken()
  const here = useLocation()
  const me = useRead('GET /me', {}, { enabled: token !== null, staleTime: 60_000 })
  const store = useRead('GET /store', {}, { enabled: token !== null, staleTime: 30_000 })
  if (token === null) return <Navigate to="/login" state={{ from: here.pathname + here.search }} replace />
  const broken = me.error ?? store.error
  if (broken && !(me.data && store.data)) return <Failure error={broken} retry={() => { void me.refetch(); void store.refetch() }} />
  if (!me.data || !store.data) return <Spin fullscreen description={t('common.loading')} />
  return <SurroundingsProvider value={{ me: me.data, store: store.data }}>{children}</SurroundingsProvider>
}
