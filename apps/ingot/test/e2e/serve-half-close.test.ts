import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ingress } from './manifests.ts'
import { serving } from './serve-fixture.ts'

const serve = serving()
const host = 'shop.example.com'
let backend: Server
afterEach(() => {
  backend.closeAllConnections()
  backend.close()
})

async function start(answer: Parameters<typeof createServer>[1], ...flags: string[]) {
  backend = createServer(answer as never)
  await once(backend.listen(0, '127.0.0.1'), 'listening')
  await serve.write('shop.yaml', ingress('shop', host, { '/': 'web' }))
  return serve.serve('--resolve', `web=127.0.0.1:${(backend.address() as AddressInfo).port}`, ...flags)
}

/** Sends a request and at once the end, as `nc -N` does, and returns all that comes until the other end. */
async function sendAndEnd(port: number, text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let received = ''
  socket.on('data', chunk => {
    received += chunk
  })
  socket.end(text)
  await once(socket, 'end')
  socket.destroy()
  return received
}

const GET = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`

describe('a client that has ended its side of the connection', () => {
  it('gets its answer', async () => {
    const running = await start((_, response) => void setTimeout(() => response.end('late'), 300))
    expect(await sendAndEnd(running.port('http'), GET)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*late$/)
  })

  it.each([
    ['after the time that was set', ['--half-close-timeout', '100ms']],
    ['after a second if none was set', []],
  ])(
    'is given up %s, and its request with it',
    async (_, flags) => {
      let isGivenUp = false
      const running = await start(
        (_, response) =>
          void response.on('close', () => {
            isGivenUp = true
          }),
        ...flags,
      )
      expect(await sendAndEnd(running.port('http'), GET)).toBe('')
      await expect.poll(() => isGivenUp).toBe(true)
    },
    4_500,
  )

  it('has its trailers passed on', async () => {
    const running = await start((request, response) => {
      request.resume().on('end', () => response.end(JSON.stringify(request.trailers)))
    })
    const request = `POST / HTTP/1.1\r\nHost: ${host}\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 1\r\nHost: x\r\n\r\n`
    expect(await sendAndEnd(running.port('http'), request)).toMatch(/\{"x-sum":"1"\}$/)
  })
})
