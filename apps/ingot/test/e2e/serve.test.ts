import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Backends } from './backends.ts'
import { get } from './http-client.ts'
import { IngotProcess } from './ingot-process.ts'
import { KeepAliveClient } from './keep-alive-client.ts'
import { ingress } from './manifests.ts'
import { closedPort } from './serve-fixture.ts'

const backends = new Backends()
let folder: string
let ingot: IngotProcess | undefined

beforeAll(() => backends.start('web', 'cart', 'other'))
afterAll(() => backends.stop())
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-'))
})
afterEach(async () => {
  await ingot?.stop()
  ingot = undefined
  await rm(folder, { recursive: true })
})

const write = (name: string, text: string) => writeFile(join(folder, name), text)
const serve = async (...flags: string[]) => {
  ingot = await IngotProcess.serve('-f', folder, ...backends.flags(), ...flags)
  return ingot
}
/** Which backend answers, or which status the proxy answers by itself. */
async function ask(running: IngotProcess, host: string, target: string): Promise<string | number> {
  const answer = await get(running.port('http'), host, target)
  return answer.status === 200 ? JSON.parse(answer.body).backend : answer.status
}
const generation = (number: number) => (line: { msg: string; generation?: unknown }) =>
  line.msg === 'configuration live' && line.generation === number

describe('a folder of manifests', () => {
  it('is served: by host, by path, and 404 for what no route takes', async () => {
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'web', '/cart': 'cart' }))
    const running = await serve()
    expect(await ask(running, 'shop.example.com', '/cart/42?q=1')).toBe('cart')
    expect(await ask(running, 'shop.example.com', '/cartoon')).toBe('web')
    expect(await ask(running, 'other.example.com', '/')).toBe(404)
  })

  it('answers 503 for a Service that cannot be found, and never a broader route', async () => {
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'web', '/private': 'missing' }))
    const running = await serve()
    const answer = await get(running.port('http'), 'shop.example.com', '/private/x')
    expect([answer.status, answer.body]).toEqual([503, '503 no-service\n'])
  })

  it('answers 502 where the endpoint refuses the connection', async () => {
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'gone' }))
    const running = await serve('--resolve', `gone=127.0.0.1:${await closedPort()}`)
    const answer = await get(running.port('http'), 'shop.example.com', '/')
    expect([answer.status, answer.body]).toEqual([502, '502 connection-refused\n'])
  })

  it('may hold a resolve.yaml that says where Services are', async () => {
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'front' }))
    await write('resolve.yaml', `front: ${backends.address('other')}\n`)
    const running = await serve()
    expect(await ask(running, 'shop.example.com', '/')).toBe('other')
  })

  it('that does not exist ends the program with a message that names it', async () => {
    const failing = new IngotProcess(['serve', '-f', join(folder, 'nowhere'), '--port', '0', '--admin-port', '0'])
    expect(await failing.exited()).toBe(2)
    expect(failing.errors.join('\n')).toContain(join(folder, 'nowhere'))
  })
})

describe('the access log', () => {
  it('says which Ingress, rule and path took a request, and never its query', async () => {
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'web', '/cart': 'cart' }))
    const running = await serve()
    await ask(running, 'shop.example.com', '/cart/42?token=secret')
    const line = await running.logged(entry => entry.msg === 'request')
    expect(line).toMatchObject({ ingress: 'default/shop', rule: 0, pathIndex: 1, pathRule: '/cart', status: 200 })
    expect(JSON.stringify(running.log)).not.toContain('secret')
  })
})

