import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askHostile, type HostileUpstream, hostileUpstream, responseTable } from '../hostile/hostile-upstream.ts'
import { get } from './http-client.ts'
import { IngotProcess } from './ingot-process.ts'
import { ingress } from './manifests.ts'

let folder = ''
let upstream: HostileUpstream
let ingot: IngotProcess
/** How long it took until a client saw that its response was cut, in milliseconds. */
const delays: number[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-'))
  upstream = await hostileUpstream()
  await writeFile(join(folder, 'a.json'), ingress('a', 'a.test', { '/': 'web' }))
  // Nothing but the response decides: the upstream is neither ejected nor asked twice.
  const plain = ['--no-ejection', '--attempts', '1']
  ingot = await IngotProcess.serve('-f', folder, '--resolve', `web=127.0.0.1:${upstream.port}`, ...plain)
})

afterAll(async () => {
  await ingot.stop('SIGKILL')
  await upstream[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

it('the table of hostile responses has at least 40 cases', () => {
  expect(responseTable.length).toBeGreaterThanOrEqual(40)
})

describe('an upstream that answers with', () => {
  it.each(responseTable.map((response, index) => [response.name, index] as const))('%s', async (_, index) => {
    const { becomes, status, body = '', without = [] } = responseTable[index]!
    const { text, closed, closedAt } = await askHostile(ingot.port('http'), index)
    if (becomes === 'bad-gateway')
      expect(text).toMatch(
        /^(HTTP\/1\.1 103 [^\r]*\r\n(.+\r\n)*\r\n)*HTTP\/1\.1 502 [\s\S]*502 (bad-response|connection-reset)\n$/,
      )
    if (becomes === 'cut') {
      expect(text).toMatch(/^HTTP\/1\.1 (200|502) /)
      if (text.startsWith('HTTP/1.1 200')) {
        expect(closed).toBe(true)
        expect(text).not.toMatch(/\r\n0\r\n\r\n$/)
        delays.push(closedAt - upstream.endedAt)
      }
    }
    if (becomes === 'whole') {
      expect(text).toContain(`HTTP/1.1 ${status} `)
      expect(text).not.toMatch(/evil|surplus/)
      expect(text).toContain(body)
      for (const piece of without) expect(text.toLowerCase()).not.toContain(`\r\n${piece}`)
    }
    // The next client gets its own answer, and nothing that is left of this one.
    const next = await get(ingot.port('http'), 'a.test', '/next')
    expect([next.status, next.body]).toEqual([200, 'fine'])
  })
})

it('a response that was cut short is seen to be so within 50 ms by half of the clients at least', () => {
  expect(delays.length).toBeGreaterThan(5)
  expect(delays.sort((a, b) => a - b)[Math.floor(delays.length / 2)]).toBeLessThan(50)
})

it('nothing was uncaught, and no connection of a hostile answer was kept', async () => {
  expect(ingot.errors).toEqual([])
  expect(ingot.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
  await expect.poll(() => upstream.connections).toBeLessThanOrEqual(1)
})
