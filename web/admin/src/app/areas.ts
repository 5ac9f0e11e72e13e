// The console's map: every page with its address, name and permission. The
// menu, the router and the guard all read this one list.
import type { ComponentType } from 'react'

export interface Area {
  path: string
  /** Below "menu." in the locales. */
  name: string
  permission: string
  icon?: string
  load?: () => Promise<{ default: ComponentType }>
  children?: Area[]
}

export const areas: Area[] = [
  { path: '/', name: 'overview', permission: 'overview.read', icon: 'overview', load: () => import('../pages/overview/Overview') },
  { path: '/orders', name: 'orders', permission: 'order.read', icon: 'orders', load: () => import('../pages/orders/Orders') },
  { path: '/products', name: 'products', permission: 'product.read', icon: 'products', load: () => import('../pages/products/Products') },
  {
    path: '/distributors', name: 'distributors', permission: 'distributor.read', icon: 'distributors',
    children: [
      { path: '/distributors/list', name: 'distributor_list', permission: 'distributor.read', load: () => import('../pages/distributors/Distributors') },
      { path: '/distributors/tree', name: 'tree', permission: 'distributor.read', load: () => import('../pages/distributors/Tree') },
      { path: '/distributors/partners', name: 'partners', permission: 'distributor.read', load: () => import('../pages/distributors/Partners') },
      { path: '/distributors/grading', name: 'grading', permission: 'grading.read', load: () => import('../pages/distributors/Grading') },
    ],
  },
  { path: '/customers', name: 'customers', permission: 'customer.read', icon: 'customers', load: () => import('../pages/customers/Customers') },
  {
    path: '/commission', name: 'commission', permission: 'commission.read', icon: 'commission',
    children: [
      { path: '/commission/awards', name: 'awards', permission: 'commission.read', load: () => import('../pages/commission/Awards') },
      { path: '/commission/awaiting', name: 'awaiting', permission: 'commission.read', load: () => import('../pages/commission/AwaitingOrders') },
      { path: '/commission/disputes', name: 'disputes', permission: 'dispute.read', load: () => import('../pages/disputes/Disputes') },
      { path: '/commission/statements', name: 'statements', permission: 'statement.read', load: () => import('../pages/statements/Statements') },
      { path: '/commission/adjustments', name: 'adjustments', permission: 'adjustment.read', load: () => import('../pages/adjustments/Adjustments') },
      { path: '/commission/periods', name: 'periods', permission: 'period.read', load: () => import('../pages/commission/Periods') },
    ],
  },
  { path: '/withdrawals', name: 'withdrawals', permission: 'withdrawal.read', icon: 'withdrawals', load: () => import('../pages/withdrawals/Withdrawals') },
  {
    path: '/payouts', name: 'payouts', permission: 'payout.read', icon: 'payouts',
    children: [
      { path: '/payouts/list', name: 'payout_list', permission: 'payout.read', load: () => import('../pages/payouts/Payouts') },
      { path: '/payouts/reconcile', name: 'reconcile', permission: 'payout.read', load: () => import('../pages/payouts/Reconcile') },
    ],
  },
  { path: '/leaderboard', name: 'leaderboard', permission: 'leaderboard.read', icon: 'leaderboard', load: () => import('../pages/leaderboard/Leaderboard') },
  {
    path: '/program', name: 'program', permission: 'program.read', icon: 'program',
    children: [
      { path: '/program/edit', name: 'program_edit', permission: 'program.read', load: () => import('../pages/program/Program') },
      { path: '/program/trials', name: 'trials', permission: 'trial.read', load: () => import('../pages/program/Trials') },
      { path: '/program/trying', name: 'trying', permission: 'program.read', load: () => import('../pages/program/Trying') },
      { path: '/program/revisions', name: 'revisions', permission: 'program.read', load: () => import('../pages/program/Revisions') },
    ],
  },
  {
    path: '/settings', name: 'settings', permission: 'store.read', icon: 'settings',
    children: [
      { path: '/settings/store', name: 'store', permission: 'store.read', load: () => import('../pages/settings/StoreFacts') },
      { path: '/settings/brand', name: 'brand', permission: 'store.read', load: () => import('../pages/settings/BrandPage') },
      { path: '/settings/payer', name: 'payer', permission: 'payer.read', load: () => import('../pages/settings/Payer') },
      { path: '/settings/payments', name: 'payments', permission: 'payout.read', load: () => import('../pages/settings/PayoutAccounts') },
      { path: '/settings/staff', name: 'staff', permission: 'staff.read', load: () => import('../pages/settings/Staff') },
      { path: '/settings/keys', name: 'keys', permission: 'key.read', load: () => import('../pages/settings/ApiKeys') },
      { path: '/settings/audit', name: 'audit', permission: 'audit.read', load: () => import('../pages/settings/Audit') },
    ],
  },
]

/** Every page, without the groups. */
export const pages: Area[] = areas.flatMap((a) => a.children ?? [a])
