import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deafListener } from '../../../../packages/proxy/test/support/deaf-listener.ts'
import { run } from './cli-process.ts'
import { sendRaw } from './http-client.ts'
import { nginxIngress } from './nginx-ingress.ts'
import { type Fields, field, received, servingNginx } from './serve-nginx.ts'

const nginx = servingNginx('web', 'next', 'other')
const { start, ask, backendOf } = nginx

describe('a canary', () => {
  const main = nginxIngress('main', {})
  const canary = (annotations: Fields) =>
    nginxIngress('canary', { canary: 'true', ...annotations }, { host: 'main.example.com', service: 'next' })

  it('takes requests by field, else by cookie, else by weight', async () => {
    const byAll = { 'canary-by-header': 'X-Try', 'canary-by-cookie': 'try', 'canary-weight': '100' }
    await start([main, canary(byAll)])
    expect(await backendOf('main')).toBe('next')
    expect(await backendOf('main', '/', { Cookie: 'try=never' })).toBe('web')
    expect(await backendOf('main', '/', { Cookie: 'try=never', 'X-Try': 'always' })).toBe('next')
    expect(await backendOf('main', '/', { Cookie: 'try=always', 'X-Try': 'never' })).toBe('web')
    expect(await backendOf('main', '/', { Cookie: 'try=never', 'X-Try': 'perhaps' })).toBe('web')
  })

  it('takes requests with a value, or one that an expression is found in, and others not', async () => {
    const other = nginxIngress('other', {})
    const byPattern = { canary: 'true', 'canary-by-header': 'X-Region', 'canary-by-header-pattern': '^(us|eu)-' }
    await start([
      main,
      canary({ 'canary-by-header': 'X-User', 'canary-by-header-value': 'tester' }),
      other,
      nginxIngress('pattern', byPattern, { host: 'other.example.com', service: 'next' }),
    ])
    expect(await backendOf('main', '/', { 'X-User': 'tester' })).toBe('next')
    expect(await backendOf('main', '/', { 'X-User': 'always' })).toBe('web')
    expect(await backendOf('other', '/', { 'X-Region': 'eu-west' })).toBe('next')
    expect(await backendOf('other', '/', { 'X-Region': 'ap-eu-1' })).toBe('web')
  })

  it('takes about as many requests as its weight says', async () => {
    await start([main, canary({ 'canary-weight': '500', 'canary-weight-total': '1000' })])
    const answers = await Promise.all(Array.from({ length: 60 }, () => backendOf('main')))
    const share = answers.filter(backend => backend === 'next').length
    expect(share).toBeGreaterThan(5)
    expect(share).toBeLessThan(55)
  })

  it('never routes by itself, across namespaces or with another path, and keeps what the main Ingress asks for', async () => {
    const all = { 'canary-weight': '100' }
    await start([
      nginxIngress('main', { 'denylist-source-range': '192.0.2.0/24' }, { created: '2024-01-01T00:00:00Z' }),
      nginxIngress('alone', { canary: 'true', ...all }, { service: 'next', created: '2020-01-01T00:00:00Z' }),
      nginxIngress('path', { canary: 'true', ...all }, { host: 'main.example.com', paths: ['/path'], service: 'next' }),
      nginxIngress('taker', { canary: 'true', ...all }, { host: 'main.example.com', namespace: 'x', service: 'other' }),
      { ...canary(all), metadata: { ...canary(all).metadata, creationTimestamp: '2020-01-01T00:00:00Z' } },
    ])
    expect(await backendOf('alone')).toBe(404)
    expect(await backendOf('main', '/path')).toBe('next')
    expect(await backendOf('main', '/', { 'X-Forwarded-For': '192.0.2.1' })).toBe(403)
  })

  it('gets what ingot explain says that it gets', async () => {
    const sticky = nginxIngress('main', { affinity: 'cookie', 'session-cookie-name': 'stay' })
    await start([sticky, canary({ 'canary-by-header': 'X-Try', 'canary-by-cookie': 'try' })])
    const cookieOf = async (fields: Fields) => field(await ask('main', '/', fields), 'set-cookie')!.split(';')[0]!
    const [ofMain, ofCanary] = [await cookieOf({}), await cookieOf({ 'X-Try': 'always' })]
    const requests: readonly Fields[] = [
      ...[{}, { 'X-Try': 'always' }, { Cookie: 'try=always' }, { Cookie: 'try=always', 'X-Try': 'never' }],
      ...[
        { Cookie: ofMain, 'X-Try': 'always' },
        { Cookie: `a=b; ${ofCanary}`, 'X-Try': 'never' },
      ],
    ]
    const url = 'http://main.example.com/'
    const lines = requests.map(headers => JSON.stringify({ url, headers }))
    const flags = ['-f', nginx.serve.folder, '--profile', 'ingot:ingress-nginx', '--format', 'json', '--requests', '-']
    const { stdout } = await run(['explain', ...flags], { input: lines.join('\n') })
    const explained = stdout.trimEnd().split('\n')
    const served = await Promise.all(requests.map(fields => backendOf('main', '/', fields)))
    expect(explained.map(line => JSON.parse(line).backend.service.name)).toEqual(served)
    expect(served).toEqual(['web', 'next', 'next', 'web', 'web', 'next'])
  })

  it('gets nothing of an Ingress that is closed', async () => {
    await start([nginxIngress('main', { 'auth-type': 'basic' }), canary({ 'canary-weight': '100' })])
    expect(await backendOf('main')).toBe(503)
  })
})

