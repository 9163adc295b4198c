import { describe, expect, it } from 'vitest'
import { startProxy } from '../support/proxy.ts'
import { rawConnection } from '../support/raw-client.ts'
import { httpUpstream, rawUpstream } from '../support/upstream.ts'

const requests = (count: number) =>
  Array.from({ length: count }, (_, index) => `GET /${index} HTTP/1.1\r\nHost: a.test\r\n\r\n`).join('')

describe('requests that are sent without waiting for answers', () => {
  it('are served one after the other, a hundred behind the first', async () => {
    await using upstream = await httpUpstream((request, response) => response.end(`up ${request.url};`))
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const client = await rawConnection(proxy.port, requests(101))
    const text = await client.until(received => received.includes('up /100;'))
    expect(text.match(/up \/\d+/g)).toEqual(Array.from({ length: 101 }, (_, index) => `up /${index}`))
    client.socket.destroy()
  })

  it('end the connection if more of them wait, and the answer that is due says why', async () => {
    await using upstream = await rawUpstream(() => {})
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const client = await rawConnection(proxy.port, requests(1))
    await expect.poll(() => upstream.received).toHaveLength(1)
    client.socket.write(requests(101))
    const text = await client.until(() => false)
    expect(text).toMatch(/^HTTP\/1\.1 400 [\s\S]*Connection: close[\s\S]*400 bad-request: pipelining\n$/)
    await expect.poll(() => proxy.inFlight()).toBe(0)
    expect(upstream.received).toHaveLength(1)
    expect(proxy.records.map(({ failure }) => failure?.reason)).toEqual(['pipelining'])
  })

  it('are not read for ever from a client that goes on', async () => {
    await using upstream = await rawUpstream(() => {})
    await using proxy = await startProxy({ backends: { upstream: upstream.port } })
    const client = await rawConnection(proxy.port)
    const many = requests(2_000)
    for (let sent = 0; sent < 500 && client.socket.writable; sent++) {
      if (!client.socket.write(many)) await new Promise(done => client.socket.once('drain', done).once('close', done))
    }
    await client.until(() => false)
    expect(client.closed).toBe(true)
    expect(client.socket.bytesWritten).toBeLessThan(10_000_000)
    expect(proxy.records).toHaveLength(1)
  })
})
