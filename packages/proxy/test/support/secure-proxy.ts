import type { IncomingHttpHeaders } from 'node:http2'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import {
  type Certificates,
  createProxyHandler,
  type HandshakeFailure,
  loadCertificates,
  type PemPair,
  SecureServer,
  type SecureServerOptions,
} from '../../src/index.ts'
import { listen, type ProxySetup, startProxy } from './proxy.ts'

export interface SecureSetup extends ProxySetup {
  readonly pairs: Readonly<Record<string, PemPair>>
  /** By default every pair is for the names it has itself. */
  readonly hosts?: Readonly<Record<string, string | undefined>>
  readonly default?: string
  readonly secure?: Partial<SecureServerOptions>
}

/** A proxy with both kinds of listener on the same routing. */
export async function startSecureProxy({ pairs, hosts, default: fallback, secure, ...setup }: SecureSetup) {
  const plain = await startProxy(setup)
  const failures: HandshakeFailure[] = []
  const handler = createProxyHandler<string>({
    state: plain.state,
    onFinish: record => plain.records.push(record),
    ...setup.options,
  })
  const certificates = certificatesOf(pairs, hosts, fallback)
  const server = new SecureServer({
    ...{ handler, certificates, onHandshakeFailure: failure => failures.push(failure) },
    ...secure,
  })
  const port = await listen(server.server)
  return {
    ...{ plain, port, secure: server, records: plain.records, failures },
    async [Symbol.asyncDispose]() {
      handler.close()
      server.destroy()
      await new Promise(done => server.server.close(done))
      await plain[Symbol.asyncDispose]()
    },
  }
}

export function certificatesOf(
  pairs: Readonly<Record<string, PemPair>>,
  hosts?: Readonly<Record<string, string | undefined>>,
  fallback?: string,
): Certificates {
  const { certificates, problems } = loadCertificates({
    pairs: new Map(Object.entries(pairs)),
    ...(hosts === undefined
      ? { bySubject: Object.keys(pairs).map(certificate => ({ certificate })) }
      : { hosts: new Map(Object.entries(hosts)) }),
    default: fallback,
  })
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'))
  return certificates
}

/** A handshake that succeeds, or the error it ended with. */
export function handshake(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((done, failed) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options }, () => done(socket))
    socket.once('error', failed)
  })
}

/** An HTTP/2 connection for a host, checked against an authority. */
export async function http2Session(port: number, servername: string, ca?: string): Promise<ClientHttp2Session> {
  const options = ca === undefined ? { rejectUnauthorized: false } : { ca }
  const session = connectHttp2(`https://${servername}:${port}`, {
    ...options,
    createConnection: () => connectTls({ port, host: '127.0.0.1', servername, ALPNProtocols: ['h2'], ...options }),
  })
  session.on('error', () => {})
  await new Promise<void>((done, failed) => session.once('connect', () => done()).once('error', failed))
  return session
}

export interface Http2Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly trailers: IncomingHttpHeaders | undefined
  readonly informed: IncomingHttpHeaders[]
  readonly body: string
  /** 0 if the response is whole. */
  readonly resetWith: number
}

/** One request and all that came back. */
export function http2Request(
  session: ClientHttp2Session,
  headers: Record<string, string | string[]>,
  body?: string | Buffer,
): Promise<Http2Answer> {
  return new Promise(done => {
    const stream = session.request({ ':path': '/', ...headers }, { endStream: body === undefined })
    const answer = { status: 0, headers: {}, trailers: undefined as IncomingHttpHeaders | undefined, body: '' }
    const informed: IncomingHttpHeaders[] = []
    stream.setEncoding('latin1')
    stream.on('headers', fields => informed.push(fields))
    stream.on('response', fields => Object.assign(answer, { headers: fields, status: fields[':status'] }))
    stream.on('trailers', fields => Object.assign(answer, { trailers: fields }))
    stream.on('data', chunk => {
      answer.body += chunk
    })
    stream.on('error', () => {})
    stream.on('close', () => done({ ...answer, informed, resetWith: stream.rstCode ?? 0 }))
    if (body !== undefined) stream.end(body)
  })
}
