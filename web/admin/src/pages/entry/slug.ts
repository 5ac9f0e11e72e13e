/** The part of the address that is the store's own: what the server accepts. */
export const slugShape = /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/

/** A first proposal from the store's name; empty when nothing of it can stand in an address. */
export function slugOf(name: string): string {
  return name.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 63).replace(/-+$/, '')
}
