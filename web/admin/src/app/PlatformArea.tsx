// Around the pages of operators and developers: their door, their menu, their
// caller. They are in no store, so the clock on the wall is the reader's.
import { AppstoreOutlined, AuditOutlined, KeyOutlined, LogoutOutlined, ShopOutlined, TeamOutlined, UploadOutlined } from '@ant-design/icons'
import { ProLayout } from '@ant-design/pro-components'
import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { type ComponentType, lazy, type ReactNode, Suspense, useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, Navigate, Route, Routes, useLocation } from 'react-router'
import { CallerProvider } from '../api/hooks'
import type { StorePage } from '../api/types'
import { PlatformDoor } from '../pages/entry/PlatformDoor'
import { PageSkeleton } from '../parts/PageShell'
import { Boundary } from './Failure'
import { SurroundingsProvider } from './permissions'
import { type Seat, seats, useSeat } from './seats'
import { LanguageMenu } from './Shell'
import { colors } from './theme'

interface Room {
  path: string
  /** Below "market.menu." in the locales. */
  name: string
  icon: ReactNode
  Page: ComponentType
}

const rooms: Record<Seat, Room[]> = {
  operator: [
    { path: 'review', name: 'review', icon: <AuditOutlined />, Page: lazy(() => import('../pages/operator/Review')) },
    { path: 'catalogue', name: 'catalogue', icon: <AppstoreOutlined />, Page: lazy(() => import('../pages/operator/Catalogue')) },
    { path: 'developers', name: 'developers', icon: <TeamOutlined />, Page: lazy(() => import('../pages/operator/Developers')) },
    { path: 'stores', name: 'stores', icon: <ShopOutlined />, Page: lazy(() => import('../pages/operator/Stores')) },
  ],
  developer: [
    { path: 'plugins', name: 'plugins', icon: <AppstoreOutlined />, Page: lazy(() => import('../pages/developer/Plugins')) },
    { path: 'submit', name: 'submit', icon: <UploadOutlined />, Page: lazy(() => import('../pages/developer/Submit')) },
    { path: 'keys', name: 'keys', icon: <KeyOutlined />, Page: lazy(() => import('../pages/developer/Keys')) },
  ],
}

export default function PlatformArea({ seat }: { seat: Seat }) {
  const { t } = useTranslation()
  const token = useSeat(seat)
  const client = useQueryClient()
  const { pathname } = useLocation()
  const around = useMemo(() => surroundings(t(`market.area_${seat}`)), [seat, t])
  // What one person was shown is nothing for whoever signs in next.
  useEffect(() => () => client.removeQueries({ predicate: (q) => String(q.queryKey[1]).includes('platform:') }), [client, token])
  if (!token) return <PlatformDoor seat={seat} />
  const own = rooms[seat]
  return (
    <CallerProvider value={seats[seat].call}>
      <SurroundingsProvider value={around}>
        <a className="skip" href="#page">{t('shell.skip')}</a>
        <ProLayout
          layout="mix" fixSiderbar siderWidth={216}
          title={t(`market.area_${seat}`)}
          logo={<img src="/admin/fenli.svg" width={28} height={28} alt="" />}
          location={{ pathname }}
          route={{ path: `/${seat}`, routes: own.map((r) => ({ path: `/${seat}/${r.path}`, name: t(`market.menu.${r.name}`), icon: r.icon })) }}
          menu={{ locale: false, autoClose: false }}
          token={{
            bgLayout: colors.page,
            header: { colorBgHeader: '#ffffff', colorTextRightActionsItem: colors.ink },
            sider: { colorMenuBackground: '#ffffff', colorTextMenu: colors.ink, colorTextMenuSelected: colors.primary, colorBgMenuItemSelected: '#e3f1ee', colorTextMenuItemHover: colors.primary },
            pageContainer: { paddingBlockPageContainerContent: 20, paddingInlinePageContainerContent: 28 },
          }}
          headerTitleRender={(logo, title) => <Link to={`/${seat}`} className="store-name">{logo}{title}</Link>}
          menuItemRender={(item, dom) => <Link to={item.path ?? '/'} className="menu-link">{dom}</Link>}
          actionsRender={() => [<LanguageMenu key="language" />, <Button key="out" type="text" icon={<LogoutOutlined />} onClick={() => seats[seat].sit(null)}>{t('shell.sign_out')}</Button>]}
        >
          <main id="page" tabIndex={-1}>
            <Boundary on={pathname}>
              <Suspense fallback={<PageSkeleton />}>
                <Routes>
                  {own.map(({ path, Page }) => <Route key={path} path={path} element={<Page />} />)}
                  <Route path="*" element={<Navigate to={`/${seat}/${own[0]!.path}`} replace />} />
                </Routes>
              </Suspense>
            </Boundary>
          </main>
        </ProLayout>
      </SurroundingsProvider>
    </CallerProvider>
  )
}

/** What pages ask of a store: here only a name for the window and a time zone. */
function surroundings(name: string) {
  const store: StorePage = {
    id: '', slug: '', name, currency: 'CNY', time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, plan: '', state: 'open', created_at: '',
    brand: { display_name: name, logo: '', primary_color: '', accent_color: '', slogan: '', distributor_word: '', tab_names: {}, agreement: '', primary_text: '', accent_text: '' },
    clock: { now: '', test: false },
  }
  return { store, me: { store, person: { id: '', name }, role: 'platform', permissions: [] } }
}
