import type { Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { exchangeRaw, rawConnection } from '../../../../packages/proxy/test/support/raw-client.ts'
import { idleConnections } from '../hostile/http1-attacks.ts'
import type { IngotProcess } from './ingot-process.ts'
import { ingress } from './manifests.ts'
import { serving } from './serve-fixture.ts'

const serve = serving('web')
const crowd = 4_000
const request = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n'
let clients: Socket[] = []

afterEach(() => {
  for (const socket of clients) socket.destroy()
})

async function start(...flags: string[]): Promise<IngotProcess> {
  await serve.write('a.json', ingress('a', 'a.test', { '/': 'web' }))
  return serve.serve('--no-access-log', ...flags)
}

it('thousands of silent clients take little memory, are served when they ask, and leave none of it taken', async () => {
  const ingot = await start()
  const port = ingot.port('http')
  /** Resident, in MiB. */
  const memory = async () => (await ingot.metric('process_resident_memory_bytes')) / 2 ** 20
  expect((await exchangeRaw(port, request)).text).toMatch(/^HTTP\/1\.1 200 /)
  const before = await memory()
  clients = await idleConnections(port, crowd)
  await expect.poll(() => ingot.metric('ingot_connections')).toBe(crowd)
  // With a parser for each of them it would be more than 40.
  expect((await memory()) - before).toBeLessThan(32)
  const late = await rawConnection(port)
  late.socket.write(request.slice(0, 30))
  expect((await exchangeRaw(port, request)).text).toMatch(/^HTTP\/1\.1 200 /)
  late.socket.write(request.slice(30))
  expect(await late.until(() => late.closed)).toMatch(/^HTTP\/1\.1 200 /)
  clients.at(-1)!.write(request)
  await expect.poll(() => clients.at(-1)!.bytesRead).toBeGreaterThan(0)
  for (const socket of clients) socket.destroy()
  await expect.poll(async () => (await memory()) - before).toBeLessThan(12)
}, 60_000)

it('who waits without a parser does not keep the program from ending', async () => {
  const ingot = await start('--drain-timeout', '1s')
  clients = await idleConnections(ingot.port('http'), 1_000)
  await expect.poll(() => ingot.metric('ingot_connections')).toBe(1_000)
  expect(await ingot.stop('SIGTERM')).toBe(0)
})
