/** What a buyer may do with an order, the same in the list and on its page. */
import { call, type Order } from '@/api'
import { go, sure, tried } from '@/loading/page'
import { sum, written, type Money } from '@/money/money'
import { t } from '@/words'

export function dueOf(order: Order): Money {
  return order.freight ? sum(order.goods, order.freight) : order.goods
}

export const piecesOf = (order: Order): number => (order.lines ?? []).reduce((n, line) => n + line.qty, 0)

export const payFor = (order: Order): void => go('/pages/pay/index?id=' + order.id)

export async function receive(order: Order, then: () => Promise<unknown>): Promise<void> {
  if (!(await sure(t('orders.receive'), t('orders.receiveSure', { money: written(dueOf(order)) }), t('orders.receive')))) return
  await tried(async () => {
    await call('POST /orders/{id}/receive', { path: { id: order.id } })
    await then()
  })
}

export async function close(order: Order, then: () => Promise<unknown>): Promise<void> {
  if (!(await sure(t('orders.close'), t('orders.closeSure'), t('orders.close')))) return
  await tried(async () => {
    await call('POST /orders/{id}/close', { path: { id: order.id } })
    await then()
  })
}
