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

/** Only WeChat has it; on the web there is nothing to read. */
export function ext(): Ext | undefined {
  const here = typeof uni === 'undefined' ? undefined : (uni as unknown as { getExtConfigSync?: () => Ext })
  return here?.getExtConfigSync?.()
}

export const home: Home = homeOf(ext())
