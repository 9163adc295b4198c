import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type RecordingUpstream,
  recordingUpstream,
} from '../../../../packages/proxy/test/support/recording-upstream.ts'
import { complaint, rawTable, send } from '../hostile/raw-table.ts'
import { get } from './http-client.ts'
import { IngotProcess } from './ingot-process.ts'
import { ingress } from './manifests.ts'

const table = rawTable()
let folder = ''
let upstream: RecordingUpstream
let admin: RecordingUpstream
let ingot: IngotProcess

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-'))
  upstream = await recordingUpstream()
  await writeFile(join(folder, 'a.json'), ingress('a', 'a.test', { '/': 'web', '/admin': 'admin' }))
  admin = await recordingUpstream()
  const services = [`web=127.0.0.1:${upstream.port}`, `admin=127.0.0.1:${admin.port}`]
  ingot = await IngotProcess.serve('-f', folder, ...services.flatMap(service => ['--resolve', service]))
})

afterAll(async () => {
  await ingot.stop('SIGKILL')
  await upstream[Symbol.asyncDispose]()
  await admin[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

it('the table of raw requests has at least 250 cases, each with one required outcome', () => {
  expect(table.length).toBeGreaterThanOrEqual(250)
  for (const { name, refused, answered, forwarded, incomplete } of table) {
    expect(
      [refused, answered, forwarded, incomplete].filter(outcome => outcome !== undefined),
      name,
    ).toHaveLength(1)
  }
})

describe.each([...new Set(table.map(({ topic }) => topic))])('of raw requests about %s', topic => {
  it.each(table.filter(raw => raw.topic === topic))('$name', async raw => {
    expect(complaint(raw, await send(ingot.port('http'), raw, upstream))).toBeUndefined()
  })
})

it('after all of them the program serves as before, nothing was uncaught, and no connection is left', async () => {
  expect((await get(ingot.port('http'), 'a.test', '/')).status).toBe(200)
  expect(ingot.errors).toEqual([])
  expect(ingot.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
  await expect.poll(() => ingot.metric('ingot_connections')).toBe(0)
  await expect.poll(() => ingot.metric('ingot_requests_in_flight')).toBe(0)
})
