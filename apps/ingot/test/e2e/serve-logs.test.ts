import { closeSync, openSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { get, sendRaw } from './http-client.ts'
import { IngotProcess } from './ingot-process.ts'
import { ingress } from './manifests.ts'
import { closedPort, serving } from './serve-fixture.ts'

const serve = serving('web')
const host = 'shop.example.com'

describe('the log', () => {
  it('is for people with --log-format text', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const port = await closedPort()
    const flags = ['--host', '127.0.0.1', '--port', String(port), '--no-admin', '--log-format', 'text']
    const ingot = new IngotProcess(['serve', '-f', serve.folder, ...serve.backends.flags(), ...flags])
    await seen(ingot, / info {2}ready\n/)
    await get(port, host, '/cart?token=secret')
    await seen(
      ingot,
      /GET http:\/\/shop\.example\.com\/cart 200 in [\d.]+ ms: default\/shop \/ from 127\.0\.0\.1:\d+\n/,
    )
    expect(await ingot.stop()).toBe(0)
    expect(ingot.output).not.toContain('secret')
  })

  it('holds no query, cookie, credential or body, whatever becomes of a request, and neither do metrics', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web', '/gone': 'gone', '/none': 'nothing' }))
    const gone = `gone=127.0.0.1:${await closedPort()}`
    const running = await serve.serve('--log-level', 'debug', '--resolve', gone, '--workers', '2')
    const canary = 'c4n4ry'
    const heads = (line: string, hostLine: string, extra = '') =>
      [
        line,
        hostLine,
        `Cookie: session=${canary}`,
        `Authorization: Bearer ${canary}`,
        `Proxy-Authorization: Basic ${canary}`,
        `X-Api-Key: ${canary}`,
        `Referer: http://a/?${canary}`,
        'Connection: close',
        ...(extra === '' ? [] : [extra]),
        '',
        '',
      ].join('\r\n')
    const target = (path: string) => `GET ${path}?q=${canary} HTTP/1.1`
    const requests = [
      heads(target('/'), `Host: ${host}`),
      heads(target('/gone'), `Host: ${host}`),
      heads(target('/none'), `Host: ${host}`),
      heads(target('/'), 'Host: elsewhere.example.com'),
      heads(target('/'), `Host: user:${canary}@${host}`),
      heads(target('/a%00b'), `Host: ${host}`),
      heads(`GET http://user:${canary}@${host}/?${canary} HTTP/1.1`, `Host: ${host}`),
      heads(`GET /?${canary} HTTP/9.9`, `Host: ${host}`),
      heads(`\u0000${canary}`, `Host: ${host}`),
      heads(`POST /?${canary} HTTP/1.1`, `Host: ${host}`, `Content-Length: 1x${canary}`),
      heads(target('/'), `Host: ${host}`, `Transfer-Encoding: ${canary}`),
      heads(target('/'), `Host: ${host}`, `X-Bad\u0001: ${canary}`),
      heads(`POST / HTTP/1.1`, `Host: ${host}`, `Content-Length: 6\r\n\r\n${canary}`),
    ]
    for (const request of requests) await sendRaw(running.port('http'), request)
    const admin = await Promise.all(
      ['/metrics', '/routes', '/explain?url=http://shop.example.com/'].map(async path =>
        (await fetch(running.url('admin', path))).text(),
      ),
    )
    expect(await running.stop()).toBe(0)
    expect(running.log.filter(line => line.msg === 'request').length).toBeGreaterThan(8)
    expect(running.output).not.toContain(canary)
    expect(admin.join('\n')).not.toContain(canary)
  })

  it('that nobody reads any more does not keep anybody from being served', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const running = await serve.serve()
    running.breakLog()
    for (let i = 0; i < 50; i++) expect(await serve.ask(running, host, '/')).toBe('web')
    expect(await running.stop()).toBe(0)
  })

  it('that goes to a full disk does not keep anybody from being served', async () => {
    await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
    const full = openSync('/dev/full', 'w')
    const [port, adminPort] = [await closedPort(), await closedPort()]
    const flags = ['--host', '127.0.0.1', '--port', String(port), '--admin-port', String(adminPort)]
    const ingot = new IngotProcess(['serve', '-f', serve.folder, ...serve.backends.flags(), ...flags], { stdout: full })
    closeSync(full)
    await accepting(port)
    for (let i = 0; i < 50; i++) expect((await get(port, host, '/')).status).toBe(200)
    expect(await ingot.stop()).toBe(0)
    expect(ingot.errors).toEqual([])
  })
})

async function seen(ingot: IngotProcess, pattern: RegExp): Promise<void> {
  while (!pattern.test(ingot.output)) {
    if (!ingot.isRunning) throw new Error(`ingot ended: ${ingot.output}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

async function accepting(port: number): Promise<void> {
  for (;;) {
    const accepted = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1', () => resolve(true))
      socket.on('connect', () => socket.destroy())
      socket.on('error', () => resolve(false))
    })
    if (accepted) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
