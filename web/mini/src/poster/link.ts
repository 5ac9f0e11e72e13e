/**
 * A product's page, shared by a distributor. The code stands in the address's query, before the hash:
 * there it survives every turn of the hash router.
 */
export function productLink(shop: string, id: string, code = ''): string {
  const address = shop.split(/[?#]/)[0]
  return `${address}${code && '?code=' + encodeURIComponent(code)}#/pages/product/index?id=${encodeURIComponent(id)}`
}
