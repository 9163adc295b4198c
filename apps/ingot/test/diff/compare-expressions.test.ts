import { type KubernetesObject, kubernetesObject } from '@ingot/kubernetes'
import { expect, it } from 'vitest'
import { compareViews } from '../../src/diff/compare-views.ts'
import { type RoutingView, routingView, type ViewOptions } from '../../src/view/routing-view.ts'

/** A host with an expression, whose `/public/a%2Fb` some upstreams read as `/public/a/b`. */
function manifests(escaped: string, plain: string): readonly KubernetesObject[] {
  const path = (path: string, name: string) => {
    return { path, pathType: 'ImplementationSpecific', backend: { service: { name, port: { number: 80 } } } }
  }
  const rules = [{ host: 'a.test', http: { paths: [path('/public/a%2Fb', escaped), path('/public/a/[b]', plain)] } }]
  const annotations = { 'nginx.ingress.kubernetes.io/use-regex': 'true' }
  const metadata = { name: 'web', namespace: 'shop', annotations }
  return [kubernetesObject({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec: { rules } })!]
}

function view(objects: readonly KubernetesObject[], profile: ViewOptions['profile']): RoutingView {
  return routingView({ objects, resolve: [] }, { profile })
}

const example = '/public/a%2Fb'

it('says that both sides refuse an example of a change as ambiguous, where expressions decide', () => {
  const [before, after] = [manifests('one', 'other'), manifests('two', 'other')].map(objects =>
    view(objects, 'ingot:ingress-nginx'),
  ) as [RoutingView, RoutingView]
  const change = compareViews(before, after).changes.find(({ path }) => path === example)
  expect(change).toMatchObject({ refusedByBoth: true, before: { status: null }, after: { status: null } })
})

it('lists what is refused only from now on', () => {
  const before = view(manifests('one', 'one'), 'ingot:ingress-nginx')
  const after = view(manifests('one', 'two'), 'ingot:ingress-nginx')
  const change = compareViews(before, after).changes.find(({ path }) => path === example)
  expect(change).toMatchObject({ refusedByBoth: false, before: { status: null }, after: { status: 400 } })
})

it('asks no guard where one of the two is a controller that has none', () => {
  const objects = manifests('one', 'two')
  const { changes } = compareViews(view(objects, 'ingress-nginx'), view(objects, 'ingot:ingress-nginx'))
  expect(changes.filter(({ path }) => path === example)).toEqual([])
})
