import { defineConfig } from 'vitest/config'
import { resolve } from 'node:path'

// Its own file: the uni plugin would turn every test into a page build.
export default defineConfig({
  resolve: { alias: { '@': resolve(__dirname, 'src') } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node', maxWorkers: 1, minWorkers: 1 },
})
