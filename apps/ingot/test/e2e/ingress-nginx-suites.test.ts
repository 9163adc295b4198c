import { describe, expect, it } from 'vitest'
import { nginxIngress } from './nginx-ingress.ts'
import { field, servingNginx } from './serve-nginx.ts'

/*
 * What the tests of ingress-nginx outside of test/e2e/annotations ask for, by the names that they have there.
 * docs/conformance.md lists them all.
 */

const nginx = servingNginx('web', 'next', 'other')
const { start, ask, backendOf } = nginx

/** Which of these paths lead to which backend or status. */
async function answersOf(name: string, paths: readonly string[]) {
  return Object.fromEntries(await Promise.all(paths.map(async path => [path, await backendOf(name, path)] as const)))
}

describe('[Default Backend]', () => {
  it('should return 404 sending requests when only a default backend is running', async () => {
    await start([nginxIngress('shop', {})])
    for (const method of ['GET', 'POST']) {
      for (const path of ['/', '/demo']) expect(await backendOf('foo', path, {}, method)).toBe(404)
    }
    // enables access logging for default backend
    await nginx.ingot.logged(line => line.msg === 'request' && line.path === '/demo' && line.status === 404)
  })
})

describe('[Ingress]', () => {
  const path = (path: string, pathType: string, service: string) => {
    return { path, pathType, backend: { service: { name: service, port: { number: 80 } } } }
  }
  const withPaths = (name: string, ...paths: readonly object[]) => {
    const { spec: _, ...object } = nginxIngress(name, {})
    return { ...object, spec: { rules: [{ host: `${name}.example.com`, http: { paths } }] } }
  }

  it('should choose exact location for /exact', async () => {
    await start([withPaths('exact', path('/exact', 'Exact', 'web'), path('/exact', 'Prefix', 'next'))])
    expect(await answersOf('exact', ['/exact', '/exact/', '/exact/sub'])).toEqual({
      ...{ '/exact': 'web', '/exact/': 'next', '/exact/sub': 'next' },
    })
  })

  it('should choose the correct location', async () => {
    const [exact, foo] = [path('/', 'Exact', 'web'), path('/foo', 'Exact', 'web')]
    const [rest, below] = [path('/', 'Prefix', 'next'), path('/foo', 'Prefix', 'other')]
    await start([withPaths('mixed', exact, foo, rest, below)])
    expect(await answersOf('mixed', ['/', '/foo', '/foo/bar', '/bar'])).toEqual({
      ...{ '/': 'web', '/foo': 'web', '/foo/bar': 'other', '/bar': 'next' },
    })
  })

  it('should return 404 when prefix /aaa does not match request /aaaccc', async () => {
    await start([withPaths('prefix', path('/aaa', 'Prefix', 'web'))])
    expect(await answersOf('prefix', ['/aaa', '/aaa/ccc', '/aaaccc'])).toEqual({
      ...{ '/aaa': 'web', '/aaa/ccc': 'web', '/aaaccc': 404 },
    })
  })

  it.each([
    [
      'should test prefix path using simple regex pattern for /id/{int}',
      '/id/[0-9]+',
      { '/id/1': 'web', '/id/12': 'web', '/id/123': 'web', '/id/aaa': 404, '/id/123a': 'web' },
    ],
    [
      'should test prefix path using regex pattern for /id/{int} ignoring non-digits characters at end of string',
      '/id/[0-9]+$',
      { '/id/1': 'web', '/id/aaa': 404, '/id/123a': 404 },
    ],
    [
      'should test prefix path using fixed path size regex pattern /id/{int}{3}',
      '/id/[0-9]{3}$',
      { '/id/99': 404, '/id/123': 'web', '/id/9999': 404, '/id/123a': 404 },
    ],
    [
      'should correctly route multi-segment path patterns',
      '/id/[0-9]+/post/[a-zA-Z]+$',
      { '/id/123/post/abc': 'web', '/id/123/post/abc123': 404, '/id/abc/post/abc': 404 },
    ],
  ])('%s', async (_, expression, expected) => {
    await start([nginxIngress('echo', { 'use-regex': 'true' }, { paths: [expression], pathType: 'Prefix' })])
    expect(await answersOf('echo', Object.keys(expected))).toEqual(expected)
  })

  it('serves what another Ingress says of a host, whatever text of nginx.conf a path looks like', async () => {
    const odd = '/bla{alias /var/run/secrets/;}location ~* ^/abcd'
    const there = { host: 'inspection.example.com', pathType: 'Prefix' }
    await start([
      nginxIngress('invalidregex', {}, { ...there, paths: [odd] }),
      nginxIngress('valid', {}, { ...there, paths: ['/xpto'] }),
    ])
    expect(await answersOf('inspection', ['/xpto', '/bla', '/abcd/'])).toEqual({
      ...{ '/xpto': 'web', '/bla': 404, '/abcd/': 404 },
    })
  })

  it('should set ingress details variables for ingresses without a host', async () => {
    const { spec, ...object } = nginxIngress('anywhere', {}, { paths: ['/path'] })
    await start([{ ...object, spec: { rules: spec.rules.map(({ http }) => ({ http })) } }])
    expect(await backendOf('whoever', '/path')).toBe('web')
    const logged = () => nginx.ingot.log.find(line => line.msg === 'request')
    await nginx.ingot.logged(line => line.msg === 'request')
    expect(logged()).toMatchObject({ ingress: 'default/anywhere', backend: 'default/web:80' })
  })

  it('should set the correct $service_name NGINX variable', async () => {
    const [first, second] = [nginxIngress('first', {}), nginxIngress('second', {}, { service: 'next' })]
    await start([{ ...first, spec: { rules: [...first.spec.rules, ...second.spec.rules] } }])
    expect([await backendOf('first'), await backendOf('second')]).toEqual(['web', 'next'])
    const backends = () => nginx.ingot.log.filter(line => line.msg === 'request').map(line => line.backend)
    await expect.poll(backends).toEqual(['default/web:80', 'default/next:80'])
  })
})

