import type { Transform } from 'node:stream'
import zlib, { constants, createBrotliCompress, createGzip, type ZlibOptions, type ZstdOptions } from 'node:zlib'
import { joined } from '../request/forward-headers.ts'
import type { RawHeaders } from '../transport/transport.ts'

/** A content coding that can be made. */
export type Encoding = 'gzip' | 'br' | 'zstd'

/** Which responses are compressed, and how. */
export interface CompressionOptions {
  /** What is made, the first being liked best where the client has no preference. Default: zstd, br, gzip. */
  readonly encodings?: readonly Encoding[]
  /** Media types, `text/*` among them, or suffixes such as `+json`. Default: text, JSON, JavaScript, XML, SVG, WebAssembly, fonts. */
  readonly types?: readonly string[]
  /** Bytes below which a response of known length is left alone. Default: 1,024. */
  readonly minBytes?: number
  /** Responses at once: more are sent as they are, so that memory stays bounded. Default: 256. */
  readonly maxAtOnce?: number
}

const defaultTypes = [
  ...['text/*', '+json', '+xml', 'application/json', 'application/javascript', 'application/xml', 'application/wasm'],
  ...['application/x-javascript', 'application/manifest+json', 'font/ttf', 'font/otf', 'image/bmp', 'image/x-icon'],
]

// Whoever streams these counts on each piece as it is.
const neverTypes = ['text/event-stream', 'application/grpc']

/** What is looked at of a request. */
export interface CompressibleRequest {
  readonly method: string
  readonly httpVersion: string
  readonly request: { readonly rawHeaders: RawHeaders }
}

/** Compresses responses that are worth it for clients that want it. */
export class Compression {
  readonly #encodings: readonly Encoding[]
  readonly #types: readonly string[]
  readonly #minBytes: number
  readonly #maxAtOnce: number
  #underWay = 0

  constructor(options: CompressionOptions = {}) {
    this.#encodings = (options.encodings ?? ['zstd', 'br', 'gzip']).filter(isSupported)
    this.#types = options.types ?? defaultTypes
    this.#minBytes = options.minBytes ?? 1_024
    this.#maxAtOnce = options.maxAtOnce ?? 256
  }

