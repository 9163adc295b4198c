import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { get, sendRaw } from './http-client.ts'
import { ingress } from './manifests.ts'
import { serving } from './serve-fixture.ts'

const serve = serving('web')
const host = 'shop.example.com'

/** A collector that keeps the spans it is sent by OTLP over HTTP, as JSON. */
interface CollectedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
}
const spans: CollectedSpan[] = []
let text = ''
let collector: Server

beforeAll(async () => {
  collector = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    text += body
    for (const resource of JSON.parse(body).resourceSpans) {
      for (const scope of resource.scopeSpans) spans.push(...scope.spans)
    }
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await new Promise<void>(resolve => collector.listen(0, '127.0.0.1', resolve))
})
afterAll(() => void collector.close())

it('a request is a span between that of the client and that of the upstream, and holds no secret', async () => {
  await serve.write('shop.yaml', ingress('shop', host, { '/cart': 'web' }))
  const { port } = collector.address() as AddressInfo
  const running = await serve.serve('--otlp-endpoint', `http://127.0.0.1:${port}`, '--workers', '2')
  const trace = '0af7651916cd43dd8448eb211c80319c'
  const head = [
    'GET /cart/42?token=c4n4ry HTTP/1.1',
    `Host: ${host}`,
    `traceparent: 00-${trace}-b7ad6b7169203331-01`,
    'tracestate: vendor=value',
    'Cookie: c4n4ry',
    'Connection: close',
  ]
  const answer = await sendRaw(running.port('http'), `${head.join('\r\n')}\r\n\r\n`)
  await get(running.port('http'), host, '/nowhere')
  const { headers } = JSON.parse(answer.body)
  expect(await running.stop()).toBe(0)

  const routed = spans.find(span => span.name === 'GET /cart')
  expect(routed).toMatchObject({ traceId: trace, parentSpanId: 'b7ad6b7169203331' })
  expect(headers.traceparent).toBe(`00-${trace}-${routed!.spanId}-01`)
  expect(headers.tracestate).toBe('vendor=value')
  const attributes = Object.fromEntries(routed!.attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
  expect(attributes).toMatchObject({ 'http.response.status_code': 200, 'url.path': '/cart/42', 'http.route': '/cart' })
  const lost = spans.find(span => span.name === 'GET')
  expect(lost?.parentSpanId ?? '').toBe('')
  expect(text).not.toContain('c4n4ry')
})