describe('[Service]', () => {
  it('should return 503 when backend service does not exist', async () => {
    await start([nginxIngress('gone', {}, { service: 'nonexistent' })])
    expect(await backendOf('gone')).toBe(503)
  })

  it('should return 503 when all backend service endpoints are unavailable', async () => {
    const spec = { ports: [{ port: 80 }], selector: { app: 'unavailable' } }
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'empty', namespace: 'default' }, spec }
    await start([nginxIngress('empty', {}, { service: 'empty' }), service])
    expect(await backendOf('empty')).toBe(503)
  })

  it('should return 200 when service name has max allowed number of characters 63', async () => {
    const name = 'x'.repeat(63)
    const address = nginx.serve.backends.address('web')
    await start([nginxIngress('long', {}, { service: name })], '--resolve', `${name}=${address}`)
    expect(await backendOf('long')).toBe('web')
  })
})

describe('settings and load balancing', () => {
  it('should evenly distribute requests with round-robin (default algorithm)', async () => {
    const addresses = ['web', 'next', 'other'].map(name => nginx.serve.backends.address(name)).join(',')
    const all = nginxIngress('all', {}, { service: 'all' })
    await start([all], '--workers', '1', '--resolve', `all=${addresses}`)
    const counts = new Map<string | number, number>()
    for (let turn = 0; turn < 60; turn++) {
      const backend = await backendOf('all')
      counts.set(backend, (counts.get(backend) ?? 0) + 1)
    }
    expect([...counts.values()]).toEqual([20, 20, 20])
  })

  it('should not exists Server header in the response', async () => {
    await start([nginxIngress('closed', {}, { service: 'nonexistent' })])
    expect(field(await ask('closed'), 'server')).toBeUndefined()
  })
})
