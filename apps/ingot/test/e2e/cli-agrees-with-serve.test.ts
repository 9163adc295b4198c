import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ingress } from '../manifests.ts'
import { run } from './cli-process.ts'
import { sendRaw } from './http-client.ts'
import { IngotProcess } from './ingot-process.ts'

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
