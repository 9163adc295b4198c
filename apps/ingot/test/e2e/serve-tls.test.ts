import { mkdir, writeFile } from 'node:fs/promises'
import { connect as connectHttp2, constants } from 'node:http2'
import { request } from 'node:https'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { connect as connectTls } from 'node:tls'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Authority, authority } from '../../../../packages/proxy/test/support/certificates.ts'
import { get, sendRaw } from './http-client.ts'
import type { IngotProcess } from './ingot-process.ts'
import { ingress } from './manifests.ts'
import { serving } from './serve-fixture.ts'

const serve = serving('web')
const host = 'shop.example.com'
let ca: Authority
beforeAll(async () => {
  ca = await authority()
})

/** An Ingress with `tls` for its host. */
function secured(name: string, secretName: string): string {
  const manifest = JSON.parse(ingress(name, host, { '/': 'web' }))
  manifest.spec.tls = [{ hosts: [host], secretName }]
  return JSON.stringify(manifest)
}

function secret(name: string, { cert, key }: { cert: string | Buffer; key: string | Buffer }): string {
  const data = { 'tls.crt': Buffer.from(cert).toString('base64'), 'tls.key': Buffer.from(key).toString('base64') }
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'kubernetes.io/tls', data })
}

/** Which certificate is shown for a name, and what is answered over HTTP/1.1. */
function ask(
  running: IngotProcess,
  servername = host,
  fields: Record<string, string> = {},
): Promise<{ status: number; serial: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port: running.port('https'),
        host: '127.0.0.1',
        servername,
        ca: ca.pem,
        headers: { host: servername, ...fields },
        agent: false,
      },
      answer => {
        const { serialNumber } = (answer.socket as ReturnType<typeof connectTls>).getPeerCertificate()
        answer.resume().on('end', () => resolve({ status: answer.statusCode ?? 0, serial: serialNumber }))
      },
    )
    sent.on('error', reject).end()
  })
}

const secureFlags = ['--https-port', '0']

