import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { ProxyHandler } from '../handler.ts'
import { countClosed, countOpened, isTooLarge, type Tally } from './http2-limits.ts'
import { ProxyHttp2Request } from './http2-request.ts'
import { ProxyHttp2Response } from './http2-response.ts'

/**
 * Lets `handler` answer what is asked on a session over `socket`. Node has classes for that too, but theirs cost as much
 * again as the stream itself: eleven listeners for each, and a frame of its own for the end of each response.
 */
export function serveStreams(tally: Tally, socket: TLSSocket, handler: ProxyHandler): void {
  tally.session.on('stream', (stream, headers, _flags, rawHeaders) => {
    if (!countOpened(tally, stream)) return
    const request = new ProxyHttp2Request(stream, headers, rawHeaders, socket, tally)
    const response = new ProxyHttp2Response(stream, request)
    ;(stream as Carrying)[carried] = response
    stream.on('error', ignore)
    stream.on('close', onClose)
    if (isTooLarge(rawHeaders, tally.limits)) stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)
    else if (awaitsContinue(headers)) handler.checkContinue(request as never, response as never)
    else handler.request(request as never, response as never)
  })
}

const carried = Symbol('ingot.http2Messages')

type Carrying = ServerHttp2Stream & { [carried]?: ProxyHttp2Response }

/** One listener for all streams. The request hears of the end first: what it had to tell counts. */
function onClose(this: Carrying): void {
  const response = this[carried]!
  countClosed(response.req.tally, this)
  response.req.onStreamClosed()
  response.onStreamClosed()
}

/** A stream's error is its reset, which the messages hear of by its end. */
function ignore(): void {}

function awaitsContinue(headers: IncomingHttpHeaders): boolean {
  return headers.expect === '100-continue' && headers[':method'] !== 'CONNECT'
}