  /**
   * Begins to compress a response if it may be and the client wants it, and changes its fields accordingly: Vary tells
   * caches (RFC 9110 12.5.5), a strong ETag becomes a weak one (8.8.1), Content-Length and Accept-Ranges go.
   */
  begin(exchange: CompressibleRequest, status: number, headers: string[]): Encoder | undefined {
    if (!this.#isCompressible(headers)) return undefined
    addVary(headers)
    if (!mayBeChanged(exchange, status, headers) || this.#underWay >= this.#maxAtOnce) return undefined
    const encoding = chooseEncoding(joined(exchange.request.rawHeaders, 'accept-encoding'), this.#encodings)
    if (encoding === undefined) return undefined
    changeFields(headers, encoding)
    this.#underWay++
    return new Encoder(encoding, () => {
      this.#underWay--
    })
  }

  #isCompressible(headers: RawHeaders): boolean {
    const type = (joined(headers, 'content-type') ?? '').split(';', 1)[0]!.trim().toLowerCase()
    if (type === '' || neverTypes.some(never => type.startsWith(never))) return false
    const length = joined(headers, 'content-length')
    if (length !== undefined && Number(length) < this.#minBytes) return false
    return this.#types.some(pattern => matchesType(type, pattern))
  }
}

function isSupported(encoding: Encoding): boolean {
  return encoding !== 'zstd' || typeof zlib.createZstdCompress === 'function'
}

function matchesType(type: string, pattern: string): boolean {
  if (pattern.endsWith('/*')) return type.startsWith(pattern.slice(0, -1))
  return pattern.startsWith('+') ? type.endsWith(pattern) : type === pattern
}

function addVary(headers: string[]): void {
  const vary = joined(headers, 'vary')?.toLowerCase() ?? ''
  const names = vary.split(',').map(name => name.trim())
  if (!names.includes('accept-encoding') && !names.includes('*')) headers.push('Vary', 'Accept-Encoding')
}

// Each of these is about the very bytes that were sent.
const bound = ['content-encoding', 'content-range', 'content-md5', 'digest', 'content-digest', 'repr-digest']

function mayBeChanged({ method, httpVersion }: CompressibleRequest, status: number, headers: RawHeaders): boolean {
  if (method === 'HEAD' || httpVersion === '1.0') return false
  if (status < 200 || status === 204 || status === 206 || status === 304) return false
  if (joined(headers, 'cache-control')?.toLowerCase().includes('no-transform') === true) return false
  return bound.every(name => joined(headers, name) === undefined)
}

function changeFields(headers: string[], encoding: Encoding): void {
  let kept = 0
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const value = headers[i + 1]!
    const lower = name.toLowerCase()
    if (lower === 'content-length' || lower === 'accept-ranges') continue
    headers[kept] = name
    headers[kept + 1] = lower === 'etag' && value.startsWith('"') ? `W/${value}` : value
    kept += 2
  }
  headers.length = kept
  headers.push('Content-Encoding', encoding)
}

/** The members of Accept-Encoding that are looked at: a sensible list is far shorter. */
const maxMembers = 16

/** The coding the client likes best, of those there are (RFC 9110 12.5.3); `undefined` sends the response as it is. */
export function chooseEncoding(accept: string | undefined, encodings: readonly Encoding[]): Encoding | undefined {
  if (accept === undefined) return undefined
  const weights = new Map<string, number>()
  for (const member of accept.toLowerCase().split(',', maxMembers)) {
    const [name, ...parameters] = member.split(';').map(part => part.trim())
    weights.set(name!, readWeight(parameters))
  }
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0
  let best: Encoding | undefined
  for (const encoding of encodings) {
    if (weightOf(encoding) > (best === undefined ? 0 : weightOf(best))) best = encoding
  }
  const asIs = weights.get('identity') ?? 0
  return best !== undefined && weightOf(best) >= asIs ? best : undefined
}

function readWeight(parameters: readonly string[]): number {
  const weight = parameters.find(parameter => parameter.startsWith('q='))
  if (weight === undefined) return 1
  return /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(weight) ? Number(weight.slice(2)) : 0
}

type Zip = Transform & { flush(kind: number): void }

/** What a compressed response is written to. */
export interface EncoderTarget {
  write(chunk: Buffer): boolean
  once(event: 'drain', listener: () => void): unknown
}

/** Milliseconds of the upstream's silence after which what has been compressed so far is sent. */
const quietTime = 10

/** One response on its way through a compressor, which waits for the client as the upstream would. */
export class Encoder {
  readonly #zip: Zip
  readonly #flushKind: number
  readonly #onOver: () => void
  #flushTimer: NodeJS.Timeout | undefined
  #isOver = false

  constructor(encoding: Encoding, onOver: () => void) {
    const { zip, flushKind } = makers[encoding]()
    this.#zip = zip
    this.#flushKind = flushKind
    this.#onOver = onOver
  }

  /** Where the compressed bytes go. `onBytes` hears how many there are, `onFailed` that there will be no more. */
  pipe(target: EncoderTarget, onBytes: (count: number) => void, onFailed: (error: Error) => void): void {
    this.#zip.on('data', (chunk: Buffer) => {
      onBytes(chunk.length)
      if (target.write(chunk)) return
      this.#zip.pause()
      target.once('drain', () => this.#zip.resume())
    })
    this.#zip.on('error', onFailed)
    this.#zip.on('close', () => this.#finish())
  }

  /** `release` is called when the chunk's memory is not needed any more. `false` asks to wait for `drain`. */
  write(chunk: Buffer, release?: () => void): boolean {
    this.#flushTimer ??= setTimeout(() => this.#zip.flush(this.#flushKind), quietTime)
    this.#flushTimer.refresh()
    return this.#zip.write(chunk, release && (() => release()))
  }

  /** What says `drain` when there is room again. */
  get sink(): Transform {
    return this.#zip
  }

  /** No more is to come; `then` is called when all of it has been written to the target. */
  end(then: () => void): void {
    clearTimeout(this.#flushTimer)
    this.#zip.once('end', then)
    this.#zip.end()
  }

  /** Gives up what is not written yet. */
  destroy(): void {
    this.#zip.destroy()
    this.#finish()
  }

  #finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#flushTimer)
    this.#onOver()
  }
}

// Windows of 256 KiB: what a page repeats is nearer than that, and hundreds of responses at once have to fit in memory.
const windowBits = 18

const gzipOptions: ZlibOptions = { level: 5 }
const brotliOptions = {
  params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: windowBits },
}
const zstdOptions: ZstdOptions = {
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_windowLog]: windowBits },
}

const makers: Readonly<Record<Encoding, () => { zip: Zip; flushKind: number }>> = {
  gzip: () => ({ zip: createGzip(gzipOptions), flushKind: constants.Z_SYNC_FLUSH }),
  br: () => ({ zip: createBrotliCompress(brotliOptions), flushKind: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => ({ zip: zlib.createZstdCompress(zstdOptions), flushKind: constants.ZSTD_e_flush }),
}
