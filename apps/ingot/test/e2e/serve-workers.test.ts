import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { get } from './http-client.ts'
import type { IngotProcess } from './ingot-process.ts'
import { KeepAliveClient, refused } from './keep-alive-client.ts'
import { ingress } from './manifests.ts'
import { nginxIngress } from './nginx-ingress.ts'
import { serving } from './serve-fixture.ts'

const serve = serving('web', 'cart')
const host = 'shop.example.com'

async function connections(running: IngotProcess, count: number): Promise<KeepAliveClient[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => KeepAliveClient.connect(running.port('http'))))
  await Promise.all(clients.map(client => client.ask(host, '/')))
  return clients
}

describe('several workers', () => {
  it('serve on one port, count together and log every request', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve('--workers', '2')
    const clients = await connections(running, 20)
    expect(await running.metric('ingot_requests_total')).toBe(20)
    expect(await running.metric('ingot_workers')).toBe(2)
    await running.logged(() => running.log.filter(line => line.msg === 'request').length === 20)
    for (const client of clients) client.end()
  })

  it('count the requests of a client together for its rate limit', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve('--workers', '2', '--rate-limit', '0.01', '--rate-limit-burst', '10')
    const answers = await Promise.all(Array.from({ length: 30 }, () => get(running.port('http'), host, '/')))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(20)
  })

  it('count the requests under way of a client together, and no longer those of a worker that died', async () => {
    const waiting: (() => void)[] = []
    const slow = createServer((_, response) => void waiting.push(() => response.end())).listen(0, '127.0.0.1')
    await once(slow, 'listening')
    const limited = nginxIngress('limited', { 'limit-connections': '8' }, { service: 'slow' })
    await serve.write('limited.yaml', JSON.stringify(limited))
    const crash = join(serve.folder, 'crash')
    const preload = `--import=${new URL('crash-worker.ts', import.meta.url)}`
    const running = await serve.serveWith(
      { env: { NODE_OPTIONS: preload, CRASH_WORKER: crash } },
      ...['--workers', '2', '--profile', 'ingress-nginx'],
      ...['--resolve', `slow=127.0.0.1:${(slow.address() as AddressInfo).port}`],
    )
    /** Sends so many requests at once; resolves with the clients of those that wait, once the others are answered. */
    const open = async (count: number, may: number) => {
      const before = waiting.length
      const clients = await Promise.all(
        Array.from({ length: count }, () => KeepAliveClient.connect(running.port('http'))),
      )
      const refusals: KeepAliveClient[] = []
      for (const client of clients) {
        client.send('limited.example.com', '/')
        void client.received('HTTP/1.1 503').then(
          () => refusals.push(client),
          () => {},
        )
      }
      await expect.poll(() => [waiting.length - before, refusals.length]).toEqual([may, count - may])
      return clients.filter(client => !refusals.includes(client))
    }
    const held = await open(40, 8)
    await writeFile(crash, '')
    await running.logged(line => line.msg === 'a worker was replaced')
    await expect.poll(() => running.log.some(line => line.msg === 'a worker died')).toBe(true)
    const died = held.filter(client => client.isClosed).length
    await open(40, died)
    for (const end of waiting) end()
    slow.close()
    slow.closeAllConnections()
  })

  it('all take over a change, without a dropped connection', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve('--workers', '2', '--watch')
    const clients = await connections(running, 20)
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'cart' }))
    await running.logged(line => line.msg === 'configuration live' && line.generation === 2)
    const answers = await Promise.all(clients.map(client => client.ask(host, '/')))
    expect(answers.filter(answer => answer.includes('"backend":"cart"'))).toHaveLength(20)
    for (const client of clients) client.end()
  })

  it('are replaced when one dies, and the connections of the others live', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const crash = join(serve.folder, 'crash')
    const preload = `--import=${new URL('crash-worker.ts', import.meta.url)}`
    const running = await serve.serveWith(
      { env: { NODE_OPTIONS: preload, CRASH_WORKER: crash } },
      ...['--workers', '2'],
    )
    const clients = await connections(running, 20)
    await running.metric('ingot_requests_total')
    await writeFile(crash, '')
    await running.logged(line => line.msg === 'a worker was replaced')
    expect(JSON.stringify(running.log.find(line => line.msg === 'a worker died'))).toContain('a bug made by the test')

    const alive = clients.filter(client => !client.isClosed)
    expect(alive.length).toBeGreaterThan(0)
    expect(alive.length).toBeLessThan(20)
    await Promise.all(alive.map(client => client.ask(host, '/')))
    const more = await connections(running, 10)
    expect(await running.metric('ingot_worker_restarts_total')).toBe(1)
    expect(await running.metric('ingot_workers')).toBe(2)
    // What the dead one had counted still counts.
    expect(await running.metric('ingot_requests_total')).toBe(20 + alive.length + 10)
    for (const client of [...alive, ...more]) client.end()
  })

  it('let requests in flight end on SIGTERM', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve('--workers', '2')
    const clients = await connections(running, 10)
    running.signal('SIGTERM')
    await running.logged(line => line.msg === 'draining')
    await refused(running.port('http'))
    const answers = await Promise.all(clients.map(client => client.ask(host, '/')))
    expect(answers.every(answer => /^connection: close$/im.test(answer))).toBe(true)
    for (const client of clients) client.end()
    expect(await running.exited()).toBe(0)
  })
})
