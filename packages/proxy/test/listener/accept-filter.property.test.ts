import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isPartialHead } from '../../src/listener/partial-head.ts'
import { type RunningProxy, startProxy } from '../support/proxy.ts'
import { rawConnection, sendInPieces } from '../support/raw-client.ts'
import { rawRequest } from '../support/raw-requests.ts'
import { type RecordingUpstream, recordingUpstream } from '../support/recording-upstream.ts'

let upstream: RecordingUpstream
let straight: RunningProxy
let filtered: RunningProxy

beforeAll(async () => {
  upstream = await recordingUpstream()
  straight = await startProxy({ backends: { upstream: upstream.port } })
  filtered = await startProxy({ backends: { upstream: upstream.port }, free: 0 })
})

afterAll(async () => {
  for (const one of [straight, filtered, upstream]) await one[Symbol.asyncDispose]()
})

const last = 'GET /last HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n'

/** What comes of a text that is sent in pieces of so many characters: the requests of the upstream, the first status. */
async function outcome(proxy: RunningProxy, text: string, size: number) {
  upstream.forget()
  const client = await rawConnection(proxy.port)
  await sendInPieces(client, text, size)
  await client.until(() => client.closed, 60)
  client.socket.destroy()
  await expect.poll(() => proxy.inFlight()).toBe(0)
  return { requests: upstream.requests(), status: client.received().slice(0, 12) }
}

const beginning = fc
  .tuple(rawRequest, fc.nat(120))
  .map(([text, length]) => text.slice(0, length))
  .filter(isPartialHead)

describe('whatever a client sends, in pieces of any size', () => {
  it('the same comes of it with the filter as without', async () => {
    await fc.assert(
      fc.asyncProperty(rawRequest, fc.integer({ min: 1, max: 200 }), async (request, size) => {
        const expected = await outcome(straight, request + last, Number.POSITIVE_INFINITY)
        expect(await outcome(filtered, request + last, size)).toEqual(expected)
      }),
      { numRuns: 100 },
    )
  })

  it('a parser has nothing to say to what is waited for without one', async () => {
    await fc.assert(
      fc.asyncProperty(beginning, async text => {
        const client = await rawConnection(straight.port, text)
        expect(await client.until(received => received !== '', 30)).toBe('')
        expect(client.closed).toBe(false)
        client.socket.destroy()
      }),
      { numRuns: 100 },
    )
  })
})
