import type { Received } from './backends.ts'
import { type RawResponse, sendRaw } from './http-client.ts'
import type { IngotProcess } from './ingot-process.ts'
import { type Serving, serving } from './serve-fixture.ts'

export type Fields = Readonly<Record<string, string>>

/** `ingot serve --profile ingress-nginx` on objects of each test's own, before small backends. */
export interface ServingNginx {
  readonly serve: Serving
  /** What was started last. */
  readonly ingot: IngotProcess
  start(objects: readonly object[], ...flags: string[]): Promise<void>
  /** Other objects in the place of those that were there. */
  write(objects: readonly object[]): Promise<void>
  /** Asks NAME.example.com. */
  ask(name: string, target?: string, fields?: Fields, method?: string, body?: string): Promise<RawResponse>
  /** Which backend answers, or which status the proxy answers by itself. */
  backendOf(name: string, target?: string, fields?: Fields, method?: string): Promise<string | number>
}

/** To be called at the top of a test file. */
export function servingNginx(...backendNames: string[]): ServingNginx {
  const serve = serving(...backendNames)
  let ingot: IngotProcess
  const write = (items: readonly object[]) =>
    serve.write('all.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  const ask: ServingNginx['ask'] = (name, target = '/', fields = {}, method = 'GET', body = '') => {
    const length = body === '' ? {} : { 'Content-Length': String(body.length) }
    const head = { Host: `${name}.example.com`, Connection: 'close', ...length, ...fields }
    const lines = Object.entries(head).map(([field, value]) => `${field}: ${value}\r\n`)
    return sendRaw(ingot.port('http'), `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  }
  return {
    serve,
    get ingot() {
      return ingot
    },
    write,
    async start(objects, ...flags) {
      await write(objects)
      ingot = await serve.serve('--profile', 'ingress-nginx', '--trusted-proxy', '127.0.0.1', ...flags)
    },
    ask,
    async backendOf(...request) {
      const answer = await ask(...request)
      return answer.status === 200 ? received(answer).backend : answer.status
    },
  }
}

/** A field of a response. */
export function field(answer: RawResponse, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, 'im').exec(answer.head)?.[1]?.trim()
}

/** What a backend of the test says that it got. */
export function received(answer: RawResponse): Received {
  return JSON.parse(answer.body)
}
