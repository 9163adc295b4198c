import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { afterNextReads, afterReads } from '../transport/after-reads.ts'
import { isPartialHead, longestPartialHead } from './partial-head.ts'

/** When connections are made to wait. */
export interface AcceptFilterOptions {
  /** So many connections get a parser at once, whatever comes on them. Default: 256. */
  readonly free?: number
}

/**
 * Gives a connection to the HTTP/1.1 parser of `server` (of `node:http`, not TLS) only when the whole head of a request
 * has come on it, as an accept filter of the system does (`accf_http` of FreeBSD), as soon as there are many of them.
 * Clients that are silent, or send a head byte by byte, take a quarter of the memory then; a new connection takes some
 * ten microseconds more. The limits of `server` hold as if the parser had been there from the start, with one
 * exception: a head that comes in pieces, and goes on with what has to be parsed to be judged, has its time from there.
 * To be called before anybody else listens for `connection`.
 */
export function filterConnections(server: Server, { free = 256 }: AcceptFilterOptions = {}): void {
  const [serve] = server.listeners('connection') as ((socket: Socket) => void)[]
  if (serve === undefined) throw new TypeError('the server does not listen for connections')
  const filter = new AcceptFilter(server, serve, free)
  server.removeListener('connection', serve)
  server.prependListener('connection', filter.accept)
  const closeAllConnections = () => {
    Object.getPrototypeOf(server).closeAllConnections.call(server)
    filter.destroy()
  }
  Object.assign(server, { closeAllConnections })
}

/** What has come on a connection of the head of its first request. */
interface Wait {
  /** When the connection was accepted or, if any has come, the first of it; as of `performance.now`. */
  since: number
  text: string
}

/** Milliseconds between two looks at who is late, unless the server has its own. */
const usualInterval = 5_000

/** How many that are late are sent away before others are served. */
const atATime = 100

class AcceptFilter {
  readonly #server: Server
  readonly #serve: (socket: Socket) => void
  readonly #free: number
  /** Those that began first come first. */
  readonly #waits = new Map<Socket, Wait>()
  readonly #listeners = this.#makeListeners()
  #open = 0
  #timer: NodeJS.Timeout | undefined

  constructor(server: Server, serve: (socket: Socket) => void, free: number) {
    this.#server = server
    this.#serve = serve
    this.#free = free
  }

  /** Takes a connection that was accepted just now. */
  readonly accept = (socket: Socket): void => {
    // Who stands before may have refused it.
    if (socket.destroyed) return
    socket.on('close', this.#listeners.close)
    if (++this.#open > this.#free) this.#hold(socket)
    else this.#serve.call(this.#server, socket)
  }

  /** Cuts the connections that have not been handed on. */
  destroy(): void {
    for (const socket of this.#waits.keys()) socket.destroy()
  }

  /** For all sockets the same functions: thousands that wait have none of their own. */
  #makeListeners() {
    const filter = this
    return {
      data(this: Socket, chunk: Buffer) {
        filter.#onData(this, chunk)
      },
      end(this: Socket) {
        filter.#onEnd(this)
      },
      error(this: Socket, error: Error) {
        filter.#fail(this, error)
      },
      close(this: Socket) {
        filter.#onClose(this)
      },
    }
  }

  #hold(socket: Socket): void {
    this.#waits.set(socket, { since: performance.now(), text: '' })
    const { data, end, error } = this.#listeners
    socket.on('data', data).on('end', end).on('error', error)
    this.#timer ??= setInterval(() => afterReads(this.#lateOnes), this.#interval).unref()
  }

  #onData(socket: Socket, chunk: Buffer): void {
    const wait = this.#waits.get(socket)!
    const text = partialHead(wait.text, chunk)
    if (text === undefined) this.#handOn(socket, wait, chunk)
    else {
      if (wait.text === '') this.#restart(socket, wait)
      wait.text = text
    }
  }

  /** The time of a head is counted from its first byte, as by Node. */
  #restart(socket: Socket, wait: Wait): void {
    wait.since = performance.now()
    this.#waits.delete(socket)
    this.#waits.set(socket, wait)
  }

  /** What is given back to the socket comes before all that is read from it. */
  #handOn(socket: Socket, { text }: Wait, chunk: Buffer): void {
    this.#letGo(socket)
    this.#serve.call(this.#server, socket)
    socket.unshift(text === '' ? chunk : Buffer.concat([Buffer.from(text, 'latin1'), chunk]))
  }

  #onEnd(socket: Socket): void {
    if (this.#waits.get(socket)?.text === '') socket.end()
    else this.#fail(socket, coded('HPE_INVALID_EOF_STATE', 'the client ended in the middle of a head'))
  }

  #onClose(socket: Socket): void {
    this.#open--
    this.#waits.delete(socket)
  }

  readonly #lateOnes = {
    /** What has come while the process could not run has been read. */
    onReadsDone: () => {
      const deadline = performance.now() - this.#limit
      let left = atATime
      for (const [socket, { since }] of this.#waits) {
        if (since > deadline) break
        if (left-- === 0) return afterNextReads(this.#lateOnes)
        this.#fail(socket, coded('ERR_HTTP_REQUEST_TIMEOUT', 'Request timeout'))
      }
      if (this.#waits.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    },
  }

  get #limit(): number {
    const { headersTimeout, requestTimeout } = this.#server
    return Math.min(headersTimeout || Number.POSITIVE_INFINITY, requestTimeout || Number.POSITIVE_INFINITY)
  }

  get #interval(): number {
    return (this.#server as { connectionsCheckingInterval?: number }).connectionsCheckingInterval ?? usualInterval
  }

  #fail(socket: Socket, error: Error): void {
    this.#letGo(socket)
    // There may be more of them, which nobody has to hear of.
    socket.on('error', () => {})
    if (!this.#server.emit('clientError', error, socket)) socket.destroy()
  }

  #letGo(socket: Socket): void {
    this.#waits.delete(socket)
    const { data, end, error } = this.#listeners
    socket.off('data', data).off('end', end).off('error', error)
  }
}

/** `before` and `chunk` together, if more of a head is to be waited for. */
function partialHead(before: string, chunk: Buffer): string | undefined {
  if (before.length + chunk.length > longestPartialHead || endsHead(chunk)) return undefined
  const text = before + chunk.toString('latin1')
  return isPartialHead(text) ? text : undefined
}

/** Whether there is an empty line at the end, as of most requests that have no body. */
function endsHead(chunk: Buffer): boolean {
  const last = chunk.length - 1
  return chunk[last] === 10 && chunk[last - 1] === 13 && chunk[last - 2] === 10 && chunk[last - 3] === 13
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
