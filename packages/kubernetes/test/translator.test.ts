import { type CompiledMatcher, compile, type Matcher, type RouteTable, update } from '@ingot/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Backend } from '../src/backends/resolve-backend.ts'
import type { Diagnostic } from '../src/diagnostic.ts'
import type { IngressTarget } from '../src/ingress-target.ts'
import { formatName, type KubernetesObject, kubernetesObject } from '../src/kubernetes-object.ts'
import { ObjectStore, type WrittenObjects } from '../src/object-store.ts'
import type { TlsHost } from '../src/tls.ts'
import type { TlsChanges } from '../src/tls-table.ts'
import { type TranslateOptions, type Translation, translate } from '../src/translate.ts'
import { type ChangedTranslation, Translator } from '../src/translator.ts'

/** Few of each, so that they meet. */
const host = fc.constantFrom('a.test', 'b.test', '*.test', '*.a.test', undefined)
const namespace = fc.constantFrom('n', 'm')
const serviceName = fc.constantFrom('one', 'two')
const backend = fc
  .record({ name: serviceName, number: fc.constantFrom(80, 81) })
  .map(({ name, number }) => ({ service: { name, port: { number } } }))
const path = fc.record({
  path: fc.constantFrom('/', '/a', '/a/', '/a;b', '/a/b', '/%zz', 'bad'),
  pathType: fc.constantFrom('Exact', 'Prefix'),
  backend,
})
const rule = fc.record({ host, paths: fc.array(path, { maxLength: 3 }) }).map(({ host, paths }) => ({
  ...(host !== undefined && { host }),
  ...(paths.length > 0 && { http: { paths } }),
}))
const annotations = fc.constantFrom<Record<string, string>>(
  {},
  {},
  { 'kubernetes.io/ingress.class': 'ours' },
  { 'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS' },
  { 'nginx.ingress.kubernetes.io/permanent-redirect': 'https://else.test' },
  { 'nginx.ingress.kubernetes.io/auth-type': 'basic' },
  { 'nginx.ingress.kubernetes.io/canary': 'true', 'nginx.ingress.kubernetes.io/canary-weight': '20' },
  { 'nginx.ingress.kubernetes.io/use-regex': 'true' },
  { 'nginx.ingress.kubernetes.io/auth-url': 'http://one.n.svc.cluster.local/check' },
)
const created = fc.constantFrom<string | undefined>('2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z', undefined)
const tls = fc.array(
  fc.record({ hosts: fc.subarray(['a.test', 'b.test']), secretName: fc.constantFrom('cert', 'other', undefined) }),
  { maxLength: 2 },
)

const ingress = fc
  .record({
    ...{ name: fc.constantFrom('p', 'q', 'r'), namespace, annotations, created, tls },
    rules: fc.array(rule, { maxLength: 3 }),
    defaultBackend: fc.option(backend, { nil: undefined, freq: 2 }),
    ingressClassName: fc.constantFrom(undefined, undefined, 'ours', 'theirs'),
  })
  .map(({ name, namespace, annotations, created, ...spec }) => ({
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', spec },
    metadata: { name, namespace, annotations, ...(created !== undefined && { creationTimestamp: created }) },
  }))
const service = fc
  .record({ name: serviceName, namespace, port: fc.constantFrom(80, 81, -1) })
  .map(({ name, namespace, port }) => ({
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { ports: [{ port }] } },
  }))
const endpointSlice = fc
  .record({ name: fc.constantFrom('s', 't'), namespace, of: serviceName, ready: fc.boolean(), last: fc.nat(3) })
  .map(({ name, namespace, of, ready, last }) => ({
    ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
    metadata: { name, namespace, labels: { 'kubernetes.io/service-name': of } },
    endpoints: [{ addresses: [`10.0.0.${last}`], conditions: { ready } }],
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
  }))
const ingressClass = fc
  .record({ name: fc.constantFrom('ours', 'theirs'), isOurs: fc.boolean(), isDefault: fc.boolean() })
  .map(({ name, isOurs, isDefault }) => ({
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' },
    metadata: { name, annotations: { 'ingressclass.kubernetes.io/is-default-class': String(isDefault) } },
    spec: { controller: isOurs ? 'ingot.dev/ingress-controller' : 'else.test/controller' },
  }))
const secret = fc
  .record({ name: fc.constantFrom('cert', 'other'), namespace, type: fc.constantFrom('kubernetes.io/tls', 'Opaque') })
  .map(({ name, namespace, type }) => ({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type },
    data: { 'tls.crt': 'eA==', 'tls.key': 'eA==' },
  }))
