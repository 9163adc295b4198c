import { expect, it } from 'vitest'
import { formatRoutes, listRoutes } from '../../src/routes/format-routes.ts'
import { ingress, viewOf } from '../manifests.ts'

const manifests =
  ingress('a', {
    'a.test': ['/api e exact', '/ p web', '/api p api', '/api/v1/ p old', '/api p twice'],
    '*.b.test': ['/x p x'],
  }) +
  ingress('c', { '*': ['/any i any'] }, { defaultBackend: 'rest' }) +
  ingress('d', {}, { defaultBackend: 'all' })

it('draws hosts, below each its paths, and below each Prefix what it covers', () => {
  expect(`\n${formatRoutes(viewOf(manifests))}`).toBe(`
HOST AND PATH      TYPE     BACKEND           INGRESS    NOTE
a.test
└─ /               Prefix   default/web:80    default/a
   ├─ /api         Exact    default/exact:80  default/a
   ├─ /api         Prefix   default/api:80    default/a
   │  └─ /api/v1/  Prefix   default/old:80    default/a
   └─ /api         Prefix   default/twice:80  default/a  never used: Prefix /api of default/a has its requests
*.b.test
└─ /x              Prefix   default/x:80      default/a
(any other host)
├─ /any            Prefix   default/any:80    default/c
└─ anything else   default  default/rest:80   default/c
anything else      default  default/all:80    default/d
`)
})

it('lists routes in the order in which they are tried', () => {
  const paths = listRoutes(viewOf(manifests)).map(({ host, path, pathType }) => `${host} ${pathType} ${path}`)
  expect(paths).toEqual([
    'a.test Exact /api',
    'a.test Prefix /api/v1/',
    'a.test Prefix /api',
    'a.test Prefix /api',
    'a.test Prefix /',
    '*.b.test Prefix /x',
    'null Prefix /any',
    'null default /',
    'null default anything else',
  ])
})

it('shows the rules of another controller as that controller has them', () => {
  expect(formatRoutes(viewOf(ingress('a', { 'a.test': ['/api/ p api'] }), { profile: 'ingress-nginx' }))).toContain(
    '├─ = /api      301         default/api:80',
  )
})

it('says why a backend answers 503', () => {
  const [route] = listRoutes(viewOf(ingress('a', { 'a.test': ['/ p web'] }), { missing: 'complete' }))
  expect(route).toMatchObject({ backend: 'default/web:80', unavailable: 'no-service', endpoints: [] })
})

it('shows the canary of a route, and which requests it has', () => {
  const nginx = (asks: Record<string, string>) =>
    Object.fromEntries(Object.entries(asks).map(([name, value]) => [`nginx.ingress.kubernetes.io/${name}`, value]))
  const annotations = nginx({ canary: 'true', 'canary-by-header': 'X-Try', 'canary-weight': '20' })
  const text =
    ingress('a', { 'a.test': ['/ p web', '/x p x'] }) + ingress('next', { 'a.test': ['/ p new'] }, { annotations })
  const view = viewOf(text, { profile: 'ingot:ingress-nginx' })
  expect(formatRoutes(view)).toMatch(/─ \/ .* default\/a +canary default\/new:80 by X-Try: always, 20 of 100\n/)
  expect(listRoutes(view).map(({ path, canary }) => [path, canary])).toEqual([
    ['/x', null],
    [
      '/',
      {
        ingress: 'default/next',
        backend: 'default/new:80',
        endpoints: [],
        unavailable: null,
        by: 'X-Try: always, 20 of 100',
      },
    ],
  ])
  expect(listRoutes(viewOf(text, { profile: 'ingress-nginx' })).every(({ canary }) => canary === null)).toBe(true)
})

it('says that there is nothing', () => {
  expect(formatRoutes(viewOf(''))).toBe('There are no routes.\n')
})
