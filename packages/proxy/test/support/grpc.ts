import {
  type Client,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import type { PemPair } from '../../src/index.ts'

const plain = { requestSerialize: Buffer.from, requestDeserialize: String, responseSerialize: Buffer.from }
const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  ...{ path: `/test.Echo/${name}`, requestStream, responseStream },
  ...{ ...plain, responseDeserialize: String },
})

/** Texts instead of protocol buffers, which gRPC does not care about. */
const definition = {
  Unary: method('Unary', false, false),
  Down: method('Down', false, true),
  Up: method('Up', true, false),
  Both: method('Both', true, true),
} as unknown as ServiceDefinition

export interface GrpcUpstream {
  readonly port: number
  /** What happened to calls, in the order it happened. */
  readonly events: string[]
  [Symbol.asyncDispose](): Promise<void>
}

/** A gRPC server with one method of each kind. */
export async function grpcUpstream(tls?: PemPair): Promise<GrpcUpstream> {
  const server = new Server()
  const events: string[] = []
  server.addService(definition, handlers(events))
  const security =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }])
  const port = await new Promise<number>((done, failed) =>
    server.bindAsync('127.0.0.1:0', security, (error, bound) => (error ? failed(error) : done(bound))),
  )
  return { port, events, [Symbol.asyncDispose]: async () => server.forceShutdown() }
}

function handlers(events: string[]) {
  return {
    Unary(call: ServerUnaryCall<string, string>, done: sendUnaryData<string>) {
      events.push(`unary ${call.request}`)
      call.on('cancelled', () => events.push('cancelled'))
      const trailers = new Metadata()
      trailers.set('x-trailer', 'after')
      trailers.set('x-bin', Buffer.from([1, 2, 3]) as never)
      if (call.request === 'fail')
        return done({ code: status.NOT_FOUND, details: 'no such thing: ü', metadata: trailers })
      if (call.request === 'hang') return
      const headers = new Metadata()
      headers.set('x-header', String(call.metadata.get('x-asked')))
      call.sendMetadata(headers)
      done(null, `re: ${call.request}`, trailers)
    },
    Down(call: ServerWritableStream<string, string>) {
      const [count, size] = call.request.split(' ').map(Number) as [number, number]
      call.on('cancelled', () => events.push('cancelled'))
      let sent = 0
      const send = () => {
        while (sent < count) if (!call.write(`${sent++}:${'x'.repeat(size)}`)) return void call.once('drain', send)
        if (count < 1_000_000) call.end()
      }
      send()
    },
    Up(call: ServerReadableStream<string, string>, done: sendUnaryData<string>) {
      let bytes = 0
      let pieces = 0
      call.on('data', (text: string) => {
        bytes += text.length
        pieces++
      })
      call.on('end', () => done(null, `${pieces} ${bytes}`))
      call.on('cancelled', () => events.push('cancelled'))
    },
    Both(call: ServerDuplexStream<string, string>) {
      call.on('data', (text: string) => call.write(`re: ${text}`))
      call.on('end', () => call.end())
      call.on('cancelled', () => events.push('cancelled'))
    },
  }
}

const EchoClient = makeGenericClientConstructor(definition, 'Echo')

/** A client of the proxy, for the host `grpc.test`. */
export function grpcClient(port: number, ca: string): Client & Record<string, (...args: never[]) => never> {
  return new EchoClient(`127.0.0.1:${port}`, credentials.createSsl(Buffer.from(ca)), {
    'grpc.ssl_target_name_override': 'grpc.test',
    'grpc.default_authority': 'grpc.test',
    'grpc.max_receive_message_length': 64 * 1024 * 1024,
  }) as never
}