describe('an authentication service', () => {
  let service: Server
  const asked: IncomingMessage[] = []
  let answer = (_: IncomingMessage, response: ServerResponse): void => void response.end()

  beforeAll(async () => {
    service = createServer((request, response) => {
      asked.push(request)
      answer(request, response)
    })
    await new Promise<void>(resolve => service.listen(0, '127.0.0.1', resolve))
  })

  afterAll(() => {
    service.close()
    service.closeAllConnections()
  })

  const port = () => (service.address() as AddressInfo).port
  const resolved = () => ['--resolve', `auth=127.0.0.1:${port()}`]
  const guarded = (annotations: Fields = {}) =>
    nginxIngress('guarded', { 'auth-url': 'http://auth.default.svc.cluster.local/check?a=b', ...annotations })

  it('is asked with the fields of the request and the truth about it, and lets it through', async () => {
    answer = (_, response) => response.writeHead(200, { 'X-User': 'alice', 'Set-Cookie': 'session=1' }).end('ignored')
    asked.length = 0
    await start([guarded({ 'auth-response-headers': 'X-User, X-Email', 'auth-method': 'POST' })], ...resolved())
    const response = await ask('guarded', '/a?b=c', {
      ...{
        Authorization: 'Bearer t',
        'X-User': 'root',
        'x-email': 'root@example.com',
        'X-Original-URL': 'http://lie/',
      },
      'X-Forwarded-For': '192.0.2.7',
    })
    expect([response.status, field(response, 'set-cookie')]).toEqual([200, 'session=1'])
    const { headers } = received(response)
    expect([headers['x-user'], headers['x-email'], headers.authorization]).toEqual(['alice', undefined, 'Bearer t'])
    const [question] = asked
    expect([question?.method, question?.url, question?.headers.host]).toEqual([
      'POST',
      '/check?a=b',
      'auth.default.svc.cluster.local',
    ])
    expect(question?.headers).toMatchObject({
      ...{ authorization: 'Bearer t', 'x-real-ip': '192.0.2.7', 'x-original-method': 'GET' },
      ...{ 'x-original-url': 'http://guarded.example.com/a?b=c', 'x-auth-request-redirect': '/a?b=c' },
    })
  })

  it('keeps a request from the upstream whatever else it answers', async () => {
    await start([guarded(), nginxIngress('login', { ...loginAnnotations })], ...resolved())
    answer = (_, response) => response.writeHead(401, { 'WWW-Authenticate': 'Bearer realm="x"' }).end('secret')
    const refused = await ask('guarded')
    expect([refused.status, field(refused, 'www-authenticate'), refused.body]).toEqual([401, 'Bearer realm="x"', ''])
    const signIn = await ask('login', '/a?b=c')
    expect([signIn.status, field(signIn, 'location')]).toEqual([
      302,
      'https://login.example.com/start?rd=http%3A%2F%2Flogin.example.com%2Fa%3Fb%3Dc',
    ])
    for (const [status, told] of [
      [403, 403],
      [302, 500],
      [404, 500],
      [500, 500],
    ] as const) {
      answer = (_, response) => response.writeHead(status).end()
      expect((await ask('guarded')).status).toBe(told)
    }
    answer = request => void request.socket.destroy()
    expect((await ask('guarded')).status).toBe(500)
  })

  const loginAnnotations = {
    'auth-url': 'http://auth.default.svc/check',
    'auth-signin': 'https://$host/start',
  }

  it('that does not answer in time keeps the request out', async () => {
    answer = () => undefined
    await start([guarded({ 'proxy-read-timeout': '1' })], ...resolved())
    expect((await ask('guarded')).status).toBe(500)
  })

  it('lets a body through to the upstream only', async () => {
    answer = (_, response) => response.writeHead(204).end()
    asked.length = 0
    await start([guarded()], ...resolved())
    const head = 'POST / HTTP/1.1\r\nHost: guarded.example.com\r\nConnection: close\r\nContent-Length: 5\r\n\r\n'
    const response = await sendRaw(nginx.ingot.port('http'), `${head}hello`)
    expect([response.status, received(response).headers['content-length']]).toEqual([200, '5'])
    expect(asked[0]?.headers['content-length']).toBeUndefined()
  })

  it('is asked nowhere that the operator does not allow', async () => {
    answer = (_, response) => response.writeHead(200).end()
    const outside = `http://127.0.0.1:${port()}/`
    const other = 'http://auth.elsewhere.svc/'
    const objects = [
      nginxIngress('outside', { 'auth-url': outside }),
      nginxIngress('other', { 'auth-url': other }),
      nginxIngress('variable', { 'auth-url': 'http://$host/check' }),
      nginxIngress('nobody', { 'auth-url': 'http://missing.default.svc/' }),
    ]
    await start(objects, ...resolved())
    for (const name of ['outside', 'other', 'variable', 'nobody']) expect(await backendOf(name)).toBe(503)
    await nginx.ingot.stop('SIGKILL')
    await start(objects, ...resolved(), '--auth-url-allow', `http://127.0.0.1:${port()}`, 'elsewhere/auth')
    expect(await backendOf('outside')).toBe('web')
    expect(await backendOf('other')).toBe('web')
    for (const name of ['variable', 'nobody']) expect(await backendOf(name)).toBe(503)
  })
})

