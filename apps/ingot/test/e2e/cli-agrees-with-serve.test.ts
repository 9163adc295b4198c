import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ingress } from '../manifests.ts'
import { run } from './cli-process.ts'
import { sendRaw } from './http-client.ts'
import { IngotProcess } from './ingot-process.ts'
import { serveSecurely } from './secure-serving.ts'

/** What `ingot explain` says by itself has to be what `ingot serve` answers; backends are missing, so 503 is a route. */
const manifests =
  ingress('a', { 'a.test': ['/ p root', '/admin p admin', '/exact e exact'], '*.b.test': ['/b p b'] }) +
  ingress('c', { 'c.test': [] })

interface Wire {
  readonly method?: string
  readonly target: string
  readonly host?: string | readonly string[]
  readonly version?: '1.0' | '1.1'
}

/** Served, refused, of other protocols, that nobody knows, and that are none over HTTP/1.1. */
const methods = [
  ...['GET', 'QUERY', 'M-SEARCH', 'PURGE', 'CONNECT', 'TRACE', 'PRI', 'SOURCE', 'DESCRIBE', 'GET_PARAMETER', 'FLUSH'],
  ...['BREW', 'GETX', 'BREW-IT', 'X', 'X'.repeat(32), 'X'.repeat(33), 'get', 'Get', 'BREW_IT', 'BREW1', 'a!b'],
]

const requests: readonly Wire[] = [
  { target: '/', host: 'a.test' },
  { target: '/exact', host: 'A.TEST.:8080' },
  { target: '/x?y=/admin', host: 'a.test' },
  { target: '/public/..%2Fadmin', host: 'a.test' },
  { target: '/public/../admin', host: 'a.test' },
  { target: '/%61dmin', host: 'a.test' },
  { target: '//admin//x', host: 'a.test' },
  { target: '/admin;x', host: 'a.test' },
  { target: '/%zz', host: 'a.test' },
  { target: '/%00', host: 'a.test' },
  { target: '/a\\b', host: 'a.test' },
  { target: '/a#b', host: 'a.test' },
  { target: '/b', host: 'x.b.test' },
  { target: '/b', host: 'x.y.b.test' },
  { target: '/other', host: 'x.b.test' },
  { target: '/', host: 'c.test' },
  { target: '/', host: 'none.test' },
  { target: '/', host: '127.0.0.1' },
  { target: '/', host: '[::1]:80' },
  { target: '/', host: 'a..test' },
  { target: '/', host: 'user@a.test' },
  { target: '/', host: 'a.test:99999' },
  { target: '/', host: ['a.test', 'a.test'] },
  { target: '/' },
  { target: '/', version: '1.0' },
  { target: 'http://a.test/admin', host: 'none.test' },
  { target: 'http://none.test/', host: 'a.test' },
  { target: 'http://a.test/', host: 'b@d' },
  { target: 'http://a.test?x', host: 'a.test' },
  { target: 'ftp://a.test/', host: 'a.test' },
  { target: '*', method: 'OPTIONS', host: 'a.test' },
  { target: '/', method: 'TRACE', host: 'a.test' },
  { target: '/', method: 'OPTIONS', host: 'a.test' },
  { target: `/${'x'.repeat(300)}`, method: 'BREW', host: 'a.test' },
  { target: 'http://a.test/', method: 'BREW', host: 'a.test' },
  ...methods.map(method => ({ target: '/', method, host: 'a.test' })),
  ...['GET', 'OPTIONS', 'BREW'].map(method => ({ target: '/', method, host: 'a.test', version: '1.0' as const })),
]

let folder: string
let ingot: IngotProcess
let explained: { readonly status: number | null; readonly url: string }[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingot-agree-'))
  const file = join(folder, 'manifests.yaml')
  await writeFile(file, manifests)
  ingot = await IngotProcess.serve('-f', file)
  const lines = requests.map(({ method, target, host, version }) =>
    JSON.stringify({ url: target, method, headers: host === undefined ? {} : { host }, httpVersion: version }),
  )
  const flags = ['-f', file, '--missing', 'complete', '--format', 'json', '--requests', '-']
  const { stdout } = await run(['explain', ...flags], { input: lines.join('\n') })
  explained = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
})
afterAll(async () => {
  await ingot.stop()
  await rm(folder, { recursive: true })
})

it.each(requests.map((request, index) => [JSON.stringify(request), request, index] as const))(
  'explains %s as it is answered',
  async (_, { method = 'GET', target, host = [], version = '1.1' }, index) => {
    const hosts = [host].flat().map(value => `Host: ${value}\r\n`)
    const raw = `${method} ${target} HTTP/${version}\r\n${hosts.join('')}Connection: close\r\n\r\n`
    const { status } = await sendRaw(ingot.port('http'), raw)
    expect(explained[index]!.status).toBe(status)
  },
)

it('explains over HTTP/2 every method as it is answered', async () => {
  await using serving = await serveSecurely({ 'a.test': { '/': 'root' } }, {})
  const session = connectHttp2(`https://127.0.0.1:${serving.ingot.port('https')}`, {
    ...{ ca: serving.ca.pem, servername: 'a.test' },
  })
  const statusOf = (method: string) =>
    new Promise<number>((resolve, reject) => {
      const path = method === 'CONNECT' ? {} : { ':path': '/', ':scheme': 'https' }
      const request = session.request({ ':method': method, ':authority': 'a.test', ...path })
      request.on('response', headers => resolve(Number(headers[':status']))).on('error', reject)
      request.resume().end()
    })
  const answered = await Promise.all(methods.map(statusOf))
  session.destroy()
  const lines = methods.map(method => JSON.stringify({ url: 'https://a.test/', method, httpVersion: '2' }))
  const flags = ['-f', join(folder, 'manifests.yaml'), '--missing', 'complete', '--format', 'json', '--requests', '-']
  const { stdout } = await run(['explain', ...flags], { input: lines.join('\n') })
  const explained = stdout.trimEnd().split('\n')
  const told = methods.map((method, index) => [method, JSON.parse(explained[index]!).status])
  expect(told).toEqual(methods.map((method, index) => [method, answered[index]]))
})
