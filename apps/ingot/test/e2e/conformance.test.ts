import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type ConformanceCase,
  type ConformanceOptions,
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
  await writeFile(config, JSON.stringify(configurationOf(found.options ?? {})))
  const resolve = found.endpoints === 'manifests' ? [] : upstreamsOf(found)
  const resolveFlags = resolve.flatMap(name => ['--resolve', `${name}=${backends.address(name)}`])
  return ['-f', manifests, '--config', config, ...resolveFlags]
}

/** The options of a case under the names they have in `ingot.yaml`. */
function configurationOf(options: ConformanceOptions): object {
  const { hostFallthrough, emptySegments, encodedSlash, aboveRoot, maxLength, maxElements, ...translation } = options
  const { allowGlobalDefaultBackend, watchWithoutClass, controllerDefault, ...others } = translation
  return {
    matching: {
      hostFallthrough,
      emptySegments,
      encodedSlash,
      aboveRoot,
      maxPathLength: maxLength,
      maxPathElements: maxElements,
    },
    kubernetes: {
      ...others,
      globalDefaultBackend: allowGlobalDefaultBackend,
      withoutClass: watchWithoutClass,
      defaultBackend: controllerDefault && backendText(controllerDefault),
    },
  }
}

function backendText({ namespace, service }: NonNullable<ConformanceOptions['controllerDefault']>): string {
  const { name, port } = service
  return `${namespace}/${name}:${'number' in port ? port.number : port.name}`
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
