/** A product's price and 预计赚 over its specifications. */
import type { Money } from '@/money/money'
import type { Product, Sku } from '@/api'

/** What can be bought; when nothing can, everything, so that a price is still shown. */
function onSale(product: Product): Sku[] {
  const all = product.skus ?? []
  const left = all.filter((sku) => sku.stock > 0)
  return left.length ? left : all
}

function cheapest(product: Product): Sku | undefined {
  return onSale(product).reduce<Sku | undefined>((low, sku) => (!low || sku.price.amount < low.price.amount ? sku : low), undefined)
}

/** The lowest price, and whether others are higher. */
export function priceOf(product: Product): { from: Money | null; several: boolean } {
  const low = cheapest(product)
  if (!low) return { from: product.price ?? null, several: false }
  return { from: low.price, several: onSale(product).some((sku) => sku.price.amount !== low.price.amount) }
}

/** What the signed-in distributor would earn on it; null for everybody else. */
export function earnOf(product: Product): Money | null {
  const earn = cheapest(product)?.earn ?? product.earn
  return earn && earn.amount > 0 ? earn : null
}

export function isSoldOut(product: Product): boolean {
  if (product.skus?.length) return product.skus.every((sku) => sku.stock <= 0)
  return product.stock !== undefined && product.stock <= 0
}
