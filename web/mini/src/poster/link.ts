/**
 * A product's page behind a distributor's link: the code stays in the address's query, which survives
 * the hash router; the page goes behind the hash.
 */
export function productLink(url: string, id: string): string {
  const [address] = url.split('#')
  return `${address}#/pages/product/index?id=${encodeURIComponent(id)}`
}