const namespaceObject = namespace.map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))

const object = fc
  .oneof(
    { weight: 6, arbitrary: ingress },
    ...[service, endpointSlice, secret, ingressClass].map(arbitrary => ({ weight: 2, arbitrary })),
    { weight: 1, arbitrary: namespaceObject },
  )
  .map(value => kubernetesObject(value)!)

/** An object comes or changes, another of the same name is written beside it, or all of that name go. */
const event = fc.record({ object, what: fc.constantFrom('put', 'put', 'put', 'add', 'delete') })
type Event = { readonly object: KubernetesObject; readonly what: string }

const options: readonly TranslateOptions[] = [
  {},
  { hostOwnership: 'first-namespace', ties: 'descending', annotations: 'ingress-nginx' },
  { mode: 'cluster', watchWithoutClass: true, hostOwnership: { 'a.test': ['n'], '*.test': [], '': ['n'] } },
  {
    defaultBackendScope: 'global',
    allowGlobalDefaultBackend: ['n'],
    controllerDefault: { namespace: 'n', service: { name: 'one', port: { number: 80 } } },
  },
]

/** What is written, by kind and name, as whoever reads files would keep it. */
class Written {
  readonly #byName = new Map<string, KubernetesObject[]>()

  /** Returns the key of what has changed. */
  apply({ object, what }: Event): string {
    const { kind, metadata } = object
    const key = `${kind}/${metadata.namespace}/${metadata.name}`
    const before = this.#byName.get(key) ?? []
    this.#byName.set(key, what === 'delete' ? [] : what === 'add' ? [...before, object] : [object])
    return key
  }

  objects(): KubernetesObject[] {
    return [...this.#byName.values()].flat()
  }

  under(keys: Iterable<string>): WrittenObjects[] {
    return [...new Set(keys)]
      .filter(key => !key.startsWith('Namespace/'))
      .map(key => {
        const [kind, namespace, name] = key.split('/') as [WrittenObjects['kind'], string, string]
        return { kind, namespace, name, objects: this.#byName.get(key)! }
      })
  }
}

/** What whoever serves traffic has, if it has only ever been told of changes. */
class Follower {
  readonly backends = new Map<string, Backend>()
  readonly certificates = new Map<string, TlsHost>()
  readonly secrets = new Set<string>()
  readonly #findings: Diagnostic[] = []
  matcher: CompiledMatcher<IngressTarget> = compile({ routes: [] })

  take({ changes, table }: ChangedTranslation): void {
    const upsert = [...changes.hosts].filter(([, settled]) => settled?.claimed)
    this.matcher = update(this.matcher, {
      upsert: {
        routes: upsert.flatMap(([, settled]) => settled!.routes),
        hosts: upsert.map(([host]) => host),
      },
      remove: [...changes.hosts].filter(([, settled]) => !settled?.claimed).map(([host]) => host),
      ...(changes.defaultTarget && { defaultTarget: table.defaultTarget }),
    })
    for (const [id, backend] of changes.backends) {
      if (backend === undefined) this.backends.delete(id)
      else this.backends.set(id, backend)
    }
    this.#takeTls(changes.tls)
    this.#findings.push(...changes.findings.added)
    for (const gone of changes.findings.gone) this.#findings.splice(this.#findings.lastIndexOf(gone), 1)
  }

  /** Each as often as it is told in all. */
  get findings(): string[] {
    return this.#findings.map(plainDiagnostic).sort()
  }

  #takeTls({ hosts, secrets }: TlsChanges = { hosts: new Map(), secrets: new Map(), bySubject: false }): void {
    for (const [host, claim] of hosts) {
      if (claim === undefined) this.certificates.delete(host)
      else this.certificates.set(host, claim)
    }
    for (const [secret, isNamed] of secrets) {
      if (isNamed) this.secrets.add(secret)
      else this.secrets.delete(secret)
    }
  }
}

describe('translating what changes', () => {
  it.each(options.map((option, index) => [index, option] as const))(
    'gives after any events what translating the objects afresh gives, under options %i',
    (_, option) => {
      fc.assert(
        fc.property(fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), batches => {
          const written = new Written()
          const translator = new Translator(option)
          const follower = new Follower()
          for (const batch of batches) {
            const keys = batch.map(event => written.apply(event))
            const changed = translator.update(written.under(keys))
            const fresh = translate(written.objects(), option)
            follower.take(changed)
            expect(plain(changed)).toEqual(plain(fresh))
            expect(answers(follower.matcher)).toEqual(answers(compile(fresh.table)))
            expect(sorted(follower.backends)).toEqual(sorted(fresh.backends))
            expect(sorted(follower.certificates)).toEqual(sorted(fresh.tls.hosts))
            expect([...follower.secrets].sort()).toEqual(fresh.tls.secrets.map(formatName).sort())
            // What is found at several hosts is told once.
            expect([...new Set(follower.findings)]).toEqual([...new Set(fresh.diagnostics.map(plainDiagnostic))].sort())
            expect(changed.counts).toEqual(countsOf(fresh))
          }
        }),
        { numRuns: 150 },
      )
    },
  )

  it('does not depend on the order in which objects came', () => {
    fc.assert(
      fc.property(fc.array(object, { maxLength: 12 }), objects => {
        // Of two objects of one name the first counts, so that their order is no accident.
        const store = ObjectStore.of(objects)
        const once = [...store.written()].map(({ objects: [first] }) => first!)
        expect(plain(translate(once.toReversed()))).toEqual(plain(translate(once)))
      }),
    )
  })

  it('says of a changed EndpointSlice that one backend is different, and of no host', () => {
    const translator = new Translator()
    const objects = ['a.test', 'b.test'].map((host, index) =>
      written({
        ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: `i${index}`, namespace: 'n' } },
        spec: { rules: [{ host, http: { paths: [pathTo(index === 0 ? 'one' : 'two')] } }] },
      }),
    )
    const services = ['one', 'two'].map(name =>
      written({
        ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'n' }, spec: { ports: [{ port: 80 }] } },
      }),
    )
    translator.update([...objects, ...services])
    const slice = {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
      metadata: { name: 's', namespace: 'n', labels: { 'kubernetes.io/service-name': 'one' } },
      endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    }
    const { changes } = translator.update([written(slice)])
    expect([...changes.hosts]).toEqual([])
    expect([...changes.backends.keys()]).toEqual(['n/one:80'])
    expect(changes.backends.get('n/one:80')?.endpoints).toEqual([{ address: '10.0.0.1', port: 8080 }])
    expect(changes).toMatchObject({ tls: undefined, defaultTarget: false })
  })
})

