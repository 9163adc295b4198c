import { type KubernetesObject, readManifests } from '@ingot/kubernetes'
import fc from 'fast-check'
import { beforeEach, expect, it } from 'vitest'
import { readConfiguration } from '../../src/configuration/read-configuration.ts'
import { RoutePolicies } from '../../src/configuration/route-policies.ts'
import { type Generation, runControlLoop } from '../../src/control/control-loop.ts'
import { LiveMatcher } from '../../src/data-plane/live-matcher.ts'
import { openMatcher } from '../../src/data-plane/shared-matcher.ts'
import { ToldUpdates } from '../../src/data-plane/told-updates.ts'
import type { TrafficUpdate } from '../../src/data-plane/traffic-update.ts'
import type { Source, SourceChange } from '../../src/sources/source.ts'
import { ingress } from '../e2e/manifests.ts'

const object = (value: object): KubernetesObject => readManifests(JSON.stringify(value), { file: 'f' }).objects[0]!
const change = (origin: string, ...objects: KubernetesObject[]): SourceChange => ({ origin, objects, diagnostics: [] })
const shop = object(JSON.parse(ingress('shop', 'shop.example.com', { '/': 'web' })))
const service = object({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
  spec: { ports: [{ port: 80, protocol: 'TCP' }] },
})
const slice = (address: string, of = 'web') =>
  object({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${of}-1`, labels: { 'kubernetes.io/service-name': of } },
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
  apply = update => void updates.push(update)
})

let apply = (update: TrafficUpdate) => void updates.push(update)

async function run(...batches: SourceChange[][]): Promise<void> {
  const source: Source = (async function* () {
    yield* batches
  })()
  await runControlLoop({
    source,
    dataPlane: { apply: async update => apply(update) },
    certificates: { update: async () => undefined },
    policies: new RoutePolicies(readConfiguration(undefined, { values: {}, flags: new Map() })),
    ...{ translate: {}, matching: {}, resolve: [], sharesRoutes: false },
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

it('sends only endpoints when only endpoints have changed, and only of backends whose endpoints they are', async () => {
  const other = object(JSON.parse(ingress('other', 'other.example.com', { '/': 'other' })))
  await run(
    [change('a', shop), change('b', service), change('c', slice('10.0.0.1')), change('o', other)],
    [change('c', slice('10.0.0.2'))],
    [change('c')],
    [change('a')],
  )
  expect(updates.map(({ routes, changes }) => [routes !== undefined, changes && [...changes.hosts]])).toEqual([
    [true, undefined],
    [false, undefined],
    [false, undefined],
    [false, [['shop.example.com', undefined]]],
  ])
  expect(updates.map(({ backends }) => [...(backends ?? [])].map(([id]) => id))).toEqual([
    ['default/other:80', 'default/web:80'],
    ['default/web:80'],
    ['default/web:80'],
    ['default/web:80'],
  ])
  expect(updates.map(endpoints)).toEqual([
    [{ address: '10.0.0.1', port: 8080 }],
    [{ address: '10.0.0.2', port: 8080 }],
    [],
    undefined,
  ])
  expect(generations.map(({ number }) => number)).toEqual([1, 2, 3, 4])
})

it('says everything again after a change that could not be taken over', async () => {
  let broken = true
  apply = update => {
    if (!updates.push(update) || updates.length !== 2 || !broken) return
    broken = false
    throw new Error('a worker is out of order')
  }
  await run([change('a', shop)], [change('a')], [change('b', service)])
  expect(failures).toHaveLength(1)
  expect(updates.map(({ routes }) => routes !== undefined)).toEqual([true, false, true])
  expect(openMatcher(updates[2]!.routes!.matcher).match('shop.example.com', '/')).toBeUndefined()
  expect([...updates[2]!.backends!]).toEqual([['default/web:80', undefined]])
  expect(generations.map(({ table }) => table.routes.length)).toEqual([1, 0])
})

it('leaves those who serve with the routes and endpoints of a fresh start, whatever changed on the way', async () => {
  const names = ['web', 'api']
  const hosts = ['a.test', '*.test', undefined]
  const someChange = fc.oneof(
    fc
      .record({
        name: fc.constantFrom('p', 'q', 'r'),
        rules: fc.option(
          fc.array(
            fc.record({
              host: fc.constantFrom(...hosts),
              path: fc.constantFrom('/', '/x'),
              to: fc.constantFrom(...names),
            }),
            { maxLength: 2 },
          ),
          { nil: undefined },
        ),
      })
      .map(({ name, rules }) => change(`Ingress/${name}`, ...(rules === undefined ? [] : [ingressOf(name, rules)]))),
    fc
      .record({ name: fc.constantFrom(...names), last: fc.option(fc.nat(2)) })
      .map(({ name, last }) =>
        change(`EndpointSlice/${name}`, ...(last === null ? [] : [slice(`10.0.0.${last}`, name)])),
      ),
  )
  const services = names.map(name => change(`Service/${name}`, { ...service, metadata: { ...service.metadata, name } }))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(someChange, { maxLength: 3 }), { maxLength: 8 }), async batches => {
      const last = new Map(batches.flat().map(one => [one.origin, one]))
      expect(await served([services, ...batches])).toEqual(await served([[...services, ...last.values()]]))
    }),
    { numRuns: 60 },
  )
})

/** What a thread answers that was told of these changes, one batch after the other. */
async function served(batches: readonly SourceChange[][]) {
  let matcher = LiveMatcher.empty()
  const told = new ToldUpdates()
  const sent: TrafficUpdate[] = []
  apply = update => void sent.push(update)
  await run(...batches.map(batch => [...batch]))
  for (const update of sent) {
    told.add(update)
    if (update.routes !== undefined) matcher = LiveMatcher.open(update.routes.matcher)
    if (update.changes !== undefined) matcher = await matcher.change(update.changes)
  }
  const { routes, changes, backends: all = new Map() } = told.all
  const late = await LiveMatcher.open(routes!.matcher).change(changes ?? { hosts: new Map(), policies: [] })
  expect(answers(late)).toEqual(answers(matcher))
  const backends = [...all].sort(([a], [b]) => (a < b ? -1 : 1))
  return { answers: answers(matcher), backends }
}

function answers({ matcher }: LiveMatcher) {
  return ['a.test', 'b.test', 'none'].flatMap(host =>
    ['/', '/x/y', '/z'].map(path => matcher.match(host, path)?.route.target ?? matcher.defaultTarget),
  )
}

function ingressOf(name: string, rules: readonly { host: string | undefined; path: string; to: string }[]) {
  const spec = {
    defaultBackend: { service: { name: 'web', port: { number: 80 } } },
    rules: rules.map(({ host, path, to }) => ({
      ...(host !== undefined && { host }),
      http: { paths: [{ path, pathType: 'Prefix', backend: { service: { name: to, port: { number: 80 } } } }] },
    })),
  }
  return object({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name }, spec })
}
