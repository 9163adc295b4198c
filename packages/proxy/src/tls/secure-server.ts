import { randomBytes } from 'node:crypto'
import { performServerHandshake, type ServerHttp2Session, type ServerOptions } from 'node:http2'
import { createServer as createHttps, type Server } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContext, TLSSocket } from 'node:tls'
import type { ProxyHandler } from '../handler.ts'
import { defaultHttp2Limits, guardSession, type Http2Limits, http2Options } from '../listener/http2-limits.ts'
import { serveStreams } from '../listener/http2-streams.ts'
import { attachProxy, serverOptions } from '../listener/server.ts'
import { rememberHandshake } from '../request/client-connection.ts'
import { pemOf } from './certificate.ts'
import { type Certificates, noCertificates } from './certificates.ts'
import { normaliseServerName } from './server-name.ts'
import { tlsOptions } from './tls-options.ts'

/** How a {@link SecureServer} is made. */
export interface SecureServerOptions {
  readonly handler: ProxyHandler
  readonly certificates?: Certificates
  /** As for {@link serverOptions}. */
  readonly upgrades?: readonly string[]
  /** Of a request over HTTP/1.1. Default: 16,384. */
  readonly maxHeaderBytes?: number
  /** `false` offers HTTP/1.1 alone. */
  readonly http2?: Partial<Http2Limits> | false
  /** 48 bytes that encrypt session tickets; processes that share a port share them. Default: random. */
  readonly ticketKeys?: Buffer
  /** Milliseconds until a handshake that is not done is given up. Default: 10,000. */
  readonly handshakeTimeout?: number
  /** Hears of every handshake that failed. Must not throw. */
  readonly onHandshakeFailure?: (failure: HandshakeFailure) => void
}

/** A handshake that came to nothing. */
export interface HandshakeFailure {
  readonly peer: string
  /** As the client sent it; `undefined` if it sent none or was not understood. */
  readonly serverName: string | undefined
  /** `unrecognized-name`, or what OpenSSL or the operating system calls it. */
  readonly code: string
}

/**
 * HTTP/1.1 and HTTP/2 over TLS on one port, with certificates that can be swapped while connections live.
 * `server` is what listens, and what is closed.
 */
export class SecureServer {
  readonly server: Server
  readonly #options: SecureServerOptions
  readonly #limits: Http2Limits
  readonly #ticketKeys: Buffer
  readonly #http2: ServerOptions | undefined
  readonly #sessions = new Set<ServerHttp2Session>()
  readonly #accepted = new Map<string, Socket>()
  #certificates: Certificates

