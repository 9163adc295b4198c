import type { Socket } from 'node:net'
import { failure, failureBody, type RequestFailure, statusOf } from '../failure.ts'
import { knownConnection } from './client-connection.ts'
import { hasUnknownMethod } from './method.ts'

const badMessage = failure('bad-request', 'message')

const failures: Readonly<Record<string, RequestFailure>> = {
  HPE_HEADER_OVERFLOW: failure('head-too-large'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: failure('body-too-large', 'chunk-extensions'),
  ERR_HTTP_REQUEST_TIMEOUT: failure('request-timeout'),
}

/**
 * Answers what `node:http` could not read: for the server's `clientError` event. The client is told in one line and the
 * connection is closed, after the answers to the requests that came before on it. Hears of nothing else: an error of a
 * request that has begun ends that request, upstream too.
 */
export function answerClientError(error: Error & { code?: string; rawPacket?: Buffer }, socket: Socket) {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy()
  const reason = clientFailure(error)
  const connection = knownConnection(socket)
  const last = connection?.open.at(-1)
  if (connection === undefined || last === undefined) return endWith(socket, reason)
  connection.isEnding = true
  if (!last.request.complete) return last.fail(reason, error)
  last.response.once('close', () => {
    if (socket.writable) endWith(socket, reason)
  })
}

function clientFailure(error: Error & { code?: string; rawPacket?: Buffer; bytesParsed?: number }): RequestFailure {
  if (error.code === 'HPE_INVALID_METHOD' && isUnknownMethod(error)) return failure('unknown-method')
  return failures[error.code ?? ''] ?? badMessage
}

/** Whether the line the parser stopped in, as far as it has come, asks for a method that nobody knows. */
function isUnknownMethod({ rawPacket, bytesParsed }: { rawPacket?: Buffer; bytesParsed?: number }): boolean {
  if (rawPacket === undefined || bytesParsed === undefined) return false
  const start = rawPacket.lastIndexOf(10, bytesParsed) + 1
  return hasUnknownMethod(rawPacket.toString('latin1', start, start + 256))
}

function endWith(socket: Socket, reason: RequestFailure): void {
  if (socket.writableEnded) return
  const body = failureBody(reason)
  const status = statusOf[reason.code]
  const head = `HTTP/1.1 ${status} ${reason.code}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n`
  socket.end(`${head}Content-Length: ${body.length}\r\n\r\n${body}`, () => socket.destroy())
}
