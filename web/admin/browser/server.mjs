// A real server of its own for one run: private databases in a temporary folder, a free port, test
// clocks and pretended payment. Nothing of it is left afterwards.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const binary = fileURLToPath(new URL('../../../bin/fenli', import.meta.url))
const operator = 'operator-of-the-browser-run'

function freePort() {
  return new Promise((resolve, reject) => {
    const door = createServer().once('error', reject)
    door.listen(0, '127.0.0.1', () => {
      const { port } = door.address()
      door.close(() => resolve(port))
    })
  })
}

export async function startServer() {
  if (!existsSync(binary)) throw new Error('bin/fenli is missing: run `make web build` first')
  const dir = mkdtempSync(join(tmpdir(), 'fenli-browser-'))
  chmodSync(dir, 0o755) // as root, PostgreSQL runs as another user who has to pass
  const port = await freePort()
  const { DATABASE_URL, REDIS_URL, ...env } = process.env // never anybody's own databases
  const child = spawn(binary, ['serve'], {
    env: { ...env, FENLI_DIR: dir, FENLI_ADDR: `127.0.0.1:${port}`, FENLI_TEST_CLOCK: '1', FENLI_SANDBOX: '1', FENLI_OPERATOR_TOKEN: operator, FENLI_BASE_DOMAIN: 'localhost', FENLI_LOG: 'text' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = []
  const keep = (chunk) => {
    log.push(String(chunk))
    if (log.length > 2000) log.splice(0, 1000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
  let over = false
  void ended.then(() => (over = true))

  const server = {
    port,
    base: `http://127.0.0.1:${port}`,
    shop: (slug) => `http://${slug}.localhost:${port}`,
    log: () => log.join('').split('\n').slice(-60).join('\n'),
    async call(method, path, { token = operator, body, slug } = {}) {
      const answer = await fetch(server.base + path, {
        method,
        headers: { Authorization: `Bearer ${token}`, 'Accept-Language': 'zh-CN', ...(slug ? { 'X-Store': slug } : {}), ...(body ? { 'Content-Type': 'application/json' } : {}) },
        body: body && JSON.stringify(body),
      })
      return { status: answer.status, body: await answer.json().catch(() => null) }
    },
    async stop() {
      if (!over) child.kill('SIGTERM')
      const killer = setTimeout(() => child.kill('SIGKILL'), 25_000)
      await ended
      clearTimeout(killer)
      rmSync(dir, { recursive: true, force: true })
    },
    /** For an end that leaves no time: the databases notice on their own. */
    stopNow() {
      if (!over) child.kill('SIGTERM')
    },
  }
  for (const deadline = Date.now() + 60_000; ; ) {
    if (await fetch(server.base + '/readyz').then((r) => r.ok, () => false)) return server
    if (over || Date.now() > deadline) {
      const told = server.log()
      await server.stop()
      throw new Error('the server did not become ready:\n' + told)
    }
    await new Promise((resolve) => setTimeout(resolve, 150))
  }
}
