import { kubernetesObject, readManifests } from '@ingot/kubernetes'
import { expect, it } from 'vitest'
import { ManifestSet } from '../../src/control/manifest-set.ts'
import type { SourceChange } from '../../src/sources/source.ts'
import { ingress } from '../e2e/manifests.ts'

const change = (origin: string, text: string): SourceChange => ({ origin, ...readManifests(text, { file: origin }) })
const good = ingress('shop', 'shop.example.com', { '/': 'web' })
const invalid = ingress('shop', 'shop.example.com', { 'no-slash': 'web' })
const names = (set: ManifestSet) => set.objects().map(object => object.metadata.name)

it('lists the objects of all origins by the name of the origin, whatever order they came in', () => {
  const set = new ManifestSet()
  set.apply(change('b.yaml', ingress('b', undefined, { '/': 'web' })))
  set.apply(change('a.yaml', ingress('a', undefined, { '/': 'web' })))
  expect(names(set)).toEqual(['a', 'b'])
})

it('forgets an origin that is gone', () => {
  const set = new ManifestSet()
  set.apply(change('a.yaml', good))
  set.apply({ origin: 'a.yaml', objects: [], diagnostics: [] })
  expect(set.objects()).toEqual([])
})

it('keeps the last good version of an object that turns invalid, and says why', () => {
  const set = new ManifestSet()
  const first = change('a.yaml', good)
  set.apply(first)
  set.apply(change('a.yaml', invalid))
  expect(set.objects()).toEqual(first.objects)
  expect(set.diagnostics().map(({ code }) => code)).toEqual(['invalid-path'])
})

it('keeps it through several bad versions, and takes the next good one', () => {
  const set = new ManifestSet()
  const better = change('a.yaml', ingress('shop', 'shop.example.com', { '/new': 'web' }))
  for (const text of [good, invalid, 'kind: [', invalid]) set.apply(change('a.yaml', text))
  expect(names(set)).toEqual(['shop'])
  set.apply(better)
  expect(set.objects()).toEqual(better.objects)
  expect(set.diagnostics()).toEqual([])
})

it('takes an object that was never good as it is, so that its good parts are served', () => {
  const set = new ManifestSet()
  set.apply(change('a.yaml', invalid))
  expect(names(set)).toEqual(['shop'])
})

it('keeps every object of a file that cannot be read any more, and takes the new ones beside them', () => {
  const set = new ManifestSet()
  set.apply(change('a.yaml', `${good}\n---\n${ingress('api', undefined, { '/': 'api' })}`))
  set.apply(change('a.yaml', `${ingress('new', undefined, { '/n': 'n' })}\n---\nkind: [`))
  expect(names(set).sort()).toEqual(['api', 'new', 'shop'])
})

it('passes over a change of nothing but a status, which leaves generation, labels and annotations as they were', () => {
  const set = new ManifestSet()
  const version = (metadata: object, status: object) => {
    const object = kubernetesObject({
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', status },
      metadata: { namespace: 'default', name: 'shop', uid: 'one', generation: 1, labels: { a: 'b' }, ...metadata },
      spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
    })!
    return set.apply({ origin: 'Ingress/default/shop', objects: [object], diagnostics: [] })
  }
  const routing = new Set(['Ingress Ingress default shop'])
  expect(version({}, {})).toEqual(routing)
  expect(version({ resourceVersion: '2' }, { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } })).toBeUndefined()
  expect(set.objects()[0]!.raw.status).toEqual({ loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } })
  expect(version({ annotations: { 'kubernetes.io/ingress.class': 'other' } }, {})).toEqual(routing)
  expect(version({ labels: { a: 'c' } }, {})).toEqual(routing)
  expect(version({ labels: { a: 'c' }, generation: 2 }, {})).toEqual(routing)
  expect(version({ labels: { a: 'c' }, generation: 2, uid: 'another' }, {})).toEqual(routing)
})

it('says what is written under the names that a change has touched', () => {
  const set = new ManifestSet()
  set.apply(change('b.yaml', good))
  const touched = set.apply(change('a.yaml', good))!
  const [written] = [...set.under(touched)]
  expect(written).toMatchObject({ kind: 'Ingress', namespace: 'default', name: 'shop' })
  expect(written!.objects.map(({ source }) => source?.file)).toEqual(['a.yaml', 'b.yaml'])
  expect([...set.under()]).toEqual([written])
  set.apply({ origin: 'a.yaml', objects: [], diagnostics: [] })
  const gone = set.apply({ origin: 'b.yaml', objects: [], diagnostics: [] })!
  expect([...set.under(gone)].map(({ objects }) => objects)).toEqual([[]])
})
