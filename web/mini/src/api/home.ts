/**
 * Where the store lives. On the web the page's own host names the tenant; in WeChat the third-party
 * platform wrote slug and address into ext.json when it uploaded this merchant's copy.
 */
export interface Home {
  /** Origin of the server; empty on the web, where it is the page's own. */
  address: string
  /** Sent as X-Store; empty where the host says it. */
  slug: string
}

/** What a merchant's ext.json holds under "ext". */
export interface Ext {
  apiBase?: string
  tenant?: { slug?: string; name?: string; primary?: string; accent?: string }
}

export function homeOf(ext: Ext | undefined): Home {
  return { address: (ext?.apiBase ?? '').replace(/\/+$/, ''), slug: ext?.tenant?.slug ?? '' }
}

export function ext(): Ext | undefined {
  // #ifdef MP-WEIXIN
  const read = (uni as unknown as { getExtConfigSync?: () => Ext }).getExtConfigSync
  return read ? read() : undefined
  // #endif
  // #ifndef MP-WEIXIN
  // eslint-disable-next-line no-unreachable
  return undefined
  // #endif
}

export const home: Home = homeOf(ext())
