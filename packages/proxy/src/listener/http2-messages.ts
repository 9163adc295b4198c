import { constants, Http2ServerRequest, Http2ServerResponse, type ServerHttp2Stream } from 'node:http2'
import type { RawHeaders } from '../transport/transport.ts'
import { tallyOf } from './http2-limits.ts'

/**
 * A request over HTTP/2 whose body ends only if the client ended it. Node lets a body that was broken off by RST_STREAM
 * end like any other, and an upstream would take the piece for the whole.
 */
export class ProxyHttp2Request extends Http2ServerRequest {
  #isEnded = false

  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    if (chunk !== null) {
      const tally = tallyOf(this.stream.session)
      if (tally !== undefined) tally.bodyBytes += chunk.length
      return super.push(chunk, encoding)
    }
    if (this.#isEnded) return false
    this.#isEnded = true
    if (!wasBrokenOff(this.stream)) return super.push(null)
    this.destroy(new Error('the client reset the stream'))
    return false
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // As node:http does: an error that nobody listens for must not end the process.
    done(this.listenerCount('error') > 0 ? error : null)
  }
}

/** While the response is still to come, only a reset can have closed the stream. */
function wasBrokenOff(stream: ServerHttp2Stream): boolean {
  return stream.aborted || (stream.closed && !stream.writableEnded)
}

/**
 * A response over HTTP/2 that takes what a response of `node:http` takes. As there, the head waits for what comes next in
 * the same turn: a response that has nothing else ends with it, which is how gRPC tells a failure.
 */
export class ProxyHttp2Response extends Http2ServerResponse {
  #isSending = false
  #hasTrailers = false

  override writeHead(status: number, ...rest: unknown[]): this {
    if (this.#isSending) return super.writeHead(status)
    const headers = rest.at(-1)
    for (const name of this.getHeaderNames()) this.removeHeader(name)
    if (Array.isArray(headers))
      for (let i = 0; i < headers.length; i += 2) this.appendHeader(headers[i], headers[i + 1])
    this.statusCode = status
    return this
  }

  flushHeaders(): void {
    if (!this.stream.headersSent && !this.stream.destroyed) this.#send(() => super.writeHead(this.statusCode))
  }

  override write(...args: unknown[]): boolean {
    return this.#send(() => super.write(...(args as [string]))) ?? false
  }

  override end(...args: unknown[]): this {
    if (this.#hasTrailers) this.flushHeaders()
    this.#send(() => super.end(...(args as [])))
    return this
  }

  override addTrailers(trailers: object): void {
    const pairs = Array.isArray(trailers) ? (trailers as [string, string][]) : Object.entries(trailers)
    this.#hasTrailers ||= pairs.length > 0
    super.addTrailers(groupByName(pairs.flat()) as never)
  }

  /** An interim response (RFC 9110 15.2). */
  writeInformation(status: number, headers: RawHeaders = []): void {
    if (!this.stream.headersSent && !this.stream.destroyed) {
      this.stream.additionalHeaders({ ...groupByName(headers), ':status': status })
    }
  }

  /** A head that HTTP/2 cannot carry is found out only here, where nobody expects an exception. */
  #send<R>(action: () => R): R | undefined {
    this.#isSending = true
    try {
      return action()
    } catch {
      this.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
      return undefined
    }
  }
}

// Node's class has no `destroyed`, though its type says so, and takes a response for finished that a reset has ended.
Object.defineProperties(ProxyHttp2Response.prototype, {
  destroyed: {
    get(this: ProxyHttp2Response) {
      return this.stream.destroyed
    },
  },
  writableFinished: {
    get(this: ProxyHttp2Response) {
      return this.stream.writableFinished && !this.stream.aborted
    },
  },
})

function groupByName(raw: RawHeaders): Record<string, string[]> {
  const grouped: Record<string, string[]> = Object.create(null)
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!.toLowerCase()
    const values = grouped[name]
    if (values === undefined) grouped[name] = [raw[i + 1]!]
    else values.push(raw[i + 1]!)
  }
  return grouped
}
