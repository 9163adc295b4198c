import { describe, expect, it } from 'vitest'
import { startProxy } from './support/proxy.ts'
import { rawConnection } from './support/raw-client.ts'
import { standStill, standStillAfter } from './support/standstill.ts'
import { rawUpstream } from './support/upstream.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'
const answered = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n'

describe('a process that stood still for longer than a timeout', () => {
  it('reads the answer that has come meanwhile', async () => {
    await using upstream = await rawUpstream((_, socket) => {
      socket.write(`${answered}some`)
      standStill(300)
    })
    await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { headTimeout: 100 } })
    const client = await rawConnection(proxy.port, GET)
    expect(await client.until(text => text.endsWith('some') || text.endsWith('timeout\n'))).toMatch(
      /^HTTP\/1\.1 200 OK[\s\S]*some$/,
    )
    client.socket.destroy()
  })

  it('reads more of the answer that has come meanwhile', async () => {
    await using upstream = await rawUpstream((_, socket) => socket.write(`${answered}so`))
    await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { bodyIdleTimeout: 100 } })
    const client = await rawConnection(proxy.port, GET)
    await client.until(text => text.endsWith('so'))
    await standStillAfter(() => upstream.sockets[0]!.write('me'), 300)
    expect(await client.until(text => text.endsWith('some') || client.closed)).toMatch(/some$/)
    client.socket.destroy()
  })

  it('reads more of the request that has come meanwhile', async () => {
    await using upstream = await rawUpstream((received, socket) => {
      if (received.endsWith('some')) socket.write(`${answered}good`)
    })
    await using proxy = await startProxy({ backends: { upstream: upstream.port }, options: { bodyIdleTimeout: 100 } })
    const client = await rawConnection(proxy.port, 'POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nso')
    await expect.poll(() => upstream.received[0]).toMatch(/so$/)
    await standStillAfter(() => client.socket.write('me'), 300)
    expect(await client.until(text => text.endsWith('good') || text.endsWith('\n'))).toMatch(/good$/)
    client.socket.destroy()
  })
})
