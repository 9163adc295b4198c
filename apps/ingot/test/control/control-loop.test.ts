import { formatName, type KubernetesObject, readManifests } from '@ingot/kubernetes'
import fc from 'fast-check'
import { beforeEach, expect, it } from 'vitest'
import { RoutedIngresses } from '../../src/cluster/routed-ingresses.ts'
import { readConfiguration } from '../../src/configuration/read-configuration.ts'
import { RoutePolicies } from '../../src/configuration/route-policies.ts'
import { CertificateKeeper } from '../../src/control/certificate-keeper.ts'
import { type Generation, runControlLoop } from '../../src/control/control-loop.ts'
import { CountedFindings } from '../../src/control/counted-findings.ts'
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
    certificates: new CertificateKeeper({ onLoaded: () => {} }),
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
        secrets: fc.array(fc.option(fc.constantFrom('s', 't'), { nil: undefined }), { maxLength: 2 }),
      })
      .map(({ name, rules, secrets }) =>
        change(`Ingress/${name}`, ...(rules === undefined ? [] : [ingressOf(name, rules, secrets)])),
      ),
    fc
      .record({ name: fc.constantFrom('s', 't'), cert: fc.option(fc.constantFrom('one', 'two')) })
      .map(({ name, cert }) => change(`Secret/${name}`, ...(cert === null ? [] : [secretOf(name, cert)]))),
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
  generations = []
  apply = update => void sent.push(update)
  await run(...batches.map(batch => [...batch]))
  for (const update of sent) {
    told.add(update)
    if (update.routes !== undefined) matcher = LiveMatcher.open(update.routes.matcher)
    if (update.changes !== undefined) matcher = await matcher.change(update.changes)
  }
  const { routes, changes, certificates, backends: all = new Map() } = told.all
  const late = await LiveMatcher.open(routes!.matcher).change(changes ?? { hosts: new Map(), policies: [] })
  expect(answers(late)).toEqual(answers(matcher))
  const backends = [...all].sort(([a], [b]) => (a < b ? -1 : 1))
  return { answers: answers(matcher), backends, certificates: sortedMaps(certificates), ...toldOf(generations) }
}

/** What those know of the last generation who were only ever told of changes. */
function toldOf(all: readonly Generation[]) {
  const findings = new CountedFindings(({ severity, message }) => `${severity} ${message}`)
  const routed = new RoutedIngresses()
  for (const { changes } of all) {
    findings.take({ isWhole: changes.isWhole, ...changes.findings })
    routed.take(changes)
  }
  const { table, diagnostics, counts } = all.at(-1)!
  const inTable = [...table.routes.map(({ target }) => target), table.defaultTarget]
    .flatMap(target => target?.ingress ?? [])
    .map(formatName)
  const names = ['default/p', 'default/q', 'default/r']
  expect(names.filter(name => routed.has(name))).toEqual(names.filter(name => inTable.includes(name)))
  const keys = [...findings.all()].map(([key]) => key).sort()
  expect(keys).toEqual([...new Set(diagnostics.map(({ severity, message }) => `${severity} ${message}`))].sort())
  expect(counts.routes).toBe(table.routes.length)
  return { keys, counts }
}

function sortedMaps(certificates: TrafficUpdate['certificates']) {
  const sorted = (map: ReadonlyMap<string, unknown> = new Map()) => [...map].sort(([a], [b]) => (a < b ? -1 : 1))
  return { ...certificates, pairs: sorted(certificates?.pairs), hosts: sorted(certificates?.hosts) }
}

function answers({ matcher }: LiveMatcher) {
  return ['a.test', 'b.test', 'none'].flatMap(host =>
    ['/', '/x/y', '/z'].map(path => matcher.match(host, path)?.route.target ?? matcher.defaultTarget),
  )
}

function ingressOf(
  name: string,
  rules: readonly { host: string | undefined; path: string; to: string }[],
  secrets: readonly (string | undefined)[],
) {
  const spec = {
    defaultBackend: { service: { name: 'web', port: { number: 80 } } },
    // The second entry lists no hosts: the names in the certificate decide.
    tls: secrets.map((secretName, index) => ({ hosts: ['a.test', 'b.test'].slice(2 * index), secretName })),
    rules: rules.map(({ host, path, to }) => ({
      ...(host !== undefined && { host }),
      http: { paths: [{ path, pathType: 'Prefix', backend: { service: { name: to, port: { number: 80 } } } }] },
    })),
  }
  return object({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name }, spec })
}

function secretOf(name: string, cert: string) {
  return object({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'kubernetes.io/tls' },
    stringData: { 'tls.crt': cert, 'tls.key': cert },
  })
}
