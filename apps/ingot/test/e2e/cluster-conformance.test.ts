import { beforeAll, expect, it } from 'vitest'
import { ingresses } from '../../src/cluster/api-resources.ts'
import { eventually } from '../cluster/in-cluster.ts'
import { freshName } from '../cluster/test-clusters.ts'
import type { Received } from './backends.ts'
import { type ClusterFixture, programInCluster } from './cluster-fixture.ts'
import { type RawResponse, sendRaw } from './http-client.ts'
import { askSecurely } from './https-client.ts'
import type { IngotProcess } from './ingot-process.ts'
import { whoServes } from './who-serves.ts'

/*
 * The features and scenarios of kubernetes-sigs/ingress-controller-conformance, and what kubernetes' own tests ask of every
 * controller, by the names that they have there, over the program as it is shipped. docs/conformance.md lists them.
 */

const address = '192.0.2.1'

const path = (written: string, pathType: string, name: string, port: object = { number: 8080 }) => ({
  path: written,
  pathType,
  backend: { service: { name, port } },
})
const rule = (host: string, ...paths: object[]) => ({ host, http: { paths } })

/** Each feature has a cluster and a program of its own: a default backend of one would catch what others miss. */
function feature(
  name: string,
  prepare: (cluster: ClusterFixture) => Promise<void>,
  scenarios: (cluster: ClusterFixture, running: { ingot: IngotProcess }) => void,
): void {
  programInCluster(`${name}, before $name:`, cluster => {
    const running = {} as { ingot: IngotProcess }
    beforeAll(async () => {
      await prepare(cluster)
      // As the official tests have it, hosts with a certificate are served over HTTP too.
      const flags = ['--https-port', '0', '--no-https-redirect', '--publish-address', address]
      running.ingot = await cluster.serve(...flags)
    })
    scenarios(cluster, running)
  })
}

const showsAddress = (cluster: ClusterFixture, name: string) =>
  it('The Ingress status shows the IP address or FQDN where it is exposed', () =>
    eventually(() => cluster.addressesOf(name)).toEqual([address]))