  constructor(options: SecureServerOptions) {
    this.#options = options
    this.#certificates = options.certificates ?? noCertificates
    this.#ticketKeys = options.ticketKeys ?? randomBytes(48)
    this.#limits = { ...defaultHttp2Limits, ...(options.http2 === false ? {} : options.http2) }
    this.#http2 = options.http2 === false ? undefined : http2Options(this.#limits)
    this.server = this.#makeServer()
    this.swap(this.#certificates)
  }

  /** What the next handshake goes by. */
  get certificates(): Certificates {
    return this.#certificates
  }

  /** Makes other certificates live for every handshake from now on. Connections stay, and so do sessions to resume. */
  swap(certificates: Certificates): void {
    this.#certificates = certificates
    const pair = certificates.default && pemOf(certificates.default)
    this.server.setSecureContext({ ...tlsOptions, ...pair, ticketKeys: this.#ticketKeys })
  }

  /** Replaces the keys of session tickets: tickets that were given out before are good for nothing from now on. */
  rotateTicketKeys(keys: Buffer = randomBytes(48)): void {
    keys.copy(this.#ticketKeys)
    this.server.setTicketKeys(this.#ticketKeys)
  }

  /** HTTP/2 connections that are open. */
  get sessions(): number {
    return this.#sessions.size
  }

  /** Tells every HTTP/2 client to come back on another connection (GOAWAY) once what it has asked is answered. */
  drain(): void {
    for (const session of this.#sessions) session.close()
  }

  /** Cuts every connection, whatever is under way on it. */
  destroy(): void {
    for (const session of this.#sessions) session.destroy()
    for (const socket of this.#accepted.values()) socket.destroy()
    this.server.closeAllConnections()
  }

  #makeServer(): Server {
    const { handler, upgrades, handshakeTimeout = 10_000, maxHeaderBytes } = this.#options
    const receive = this.#selectName
    const server = createHttps({
      ...serverOptions(upgrades),
      ...(maxHeaderBytes !== undefined && { maxHeaderSize: maxHeaderBytes }),
      ...tlsOptions,
      ALPNProtocols: this.#http2 === undefined ? ['http/1.1'] : ['h2', 'http/1.1'],
      handshakeTimeout,
      ticketKeys: this.#ticketKeys,
      // Not an arrow: the socket is told as `this`, and without it a client is merely cut off without an alert.
      SNICallback(this: unknown, name, done) {
        receive(this as TLSSocket | undefined, name, done)
      },
    })
    const serveHttp1 = server.listeners('secureConnection') as ((socket: TLSSocket) => void)[]
    server.removeAllListeners('secureConnection')
    server.prependListener('connection', (socket: Duplex) => this.#remember(socket as Socket))
    server.on('secureConnection', socket => this.#serve(socket, serveHttp1))
    server.removeAllListeners('tlsClientError')
    server.on('tlsClientError', (error, socket) => this.#handshakeFailed(error, socket))
    attachProxy(server, handler)
    return server
  }

  #remember(socket: Socket): void {
    const key = connectionKey(socket)
    this.#accepted.set(key, socket)
    socket.once('close', () => this.#accepted.delete(key))
  }

  readonly #selectName = (
    socket: TLSSocket | undefined,
    name: string,
    done: (error: Error | null, context?: SecureContext) => void,
  ) => {
    const certificate = this.#certificates.find(normaliseServerName(name))
    if (certificate !== undefined) return done(null, certificate.context)
    if (socket !== undefined) this.#accepted.get(connectionKey(socket))?.write(unrecognizedName)
    done(Object.assign(new Error('no certificate for the name'), { code: 'unrecognized-name' }))
  }

  #serve(socket: TLSSocket, serveHttp1: readonly ((socket: TLSSocket) => void)[]): void {
    const serverName = normaliseServerName(socket.servername)
    const certificate = this.#certificates.find(serverName)
    // A resumed session asks for no certificate, but the host may be gone since it was first made.
    if (certificate === undefined) return void socket.destroy()
    const below = this.#accepted.get(connectionKey(socket))
    rememberHandshake(socket, below, { serverName, certificateNames: certificate.names })
    if (socket.alpnProtocol === 'h2' && this.#http2 !== undefined) this.#serveHttp2(socket, below, this.#http2)
    else for (const serve of serveHttp1) serve.call(this.server, socket)
  }

  #serveHttp2(socket: TLSSocket, below: Socket | undefined, options: ServerOptions): void {
    const session = performServerHandshake(socket, options)
    this.#sessions.add(session)
    session.on('close', () => this.#sessions.delete(session))
    serveStreams(guardSession(session, below ?? socket, this.#limits), socket, this.#options.handler)
  }

  #handshakeFailed(error: Error & { code?: string }, socket: TLSSocket): void {
    const { servername, remoteAddress } = socket
    this.#options.onHandshakeFailure?.({
      peer: remoteAddress ?? '',
      serverName: typeof servername === 'string' ? servername : undefined,
      code: error.code ?? 'unknown',
    })
    socket.destroy()
  }
}

/** A fatal alert before the server's first message, in plain text like all that comes before it (RFC 8446 6.2). */
const unrecognizedName = Buffer.from([21, 3, 3, 0, 2, 2, 112])

function connectionKey({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}