describe('a change in the folder, with --watch', () => {
  it('goes live without a dropped connection', async () => {
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'web' }))
    const running = await serve('--watch')
    const client = await KeepAliveClient.connect(running.port('http'))
    expect(await client.ask('shop.example.com', '/')).toContain('"backend":"web"')
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'cart' }))
    await running.logged(generation(2))
    expect(await client.ask('shop.example.com', '/')).toContain('"backend":"cart"')
    client.end()
  })

  it('that adds or removes a file adds or removes its routes', async () => {
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'web' }))
    const running = await serve('--watch')
    await write('more.yaml', ingress('more', 'more.example.com', { '/': 'other' }))
    await running.logged(generation(2))
    expect(await ask(running, 'more.example.com', '/')).toBe('other')
    await unlink(join(folder, 'more.yaml'))
    await running.logged(generation(3))
    expect(await ask(running, 'more.example.com', '/')).toBe(404)
  })

  it('that breaks a file keeps the last good state of that file, says so with file and line, and takes nobody else down', async () => {
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'web' }))
    await write('more.yaml', ingress('more', 'more.example.com', { '/': 'other' }))
    const running = await serve('--watch')
    await write('shop.yaml', 'apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: shop\n')
    const complaint = await running.logged(line => line.code === 'yaml-syntax')
    expect(complaint.at).toMatch(/shop\.yaml:\d+:\d+$/)
    expect(await ask(running, 'shop.example.com', '/')).toBe('web')
    expect(await ask(running, 'more.example.com', '/')).toBe('other')
  })

  it('that makes an object invalid keeps its last good version', async () => {
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'web', '/cart': 'cart' }))
    const running = await serve('--watch')
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'web', cart: 'cart' }))
    await running.logged(line => line.code === 'invalid-path')
    expect(await ask(running, 'shop.example.com', '/cart')).toBe('cart')
  })
})

describe('the admin server', () => {
  it('tells health, readiness, metrics, routes and explanations', async () => {
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'web', '/cart': 'cart' }))
    const running = await serve()
    await ask(running, 'shop.example.com', '/cart')
    await running.logged(entry => entry.msg === 'request')
    const fetchText = async (path: string) => (await fetch(running.url('admin', path))).text()
    expect(await fetchText('/healthz')).toBe('ok\n')
    expect(await fetchText('/readyz')).toBe('ready\n')
    expect(await fetchText('/metrics')).toContain(
      'ingot_requests_total{ingress="default/shop",status="200",reason=""} 1',
    )
    expect(JSON.parse(await fetchText('/routes')).routes).toHaveLength(2)
    const explained = JSON.parse(
      await fetchText(`/explain?url=${encodeURIComponent('http://shop.example.com/cart/1')}`),
    )
    expect(explained).toMatchObject({
      outcome: 'route',
      status: null,
      ingress: { namespace: 'default', name: 'shop' },
      rule: 0,
      path: 1,
      backend: { service: { name: 'cart', port: 80 } },
    })
    expect((await fetch(running.url('admin', '/nothing'))).status).toBe(404)
  })

  it('is not reachable through the port for traffic', async () => {
    const running = await serve()
    expect((await get(running.port('http'), 'localhost', '/healthz')).status).toBe(404)
  })
})

describe('SIGTERM', () => {
  it('lets a request in flight end, tells the client to close, and exits with 0', async () => {
    const slow = createServer(socket => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab')
        release = () => socket.write('cd')
      })
    })
    let release = () => {}
    await new Promise<void>(resolve => slow.listen(0, '127.0.0.1', resolve))
    const { port } = slow.address() as { port: number }
    await write('shop.yaml', ingress('shop', 'shop.example.com', { '/': 'slow' }))
    const running = await serve('--resolve', `slow=127.0.0.1:${port}`)
    const client = await KeepAliveClient.connect(running.port('http'))
    client.send('shop.example.com', '/')
    await client.received('ab')
    running.signal('SIGTERM')
    await running.logged(line => line.msg === 'draining')
    expect((await fetch(running.url('admin', '/readyz'))).status).toBe(503)
    await expect(get(running.port('http'), 'shop.example.com', '/')).rejects.toThrow('ECONNREFUSED')
    release()
    await client.received('abcd')
    client.end()
    expect(await running.exited()).toBe(0)
    slow.close()
  })
})
