import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authority } from '../../../../packages/proxy/test/support/certificates.ts'
import { ingressClasses, secrets } from '../../src/cluster/api-resources.ts'
import { clusterKinds, freshName, ingressClass } from '../cluster/test-clusters.ts'
import type { Received } from './backends.ts'
import { ClusterFixture } from './cluster-fixture.ts'
import { sendRaw } from './http-client.ts'
import { askSecurely } from './https-client.ts'
import type { IngotProcess } from './ingot-process.ts'

/** What the official conformance tests of Ingress controllers ask for, over the program as it is shipped. */
describe.each(clusterKinds)('Ingress conformance, before $name', { timeout: 60_000 }, kind => {
  if (kind.missing !== undefined) return it.skip(kind.missing, () => undefined)

  const address = '192.0.2.1'
  const http = [{ name: 'http', port: 8080, targetPort: 8080, protocol: 'TCP' }]
  let cluster: ClusterFixture
  let ingot: IngotProcess
  const eventually = (read: () => unknown) => expect.poll(read, { timeout: 30_000 })

  /** Each feature has a cluster and a program of its own: a default backend of one would catch what others miss. */
  function feature(prepare: (className: string) => Promise<unknown>): void {
    beforeAll(async () => {
      cluster = await ClusterFixture.start(kind)
      const className = freshName('class')
      const controller = `ingot.dev/${className}`
      await cluster.author.create(ingressClasses, ingressClass(className, controller))
      await prepare(className)
      // As the official tests have it, hosts with a certificate are served over HTTP too.
      const flags = ['--https-port', '0', '--no-https-redirect', '--publish-address', address]
      ingot = await cluster.serve(...flags, '--controller', controller)
    }, 120_000)
    afterAll(() => cluster.stop())
  }

  const path = (written: string, pathType: string, name: string, port: object = { number: 8080 }) => ({
    path: written,
    pathType,
    backend: { service: { name, port } },
  })
  const rule = (host: string, ...paths: object[]) => ({ host, http: { paths } })

  async function ask(host: string, target: string, method = 'GET'): Promise<Received | number> {
    const answer = await sendRaw(
      ingot.port('http'),
      `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    )
    return answer.status === 200 ? (JSON.parse(answer.body) as Received) : answer.status
  }

  async function whoServes(host: string, target: string): Promise<string | number> {
    const answer = await ask(host, target)
    return typeof answer === 'number' ? answer : answer.backend
  }

  describe('path rules', () => {
    feature(async className => {
      const names = ['foo-exact', 'foo-prefix', 'aaa-slash-bbb-prefix', 'aaa-prefix']
      for (const name of [...names, 'aaa-slash-bbb-slash-prefix', 'foo-slash-exact']) {
        await cluster.service(name, http, name)
      }
      await cluster.ingress('path-rules', {
        ingressClassName: className,
        rules: [
          rule('exact-path-rules', path('/foo', 'Exact', 'foo-exact')),
          rule(
            'prefix-path-rules',
            path('/foo', 'Prefix', 'foo-prefix'),
            path('/aaa/bbb', 'Prefix', 'aaa-slash-bbb-prefix'),
            path('/aaa', 'Prefix', 'aaa-prefix'),
          ),
          rule('mixed-path-rules', path('/foo', 'Prefix', 'foo-prefix'), path('/foo', 'Exact', 'foo-exact')),
          rule(
            'trailing-slash-path-rules',
            path('/aaa/bbb/', 'Prefix', 'aaa-slash-bbb-slash-prefix'),
            path('/foo/', 'Exact', 'foo-slash-exact'),
          ),
        ],
      })
    })

    it('the status shows the address', () => eventually(() => cluster.addressesOf('path-rules')).toEqual([address]))

    it.each([
      ['exact-path-rules', '/foo', 'foo-exact'],
      ['exact-path-rules', '/foo/', 404],
      ['exact-path-rules', '/FOO', 404],
      ['exact-path-rules', '/bar', 404],
      ['prefix-path-rules', '/foo', 'foo-prefix'],
      ['prefix-path-rules', '/foo/', 'foo-prefix'],
      ['prefix-path-rules', '/FOO', 404],
      ['prefix-path-rules', '/aaa/bbb', 'aaa-slash-bbb-prefix'],
      ['prefix-path-rules', '/aaa/bbb/ccc', 'aaa-slash-bbb-prefix'],
      ['prefix-path-rules', '/aaa/ccc', 'aaa-prefix'],
      ['prefix-path-rules', '/aaaccc', 404],
      ['mixed-path-rules', '/foo', 'foo-exact'],
      ['mixed-path-rules', '/foo/', 'foo-prefix'],
      ['trailing-slash-path-rules', '/aaa/bbb', 'aaa-slash-bbb-slash-prefix'],
      ['trailing-slash-path-rules', '/aaa/bbb/', 'aaa-slash-bbb-slash-prefix'],
      ['trailing-slash-path-rules', '/foo', 404],
      ['trailing-slash-path-rules', '/foo/', 'foo-slash-exact'],
    ])('%s%s is answered by %s', async (host, target, expected) => {
      expect(await whoServes(host, target)).toBe(expected)
    })
  })

  describe('host rules', () => {
    let ca = ''
    feature(async className => {
      await cluster.service('wildcard-foo-com', http, 'wildcard-foo-com')
      await cluster.service('foo-bar-com', http, 'foo-bar-com')
      const issuer = await authority()
      const pair = await issuer.issue(['foo.bar.com'])
      ca = issuer.pem
      const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
      await cluster.author.create(secrets, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'conformance-tls', namespace: cluster.namespace },
        type: 'kubernetes.io/tls',
        data: { 'tls.crt': base64(pair.cert), 'tls.key': base64(pair.key) },
      })
      await cluster.ingress('host-rules', {
        ingressClassName: className,
        tls: [{ hosts: ['foo.bar.com'], secretName: 'conformance-tls' }],
        rules: [
          rule('*.foo.com', path('/', 'Prefix', 'wildcard-foo-com')),
          rule('foo.bar.com', path('/', 'Prefix', 'foo-bar-com', { name: 'http' })),
        ],
      })
    })

    it('the status shows the address', () => eventually(() => cluster.addressesOf('host-rules')).toEqual([address]))

    it('a host with a certificate is served over TLS, with that certificate', async () => {
      const received = await askSecurely(ingot.port('https'), 'foo.bar.com', ca)
      expect(received).toMatchObject({ backend: 'foo-bar-com', headers: { host: 'foo.bar.com' } })
    })

    it.each([
      ['foo.bar.com', 'foo-bar-com'],
      ['bar.foo.com', 'wildcard-foo-com'],
    ])('%s is answered by %s, which receives that host', async (host, expected) => {
      expect(await ask(host, '/')).toMatchObject({ backend: expected, headers: { host } })
    })

    it.each(['subdomain.bar.com', 'baz.bar.foo.com', 'foo.com'])('%s is answered 404', async host => {
      expect(await whoServes(host, '/')).toBe(404)
    })
  })

  describe('the default backend', () => {
    feature(async className => {
      await cluster.service('echo-service', http, 'echo-service')
      const defaultBackend = { service: { name: 'echo-service', port: { number: 8080 } } }
      await cluster.ingress('default-backend', { ingressClassName: className, defaultBackend })
    })

    it('the status shows the address', () =>
      eventually(() => cluster.addressesOf('default-backend')).toEqual([address]))

    it.each([
      ['GET', 'my-host', '/'],
      ['GET', 'another.example.com', '/sub'],
      ['POST', 'some-host', '/'],
      ['PUT', 'some-host', '/resource'],
      ['DELETE', 'some-host', '/resource'],
      ['PATCH', 'my-host', '/resource'],
      ['OPTIONS', 'my-host', '/'],
    ])('takes %s http://%s%s as it is', async (method, host, target) => {
      const received = { backend: 'echo-service', method, url: target, headers: { host } }
      expect(await ask(host, target, method)).toMatchObject(received)
    })
  })

  describe('a class', () => {
    feature(async className => {
      await cluster.service('ingress-class-prefix', http, 'ingress-class-prefix')
      const rules = [rule('ingress-class', path('/', 'Prefix', 'ingress-class-prefix'))]
      await cluster.ingress('test-ingress-class', { ingressClassName: 'some-invalid-class-name', rules })
      const ours = [rule('ours', path('/', 'Prefix', 'ingress-class-prefix'))]
      await cluster.ingress('ours', { ingressClassName: className, rules: ours })
    })

    it('that is not ours gets no traffic and no address', async () => {
      // The other one has its address: the status writer has been round.
      await eventually(() => cluster.addressesOf('ours')).toEqual([address])
      expect(await whoServes('ours', '/')).toBe('ingress-class-prefix')
      expect(await whoServes('ingress-class', '/')).toBe(404)
      expect(await cluster.addressesOf('test-ingress-class')).toEqual([])
    })
  })

  describe('load balancing', () => {
    const replicas = Array.from({ length: 10 }, (_, index) => `replica-${index}`)
    feature(async className => {
      await cluster.service('echo-service', http, ...replicas)
      const defaultBackend = { service: { name: 'echo-service', port: { number: 8080 } } }
      await cluster.ingress('load-balancing', { ingressClassName: className, defaultBackend })
    })

    it('the status shows the address', () => eventually(() => cluster.addressesOf('load-balancing')).toEqual([address]))

    it('brings a hundred requests to all of ten endpoints', async () => {
      const answers = await Promise.all(replicas.map(() => askMany(10)))
      expect(new Set(answers.flat())).toEqual(new Set(replicas))
    })

    async function askMany(count: number): Promise<(string | number)[]> {
      const answers: (string | number)[] = []
      for (let index = 0; index < count; index++) answers.push(await whoServes('load-balancing', '/'))
      return answers
    }
  })
})