describe('HTTPS', () => {
  it('serves the certificates of Secrets over HTTP/1.1 and HTTP/2, and sends HTTP there', async () => {
    await serve.write('shop.yaml', secured('shop', 'shop-tls'))
    await serve.write('secret.yaml', secret('shop-tls', await ca.issue([host])))
    const running = await serve.serve(...secureFlags, '--https-redirect-port', '443')
    expect((await ask(running)).status).toBe(200)
    expect(await askHttp2(running)).toBe(200)
    const plain = await get(running.port('http'), host, '/cart?q=1')
    expect([plain.status, plain.head]).toEqual([308, expect.stringContaining(`https://${host}/cart?q=1`)])
    const metrics = await (await fetch(running.url('admin', '/metrics'))).text()
    expect(metrics).toMatch(/ingot_tls_certificate_expiry_timestamp_seconds\{certificate="default\/shop-tls"\} 1\d{9}/)
  })

  it('takes over a renewed Secret without cutting a connection', async () => {
    await serve.write('shop.yaml', secured('shop', 'shop-tls'))
    await serve.write('secret.yaml', secret('shop-tls', await ca.issue([host])))
    const running = await serve.serve(...secureFlags, '--watch', '--workers', '2')
    const before = await ask(running)
    const session = connectHttp2(running.url('https', '').replace('http:', 'https:'), { servername: host, ca: ca.pem })
    expect(await statusOver(session)).toBe(200)
    await serve.write('secret.yaml', secret('shop-tls', await ca.issue([host])))
    await running.logged(line => line.msg === 'configuration live' && line.generation === 2)
    expect((await ask(running)).serial).not.toBe(before.serial)
    expect(await statusOver(session)).toBe(200)
    session.destroy()
  })

  it('takes certificates from a folder, also for Ingresses whose Secret is nowhere, and reads it again on SIGHUP', async () => {
    const folder = join(serve.folder, 'certificates')
    await mkdir(folder)
    const write = async () => {
      const { cert, key } = await ca.issue([host])
      await writeFile(join(folder, 'shop.crt'), cert)
      await writeFile(join(folder, 'shop.key'), key)
    }
    await write()
    await serve.write('shop.yaml', secured('shop', 'not-here'))
    const running = await serve.serve(...secureFlags, '--cert-dir', folder)
    const before = await ask(running)
    expect(before.status).toBe(200)
    await write()
    running.signal('SIGHUP')
    const renewed = async () => (await ask(running)).serial !== before.serial
    while (!(await renewed())) await new Promise(resolve => setTimeout(resolve, 20))
  })

  it('shows no certificate for a name that has none', async () => {
    await serve.write('shop.yaml', secured('shop', 'shop-tls'))
    await serve.write('secret.yaml', secret('shop-tls', await ca.issue([host])))
    const running = await serve.serve(...secureFlags)
    await expect(ask(running, 'other.example.com')).rejects.toThrow()
    const metrics = await (await fetch(running.url('admin', '/metrics'))).text()
    expect(metrics).toMatch(/ingot_tls_handshake_failures_total\{code="[^"]+"\} 1/)
  })

  it('says which certificate is bad, never what is in it, and goes on with HTTP', async () => {
    await serve.write('shop.yaml', secured('shop', 'shop-tls'))
    const { cert, key } = await ca.issue([host])
    const other = await ca.issue([host])
    await serve.write('secret.yaml', secret('shop-tls', { cert, key: other.key }))
    const running = await serve.serve(...secureFlags, '--log-level', 'debug')
    expect(await running.logged(line => line.code === 'key-mismatch')).toMatchObject({
      certificate: 'default/shop-tls',
    })
    expect(await serve.ask(running, host, '/')).toBe('web')
    await running.stop()
    for (const material of [key, other.key, cert]) {
      const canary = String(material).split('\n')[1]!
      expect(running.output).not.toContain(canary)
      expect(running.output).not.toContain(Buffer.from(String(material)).toString('base64').slice(40, 100))
    }
  })

  it('limits the heads of requests over HTTP/1.1, HTTPS and HTTP/2 alike', async () => {
    await serve.write('shop.yaml', secured('shop', 'shop-tls'))
    await serve.write('secret.yaml', secret('shop-tls', await ca.issue([host])))
    const running = await serve.serve(...secureFlags, '--max-header-bytes', '2KiB', '--no-https-redirect')
    for (const [length, status] of [
      [1_500, 200],
      [3_000, 431],
    ] as const) {
      const field = { 'x-long': 'x'.repeat(length) }
      const request = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nX-Long: ${field['x-long']}\r\n\r\n`
      expect((await sendRaw(running.port('http'), request)).status, 'HTTP').toBe(status)
      expect((await ask(running, host, field)).status, 'HTTPS').toBe(status)
      expect(await askHttp2(running, field), 'HTTP/2').toBe(status)
    }
  })

  it('has the limits of HTTP/2 connections that it was told', async () => {
    await serve.write('shop.yaml', secured('shop', 'shop-tls'))
    await serve.write('secret.yaml', secret('shop-tls', await ca.issue([host])))
    const limits = [
      '--max-concurrent-streams',
      '7',
      '--max-header-list-bytes',
      '9000',
      '--http2-session-memory',
      '2MiB',
    ]
    const running = await serve.serve(
      ...secureFlags,
      ...limits,
      '--http2-resets',
      '3',
      '--http2-resets-per-second',
      '0',
    )
    const session = connectHttp2(running.url('https', '').replace('http:', 'https:'), { servername: host, ca: ca.pem })
    session.on('error', () => {})
    await new Promise(resolve => session.once('remoteSettings', resolve))
    expect(session.remoteSettings).toMatchObject({ maxConcurrentStreams: 7, maxHeaderListSize: 9_000 })
    expect(await statusOver(session)).toBe(200)
    const ended = new Promise(resolve => session.once('close', resolve))
    for (let reset = 0; reset < 5; reset++) {
      const upload = session.request({ ':method': 'POST', ':path': '/', ':authority': host }).on('error', () => {})
      await setImmediate()
      upload.close(constants.NGHTTP2_CANCEL)
    }
    await ended
  })

  it('tells HTTP/2 clients on SIGTERM to come back elsewhere', async () => {
    await serve.write('shop.yaml', secured('shop', 'shop-tls'))
    await serve.write('secret.yaml', secret('shop-tls', await ca.issue([host])))
    const running = await serve.serve(...secureFlags)
    const session = connectHttp2(running.url('https', '').replace('http:', 'https:'), { servername: host, ca: ca.pem })
    expect(await statusOver(session)).toBe(200)
    const told = new Promise<number>(resolve => session.on('goaway', resolve))
    running.signal('SIGTERM')
    expect(await told).toBe(0)
    expect(await running.exited()).toBe(0)
  })
})

async function askHttp2(running: IngotProcess, fields: Record<string, string> = {}): Promise<number> {
  const url = running.url('https', '').replace('http:', 'https:')
  const session = connectHttp2(url, { servername: host, ca: ca.pem })
  const status = await statusOver(session, fields)
  session.destroy()
  return status
}

function statusOver(session: ReturnType<typeof connectHttp2>, fields: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    session.on('error', reject)
    const stream = session.request({ ':path': '/', ':authority': host, ...fields })
    stream.on('response', headers => resolve(headers[':status'] ?? 0)).on('error', reject)
    stream.resume().end()
  })
}
