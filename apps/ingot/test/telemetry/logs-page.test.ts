import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { accessLine, type FinishedRequest } from '../../src/telemetry/access-log.ts'

const page = readFileSync(new URL('../../../../docs/logs.md', import.meta.url), 'utf8')

/** A request of which everything is known. */
const record = {
  ...{ method: 'GET', httpVersion: '1.1', client: 'a', protocol: 'http', requestId: 'id' },
  target: { host: 'a', path: '/' },
  match: { host: 'exact', path: 'prefix', route: { path: '/' } },
  routedTo: { backend: 'b', ingress: 'i', rule: 0, path: 1 },
  ...{ endpoint: 'e', attempts: 1, status: 502, failure: { code: 'c', reason: 'r' }, cause: { code: 'X' } },
  ...{ startedAt: 0, duration: 1, headAfter: 1, bytesReceived: 2, bytesSent: 3 },
} as unknown as FinishedRequest

it('every field of a request line is on the page, and no other', () => {
  const section = page.slice(page.indexOf('## One line'), page.indexOf('## Other lines'))
  const rows = section.split('\n').filter(line => line.startsWith('| `'))
  const named = rows.flatMap(row => [...row.split('|')[1]!.matchAll(/`([a-zA-Z]+)`/g)].map(([, name]) => name))
  expect(named.sort()).toEqual(Object.keys(JSON.parse(accessLine(record))).sort())
})
