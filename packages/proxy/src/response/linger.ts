import type { IncomingMessage } from 'node:http'
import { constants, type ServerHttp2Stream } from 'node:http2'

/** How much of an unwanted body is read so that the client can see the answer, in bytes and milliseconds. */
const limits = { bytes: 256 * 1024, time: 2_000 }

/**
 * Reads and forgets what is left of a request that was answered early. Closing at once would reset the connection, and
 * the client might lose the answer with it; reading for ever would be a gift to whoever sends for ever. `onRead` is
 * called when all is read.
 */
export function lingerUntilRead(request: IncomingMessage, onRead?: () => void) {
  if ('stream' in request) return stopSending(request as IncomingMessage & { readonly stream: ServerHttp2Stream })
  const { socket } = request
  const timer = setTimeout(() => socket.destroy(), limits.time)
  let left = limits.bytes
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) socket.destroy()
  })
  request.on('error', () => {})
  if (onRead !== undefined) request.once('end', onRead)
  request.once('close', () => clearTimeout(timer))
  request.resume()
}

/** HTTP/2 has a word for it: the answer is whole, the rest of the body is not wanted (RFC 9113 8.1). */
function stopSending(request: IncomingMessage & { readonly stream: ServerHttp2Stream }): void {
  const { stream, method } = request
  if (stream.endAfterHeaders) return
  request.resume()
  // The answer's trailers, and with them its end, go out only after this event.
  const lastWord = method === 'HEAD' ? 'finish' : 'wantTrailers'
  stream.once(lastWord, () => setImmediate(() => isStillSending(stream) && stream.close(constants.NGHTTP2_NO_ERROR)))
}

function isStillSending(stream: ServerHttp2Stream): boolean {
  return !stream.closed && !stream.destroyed && stream.state.remoteClose !== 1
}
