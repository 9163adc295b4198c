import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { ProxyHandler } from '../handler.ts'
import { afterNextReads, afterReads, type Delayed } from '../transport/after-reads.ts'
import { countClosed, countOpened, isTooLarge, type Tally } from './http2-limits.ts'
import { ProxyHttp2Request } from './http2-request.ts'
import { ProxyHttp2Response } from './http2-response.ts'

/**
 * Lets `handler` answer what is asked on a session over `socket`. Node has classes for that too, but theirs cost as much
 * again as the stream itself: eleven listeners for each, and a frame of its own for the end of each response.
 */
export function serveStreams(tally: Tally, socket: TLSSocket, handler: ProxyHandler): void {
  const beginning = new Beginning(handler)
  tally.session.on('stream', (stream, headers, _flags, rawHeaders) => {
    stream.on('error', ignore)
    // Made now, since trailers that come with the head are told only to who listens.
    const request = new ProxyHttp2Request(stream, headers, rawHeaders, socket, tally)
    if (isTooLarge(rawHeaders, tally.limits)) refuse(request)
    else beginning.add(request)
  })
}

/** Requests of one session that begin in a turn of the event loop. The others' next turn is not far. */
const bite = 16

/**
 * Begins the requests of a session once all that has come with them is read, and a few at a time. Until then a reset may
 * come: of a flood of streams that are opened and reset (CVE-2023-44487) hardly any gets as far as an endpoint. And who
 * asks for a hundred things at once keeps others waiting no longer than who asks for a few.
 */
class Beginning implements Delayed {
  readonly #handler: ProxyHandler
  #waiting: ProxyHttp2Request[] = []

  constructor(handler: ProxyHandler) {
    this.#handler = handler
  }

  add(request: ProxyHttp2Request): void {
    if (this.#waiting.push(request) === 1) afterReads(this)
  }

  onReadsDone(): void {
    const requests = this.#waiting
    let begun = 0
    let at = 0
    while (at < requests.length && begun < bite) if (begin(requests[at++]!, this.#handler)) begun++
    this.#waiting = requests.slice(at)
    if (this.#waiting.length > 0) afterNextReads(this)
  }
}

/** `false` if the stream is over already. */
function begin(request: ProxyHttp2Request, handler: ProxyHandler): boolean {
  const response = responseTo(request)
  if (response === undefined) return false
  if (awaitsContinue(request.headers)) handler.checkContinue(request as never, response as never)
  else handler.request(request as never, response as never)
  return true
}

/** At once: heads that are too large are not to be kept. */
function refuse(request: ProxyHttp2Request): void {
  if (responseTo(request) !== undefined) request.stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)
}

/** `undefined` if the stream is over already. */
function responseTo(request: ProxyHttp2Request): ProxyHttp2Response | undefined {
  const { stream, tally } = request
  if (!countOpened(tally, stream)) return undefined
  const response = new ProxyHttp2Response(stream, request)
  ;(stream as Carrying)[carried] = response
  stream.on('close', onClose)
  return response
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