describe('regular expressions', () => {
  it('make all paths of a host expressions, whatever the case, the longest first', async () => {
    const plain = { host: 'regex.example.com', service: 'other', paths: ['/API/v2'], pathType: 'Exact' }
    await start([
      nginxIngress('regex', { 'use-regex': 'true' }, { paths: ['/api', '/items/[0-9]+$', '/'] }),
      nginxIngress('plain', {}, plain),
      nginxIngress('untouched', {}, { paths: ['/api'], pathType: 'Prefix' }),
    ])
    const backends = ['/Apis', '/api/V2/x', '/items/42', '/items/x'].map(path => backendOf('regex', path))
    expect(await Promise.all(backends)).toEqual(['web', 'other', 'web', 'web'])
    expect(await backendOf('untouched', '/apis')).toBe(404)
  })

  it('rewrite paths with what their groups took', async () => {
    await start([
      nginxIngress('captured', { 'rewrite-target': '/v2/$2/of/$1' }, { paths: ['/users/([a-z]+)/items/(.*)'] }),
    ])
    const urls = ['/users/ann/items/7?q=1', '/Users/ann/items/a/../b'].map(
      async path => received(await ask('captured', path)).url,
    )
    expect(await Promise.all(urls)).toEqual(['/v2/7/of/ann?q=1', '/v2/b/of/ann'])
    expect(await backendOf('captured', '/users/7/items/')).toBe(404)
  })

  it('that cannot be matched in linear time are answered 503, and others served', async () => {
    await start([nginxIngress('odd', { 'use-regex': 'true' }, { paths: ['/secret/(?!open).*', '/pub', '/(a)\\1'] })])
    expect(await backendOf('odd', '/secret/x')).toBe(503)
    expect(await backendOf('odd', '/SECRET/open')).toBe(503)
    expect(await backendOf('odd', '/pub/x')).toBe(503)
  })

  it('cannot be outrun by a path that has many', async () => {
    await start([nginxIngress('slow', { 'use-regex': 'true' }, { paths: ['/(x+x+)+y', '/x'] })])
    expect(await backendOf('slow', `/${'x'.repeat(4_000)}`)).toBe('web')
  })

  it('are refused where another reading of the path has another backend', async () => {
    const other = { host: 'two.example.com', service: 'other', paths: ['/admin/'] }
    await start([
      nginxIngress('two', { 'use-regex': 'true' }, { paths: ['/public/'] }),
      nginxIngress('admin', {}, other),
    ])
    expect(await backendOf('two', '/public/x')).toBe('web')
    expect(await backendOf('two', '/public/..%2Fadmin/x')).toBe(400)
  })
})

