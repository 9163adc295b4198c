import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { app as express } from '../frameworks/express.ts'
import { app as fastify } from '../frameworks/fastify.ts'
import worker from '../frameworks/fetch.ts'
import { app as hono } from '../frameworks/hono.ts'

type Answer = readonly [status: number, text: string]

const requests: readonly (readonly [host: string, target: string, answer: Answer])[] = [
  ['shop.example.com', '/', [200, 'shop']],
  ['SHOP.example.com:80', '/cart/7?x=1', [200, 'cart']],
  ['shop.example.com', '/cartoon', [200, 'shop']],
  ['any.example.com', '/health', [200, 'health']],
  ['any.example.com', '/health/', [404, 'no route']],
  ['elsewhere.org', '/', [404, 'no route']],
  ['shop.example.com', '/x/..%2Fcart', [400, 'other-destination']],
]
/** What only a program can see that has the path as it was sent. */
const raw: typeof requests = [
  ['shop.example.com', '/a\\b', [400, 'backslash']],
  ['shop.example.com', '/%zz', [400, 'malformed-escape']],
]

describe.each([
  ['express', () => createServer(express)],
  ['fastify', () => fastify.ready().then(() => fastify.server)],
] as [string, () => Server | Promise<Server>][])('the example for %s', (_, open) => {
  let server: Server
  beforeAll(async () => {
    server = await open()
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  afterAll(() => {
    server.close()
  })
  test.each([...requests, ...raw])('answers %s%s', async (host, target, answer) => {
    expect(await ask((server.address() as AddressInfo).port, host, target)).toEqual(answer)
  })
})

describe.each([
  ['hono', hono.fetch],
  ['fetch', worker.fetch],
] as [string, (request: Request) => Response | Promise<Response>][])('the example for %s', (_, handle) => {
  test.each(requests)('answers %s%s', async (host, target, answer) => {
    const response = await handle(new Request(`http://${host}${target}`))
    expect([response.status, await response.text()]).toEqual(answer)
  })
})

async function ask(port: number, host: string, path: string): Promise<Answer> {
  const sent = request({ port, path, headers: { host }, agent: false })
  const [response] = await once(sent.end(), 'response')
  let text = ''
  for await (const part of response) text += part
  return [response.statusCode, text]
}
