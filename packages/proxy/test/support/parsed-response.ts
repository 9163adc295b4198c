import { request } from 'node:http'
import { Duplex } from 'node:stream'
import { ResponseParser, type ResponseProblem } from '../../src/transport/http1-response-parser.ts'

/** What a reader made of some bytes. */
export interface ParsedResponse {
  readonly status: number
  readonly headers: readonly string[]
  readonly body: string
  readonly trailers: readonly string[]
}

export interface Reading {
  /** The final response, if it is whole. */
  readonly response: ParsedResponse | undefined
  readonly interim: readonly number[]
  readonly problem: ResponseProblem | undefined
  /** Bytes that were left over once the response was whole. */
  readonly surplus: number
  /** Whether the connection could be used again. */
  readonly keepsAlive: boolean
}

/** Reads with the strict parser, in pieces that begin at `cuts`. */
export function readStrictly(bytes: Buffer, cuts: readonly number[], isHead = false, maxHead = 65_536): Reading {
  const interim: number[] = []
  const body: Buffer[] = []
  let begun: { status: number; headers: readonly string[]; keepsAlive: boolean } | undefined
  let trailers: readonly string[] | undefined
  const parser = new ResponseParser(
    {
      onInformation: status => interim.push(status),
      onHead: head => {
        begun = head
      },
      onBody: chunk => body.push(Buffer.from(chunk)),
      onComplete: fields => {
        trailers = fields
      },
    },
    maxHead,
  )
  parser.begin(isHead)
  const { problem, surplus } = feed(parser, bytes, cuts)
  const isWhole = begun !== undefined && trailers !== undefined
  return {
    ...{ interim, problem, surplus, keepsAlive: begun?.keepsAlive ?? false },
    response: isWhole
      ? {
          ...{ status: begun!.status, headers: begun!.headers, trailers: trailers! },
          body: Buffer.concat(body).toString('latin1'),
        }
      : undefined,
  }
}

function feed(parser: ResponseParser, bytes: Buffer, cuts: readonly number[]) {
  const borders = [0, ...new Set(cuts.filter(cut => cut > 0 && cut < bytes.length)), bytes.length].sort((a, b) => a - b)
  for (let i = 1; i < borders.length; i++) {
    // Memory that is overwritten afterwards, as a connection's is.
    const piece = Buffer.from(bytes.subarray(borders[i - 1], borders[i]))
    const result = parser.execute(piece)
    piece.fill('!')
    if (typeof result === 'string') return { problem: result, surplus: 0 }
    if (parser.isDone) return { problem: undefined, surplus: result + bytes.length - borders[i]! }
  }
  return { problem: parser.finish(), surplus: 0 }
}

/** Reads with llhttp, by Node's own client; `undefined` for what it does not accept. */
export function readByNode(bytes: Buffer, isHead = false): Promise<ParsedResponse | undefined> {
  return new Promise(done => {
    const connection = new Duplex({
      read() {},
      write(_chunk, _encoding, written) {
        written()
        setImmediate(() => {
          connection.push(bytes)
          connection.push(null)
        })
      },
    })
    const asked = request({ method: isHead ? 'HEAD' : 'GET', createConnection: () => connection, agent: undefined })
    asked.on('error', () => done(undefined))
    asked.on('upgrade', () => done(undefined))
    asked.on('response', response => {
      const body: Buffer[] = []
      response.on('data', chunk => body.push(chunk))
      response.on('error', () => done(undefined))
      response.on('aborted', () => done(undefined))
      response.on('end', () => {
        if (!response.complete) return done(undefined)
        done({
          ...{ status: response.statusCode!, headers: response.rawHeaders, trailers: response.rawTrailers },
          body: Buffer.concat(body).toString('latin1'),
        })
      })
    })
    asked.end()
  })
}
