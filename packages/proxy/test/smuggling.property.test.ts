import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningProxy, startProxy } from './support/proxy.ts'
import { rawConnection } from './support/raw-client.ts'
import { rawRequest } from './support/raw-requests.ts'
import { type RecordingUpstream, recordingUpstream } from './support/recording-upstream.ts'

let upstream: RecordingUpstream
let proxy: RunningProxy

beforeAll(async () => {
  upstream = await recordingUpstream()
  proxy = await startProxy({ backends: { upstream: upstream.port } })
})

afterAll(async () => {
  await proxy[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

const last = 'GET /last HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n'

/**
 * Sends all, and a last request that closes the connection unless it was taken for a piece of a body. What has reached
 * the upstream as a whole is answered, however long that takes; what the client has not sent as a whole waits.
 */
async function converse(text: string): Promise<string> {
  const client = await rawConnection(proxy.port, text + last)
  await client.until(() => client.closed, 80)
  await client.until(received => answersIn(received) >= upstream.requests().length)
  client.socket.destroy()
  await expect.poll(() => proxy.inFlight()).toBe(0)
  return client.received()
}

const answersIn = (received: string) => received.match(/HTTP\/1\.1 200 /g)?.length ?? 0

describe('whatever a client sends', () => {
  it('the upstream answers as many requests as the client gets answers, each framed in one way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rawRequest, { minLength: 1, maxLength: 3 }), async requests => {
        upstream.forget()
        const received = await converse(requests.join(''))
        expect(upstream.requests()).toHaveLength(answersIn(received))
        for (const normal of upstream.requests()) {
          expect(normal.match(/\|host: /g)).toHaveLength(1)
          expect(normal).not.toMatch(/content-length: [^|]*\|.*transfer-encoding/)
          expect(normal).toMatch(/^[A-Z]+ \/[!-~]* HTTP\/1\.1\|/)
        }
      }),
      { numRuns: 150 },
    )
  })
})
