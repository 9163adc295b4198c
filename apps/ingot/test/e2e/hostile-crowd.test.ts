import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { exchangeRaw, rawConnection } from '../../../../packages/proxy/test/support/raw-client.ts'
import { type FaultyUpstream, faultyUpstream } from '../hostile/faulty-upstream.ts'
import { idleConnections } from '../hostile/http1-attacks.ts'
import { IngotProcess } from './ingot-process.ts'
import { ingress } from './manifests.ts'

const crowd = 4_000
const request = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n'
let folder = ''
let upstream: FaultyUpstream
let ingot: IngotProcess
let clients: Socket[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-'))
  upstream = await faultyUpstream()
  await writeFile(join(folder, 'a.json'), ingress('a', 'a.test', { '/': 'web' }))
  const resolve = `web=127.0.0.1:${upstream.port}`
  ingot = await IngotProcess.serve('-f', folder, '--resolve', resolve, '--no-access-log', '--drain-timeout', '1s')
})
afterAll(async () => {
  for (const socket of clients) socket.destroy()
  await ingot.stop('SIGKILL')
  await upstream[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function gauge(name: string): Promise<number> {
  const text = await (await fetch(ingot.url('admin', '/metrics'))).text()
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1])
}

/** Resident, in MiB. */
const memory = async () => (await gauge('process_resident_memory_bytes')) / 2 ** 20

it('thousands of silent clients take little memory, are served when they ask, and leave none of it taken', async () => {
  const port = ingot.port('http')
  expect((await exchangeRaw(port, request)).text).toMatch(/^HTTP\/1\.1 200 /)
  const before = await memory()
  clients = await idleConnections(port, crowd)
  await expect.poll(() => gauge('ingot_connections')).toBe(crowd)
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
  clients = await idleConnections(ingot.port('http'), 1_000)
  await expect.poll(() => gauge('ingot_connections')).toBe(1_000)
  expect(await ingot.stop('SIGTERM')).toBe(0)
})
