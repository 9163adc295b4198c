import { type KubernetesObject, readManifests } from '@ingot/kubernetes'
import { beforeEach, expect, it } from 'vitest'
import { readConfiguration } from '../src/configuration/read-configuration.ts'
import { RoutePolicies } from '../src/configuration/route-policies.ts'
import { type Generation, runControlLoop } from '../src/control-loop.ts'
import { openMatcher } from '../src/data-plane/shared-matcher.ts'
import type { TrafficUpdate } from '../src/data-plane/traffic-update.ts'
import type { Source, SourceChange } from '../src/sources/source.ts'
import { ingress } from './e2e/manifests.ts'

const object = (value: object): KubernetesObject => readManifests(JSON.stringify(value), { file: 'f' }).objects[0]!
const change = (origin: string, ...objects: KubernetesObject[]): SourceChange => ({ origin, objects, diagnostics: [] })
const shop = object(JSON.parse(ingress('shop', 'shop.example.com', { '/': 'web' })))
const service = object({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
  spec: { ports: [{ port: 80, protocol: 'TCP' }] },
})
const slice = (address: string) =>
  object({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
  })

let updates: TrafficUpdate[]
let generations: Generation[]
let failures: unknown[]
beforeEach(() => {
  updates = []
  generations = []
  failures = []
})

async function run(...batches: SourceChange[][]): Promise<void> {
  const source: Source = (async function* () {
    yield* batches
  })()
  await runControlLoop({
    source,
    dataPlane: { apply: async update => void updates.push(update) },
    certificates: { update: async () => undefined },
    policies: new RoutePolicies(readConfiguration(undefined, { values: {}, flags: new Map() })),
    ...{ translate: {}, matching: {}, resolve: [] },
    onLive: generation => generations.push(generation),
    onFailure: error => failures.push(error),
  })
}

const endpoints = (update: TrafficUpdate) => update.backends?.get('default/web:80')?.endpoints

it('makes routes and endpoints live together', async () => {
  await run([change('a', shop), change('b', service), change('c', slice('10.0.0.1'))])
  const [update] = updates
  const match = openMatcher(update!.routes!.matcher).match('shop.example.com', '/x')
  expect(match?.route.target).toMatchObject({ backend: 'default/web:80', ingress: 'default/shop', rule: 0, path: 0 })
  expect(endpoints(update!)).toEqual([{ address: '10.0.0.1', port: 8080 }])
})

it('sends only endpoints when only endpoints have changed', async () => {
  await run(
    [change('a', shop), change('b', service), change('c', slice('10.0.0.1'))],
    [change('c', slice('10.0.0.2'))],
    [change('c')],
    [change('a')],
  )
  expect(updates.map(update => update.routes !== undefined)).toEqual([true, false, false, true])
  expect(updates.slice(0, 3).map(endpoints)).toEqual([
    [{ address: '10.0.0.1', port: 8080 }],
    [{ address: '10.0.0.2', port: 8080 }],
    [],
  ])
  expect(generations.map(({ number }) => number)).toEqual([1, 2, 3, 4])
})

it('goes on after a change that could not be taken over', async () => {
  const broken = { ...shop, metadata: null as never }
  await run([change('a', shop)], [change('z', broken)], [change('z'), change('b', service)])
  expect(failures).toHaveLength(1)
  expect(generations.at(-1)?.table.routes).toHaveLength(1)
})