describe('endpoints', () => {
  it('are spoken to as backend-protocol says', async () => {
    const grpc = createHttp2Server((request, response) => {
      response.end(`HTTP/${request.httpVersion}`)
    })
    await new Promise<void>(resolve => grpc.listen(0, '127.0.0.1', resolve))
    const flags = ['--resolve', `grpc=127.0.0.1:${(grpc.address() as AddressInfo).port}`]
    const protocols = { rpc: 'grpc', plain: 'HTTP', tls: 'HTTPS', rpcs: 'GRPCS' }
    await start(
      Object.entries(protocols).map(([name, value]) =>
        nginxIngress(name, { 'backend-protocol': value }, { service: name === 'plain' ? 'web' : 'grpc' }),
      ),
      ...flags,
    )
    expect((await ask('rpc')).body).toBe('HTTP/2.0')
    expect(await backendOf('plain')).toBe('web')
    // An endpoint without TLS answers no handshake.
    expect(await backendOf('tls')).toBe(502)
    expect(await backendOf('rpcs')).toBe(502)
    grpc.close()
  })

  it('keep their clients by a cookie as its annotations say', async () => {
    const cookie = {
      ...{ affinity: 'cookie', 'affinity-mode': 'persistent', 'session-cookie-name': 'stay' },
      ...{ 'session-cookie-domain': 'example.com', 'session-cookie-path': '/app', 'session-cookie-samesite': 'None' },
      ...{ 'session-cookie-conditional-samesite-none': 'true', 'session-cookie-secure': 'true' },
      ...{ 'session-cookie-expires': '60', 'session-cookie-max-age': '60' },
    }
    await start([nginxIngress('sticky', cookie)])
    const set = field(await ask('sticky'), 'set-cookie')
    expect(set).toMatch(/^stay=[^;]+; Path=\/app; Domain=example\.com; Expires=[^;]+ GMT; Max-Age=60; HttpOnly;/)
    expect(set).toMatch(/; SameSite=None; Secure$/)
    const old = { 'User-Agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 12_1 like Mac OS X) AppleWebKit/605 Safari/604.1' }
    expect(field(await ask('sticky', '/', old), 'set-cookie')).not.toContain('SameSite')
  })
})

describe('limits', () => {
  it('limit-connections answers 503 to a client with so many requests under way, and to no other', async () => {
    await start([
      nginxIngress('busy', { 'limit-connections': '1' }),
      nginxIngress('free', { 'limit-connections': '1', 'limit-whitelist': '10.0.0.0/8' }),
    ])
    const begin = 'POST / HTTP/1.1\r\nContent-Length: 5\r\nX-Forwarded-For: 10.1.1.1\r\n'
    const open = [begin, begin].map((head, index) => {
      const socket = connect(nginx.ingot.port('http'), '127.0.0.1')
      socket.write(`${head}Host: ${index === 0 ? 'busy' : 'free'}.example.com\r\n\r\n12`)
      return socket
    })
    await expect.poll(() => backendOf('busy', '/', { 'X-Forwarded-For': '10.1.1.1' })).toBe(503)
    expect(await backendOf('busy', '/', { 'X-Forwarded-For': '10.1.1.2' })).toBe('web')
    expect(await backendOf('free', '/', { 'X-Forwarded-For': '10.1.1.1' })).toBe('web')
    for (const socket of open) socket.destroy()
    await expect.poll(() => backendOf('busy', '/', { 'X-Forwarded-For': '10.1.1.1' })).toBe('web')
  })

  it('limit-rpm lets its burst through, and no limit is for those of limit-whitelist', async () => {
    const annotations = { 'limit-rpm': '1', 'limit-burst-multiplier': '1' }
    await start([
      nginxIngress('minute', annotations),
      nginxIngress('again', annotations),
      nginxIngress('known', { ...annotations, 'limit-whitelist': '127.0.0.1/32' }),
    ])
    const statuses = async (name: string) => {
      const all: number[] = []
      for (let index = 0; index < 3; index++) all.push((await ask(name)).status)
      return all
    }
    expect(await statuses('minute')).toEqual([200, 200, 429])
    // Each Ingress counts for itself.
    expect(await statuses('again')).toEqual([200, 200, 429])
    expect(await statuses('known')).toEqual([200, 200, 200])
  })

  it('proxy-read-timeout bounds the wait for a response', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1')
    await new Promise(resolve => silent.once('listening', resolve))
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`
    await start(
      [nginxIngress('silent', { 'proxy-read-timeout': '1' }, { service: 'silent' })],
      '--resolve',
      `silent=${address}`,
    )
    expect(await backendOf('silent')).toBe(504)
    silent.close()
    silent.closeAllConnections()
  })

  it('proxy-connect-timeout bounds how long a connection may take to be made', async () => {
    await using deaf = await deafListener()
    await start(
      [
        nginxIngress('quick', { 'proxy-connect-timeout': '1' }),
        nginxIngress('deaf', { 'proxy-connect-timeout': '1' }, { service: 'deaf' }),
      ],
      // Without the annotation nobody would be told within the time of the test.
      ...['--resolve', `deaf=127.0.0.1:${deaf.port}`, '--connect-timeout', '10m'],
    )
    expect(await backendOf('quick')).toBe('web')
    expect(await backendOf('deaf')).toBe(504)
  })
})
