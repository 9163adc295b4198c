import { expect, it } from 'vitest'
import { accessLine, type FinishedRequest } from '../../src/telemetry/access-log.ts'

const record = {
  ...{ method: 'GET', httpVersion: '1.1', client: '192.0.2.1', protocol: 'http', requestId: 'id' },
  target: { host: 'a.example.com', path: '/x', query: '?secret', authority: 'a.example.com' },
  match: { host: 'exact', path: 'prefix', route: { path: '/', host: 'a.example.com', pathType: 'Prefix' } },
  routedTo: { backend: 'n/s:80', ingress: 'n/i', rule: 0, path: 1 },
  ...{ endpoint: '10.0.0.1:80', attempts: 1, status: 200, failure: undefined, cause: undefined, startedAt: 0 },
  ...{ duration: 1.23456, headAfter: 1, bytesReceived: 2, bytesSent: 3 },
} as unknown as FinishedRequest
const read = (more: object) => JSON.parse(accessLine({ ...record, ...more }))

it('says who took a request and what became of it, without its query', () => {
  const { time, ...line } = read({})
  expect(new Date(time).toISOString()).toBe(time)
  expect(line).toEqual({
    ...{ level: 30, msg: 'request', client: '192.0.2.1', method: 'GET', protocol: 'http', httpVersion: '1.1' },
    ...{ host: 'a.example.com', path: '/x', status: 200, ingress: 'n/i', rule: 0, pathIndex: 1, hostMatch: 'exact' },
    ...{ pathMatch: 'prefix', pathRule: '/', backend: 'n/s:80', endpoint: '10.0.0.1:80', attempts: 1 },
    ...{ ms: 1.235, upstreamMs: 1, received: 2, sent: 3, requestId: 'id' },
  })
})

it('says why the proxy answered, and of an error only its code', () => {
  const cause = Object.assign(new Error('with c4n4ry'), { code: 'ECONNRESET' })
  const failure = { code: 'connection-reset', reason: 'upgrade' }
  expect(read({ failure, cause, status: 502 })).toMatchObject({
    ...{ reason: 'connection-reset', detail: 'upgrade', error: 'ECONNRESET' },
  })
  expect(accessLine({ ...record, cause })).not.toContain('c4n4ry')
})

it('is one line of JSON whatever a request holds', () => {
  const path = '/"\\\n\u2028\u0000'
  const line = accessLine({ ...record, target: { ...record.target!, path }, requestId: '"},{' })
  expect(line.trimEnd()).not.toContain('\n')
  expect(JSON.parse(line)).toMatchObject({ path, requestId: '"},{' })
})
