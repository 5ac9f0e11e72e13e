import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { defineConfig, type Plugin } from 'vite'
import uniPlugin from '@dcloudio/vite-plugin-uni'

const uni: () => Plugin[] = (uniPlugin as any).default || uniPlugin
const font = readFileSync(createRequire(__filename).resolve('wot-design-uni/components/wd-icon/wd-icons.ttf'))
const forWeChat = process.env.UNI_PLATFORM === 'mp-weixin'

// No third-party origin may be in a bundle: a shop's page must not tell a CDN who visits it,
// and the WeChat package may only name domains the merchant registered. The icon font ships with
// us; the other remote pictures belong to components we do not use.
const ownOrigin: Plugin = {
  name: 'own-origin',
  enforce: 'post',
  generateBundle(_, bundle) {
    let place = ''
    for (const file of Object.values(bundle)) {
      // uni-app's advertisement component knows its maker's servers; it is never used
      if (file.type === 'chunk') file.code = file.code.replace(/https:\/\/[a-z0-9]+\.dcloud\.net\.cn\/[a-z0-9]*/g, '')
      if (file.type !== 'asset' || !/\.(css|wxss)$/.test(file.fileName)) continue
      let text = String(file.source)
      text = text.replace(/src:\s*url\(["']?https:\/\/at\.alicdn\.com[^;}]*/g, () => {
        if (forWeChat) return `src:url(data:font/ttf;base64,${font.toString('base64')}) format("truetype")`
        place ||= '/' + this.getFileName(this.emitFile({ type: 'asset', name: 'wd-icons.ttf', source: font }))
        return `src:url(${place}) format("truetype")`
      })
      file.source = text.replace(/url\(["']?https?:\/\/[^)]*\)/g, 'url(data:,)')
    }
  },
}

// The page says what it may load, whatever server stands in front of it. Pictures may come from
// wherever the merchant keeps them; code, styles, fonts and calls only from the shop's own address.
const policy: Plugin = {
  name: 'content-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      injectTo: 'head-prepend',
      attrs: {
        'http-equiv': 'Content-Security-Policy',
        content:
          "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; " +
          "img-src 'self' data: blob: https:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'",
      },
    },
  ],
}

export default defineConfig({
  plugins: [uni(), ownOrigin, policy],
  define: {
    __INTLIFY_JIT_COMPILATION__: true,
    __INTLIFY_DROP_MESSAGE_COMPILER__: true,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: false,
  },
  build: { emptyOutDir: true, chunkSizeWarningLimit: 900 },
  css: { preprocessorOptions: { scss: { silenceDeprecations: ['legacy-js-api', 'import'] } as any } },
  server: {
    port: 5175,
    proxy: { '/api': { target: process.env.FENLI_API || 'http://localhost:8080', changeOrigin: false } },
  },
})
