import type { ServerHttp2Stream } from 'node:http2'
import { expect, it } from 'vitest'
import { sendHead } from '../../src/listener/http2-head.ts'

/** A stream of a Node before 24.7, which wants an object. */
function olderStream() {
  const sent: unknown[] = []
  const respond = (headers: unknown, options: unknown) => {
    if (Array.isArray(headers)) throw Object.assign(new TypeError('an object'), { code: 'ERR_INVALID_ARG_TYPE' })
    sent.push([headers, options])
  }
  return { sent, stream: { respond } as unknown as ServerHttp2Stream }
}

it('a head is an object where Node takes no list, with each field as often as it came', () => {
  const { sent, stream } = olderStream()
  for (const status of [200, 404]) sendHead(stream, status, ['X-A', '1', 'x-b', '2', 'x-a', '3'], 'body', true)
  const fields = { 'x-a': ['1', '3'], 'x-b': ['2'] }
  expect(sent).toEqual([200, 404].map(status => [{ ...fields, ':status': status }, {}]))
})

it('what HTTP/2 cannot carry is told to whoever sends it', () => {
  const respond = () => {
    throw Object.assign(new TypeError('connection'), { code: 'ERR_HTTP2_INVALID_CONNECTION_HEADERS' })
  }
  expect(() => sendHead({ respond } as never, 200, ['Upgrade', 'x'], 'all', true)).toThrow('connection')
})
