import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { portOf, startBackend } from './backends.ts'

/** The demo: one small backend for each Service of `manifests/`, and `ingot serve` in front of them. */
const services = [
  'shop/web',
  'shop/cart',
  'shop/checkout',
  'shop/preview',
  'platform/api',
  'platform/api-docs',
  'platform/sorry',
]
const port = process.env.PORT ?? '8080'
const adminPort = process.env.ADMIN_PORT ?? '8081'

const backends = await Promise.all(services.map(startBackend))
const ingot = startIngot(backends.map((backend, index) => `${services[index]}=127.0.0.1:${portOf(backend)}`))
ingot.once('exit', code => process.exit(code ?? 0))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ingot.kill('SIGTERM'))

await waitUntilReady(ingot)
console.log(`
Three requests to try (Ctrl-C stops everything):

  curl -H 'Host: shop.example.com' http://127.0.0.1:${port}/cart/42
  curl -H 'Host: blue.preview.example.com' http://127.0.0.1:${port}/
  curl 'http://127.0.0.1:${adminPort}/explain?url=http://shop.example.com/api'
`)

function startIngot(resolve: string[]): ChildProcess {
  const binary = fileURLToPath(new URL('../../apps/ingot/dist/main.js', import.meta.url))
  const manifests = fileURLToPath(new URL('manifests', import.meta.url))
  const ports = ['--host', '127.0.0.1', '--port', port, '--admin-port', adminPort]
  const flags = ['serve', '-f', manifests, '--watch', '--print-routes', '--log-format', 'text', ...ports]
  const resolveFlags = resolve.flatMap(entry => ['--resolve', entry])
  return spawn(process.execPath, [binary, ...flags, ...resolveFlags], { stdio: 'inherit' })
}

async function waitUntilReady(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit').then(() => true)
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${adminPort}/readyz`).then(
      answer => answer.ok,
      () => false,
    )
    if (ready || (await Promise.race([exited, new Promise(resolve => setTimeout(resolve, 50, false))]))) return
  }
}