feature(
  'Path rules',
  async cluster => {
    const names = ['foo-exact', 'foo-prefix', 'aaa-slash-bbb-prefix', 'aaa-prefix']
    for (const name of [...names, 'aaa-slash-bbb-slash-prefix', 'foo-slash-exact']) {
      await cluster.service(name, [name], 8080)
    }
    await cluster.ingress('path-rules', {
      ingressClassName: cluster.className,
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
  },
  (cluster, running) => {
    showsAddress(cluster, 'path-rules')

    it.each([
      [
        'An Ingress with exact path rules should send traffic to the matching backend service (exact /foo matches request /foo)',
        'exact-path-rules/foo',
        'foo-exact',
      ],
      [
        'An Ingress with exact path rules should not match requests with trailing slash (exact /foo does not match request /foo/)',
        'exact-path-rules/foo/',
        404,
      ],
      [
        'An Ingress with exact path rules should be case sensitive (exact /foo does not match request /FOO)',
        'exact-path-rules/FOO',
        404,
      ],
      [
        'An Ingress with exact path rules should not match any other label (exact /foo does not match request /bar)',
        'exact-path-rules/bar',
        404,
      ],
      [
        'An Ingress with prefix path rules should send traffic to the matching backend service (prefix /foo matches request /foo)',
        'prefix-path-rules/foo',
        'foo-prefix',
      ],
      [
        'An Ingress with prefix path rules should ignore the request trailing slash and send traffic to the matching backend service (prefix /foo matches request /foo/)',
        'prefix-path-rules/foo/',
        'foo-prefix',
      ],
      [
        'An Ingress with prefix path rules should be case sensitive (prefix /foo does not match request /FOO)',
        'prefix-path-rules/FOO',
        404,
      ],
      [
        'An Ingress with prefix path rules should match multiple labels, match the longest path, and send traffic to the matching backend service (prefix /aaa/bbb matches request /aaa/bbb)',
        'prefix-path-rules/aaa/bbb',
        'aaa-slash-bbb-prefix',
      ],
      [
        'An Ingress with prefix path rules should match multiple labels, match the longest path, and subpaths and send traffic to the matching backend service (prefix /aaa/bbb matches request /aaa/bbb/ccc)',
        'prefix-path-rules/aaa/bbb/ccc',
        'aaa-slash-bbb-prefix',
      ],
      [
        'An Ingress with prefix path rules should and send traffic to the matching backend service (prefix /aaa matches request /aaa/ccc)',
        'prefix-path-rules/aaa/ccc',
        'aaa-prefix',
      ],
      [
        'An Ingress with prefix path rules should match each labels string prefix (prefix /aaa does not match request /aaaccc)',
        'prefix-path-rules/aaaccc',
        404,
      ],
      [
        'An Ingress with mixed path rules should send traffic to the matching backend service where Exact is preferred (exact /foo matches request /foo)',
        'mixed-path-rules/foo',
        'foo-exact',
      ],
      [
        'An Ingress with a trailing slashes in a prefix path rule should ignore the trailing slash and send traffic to the matching backend service (prefix /aaa/bbb/ matches request /aaa/bbb)',
        'trailing-slash-path-rules/aaa/bbb',
        'aaa-slash-bbb-slash-prefix',
      ],
      [
        'An Ingress with a trailing slashes in a prefix path rule should ignore the trailing slash and send traffic to the matching backend service (prefix /aaa/bbb/ matches request /aaa/bbb/)',
        'trailing-slash-path-rules/aaa/bbb/',
        'aaa-slash-bbb-slash-prefix',
      ],
      [
        'An Ingress with a trailing slashes in an exact path rule should not match requests without a trailing slash (exact /foo/ does not match request /foo)',
        'trailing-slash-path-rules/foo',
        404,
      ],
      // Not asked for there, and the other half of it.
      ['An exact path with a trailing slash matches itself', 'trailing-slash-path-rules/foo/', 'foo-slash-exact'],
      ['A prefix beside an exact path takes the rest', 'mixed-path-rules/foo/', 'foo-prefix'],
    ] as const)('%s', async (_, url, expected) => {
      const { host, pathname } = new URL(`http://${url}`)
      expect(await whoServes(running.ingot, host, pathname)).toBe(expected)
    })
  },
)

feature(
  'Host rules',
  async cluster => {
    for (const name of ['wildcard-foo-com', 'foo-bar-com']) await cluster.service(name, [name], 8080)
    await cluster.certificate('conformance-tls', 'foo.bar.com')
    await cluster.ingress('host-rules', {
      ingressClassName: cluster.className,
      tls: [{ hosts: ['foo.bar.com'], secretName: 'conformance-tls' }],
      rules: [
        rule('*.foo.com', path('/', 'Prefix', 'wildcard-foo-com')),
        rule('foo.bar.com', path('/', 'Prefix', 'foo-bar-com', { name: 'http' })),
      ],
    })
  },
  (cluster, running) => {
    showsAddress(cluster, 'host-rules')

    it('An Ingress with a host rule should send TLS traffic to the matching backend service (host foo.bar.com matches request foo.bar.com)', async () => {
      // Another certificate, so that there is an authority to verify it by: it is followed at once.
      const ca = await cluster.certificate('conformance-tls', 'foo.bar.com')
      const ask = () => askSecurely(running.ingot.port('https'), 'foo.bar.com', ca).catch(() => undefined)
      await eventually(ask).toMatchObject({ backend: 'foo-bar-com', headers: { host: 'foo.bar.com' } })
    })

    it.each([
      [
        'An Ingress with a host rule should send traffic to the matching backend service (host foo.bar.com matches request foo.bar.com)',
        'foo.bar.com',
        'foo-bar-com',
      ],
      [
        'An Ingress with a wildcard host rule should send traffic to the matching backend service (Matches based on shared suffix)',
        'bar.foo.com',
        'wildcard-foo-com',
      ],
    ])('%s', async (_, host, backend) => {
      expect(received(await ask(running.ingot, 'GET', host, '/'))).toMatchObject({ backend, headers: { host } })
    })

    it.each([
      [
        'An Ingress with a host rule should not route traffic when hostname does not match (host foo.bar.com does not match request subdomain.bar.com)',
        'subdomain.bar.com',
      ],
      [
        'An Ingress with a wildcard host rule should not route traffic matching on more than a single dns label (No match, wildcard only covers a single DNS label)',
        'baz.bar.foo.com',
      ],
      [
        'An Ingress with a wildcard host rule should not route traffic matching no dns label (No match, wildcard only covers a single DNS label)',
        'foo.com',
      ],
    ])('%s', async (_, host) => {
      expect(await whoServes(running.ingot, host)).toBe(404)
    })
  },
)

feature(
  'Default backend',
  async cluster => {
    await cluster.service('echo-service', ['echo-service'], 8080)
    await cluster.ingress('default-backend', toAll(cluster))
  },
  (cluster, running) => {
    showsAddress(cluster, 'default-backend')

    it.each([
      ['GET', 'my-host', '/'],
      ['GET', 'my-host', '/sub-path'],
      ['POST', 'some-host', '/'],
      // No host of its own: that is the address then.
      ['PUT', '127.0.0.1', '/resource'],
      ['DELETE', 'some-host', '/resource'],
      ['PATCH', 'my-host', '/resource'],
      // Not asked for there.
      ['OPTIONS', 'my-host', '/'],
    ])(
      'An Ingress with no rules should send all requests to the default backend: %s http://%s%s',
      async (method, host, url) => {
        const answer = await ask(running.ingot, method, host, url)
        expect(answer.head).toMatch(/^HTTP\/1\.1 200 /)
        for (const name of ['Content-Length', 'Content-Type', 'Date', 'Server']) {
          expect(answer.head).toMatch(new RegExp(`^${name}: .`, 'im'))
        }
        const headers = { host, 'user-agent': 'Go-http-client/1.1' }
        expect(received(answer)).toMatchObject({ backend: 'echo-service', method, url, httpVersion: '1.1', headers })
      },
    )
  },
)

feature(
  'Ingress class',
  async cluster => {
    await cluster.service('ingress-class-prefix', ['ingress-class-prefix'], 8080)
    const to = (host: string) => [rule(host, path('/', 'Prefix', 'ingress-class-prefix'))]
    await cluster.ingress('test-ingress-class', { ingressClassName: freshName('invalid'), rules: to('ingress-class') })
    await cluster.ingress('ours', { ingressClassName: cluster.className, rules: to('ours') })
  },
  (cluster, running) => {
    it('An Ingress with an invalid ingress class should not send traffic to the matching backend service', async () => {
      // The other one has its address: the status writer has been round.
      await eventually(() => cluster.addressesOf('ours')).toEqual([address])
      expect(await whoServes(running.ingot, 'ours')).toBe('ingress-class-prefix')
      expect(await whoServes(running.ingot, 'ingress-class')).toBe(404)
      expect(await cluster.addressesOf('test-ingress-class')).toEqual([])
    })
  },
)

const replicas = Array.from({ length: 10 }, (_, index) => `replica-${index}`)
feature(
  'Load Balancing',
  async cluster => {
    await cluster.service('echo-service', replicas, 8080)
    await cluster.ingress('load-balancing', toAll(cluster))
  },
  (cluster, running) => {
    showsAddress(cluster, 'load-balancing')

    it('An Ingress with no rules should send all requests to the default backend and all of 10 endpoints answer some of 100', async () => {
      const answers = new Set<string | number>()
      for (let index = 0; index < 100; index++) answers.add(await whoServes(running.ingot, 'load-balancing'))
      expect(answers).toEqual(new Set(replicas))
    })
  },
)

/** The steps that kubernetes' test/e2e asks of every controller, one after the other. */
feature(
  'Kubernetes e2e',
  async cluster => {
    for (const name of ['foo', 'bar']) await cluster.service(name)
    await cluster.ingress('echomap', rulesOf(cluster, 'foo.bar.com', '/foo'))
  },
  (cluster, running) => {
    it('should create a basic HTTP ingress', async () => {
      expect(await whoServes(running.ingot, 'foo.bar.com', '/foo')).toBe('foo')
      expect(await whoServes(running.ingot, 'bar.baz.com', '/foo')).toBe('bar')
    })

    const changeTo = (host: string, path: string) =>
      cluster.patch(ingresses, 'echomap', { spec: rulesOf(cluster, host, path) })
    const askWith = (host: string, ca: string) =>
      askSecurely(running.ingot.port('https'), host, ca, '/foo').catch(() => undefined)

    it('should terminate TLS for host foo.bar.com', async () => {
      const ca = await cluster.certificate('foo', 'foo.bar.com')
      await cluster.patch(ingresses, 'echomap', { spec: { tls: [{ hosts: ['foo.bar.com'], secretName: 'foo' }] } })
      await eventually(() => askWith('foo.bar.com', ca)).toMatchObject({ backend: 'foo' })
    })

    it('should update url map for host bar.baz.com to expose a single url: /testurl', async () => {
      await changeTo('foo.bar.com', '/testurl')
      await eventually(() => whoServes(running.ingot, 'bar.baz.com', '/testurl')).toBe('bar')
      expect(await whoServes(running.ingot, 'bar.baz.com', '/foo')).toBe(404)
    })

    it('should update SSL certificate with modified hostname foobar.com', async () => {
      const ca = await cluster.certificate('foo', 'foobar.com')
      await changeTo('foobar.com', '/foo')
      await cluster.patch(ingresses, 'echomap', { spec: { tls: [{ hosts: ['foobar.com'], secretName: 'foo' }] } })
      await eventually(() => askWith('foobar.com', ca)).toMatchObject({ backend: 'foo' })
      expect(await whoServes(running.ingot, 'foo.bar.com', '/foo')).toBe(404)
    })
  },
)

/** A host with one path that stays, and another whose path is as given. */
function rulesOf(cluster: ClusterFixture, host: string, second: string): { ingressClassName: string; rules: object[] } {
  const at = (written: string, name: string) => path(written, 'Prefix', name, { number: 80 })
  return {
    ingressClassName: cluster.className,
    rules: [rule(host, at('/foo', 'foo')), rule('bar.baz.com', at(second, 'bar'))],
  }
}

function toAll(cluster: ClusterFixture): object {
  const defaultBackend = { service: { name: 'echo-service', port: { number: 8080 } } }
  return { ingressClassName: cluster.className, defaultBackend }
}

/** Asks as the client of the official tests does. */
function ask(ingot: IngotProcess, method: string, host: string, target: string): Promise<RawResponse> {
  const fields = ['User-Agent: Go-http-client/1.1', 'Content-Length: 0', 'Connection: close']
  const head = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...fields, '', '']
  return sendRaw(ingot.port('http'), head.join('\r\n'))
}

function received(answer: RawResponse): Received {
  expect(answer.status).toBe(200)
  return JSON.parse(answer.body)
}
