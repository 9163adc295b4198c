import { once } from 'node:events'
import {
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  Metadata,
  type ServiceError,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authority } from './support/certificates.ts'
import { type GrpcUpstream, grpcClient, grpcUpstream } from './support/grpc.ts'
import { startSecureProxy } from './support/secure-proxy.ts'

const ca = await authority()
const pair = await ca.issue(['grpc.test'])

type Reply = (error: ServiceError | null, reply?: string) => void
interface Echo {
  Unary(text: string, metadata: Metadata, options: { deadline?: number }, done: Reply): ClientUnaryCall
  Down(text: string): ClientReadableStream<string>
  Up(done: Reply): ClientWritableStream<string>
  Both(): ClientDuplexStream<string, string>
  close(): void
}

describe.each([
  ['h2c', undefined],
  ['h2', pair],
] as const)('gRPC from HTTP/2 to an upstream with %s', (protocol, tls) => {
  let upstream: GrpcUpstream
  let proxy: Awaited<ReturnType<typeof startSecureProxy>>
  let echo: Echo

  beforeAll(async () => {
    upstream = await grpcUpstream(tls)
    const endpoints = [{ address: '127.0.0.1', port: upstream.port }]
    proxy = await startSecureProxy({ pairs: { pair }, backends: { upstream: { endpoints, protocol } } })
    echo = grpcClient(proxy.port, ca.pem) as unknown as Echo
  })
  afterAll(async () => {
    echo.close()
    await proxy[Symbol.asyncDispose]()
    await upstream[Symbol.asyncDispose]()
  })

  const unary = (text: string, metadata = new Metadata(), options = {}) =>
    new Promise<{ error: ServiceError | null; reply: string | undefined; headers: Metadata; final: StatusObject }>(
      done => {
        let headers: Metadata
        let result: { error: ServiceError | null; reply: string | undefined }
        const call = echo.Unary(text, metadata, options, (error, reply) => {
          result = { error, reply }
        })
        call.on('metadata', received => {
          headers = received
        })
        call.on('status', final => setImmediate(() => done({ ...result, headers, final })))
      },
    )

  it('passes a call, its metadata, its reply and its trailers', async () => {
    const metadata = new Metadata()
    metadata.set('x-asked', 'for')
    const { reply, headers, final } = await unary('hello', metadata)
    expect(reply).toBe('re: hello')
    expect(headers.get('x-header')).toEqual(['for'])
    expect(final.metadata.get('x-trailer')).toEqual(['after'])
    expect(final.code).toBe(status.OK)
  })

  it('passes a failure that has nothing but trailers', async () => {
    const { error } = await unary('fail')
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: 'no such thing: ü' })
    expect(error!.metadata.get('x-trailer')).toEqual(['after'])
  })

  it('streams down, waiting for a slow reader', async () => {
    const call = echo.Down('200 50000')
    let count = 0
    call.on('data', (text: string) => {
      expect(text.startsWith(`${count++}:`)).toBe(true)
      if (count % 50 === 0) {
        call.pause()
        setTimeout(() => call.resume(), 20)
      }
    })
    await once(call, 'end')
    expect(count).toBe(200)
  })

  it('streams up', async () => {
    const reply = await new Promise<string>((done, failed) => {
      const call = echo.Up((error, text) => (error ? failed(error) : done(text!)))
      for (let i = 0; i < 300; i++) call.write('y'.repeat(5_000))
      call.end()
    })
    expect(reply).toBe('300 1500000')
  })

  it('streams both ways at once, message by message', async () => {
    const call = echo.Both()
    for (let i = 0; i < 20; i++) {
      call.write(`${i}`)
      expect((await once(call, 'data'))[0]).toBe(`re: ${i}`)
    }
    call.end()
    const [final] = (await once(call, 'status')) as [StatusObject]
    expect(final.code).toBe(status.OK)
  })

  it('tells the server of a call that the client cancels, and of one whose time is up', async () => {
    const before = upstream.events.length
    const call = echo.Both()
    call.on('error', () => {})
    call.write('x')
    await once(call, 'data')
    call.cancel()
    await expect.poll(() => upstream.events.slice(before)).toEqual(['cancelled'])
    const { error } = await unary('hang', new Metadata(), { deadline: Date.now() + 150 })
    expect(error!.code).toBe(status.DEADLINE_EXCEEDED)
    await expect.poll(() => upstream.events.slice(before)).toEqual(['cancelled', 'unary hang', 'cancelled'])
    await expect.poll(() => proxy.plain.inFlight()).toBe(0)
  })

  it('cancels a stream that the client stops reading', async () => {
    const before = upstream.events.length
    const call = echo.Down('1000000 1000')
    call.on('error', () => {})
    await once(call, 'data')
    call.cancel()
    await expect.poll(() => upstream.events.slice(before)).toEqual(['cancelled'])
    await expect.poll(() => proxy.plain.inFlight()).toBe(0)
  })

  it('makes many calls at once over few connections', async () => {
    const replies = await Promise.all(Array.from({ length: 300 }, (_, i) => unary(`${i}`)))
    expect(replies.map(({ reply }) => reply)).toEqual(replies.map((_, i) => `re: ${i}`))
    for (const { endpoint } of proxy.plain.registry.endpoints()) {
      expect(endpoint.transport.stats.connections).toBeLessThanOrEqual(4)
    }
  })
})
