// What stands around every page: the menu, the store's name, who is signed in.
import {
  AppstoreOutlined, BarChartOutlined, DashboardOutlined, GlobalOutlined, LogoutOutlined, PayCircleOutlined, PercentageOutlined,
  SendOutlined, SettingOutlined, ShoppingOutlined, TeamOutlined, UserOutlined, WalletOutlined,
} from '@ant-design/icons'
import { ProLayout } from '@ant-design/pro-components'
import { useQueryClient } from '@tanstack/react-query'
import { Badge, Button, Dropdown } from 'antd'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link, Outlet, useLocation } from 'react-router'
import { useRead, useWrite } from '../api/hooks'
import { type Area, areas } from './areas'
import { ClockBanner } from './ClockBanner'
import { languages } from './i18n'
import { useCan, useSurroundings } from './permissions'
import { colors } from './theme'
import { setToken } from './token'

const icons: Record<string, ReactNode> = {
  overview: <DashboardOutlined />, orders: <ShoppingOutlined />, products: <AppstoreOutlined />, distributors: <TeamOutlined />,
  customers: <UserOutlined />, commission: <PercentageOutlined />, withdrawals: <WalletOutlined />, payouts: <SendOutlined />, leaderboard: <BarChartOutlined />,
  program: <PayCircleOutlined />, settings: <SettingOutlined />,
}

/** How much waits behind a menu entry, so that work is seen from anywhere. */
function useWaiting(): Record<string, number> {
  const can = useCan()
  const overview = useRead('GET /overview', { query: { days: 7 } }, { enabled: can('overview.read'), staleTime: 30_000 })
  return {
    withdrawals: overview.data?.pending_withdrawals ?? 0,
    distributor_list: overview.data?.pending_applications ?? 0,
    awaiting: overview.data?.awaiting ?? 0,
  }
}

export function Shell() {
  const { t } = useTranslation()
  const can = useCan()
  const { store } = useSurroundings()
  const { pathname } = useLocation()
  const waiting = useWaiting()
  const entry = (a: Area): object => ({
    path: a.path,
    name: t(`menu.${a.name}`),
    waiting: waiting[a.name] ?? 0,
    icon: a.icon && icons[a.icon],
    routes: a.children?.filter((c) => can(c.permission)).map(entry),
  })
  return (
    <>
      <a className="skip" href="#page">{t('shell.skip')}</a>
      <ProLayout
        layout="mix"
        fixSiderbar
        siderWidth={216}
        title={store.brand?.display_name || store.name}
        logo={<img src="/admin/fenli.svg" width={28} height={28} alt="" />}
        location={{ pathname }}
        route={{ path: '/', routes: areas.filter((a) => can(a.permission)).map(entry) }}
        menu={{ locale: false, autoClose: false }}
        token={{
          bgLayout: colors.page,
          header: { colorBgHeader: '#ffffff', colorTextRightActionsItem: colors.ink },
          sider: { colorMenuBackground: '#ffffff', colorTextMenu: colors.ink, colorTextMenuSelected: colors.primary, colorBgMenuItemSelected: '#e3f1ee', colorTextMenuItemHover: colors.primary },
          pageContainer: { paddingBlockPageContainerContent: 20, paddingInlinePageContainerContent: 28 },
        }}
        headerTitleRender={(logo, title) => <Link to="/" className="store-name">{logo}{title}</Link>}
        menuItemRender={(item, dom) => (
          <Link to={item.path ?? '/'} className="menu-link">{dom}{item.waiting > 0 && <Badge count={item.waiting} overflowCount={99} color={colors.danger} title={t('shell.waiting', { count: item.waiting })} />}</Link>
        )}
        actionsRender={() => [<LanguageMenu key="language" />, <PersonMenu key="person" />]}
      >
        <ClockBanner />
        <main id="page" tabIndex={-1}><Outlet /></main>
      </ProLayout>
    </>
  )
}

export function LanguageMenu() {
  const { t, i18n } = useTranslation()
  const client = useQueryClient()
  const choose = async (key: string) => {
    await i18n.changeLanguage(key)
    // Sentences in answers come in the language that was asked for.
    await client.invalidateQueries()
  }
  return (
    <Dropdown trigger={['click']} menu={{ items: languages.map((l) => ({ key: l.key, label: l.label })), selectedKeys: [i18n.language], onClick: (e) => void choose(e.key) }}>
      <Button type="text" icon={<GlobalOutlined />} aria-label={t('shell.language')}>{languages.find((l) => l.key === i18n.language)?.label}</Button>
    </Dropdown>
  )
}

function PersonMenu() {
  const { t } = useTranslation()
  const { me } = useSurroundings()
  const client = useQueryClient()
  const leave = useWrite('DELETE /sessions/current')
  const signOut = async () => {
    // Whether or not the server heard it, this browser forgets the session.
    await leave.mutateAsync({}).catch(() => undefined)
    setToken(null)
    client.clear()
  }
  return (
    <Dropdown trigger={['click']} menu={{ items: [{ key: 'role', disabled: true, label: t(`role.${me.role}`, me.role) }, { type: 'divider' }, { key: 'out', icon: <LogoutOutlined />, label: t('shell.sign_out'), onClick: () => void signOut() }] }}>
      <Button type="text" icon={<UserOutlined />}>{me.person.name}</Button>
    </Dropdown>
  )
}
