import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { normaliseHost, normalisePath, type Route } from '@ingot/core'
import { linearMatcher } from '@ingot/core/linear'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BypassGroup, bypassGroups } from '../hostile/bypass-table.ts'
import { Backends, type Received } from './backends.ts'
import { get, sendRaw } from './http-client.ts'
import { IngotProcess } from './ingot-process.ts'

const groups = bypassGroups()
const backends = new Backends()
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-'))
  const names = new Set(groups.flatMap(({ rules }) => rules.map(({ service }) => service)))
  await backends.start(...names)
})
afterAll(async () => {
  await backends.stop()
  await rm(folder, { recursive: true })
})

it('the table of bypasses has at least 100 cases', () => {
  expect(groups.flatMap(({ cases }) => cases).length).toBeGreaterThanOrEqual(100)
})

describe.each(groups.map((group, index) => [group.name, group, index] as const))('with %s', (_, group, index) => {
  let ingot: IngotProcess
  beforeAll(async () => {
    ingot = await serve(group, index)
  })
  afterAll(() => ingot.stop('SIGKILL'))

  it.each(group.cases)('$trick ($host $target) reaches nobody but $outcome', async ({ host, target, outcome }) => {
    const answer = await sendRaw(ingot.port('http'), requestOf(host, target))
    expect(outcome).toContain(answer.status === 200 ? received(answer.body).backend : answer.status)
    if (answer.status === 200) expectRouted(group, received(answer.body))
  })
})

describe('whatever path is asked for', () => {
  const group = groups.find(({ cases }) => cases.some(({ target }) => target === '/api%2finternal'))!
  const piece = fc.constantFrom(
    ...['/', 'api', 'internal', 'x', '.', '..', '%2e', '%2F', '%5c', '\\', ';', ';a=b', '//', '%61', '%25', '%', '%00'],
    ...['?', '#', '%3b', '%c0%ae', '%ef%bc%8f', '~', 'API', '%20', '@', ':', '*', '%3f'],
  )
  const target = fc.array(piece, { maxLength: 9 }).map(pieces => `/${pieces.join('')}`)

  it('the upstream receives what the linear matcher, too, gives to this upstream', async () => {
    const ingot = await serve(group, groups.length)
    try {
      await fc.assert(
        fc.asyncProperty(target, async path => {
          const answer = await get(ingot.port('http'), 'a.test', path)
          expect([200, 400]).toContain(answer.status)
          if (answer.status === 200) expectRouted(group, received(answer.body))
        }),
        { numRuns: 400 },
      )
    } finally {
      await ingot.stop('SIGKILL')
    }
  }, 60_000)
})

const received = (body: string): Received => JSON.parse(body)

/** Bytes at the upstream, read again: the route that the linear matcher takes for them is the route that was taken. */
function expectRouted({ rules, options }: BypassGroup, { backend, url, headers }: Received): void {
  const routes = rules.map(({ service, ...rule }) => ({ ...rule, target: service }) as Route<string>)
  const host = normaliseHost(headers.host as string)
  const path = normalisePath(url.split('?')[0]!, options)
  expect([typeof host, typeof path]).toEqual(['string', 'string'])
  expect(path).toBe(url.split('?')[0])
  expect(linearMatcher({ routes }).match(host as string, path as string)?.route.target).toBe(backend)
}

/** In UTF-8, where the case has other characters than ASCII. */
function requestOf(host: string, target: string): string {
  return `GET ${Buffer.from(target).toString('latin1')} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
}

async function serve({ rules, options }: BypassGroup, index: number): Promise<IngotProcess> {
  const [manifests, config] = [join(folder, `${index}.json`), join(folder, `${index}.config.json`)]
  await writeFile(manifests, JSON.stringify(ingressOf(rules)))
  await writeFile(config, JSON.stringify({ matching: options }))
  const services = new Set(rules.map(({ service }) => service))
  const resolve = [...services].flatMap(name => ['--resolve', `${name}=${backends.address(name)}`])
  return IngotProcess.serve('-f', manifests, '--config', config, ...resolve)
}

function ingressOf(rules: BypassGroup['rules']): object {
  const spec = {
    rules: rules.map(({ host, path, pathType, service }) => ({
      host,
      http: { paths: [{ path, pathType, backend: { service: { name: service, port: { number: 80 } } } }] },
    })),
  }
  const metadata = { name: 'table', namespace: 'default' }
  return { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec }
}
