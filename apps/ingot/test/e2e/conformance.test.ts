import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ConformanceCase,
  type ConformanceRequest,
  loadConformanceCases,
  manifestsOf,
  upstreamsOf,
  type WireRequest,
  wireRequestOf,
} from '../../../../packages/kubernetes/test/conformance-cases.ts'
import { Backends, type Received } from './backends.ts'
import { sendRaw } from './http-client.ts'
import { IngotProcess } from './ingot-process.ts'

/** The same cases as the pure functions pass, over real sockets through the real binary. */
const cases = loadConformanceCases()
const backends = new Backends()
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-conformance-'))
  await backends.start(...new Set(cases.flatMap(upstreamsOf)))
})
afterAll(async () => {
  await backends.stop()
  await rm(folder, { recursive: true })
})

describe.concurrent('the binary', { timeout: 60_000 }, () => {
  it.each(cases.map((found, index) => [found.clause, found.name, found, index] as const))(
    '%s: %s',
    async (_clause, _name, found, index) => {
      const ingot = await IngotProcess.serve(...(await flagsOf(found, index)))
      try {
        for (const request of found.requests.filter(({ http }) => http !== '2')) await check(ingot, request)
      } finally {
        await ingot.stop()
      }
    },
  )
})

async function flagsOf(found: ConformanceCase, index: number): Promise<string[]> {
  const manifests = join(folder, `${index}.yaml`)
  const config = join(folder, `${index}.config.yaml`)
  await writeFile(
    manifests,
    manifestsOf(found, name => backends.port(name)),
  )
  await writeFile(config, JSON.stringify({ routing: found.options ?? {} }))
  const resolve = found.endpoints === 'manifests' ? [] : upstreamsOf(found)
  const resolveFlags = resolve.flatMap(name => ['--resolve', `${name}=${backends.address(name)}`])
  return ['-f', manifests, ...resolveFlags]
}

async function check(ingot: IngotProcess, request: ConformanceRequest): Promise<void> {
  const answer = await sendRaw(ingot.port('http'), serialize(wireRequestOf(request)))
  const { expect: expected } = request
  const description = JSON.stringify(request)
  if ('backend' in expected) {
    expect(answer.status, description).toBe(200)
    const received = JSON.parse(answer.body) as Received
    expect(received.backend, description).toBe(expected.backend)
    if (expected.path !== undefined) expect(received.url, description).toBe(expected.path)
  } else {
    expect([expected.status].flat(), description).toContain(answer.status)
    if (expected.reason !== undefined) expect(answer.body, description).toMatch(` ${expected.reason}`)
  }
}

function serialize({ method, target, hosts, http, headers }: WireRequest): string {
  const fields = [...hosts.map(host => ['Host', host]), ...Object.entries(headers), ['Connection', 'close']]
  return [`${method} ${target} HTTP/${http}`, ...fields.map(([name, value]) => `${name}: ${value}`), '', ''].join(
    '\r\n',
  )
}
