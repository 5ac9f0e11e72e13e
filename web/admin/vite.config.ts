import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

// What a page of the console may load: itself and nothing else. Ant Design
// writes its styles at run time, hence 'unsafe-inline' for styles alone; the
// pictures of products and logos may live wherever the merchant keeps them.
const policy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob: https:",
  "connect-src 'self'",
  "font-src 'self' data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
].join('; ')

/** The development server needs inline scripts, so only a build carries the policy. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' },
    ],
  }
}

export default defineConfig({
  base: '/admin/',
  plugins: [react(), contentSecurityPolicy()],
  // Beside the console's own folder, because the Go package that embeds it must
  // find a folder that exists even in a clone where nothing was built.
  build: { outDir: '../dist/admin', emptyOutDir: true, chunkSizeWarningLimit: 1200 },
  server: { port: 5173, proxy: { '/api': process.env.FENLI_API ?? 'http://127.0.0.1:8080' } },
  test: { environment: 'jsdom', include: ['tests/**/*.test.{ts,tsx}'], setupFiles: ['tests/setup.ts'], pool: 'threads', maxWorkers: 1 },
})
