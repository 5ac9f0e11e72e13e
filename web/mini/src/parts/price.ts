/** A product's price and 预计赚 over its specifications. */
import type { Money } from '@/money/money'
import type { Product } from '@/api'

/** The lowest price, and whether others are higher. */
export function priceOf(product: Product): { from: Money | null; several: boolean } {
  const prices = (product.skus ?? []).map((sku) => sku.price)
  if (!prices.length) return { from: product.price ?? null, several: false }
  const from = prices.reduce((low, price) => (price.amount < low.amount ? price : low))
  return { from, several: prices.some((price) => price.amount !== from.amount) }
}

/** What the signed-in distributor would earn on it; null for everybody else. */
export function earnOf(product: Product): Money | null {
  const earn = product.earn ?? product.skus?.find((sku) => sku.earn)?.earn
  return earn && earn.amount > 0 ? earn : null
}

export function isSoldOut(product: Product): boolean {
  if (product.skus?.length) return product.skus.every((sku) => sku.stock <= 0)
  return product.stock !== undefined && product.stock <= 0
}
