import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FaultyUpstream, faultyUpstream } from '../hostile/faulty-upstream.ts'
import { attack, connectAndReset, http1Attacks, idleConnections } from '../hostile/http1-attacks.ts'
import { errorsOf, startLoad } from '../hostile/load.ts'
import { IngotProcess } from './ingot-process.ts'
import { ingress } from './manifests.ts'

const idle = 2_000
let folder = ''
let upstream: FaultyUpstream
let ingot: IngotProcess
let idlers: Socket[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-'))
  upstream = await faultyUpstream()
  await writeFile(join(folder, 'a.json'), ingress('a', 'a.test', { '/': 'web' }))
  const resolve = `web=127.0.0.1:${upstream.port}`
  ingot = await IngotProcess.serve('-f', folder, '--resolve', resolve, '--no-access-log')
})
afterAll(async () => {
  for (const socket of idlers) socket.destroy()
  await ingot.stop('SIGKILL')
  await upstream[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

it('floods of every kind over HTTP/1.1 at once are cut off, and good clients served meanwhile, in bounded memory', async () => {
  const port = ingot.port('http')
  idlers = await idleConnections(port, idle)
  await expect.poll(() => ingot.metric('ingot_connections')).toBe(idle)
  const end = performance.now() + 4_000
  const load = startLoad(port, 4)
  const isOver = () => performance.now() > end && load.tally.ok > 100
  const storm = connectAndReset(port, 50, isOver)
  const casualties = await Promise.all(http1Attacks.map(one => attack(port, one, isOver)))
  const memory = await ingot.metric('process_resident_memory_bytes')
  const tally = await load.stop()
  expect(casualties.filter(({ cut }) => cut === 0)).toEqual([])
  expect(await storm).toBeGreaterThan(50)
  expect(errorsOf(tally)).toEqual({})
  expect(idlers.filter(socket => socket.destroyed)).toEqual([])
  expect(memory).toBeLessThan(256 * 2 ** 20)
}, 60_000)

it('after all of them nothing was uncaught, and no connection and no request is left', async () => {
  for (const socket of idlers) socket.destroy()
  await expect.poll(() => ingot.metric('ingot_connections')).toBe(0)
  await expect.poll(() => ingot.metric('ingot_requests_in_flight')).toBe(0)
  expect(ingot.errors).toEqual([])
  expect(ingot.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
})
