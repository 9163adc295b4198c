import { describe, expect, it } from 'vitest'
import { type KubernetesObject, kubernetesObject } from '../src/kubernetes-object.ts'
import { ObjectStore } from '../src/object-store.ts'
import { translate } from '../src/translate.ts'

function object(kind: string, name: string, more: object = {}): KubernetesObject {
  const apiVersion = { Ingress: 'networking.k8s.io/v1', Service: 'v1' }[kind] ?? 'apps/v1'
  return kubernetesObject({ apiVersion, kind, metadata: { name, namespace: 'test' }, ...more })!
}

describe('a store of given objects', () => {
  it('lists each kind, and counts the kinds that routing does not need', () => {
    const objects = [
      object('Service', 'a'),
      object('Deployment', 'x'),
      object('Ingress', 'b'),
      object('Deployment', 'y'),
    ]
    const store = ObjectStore.of(objects)
    expect(store.list('Service')).toEqual([objects[0]])
    expect(store.list('Ingress')).toEqual([objects[2]])
    expect(store.list('Secret')).toEqual([])
    expect([...store.otherKinds]).toEqual([['Deployment', 2]])
  })

  it('takes a Service of another API group for another kind', () => {
    const knative = kubernetesObject({
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: { name: 'a' },
    })!
    const store = ObjectStore.of([knative])
    expect(store.list('Service')).toEqual([])
    expect(store.otherKinds.get('Service')).toBe(1)
  })

  it('uses the first of two objects of one name, and knows the second', () => {
    const [first, second] = [object('Service', 'a', { spec: 1 }), object('Service', 'a', { spec: 2 })]
    const store = ObjectStore.of([first, second])
    expect(store.list('Service')).toEqual([first])
    expect([...store.written()]).toEqual([{ kind: 'Service', namespace: 'test', name: 'a', objects: [first, second] }])
  })

  it('does not take objects without name for one another', () => {
    const store = ObjectStore.of([object('Service', ''), object('Service', '')])
    expect(store.list('Service')).toHaveLength(2)
    expect(translate(store).diagnostics.map(({ code }) => code)).not.toContain('duplicate-object')
  })
})

describe('a store that changes', () => {
  it('replaces an object of the same name, and forgets a removed one', () => {
    const store = new ObjectStore()
    store.upsert(object('Service', 'a', { spec: 1 }))
    store.upsert(object('Service', 'a', { spec: 2 }))
    const key = { kind: 'Service', namespace: 'test', name: 'a' } as const
    expect([...store.written()].map(({ objects }) => objects.map(({ raw }) => raw.spec))).toEqual([[2]])
    expect(store.get(key)?.raw.spec).toBe(2)
    expect(store.remove(key)).toBe(true)
    expect(store.remove(key)).toBe(false)
    expect(store.get(key)).toBeUndefined()
    expect(store.list('Service')).toEqual([])
  })
})