const pathTo = (name: string) => ({
  ...{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } },
})

function written(value: object): WrittenObjects {
  const object = kubernetesObject(value)!
  return { kind: object.kind as WrittenObjects['kind'], ...object.metadata, objects: [object] }
}

/** All of it that can be compared. */
function plain({ table, backends, tls, diagnostics, ingresses }: Translation) {
  return {
    table: plainTable(table),
    backends: [...backends],
    tls: { hosts: [...tls.hosts], bySubject: tls.bySubject, secrets: tls.secrets },
    diagnostics: diagnostics.map(plainDiagnostic).sort(),
    ingresses: ingresses.map(({ ingress: { object }, decision }) => [object.raw, decision]),
  }
}

function plainTable({ routes, hosts, defaultTarget }: RouteTable<IngressTarget>) {
  return {
    routes: routes.map(route => ({ ...route, target: plainTarget(route.target) })),
    hosts,
    defaultTarget: defaultTarget && plainTarget(defaultTarget),
  }
}

/** Without functions, which no two targets share. */
function plainTarget(target: IngressTarget): unknown {
  return JSON.parse(JSON.stringify(target))
}

/** As `diagnose` makes it, without looking for places. */
function plainDiagnostic({ code, severity, message, object, field, related, fix, request }: Diagnostic): string {
  return JSON.stringify([code, severity, message, object, field, related, fix, request])
}

function countsOf({ table, backends, diagnostics }: Translation) {
  const available = [...backends.values()].filter(({ unavailable }) => unavailable === undefined).length
  const findings = (severity: string) => diagnostics.filter(diagnostic => diagnostic.severity === severity).length
  return {
    routes: table.routes.length,
    backends: { all: backends.size, available },
    findings: { error: findings('error'), warning: findings('warning'), info: findings('info') },
  }
}

function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1))
}

function answers(matcher: Matcher<IngressTarget>) {
  const hosts = ['a.test', 'b.test', 'x.test', 'x.a.test', 'none', '']
  const paths = ['/', '/a', '/a/', '/a/b', '/a/b/c', '/a;b', '/z']
  return hosts.flatMap(host =>
    paths.map(path => {
      const target = matcher.match(host, path)?.route.target ?? matcher.defaultTarget
      return target && plainTarget(target)
    }),
  )
}
