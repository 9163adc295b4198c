import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer as createHttp2, createSecureServer } from 'node:http2'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Authority, authority } from '../../../../packages/proxy/test/support/certificates.ts'
import { grpcClient, grpcUpstream } from '../../../../packages/proxy/test/support/grpc.ts'
import { askWebSocket, echoWebSockets } from '../../../../packages/proxy/test/support/web-socket.ts'
import { get } from './http-client.ts'
import { ingress } from './manifests.ts'
import { serving } from './serve-fixture.ts'

const serve = serving()
const host = 'grpc.test'
let ca: Authority
let pair: { cert: string; key: string }
beforeAll(async () => {
  ca = await authority()
  pair = (await ca.issue([host])) as typeof pair
})

const open: { close(): unknown }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

/** Answers with the version of HTTP and whether there was TLS. */
function answer(request: { httpVersion: string; socket: object }, response: { end(text: string): unknown }) {
  response.end(`HTTP/${request.httpVersion} ${'encrypted' in request.socket ? 'TLS' : 'TCP'}`)
}

const servers: Readonly<Record<string, () => Server>> = {
  http: () => createHttp(answer),
  https: () => createHttps(pair, answer),
  h2c: () => createHttp2(answer as never) as Server,
  h2: () => createSecureServer(pair, answer as never) as Server,
}

async function listening(kind: string): Promise<number> {
  const server = servers[kind]!()
  open.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

/** `ingot serve` with one Service at `port` whose port has `appProtocol`, or that has the annotation. */
async function start(port: number, said: { appProtocol?: string; annotation?: string }, ...flags: string[]) {
  const { appProtocol, annotation } = said
  const annotations = annotation === undefined ? {} : { 'ingot.dev/backend-protocol': annotation }
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'default', annotations } },
    spec: { ports: [{ port: 80, ...(appProtocol !== undefined && { appProtocol }) }] },
  }
  await serve.write('service.json', JSON.stringify(service))
  await serve.write('ingress.json', ingress('web', host, { '/': 'web' }))
  return serve.serve('--resolve', `web=127.0.0.1:${port}`, ...flags)
}

describe('a Service is spoken to as it says', () => {
  it.each([
    ['nothing', {}, 'http', 'HTTP/1.1 TCP'],
    ['appProtocol http', { appProtocol: 'http' }, 'http', 'HTTP/1.1 TCP'],
    ['appProtocol https', { appProtocol: 'https' }, 'https', 'HTTP/1.1 TLS'],
    ['appProtocol kubernetes.io/wss', { appProtocol: 'kubernetes.io/wss' }, 'https', 'HTTP/1.1 TLS'],
    ['appProtocol kubernetes.io/h2c', { appProtocol: 'kubernetes.io/h2c' }, 'h2c', 'HTTP/2.0 TCP'],
    ['appProtocol h2', { appProtocol: 'h2' }, 'h2', 'HTTP/2.0 TLS'],
    ['the annotation https', { annotation: 'https' }, 'https', 'HTTP/1.1 TLS'],
    ['the annotation h2c', { annotation: 'H2C' }, 'h2c', 'HTTP/2.0 TCP'],
    ['the annotation h2', { annotation: 'h2' }, 'h2', 'HTTP/2.0 TLS'],
  ] as const)('by %s', async (_, said, kind, expected) => {
    const running = await start(await listening(kind), said)
    const { status, body } = await get(running.port('http'), host, '/')
    expect([status, body]).toEqual([200, expected])
  })

  it.each(['grpc', 'grpcs'] as const)('by appProtocol %s', async appProtocol => {
    await using upstream = await grpcUpstream(appProtocol === 'grpcs' ? pair : undefined)
    writeFileSync(join(serve.folder, 'a.crt'), pair.cert)
    writeFileSync(join(serve.folder, 'a.key'), pair.key)
    const flags = ['--https-port', '0', '--cert-dir', serve.folder]
    const running = await start(upstream.port, { appProtocol }, ...flags)
    const echo = grpcClient(running.port('https'), ca.pem) as unknown as {
      Unary(text: string, done: (error: unknown, reply?: string) => void): void
      close(): void
    }
    const reply = await new Promise(done => echo.Unary('hello', (error, text) => done(error ?? text)))
    echo.close()
    expect(reply).toBe('re: hello')
  })

  it.each(['kubernetes.io/ws', 'kubernetes.io/wss'] as const)('as a WebSocket by appProtocol %s', async appProtocol => {
    const server = appProtocol === 'kubernetes.io/ws' ? createHttp() : createHttps(pair)
    open.push(server)
    const cut = echoWebSockets(server)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const running = await start((server.address() as AddressInfo).port, { appProtocol })
    expect(await askWebSocket(running.port('http'), host, 'hello')).toBe('re: hello')
    cut()
  })
})
