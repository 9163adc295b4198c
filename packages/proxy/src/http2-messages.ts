import { Http2ServerRequest, Http2ServerResponse, type ServerHttp2Stream } from 'node:http2'
import { tallyOf } from './http2-limits.ts'
import type { RawHeaders } from './transport.ts'

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

/** A response over HTTP/2 that takes what a response of `node:http` takes. */
export class ProxyHttp2Response extends Http2ServerResponse {
  override addTrailers(trailers: object): void {
    const pairs = Array.isArray(trailers) ? (trailers as [string, string][]) : Object.entries(trailers)
    const grouped = groupByName(pairs.flat())
    for (const name of Object.keys(grouped)) super.addTrailers({ [name]: grouped[name]! } as never)
  }

  /** An interim response (RFC 9110 15.2). */
  writeInformation(status: number, headers: RawHeaders): void {
    if (!this.stream.headersSent && !this.stream.destroyed) {
      this.stream.additionalHeaders({ ...groupByName(headers), ':status': status })
    }
  }
}

// Node's class has none, though its type says so.
Object.defineProperty(ProxyHttp2Response.prototype, 'destroyed', {
  get(this: ProxyHttp2Response) {
    return this.stream.destroyed
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
