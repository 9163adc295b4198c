import { readManifests, translate } from '@ingot/kubernetes'
import { chooseByPath } from '@ingot/proxy'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestExplainer } from '../../src/explain/explain-request.ts'
import { listRoutes } from '../../src/routes/format-routes.ts'
import { routingView } from '../../src/view/routing-view.ts'

const paths = ['/api(/|$)(.*)', '/api/v[12]', '/x?y', '/(?!no)', '/pub', '/', '/\\bword']
const pathText = fc.subarray(paths, { minLength: 1 })
const request = fc
  .array(fc.constantFrom('/', 'api', 'API', 'v1', 'x', 'y', 'no', 'pub', 'word'), { maxLength: 6 })
  .map(parts => `/${parts.join('')}`.replace(/\/{2,}/g, '/'))

function manifests(written: readonly string[]) {
  const text = JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      ...{ name: 'a', namespace: 'default' },
      annotations: { 'nginx.ingress.kubernetes.io/use-regex': 'true' },
    },
    spec: {
      rules: [
        {
          host: 'a.com',
          http: {
            paths: written.map((path, index) => ({
              path,
              pathType: 'ImplementationSpecific',
              backend: { service: { name: `web-${index}`, port: { number: 80 } } },
            })),
          },
        },
      ],
    },
  })
  return readManifests(text, { file: 'a.json' }).objects
}

describe('what people are shown of a host with expressions', () => {
  it('is what the proxy chooses', () => {
    fc.assert(
      fc.property(pathText, request, (written, path) => {
        const objects = manifests(written)
        const view = routingView({ objects, resolve: [] }, { profile: 'ingot:ingress-nginx' })
        const explained = requestExplainer(view)({ url: `http://a.com${path}` })
        const { table } = translate(objects, { annotations: 'ingress-nginx' })
        const { choices = [], otherwise } = table.routes[0]!.target
        const chosen = chooseByPath({ choices, otherwise }, path)
        expect([explained.status === 404, explained.path]).toEqual([chosen === undefined, chosen?.path ?? null])
      }),
      { numRuns: 200 },
    )
  })

  it('lists every expression in the order in which they are tried', () => {
    const view = routingView({ objects: manifests(['/a', '/b.*']), resolve: [] }, { profile: 'ingot:ingress-nginx' })
    expect(listRoutes(view).map(({ path }) => path)).toEqual(['~* ^/b.*', '~* ^/a'])
  })

  it('refuses what the guard of the proxy refuses', () => {
    const view = routingView(
      { objects: manifests(['/public/', '/admin/']), resolve: [] },
      { profile: 'ingot:ingress-nginx' },
    )
    expect(requestExplainer(view)({ url: 'http://a.com/public/..%2Fadmin/x' })).toMatchObject({
      ...{ status: 400, reason: 'ambiguous-path' },
    })
  })
})
