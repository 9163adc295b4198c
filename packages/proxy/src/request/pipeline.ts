import type { IncomingMessage } from 'node:http'
import { failure } from '../failure.ts'
import type { ClientConnection } from './client-connection.ts'

/**
 * How many requests of one connection may wait behind the one that is served. Node reads on while they do, and each takes
 * one or two kilobytes: without a limit one client could fill the memory. Over HTTP/2 as many may be open at once.
 */
const MOST_WAITING = 100

const tooMany = failure('bad-request', 'pipelining')

/**
 * Whether a request has to wait for the one before it on the connection: of two that change something, the second must
 * not overtake the first (RFC 9112 9.3.2).
 */
export function mustWait({ open, isEnding }: ClientConnection, request: IncomingMessage): boolean {
  if (request.httpVersionMajor >= 2) return false
  const { socket } = request
  return open.length > 0 || isEnding || socket.destroyed || socket.writableEnded
}

/**
 * Has `begin` called when the turn of a request comes; where the connection ends before, never. A client that sends more
 * requests than can wait loses its connection, and the answer that is due tells it why.
 */
export function waitForTurn({ open, waiting, isEnding }: ClientConnection, begin: () => void): void {
  if (isEnding || open.length === 0) return
  if (waiting.length < MOST_WAITING) waiting.push(begin)
  else open[0]!.fail(tooMany)
}
