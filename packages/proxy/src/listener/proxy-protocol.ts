import type { Server, Socket } from 'node:net'
import { addressSet } from '../request/address-set.ts'
import { declareClient, plainAddress } from '../request/client-connection.ts'
import { type ProxyHeader, type ProxyHeaderProblem, readProxyHeader } from './proxy-header.ts'

/** Whose word is taken for who the client is. */
export interface ProxyProtocolOptions {
  /** Addresses and CIDR blocks of load balancers. They must send a header; all others are served without. */
  readonly trusted: readonly string[]
  /** Milliseconds until the whole header must be there. Default: 5,000. */
  readonly timeout?: number
  /** Hears of every connection that was closed for want of a header. Must not throw. */
  readonly onRefused?: (peer: string, reason: ProxyHeaderProblem | 'timeout' | 'closed') => void
}

/**
 * Lets `server` (of `node:net`, `node:http` or `node:https`) read the PROXY protocol, version 1 and 2, before anything
 * else on connections from `trusted`. To be called once, when the server has all its listeners for `connection`. Throws
 * `TypeError` for a malformed address block.
 */
export function acceptProxyProtocol(server: Server, options: ProxyProtocolOptions): void {
  const trusted = addressSet(options.trusted)
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[]
  const accept = (socket: Socket) => {
    for (const listener of listeners) listener.call(server, socket)
  }
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    if (!trusted.has(plainAddress(socket.remoteAddress ?? ''))) accept(socket)
    else new HeaderReader(socket, options, accept).read()
  })
}

/** Reads a header off the front of one connection. */
class HeaderReader {
  readonly #socket: Socket
  readonly #options: ProxyProtocolOptions
  readonly #accept: (socket: Socket) => void
  readonly #timer: NodeJS.Timeout
  #bytes: Buffer = Buffer.alloc(0)

  constructor(socket: Socket, options: ProxyProtocolOptions, accept: (socket: Socket) => void) {
    this.#socket = socket
    this.#options = options
    this.#accept = accept
    this.#timer = setTimeout(() => this.#refuse('timeout'), options.timeout ?? 5_000)
  }

  read(): void {
    this.#socket.on('readable', this.#onReadable)
    this.#socket.on('end', this.#onGone)
    this.#socket.on('close', this.#onGone)
    this.#socket.on('error', this.#onGone)
  }

  readonly #onReadable = () => {
    const chunk: Buffer | null = this.#socket.read()
    if (chunk === null) return
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
    const header = readProxyHeader(this.#bytes)
    if (typeof header === 'string') this.#refuse(header)
    else if (header !== undefined) this.#handOver(header)
  }

  readonly #onGone = () => this.#refuse('closed')

  #handOver({ client, length }: ProxyHeader): void {
    this.#stop()
    if (client !== undefined) declareClient(this.#socket, client)
    if (this.#bytes.length > length) this.#socket.unshift(this.#bytes.subarray(length))
    this.#accept(this.#socket)
  }

  #refuse(reason: ProxyHeaderProblem | 'timeout' | 'closed'): void {
    const peer = plainAddress(this.#socket.remoteAddress ?? '')
    this.#stop()
    this.#socket.on('error', () => {})
    this.#socket.destroy()
    this.#options.onRefused?.(peer, reason)
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#socket.off('readable', this.#onReadable)
    this.#socket.off('end', this.#onGone)
    this.#socket.off('close', this.#onGone)
    this.#socket.off('error', this.#onGone)
  }
}
