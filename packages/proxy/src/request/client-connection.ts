import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { RequestFailure } from '../failure.ts'
import type { RawHeaders } from '../transport/transport.ts'
import type { AddressSet } from './address-set.ts'

/** What is known about a client's connection, worked out once for all its requests. */
export interface ClientConnection {
  /** The address at the other end, with IPv4 never written as IPv6. */
  readonly peer: string
  /** Whether the peer may say who its own client is. */
  readonly trusted: boolean
  readonly protocol: 'http' | 'https'
  /** The port that the client reached; 0 if it is no longer known. */
  readonly port: number
  /** What the handshake settled; `undefined` for a connection without TLS. */
  readonly tls: TlsFacts | undefined
  /** What has been asked on it and is not over, oldest first; over HTTP/1 one at a time. */
  readonly open: OpenExchange[]
  /** Begin what was asked behind it, oldest first. */
  readonly waiting: (() => void)[]
  /** Whether the connection ends with what is under way, so that nothing more that was sent on it counts. */
  isEnding: boolean
  /** How much had come over it when the request before was over, in bytes. */
  bytesBefore: number
  /** The fields that tell an upstream about it, for the host that was named last. */
  observed: { readonly host: string | undefined; readonly fields: RawHeaders } | undefined
}

/** What a TLS handshake settled. */
export interface TlsFacts {
  /** The name the client asked for, normalised; `undefined` if it asked for none. */
  readonly serverName: string | undefined
  /** The names of the certificate it was shown, wildcards among them. */
  readonly certificateNames: ReadonlySet<string>
}

/** The client's end of a connection, as something trusted in front tells it (PROXY protocol). */
export interface DeclaredClient {
  readonly address: string
  /** The port that the client reached. */
  readonly reachedPort: number
  /** Whether the client spoke TLS to whoever tells of it. */
  readonly isSecure: boolean
}

/** A request that is under way, for whoever has to end it. */
interface OpenExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly isTunnel: boolean
  fail(reason: RequestFailure, cause?: unknown): void
}

const known = Symbol('ingot.clientConnection')
const declared = Symbol('ingot.declaredClient')
const handshake = Symbol('ingot.tlsFacts')

type Remembering = Socket & {
  [known]?: ClientConnection
  [declared]?: DeclaredClient | undefined
  [handshake]?: TlsFacts
  encrypted?: boolean
}

/** Remembers who is really at the other end of `socket`, before its first request. */
export function declareClient(socket: Socket, client: DeclaredClient): void {
  ;(socket as Remembering)[declared] = client
}

/** Remembers what the handshake on `socket` settled, and who was declared to be at the other end of the TCP `below`. */
export function rememberHandshake(socket: Socket, below: Socket | undefined, facts: TlsFacts): void {
  const remembering = socket as Remembering
  remembering[handshake] = facts
  remembering[declared] = (below as Remembering | undefined)?.[declared]
}

/** The facts about `socket`, for a proxy that believes `trustedProxies`. */
export function clientConnection(socket: Socket, trustedProxies: AddressSet): ClientConnection {
  const remembering = socket as Remembering
  const before = remembering[known]
  if (before !== undefined) return before
  const client = remembering[declared]
  const peer = plainAddress(client?.address ?? socket.remoteAddress ?? '')
  const facts: ClientConnection = {
    peer,
    trusted: trustedProxies.has(peer),
    protocol: remembering.encrypted === true || client?.isSecure === true ? 'https' : 'http',
    port: client?.reachedPort ?? socket.localPort ?? 0,
    tls: remembering[handshake],
    open: [],
    waiting: [],
    isEnding: false,
    bytesBefore: 0,
    observed: undefined,
  }
  remembering[known] = facts
  return facts
}

/** Where a request over HTTP/2 has the connection that it came on: what is its `socket` has to be made first. */
export const connectionBelow: unique symbol = Symbol('ingot.connectionBelow')

/** The connection that a request came on. */
export function socketOf(request: IncomingMessage): Socket {
  return (request as { [connectionBelow]?: Socket })[connectionBelow] ?? request.socket
}

/** What is known about `socket` if there has been a request on it. */
export function knownConnection(socket: Socket): ClientConnection | undefined {
  return (socket as Remembering)[known]
}

/** `::ffff:192.0.2.1`, which a dual-stack listener reports, is `192.0.2.1`. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}
