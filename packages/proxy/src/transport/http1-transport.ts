import { afterReads } from './after-reads.ts'
import { Http1Call } from './http1-call.ts'
import { type ConnectionOwner, type ConnectionTarget, Http1Connection } from './http1-connection.ts'
import type { ResponseReceiver, Transport, TransportCall, TransportTimeouts, UpstreamRequest } from './transport.ts'

/** Where an endpoint is, and how its connections are kept. Times in milliseconds, sizes in bytes. */
export interface Http1TransportOptions extends ConnectionTarget {
  /** How long an idle connection is kept, unless the endpoint says less. */
  readonly keepAlive: number
}

/** What endpoints have that were never asked for anything, of which there may be many. Nothing is ever added. */
const none: Set<Http1Connection> = new Set()

/**
 * Sends requests to one endpoint over plain HTTP/1.1: one at a time on a connection, on the one used last, so that a
 * burst's connections go idle and are closed.
 */
export class Http1Transport implements Transport, ConnectionOwner {
  readonly #options: Http1TransportOptions
  #connections = none
  // The one used last at the end.
  readonly #idle: Http1Connection[] = []
  #isClosing = false
  #reaper: NodeJS.Timeout | undefined

  constructor(options: Http1TransportOptions) {
    this.#options = options
  }

  get stats() {
    return { running: this.#connections.size - this.#idle.length, connections: this.#connections.size }
  }

  send(request: UpstreamRequest, receiver: ResponseReceiver, timeouts: TransportTimeouts): TransportCall {
    const call = new Http1Call(request, receiver, timeouts)
    const connection = request.isRepeated === true ? undefined : this.#takeIdle()
    if (connection === undefined) this.#open(call).carry(call)
    else if (isRepeatable(request)) connection.carry(call)
    else this.#carryAfterReads(connection, call)
    return call
  }

  close(): void {
    this.#isClosing = true
    for (const connection of [...this.#idle]) connection.destroy()
  }

  destroy(): void {
    this.#isClosing = true
    for (const connection of [...this.#connections]) connection.destroy()
  }

  onIdle(connection: Http1Connection) {
    if (this.#isClosing) return connection.destroy()
    connection.idleSince = performance.now()
    this.#idle.push(connection)
    this.#reaper ??= setTimeout(() => this.#reap(), this.#options.keepAlive).unref()
  }

  onGone(connection: Http1Connection): void {
    this.#connections.delete(connection)
    const index = this.#idle.lastIndexOf(connection)
    if (index !== -1) this.#idle.splice(index, 1)
  }

  #open({ timeouts }: Http1Call): Http1Connection {
    const connection = new Http1Connection(this, this.#options, timeouts.connect)
    if (this.#connections === none) this.#connections = new Set()
    this.#connections.add(connection)
    return connection
  }

  #takeIdle(): Http1Connection | undefined {
    const connection = this.#idle.pop()
    if (connection === undefined) return undefined
    if (!this.#isStale(connection, performance.now())) return connection
    // Those below it have waited longer still.
    this.#idle.push(connection)
    for (const stale of [...this.#idle]) stale.destroy()
    return undefined
  }

  /**
   * The endpoint may have closed the connection while it was idle, and nobody has looked. A request that must not be
   * sent twice waits until what has arrived was read; of the others one that is lost is sent again.
   */
  #carryIfAlive(connection: Http1Connection, call: Http1Call) {
    if (call.isOver) {
      if (!connection.isGone) this.onIdle(connection)
      return
    }
    if (!connection.isGone) return connection.carry(call)
    const other = this.#takeIdle()
    if (other === undefined) this.#open(call).carry(call)
    else this.#carryAfterReads(other, call)
  }

  #carryAfterReads(connection: Http1Connection, call: Http1Call): void {
    afterReads({ onReadsDone: () => this.#carryIfAlive(connection, call) })
  }

  #isStale({ idleSince, keepAliveSeconds }: Http1Connection, now: number): boolean {
    // A second less than the endpoint says: what is sent as it closes would be lost.
    const said = keepAliveSeconds === undefined ? Number.POSITIVE_INFINITY : keepAliveSeconds * 1_000 - 1_000
    return now - idleSince >= Math.min(this.#options.keepAlive, Math.max(said, 100))
  }

  #reap(): void {
    this.#reaper = undefined
    const now = performance.now()
    for (const connection of [...this.#idle]) if (this.#isStale(connection, now)) connection.destroy()
    const [oldest] = this.#idle
    if (oldest !== undefined) {
      const rest = Math.max(100, this.#options.keepAlive - (now - oldest.idleSince))
      this.#reaper = setTimeout(() => this.#reap(), rest).unref()
    }
  }
}

function isRepeatable({ method, body }: UpstreamRequest): boolean {
  return body === undefined && (method === 'GET' || method === 'HEAD' || method === 'OPTIONS')
}
