import { lazy, Suspense } from 'react'
import { createBrowserRouter, Navigate, useLocation } from 'react-router'
import { useTranslation } from 'react-i18next'
import { Result } from 'antd'
import { PageSkeleton } from '../parts/PageShell'
import { areas, type Area, pages } from './areas'
import { Boundary } from './Failure'
import { Can } from './permissions'
import { Session } from './Session'
import { Shell } from './Shell'
import { useToken } from './token'

const PlatformArea = lazy(() => import('./PlatformArea'))

const Login = lazy(() => import('../pages/entry/Login'))
const Join = lazy(() => import('../pages/entry/Join'))
const SignUp = lazy(() => import('../pages/entry/SignUp'))

function Guarded({ area, Page }: { area: Area; Page: React.ComponentType }) {
  const { pathname } = useLocation()
  return (
    <Can permission={area.permission} fallback={<Forbidden />}>
      <Boundary on={pathname}>
        <Suspense fallback={<PageSkeleton />}><Page /></Suspense>
      </Boundary>
    </Can>
  )
}

function Forbidden() {
  const { t } = useTranslation()
  return <Result status="403" title={t('failure.forbidden')} subTitle={t('failure.forbidden_help')} />
}

function Missing() {
  const { t } = useTranslation()
  return <Result status="404" title={t('failure.missing')} subTitle={t('failure.missing_help')} />
}

/** The doors: only for people who are not in yet. */
function Door({ children }: { children: React.ReactNode }) {
  const token = useToken()
  const from = (useLocation().state as { from?: string } | null)?.from
  if (token) return <Navigate to={from ?? '/'} replace />
  return <Boundary on=""><Suspense fallback={<PageSkeleton />}>{children}</Suspense></Boundary>
}

export function createRouter() {
  const rooms = pages.map((area) => {
    const Page = lazy(area.load!)
    return { path: area.path, element: <Guarded area={area} Page={Page} /> }
  })
  const groups = areas.filter((a) => a.children).map((a) => ({ path: a.path, element: <Navigate to={a.children![0]!.path} replace /> }))
  return createBrowserRouter(
    [
      { path: '/login', element: <Door><Login /></Door> },
      { path: '/sign-up', element: <Door><SignUp /></Door> },
      // Open to who is signed in elsewhere too: they join a second store.
      { path: '/join', element: <Boundary on="join"><Suspense fallback={<PageSkeleton />}><Join /></Suspense></Boundary> },
      ...(['operator', 'developer'] as const).map((seat) => ({ path: `/${seat}/*`, element: <Boundary on={seat}><Suspense fallback={<PageSkeleton />}><PlatformArea key={seat} seat={seat} /></Suspense></Boundary> })),
      { element: <Session><Shell /></Session>, children: [...rooms, ...groups, { path: '*', element: <Missing /> }] },
    ],
    { basename: '/admin' },
  )
}
