import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { get, sendRaw } from './http-client.ts'
import { IngotProcess } from './ingot-process.ts'
import { ingress } from './manifests.ts'
import { serving } from './serve-fixture.ts'

const serve = serving('web', 'cart')
const host = 'shop.example.com'

/** Runs `ingot serve`, which is expected to end by itself, and returns its exit code and what it said. */
async function failing(...flags: string[]): Promise<{ code: number | null; said: string }> {
  const ingot = new IngotProcess(['serve', ...flags])
  const code = await ingot.exited()
  return { code, said: ingot.errors.join('\n') }
}

async function writeConfiguration(text: string): Promise<string> {
  const file = join(serve.folder, 'ingot.conf')
  await writeFile(file, text)
  return file
}

describe('ingot serve', () => {
  it('without anything to serve says what to write', async () => {
    const { code, said } = await failing()
    expect(code).toBe(2)
    expect(said).toContain('ingot serve -f manifests/')
    expect(said).toContain('ingot serve --cluster')
  })

  it('takes its configuration from a file, and flags win', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const file = await writeConfiguration(`files: [/nowhere]\nlog: { access: false }\nroutes: { maxBodyBytes: 4 }\n`)
    const running = await serve.serve('--config', file)
    expect(await serve.ask(running, host, '/')).toBe('web')
    await running.stop()
    expect(running.log.some(line => line.msg === 'request')).toBe(false)
  })

  it('says of everything that is wrong in which file, line and field', async () => {
    const file = await writeConfiguration(
      [
        'listen:',
        '  port: 99999',
        '  prot: 1',
        'routes:',
        '  headTimeout: soon',
        'overrides:',
        '  - match: {}',
        'log: loud',
      ].join('\n'),
    )
    const { code, said } = await failing('--config', file, '--log-level', 'shrill', '--workers', '0')
    expect(code).toBe(2)
    expect(said.split('\n').map(line => line.replace(`ingot: `, '').replace(file, 'FILE'))).toEqual(
      expect.arrayContaining([
        'FILE:2:9: listen.port: a port is a number from 0 to 65535',
        'FILE:3:9: listen.prot: there is no such option',
        'FILE:5:16: routes.headTimeout: a time is a number of seconds, or a text such as 500ms, 30s, 5m or 1h',
        'FILE:7:12: overrides.0.match: at least one of host, ingress and service is expected',
        '--log-level: log.level: debug, info, warn, error or silent is expected',
        '--workers: workers: a number from 1 on, or auto, is expected',
      ]),
    )
  })

  it('says where a file is no YAML, and which file is not there', async () => {
    const broken = await failing('--config', await writeConfiguration('listen: {\n'))
    expect(broken.said).toMatch(/ingot\.conf:\d+:\d+: /)
    expect((await failing('--config', '/nowhere/ingot.yaml')).said).toContain('/nowhere/ingot.yaml')
  })

  it('refuses what the proxy would refuse, before it serves anybody', async () => {
    const file = await writeConfiguration(
      'routes:\n  requestHeaders:\n    set: { Content-Length: "1" }\n  rewrite: { path: /a/../b }\n',
    )
    const { code, said } = await failing('--config', file, '-f', serve.folder)
    expect(code).toBe(2)
    expect(said).toMatch(/:3:5: routes\.requestHeaders: content-length cannot be changed/)
    expect(said).toMatch(/:4:12: routes\.rewrite: not a normal path/)
  })
})

describe('options of routes', () => {
  const twoRoutes = ingress('shop', host, { '/': 'web', '/cart': 'cart' })

  it('are for all routes, or by an override for some', async () => {
    await serve.write('shop.yaml', twoRoutes)
    const running = await serve.serve(
      ...['--set-response-header', 'X-Everywhere=yes'],
      ...['--override', '{ match: { service: default/cart }, routes: { deny: [127.0.0.0/8] } }'],
    )
    const allowed = await get(running.port('http'), host, '/')
    expect([allowed.status, allowed.head]).toEqual([200, expect.stringContaining('X-Everywhere: yes')])
    expect(await serve.ask(running, host, '/cart')).toBe(403)
  })

  it('of two routes to one Service are never confused by the way a path is written', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    await serve.write('admin.yaml', ingress('admin', host, { '/admin': 'web' }))
    const override = '{ match: { ingress: default/admin }, routes: { deny: [127.0.0.0/8] } }'
    const running = await serve.serve('--override', override)
    expect(await serve.ask(running, host, '/public')).toBe('web')
    expect(await serve.ask(running, host, '/admin')).toBe(403)
    for (const path of ['/%61dmin', '//admin', '/x/..%2fadmin', '/./admin']) {
      expect(await serve.ask(running, host, path)).not.toBe('web')
    }
  })

  it('limit how often a client may ask', async () => {
    await serve.write('shop.yaml', twoRoutes)
    const running = await serve.serve('--rate-limit', '0.001', '--rate-limit-burst', '2')
    const answers = [await serve.ask(running, host, '/'), await serve.ask(running, host, '/')]
    expect(answers).toEqual(['web', 'web'])
    expect(await serve.ask(running, host, '/')).toBe(429)
  })
})

describe('options of connections', () => {
  it('close connections of one address beyond its limit, and count them', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve('--max-connections-per-address', '1')
    const { KeepAliveClient } = await import('./keep-alive-client.ts')
    const first = await KeepAliveClient.connect(running.port('http'))
    await first.ask(host, '/')
    expect((await get(running.port('http'), host, '/').catch(() => ({ status: 0 }))).status).toBe(0)
    const metrics = await (await fetch(running.url('admin', '/metrics'))).text()
    expect(metrics).toContain('ingot_connections_refused_total{listener="http",reason="address"} 1')
    first.end()
  })

  it('may name a Service for what nothing else takes', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/x': 'web' }))
    const running = await serve.serve('--default-backend', 'default/cart:80')
    expect(await serve.ask(running, 'anything.example.com', '/')).toBe('cart')
  })

  it('refuse a head that is too long', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve('--max-header-bytes', '2KiB')
    expect(await serve.ask(running, host, `/${'x'.repeat(3000)}`)).toBe(431)
  })

  it('take the word of a load balancer for who the client is, and want to have it', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve('--proxy-protocol', '127.0.0.1')
    const request = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
    const answer = await sendRaw(running.port('http'), `PROXY TCP4 192.0.2.7 192.0.2.8 1234 80\r\n${request}`)
    expect(JSON.parse(answer.body).headers['x-forwarded-for']).toBe('192.0.2.7')
    expect(await running.logged(line => line.msg === 'request')).toMatchObject({ client: '192.0.2.7' })
    expect((await sendRaw(running.port('http'), request).catch(() => ({ status: 0 }))).status).toBe(0)
    const metrics = await (await fetch(running.url('admin', '/metrics'))).text()
    expect(metrics).toContain('ingot_connections_refused_total{listener="http",reason="proxy-header"} 1')
  })

  it('compress where it is wanted', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve('--compression', '--compression-min', '1')
    const head = `GET / HTTP/1.1\r\nHost: ${host}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n`
    expect((await sendRaw(running.port('http'), head)).head).toMatch(/^content-encoding: gzip$/im)
  })
})
