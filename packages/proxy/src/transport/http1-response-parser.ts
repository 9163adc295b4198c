import type { RawHeaders } from './transport.ts'

/** Hears what is in a response, in order. */
export interface ResponseListener {
  onInformation(status: number, headers: RawHeaders): void
  onHead(head: ResponseHead): void
  /** A piece of the body: a view of the memory that was parsed. */
  onBody(chunk: Buffer): void
  /** The response is whole. */
  onComplete(trailers: RawHeaders): void
}

/** A response's status line and fields. */
export interface ResponseHead {
  readonly status: number
  readonly statusText: string
  readonly headers: RawHeaders
  /** In bytes; `undefined` if the body is chunked or ends with the connection. */
  readonly contentLength: number | undefined
  /** Whether the connection may be used again once the response is whole. */
  readonly keepsAlive: boolean
  /** Seconds after which the upstream closes an idle connection, if it said so. */
  readonly keepAliveSeconds: number | undefined
}

/** What is wrong with a response; a stable word for a log. */
export type ResponseProblem =
  | 'status-line'
  | 'field-name'
  | 'field-value'
  | 'line-end'
  | 'head-too-large'
  | 'content-length'
  | 'transfer-encoding'
  | 'switching-protocols'
  | 'too-many-interim'
  | 'chunk-size'
  | 'chunk-extension'
  | 'chunk-end'
  | 'trailer'
  | 'cut-short'

const HEAD = 0
const LENGTH = 1
const CLOSE = 2
const CHUNK_SIZE = 3
const CHUNK_DATA = 4
const CHUNK_END = 5
const TRAILERS = 6
const DONE = 7

/** Interim responses before the final one: enough for hints, too few for a flood. */
const maxInterim = 32
/** Of a chunk's size line: sixteen digits and some extension. */
const maxSizeLine = 4_096

/**
 * Reads HTTP/1.1 responses one after the other, strictly (RFC 9112): what could be framed in two ways is a problem, and
 * so is a line that ends in anything but CRLF. Knows nothing of sockets; may be given the bytes in any pieces.
 */
export class ResponseParser {
  readonly #listener: ResponseListener
  readonly #maxHead: number
  #state = DONE
  #isHead = false
  #interim = 0
  #left = 0
  /** Bytes of a head, a size line or trailers of which the end has not come. */
  #pending: Buffer | undefined

  constructor(listener: ResponseListener, maxHead: number) {
    this.#listener = listener
    this.#maxHead = maxHead
  }

  /** Begins the response to a request; of one to HEAD there is no body. */
  begin(isHead: boolean): void {
    this.#state = HEAD
    this.#isHead = isHead
    this.#interim = 0
    this.#pending = undefined
  }

  /** Whether no response is awaited: bytes that come now belong to nothing. */
  get isDone(): boolean {
    return this.#state === DONE
  }

  /** Whether not a byte of the awaited response has come. */
  get isUntouched(): boolean {
    return this.#state === HEAD && this.#interim === 0 && this.#pending === undefined
  }

  /**
   * Reads `bytes`. Returns how many were left over once the response was whole, or what is wrong with it.
   * The memory is free to be used again afterwards.
   */
  execute(bytes: Buffer): number | ResponseProblem {
    let at = 0
    while (at < bytes.length) {
      if (this.#state === DONE) return bytes.length - at
      const next = this.#step(bytes, at)
      if (typeof next !== 'number') return next
      at = next
    }
    return 0
  }

  /** The connection has ended. Says what is wrong with that, if anything is. */
  finish(): ResponseProblem | undefined {
    if (this.#state === DONE) return undefined
    if (this.#state !== CLOSE) return 'cut-short'
    this.#complete(noFields)
    return undefined
  }

  #step(bytes: Buffer, at: number): number | ResponseProblem {
    switch (this.#state) {
      case HEAD:
        return this.#readHead(bytes, at)
      case LENGTH:
      case CHUNK_DATA:
        return this.#readCounted(bytes, at)
      case CLOSE:
        this.#listener.onBody(at === 0 ? bytes : bytes.subarray(at))
        return bytes.length
      case CHUNK_SIZE:
        return this.#readChunkSize(bytes, at)
      case CHUNK_END:
        return this.#readChunkEnd(bytes, at)
      default:
        return this.#readTrailers(bytes, at)
    }
  }

  #readCounted(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left)
    this.#left -= end - at
    // The state is right before anyone is told: the listener may give the connection up.
    const isLast = this.#left === 0
    if (isLast && this.#state === CHUNK_DATA) this.#state = CHUNK_END
    this.#listener.onBody(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end))
    if (isLast && this.#state === LENGTH) this.#complete(noFields)
    return end
  }

  #readHead(bytes: Buffer, at: number): number | ResponseProblem {
    const block = this.#takeHead(bytes, at)
    if (typeof block !== 'object') return block
    const lineEnd = block.text.indexOf('\r\n')
    const status = readStatusLine(block.text, lineEnd)
    if (status === 0) return 'status-line'
    const headers: string[] = []
    const problem = readFields(block.text, lineEnd + 2, headers)
    if (problem !== undefined) return problem
    if (status < 200) return this.#interimResponse(status, headers) ?? block.next
    return this.#finalResponse(block.text, lineEnd, status, headers) ?? block.next
  }

  #interimResponse(status: number, headers: RawHeaders): ResponseProblem | undefined {
    if (status === 101) return 'switching-protocols'
    if (++this.#interim > maxInterim) return 'too-many-interim'
    this.#listener.onInformation(status, headers)
    return undefined
  }

  #finalResponse(text: string, lineEnd: number, status: number, headers: RawHeaders): ResponseProblem | undefined {
    const framing = readFraming(headers, text.charCodeAt(7) === ONE)
    if (typeof framing === 'string') return framing
    const hasBody = !this.#isHead && status !== 204 && status !== 304
    const { contentLength, isChunked, keepsAlive, keepAliveSeconds } = framing
    const endsWithConnection = hasBody && !isChunked && contentLength === undefined
    this.#left = contentLength ?? 0
    this.#state = isChunked ? CHUNK_SIZE : endsWithConnection ? CLOSE : LENGTH
    this.#listener.onHead({
      status,
      statusText: text.slice(13, lineEnd),
      headers,
      contentLength,
      keepsAlive: keepsAlive && !endsWithConnection,
      keepAliveSeconds,
    })
    if (!hasBody || (this.#state === LENGTH && this.#left === 0)) this.#complete(noFields)
    return undefined
  }

  #readChunkSize(bytes: Buffer, at: number): number | ResponseProblem {
    const line = this.#takeLine(bytes, at)
    if (typeof line !== 'object') return line
    const { text } = line
    let size = 0
    let digits = 0
    for (; digits < text.length; digits++) {
      const digit = hexDigit(text.charCodeAt(digits))
      if (digit < 0) break
      size = size * 16 + digit
    }
    // Thirteen digits are below 2^53.
    if (digits === 0 || digits > 13) return 'chunk-size'
    if (digits < text.length && !isExtension(text, digits)) return 'chunk-extension'
    this.#left = size
    this.#state = size === 0 ? TRAILERS : CHUNK_DATA
    return line.next
  }

  #readChunkEnd(bytes: Buffer, at: number): number | ResponseProblem {
    const line = this.#takeLine(bytes, at)
    if (typeof line !== 'object') return line === 'line-end' ? 'chunk-end' : line
    if (line.text !== '') return 'chunk-end'
    this.#state = CHUNK_SIZE
    return line.next
  }

  #readTrailers(bytes: Buffer, at: number): number | ResponseProblem {
    const line = this.#takeTrailerBlock(bytes, at)
    if (typeof line !== 'object') return line
    const trailers: string[] = []
    if (line.text !== '\r\n' && readFields(line.text, 0, trailers) !== undefined) return 'trailer'
    if (framesAgain(trailers)) return 'trailer'
    this.#complete(trailers.length === 0 ? noFields : trailers)
    return line.next
  }

  #complete(trailers: RawHeaders): void {
    this.#state = DONE
    this.#listener.onComplete(trailers)
  }

  /** A blank line at once, or fields and a blank line. */
  #takeTrailerBlock(bytes: Buffer, at: number): Block | number | ResponseProblem {
    const whole = this.#join(bytes, at)
    const start = whole === bytes ? at : 0
    if (whole.length - start >= 2 && whole[start] === CR && whole[start + 1] === LF) {
      return this.#taken(bytes, whole, start, start + 2)
    }
    const end = whole.indexOf(blankLine, start)
    if (end !== -1) return this.#taken(bytes, whole, start, end + 4)
    return this.#keep(whole, start, bytes.length)
  }

  /** All up to and with a blank line; the number of bytes read if it has not come. */
  #takeHead(bytes: Buffer, at: number): Block | number | ResponseProblem {
    const whole = this.#join(bytes, at)
    const start = whole === bytes ? at : 0
    const end = whole.indexOf(blankLine, start)
    if (end !== -1) {
      return end + 4 - start > this.#maxHead ? 'head-too-large' : this.#taken(bytes, whole, start, end + 4)
    }
    // What is no head already will not become one, and its blank line may never come.
    return doubt(whole, start) ?? this.#keep(whole, start, bytes.length)
  }

  /** A line without its CRLF. */
  #takeLine(bytes: Buffer, at: number): Block | number | ResponseProblem {
    const whole = this.#join(bytes, at)
    const start = whole === bytes ? at : 0
    const lf = whole.indexOf(LF, start)
    if (lf === -1) {
      return whole.length - start > maxSizeLine ? 'chunk-extension' : this.#keep(whole, start, bytes.length)
    }
    if (lf === start || whole[lf - 1] !== CR) return 'line-end'
    if (lf - start > maxSizeLine) return 'chunk-extension'
    const block = this.#taken(bytes, whole, start, lf + 1)
    return { text: block.text.slice(0, -2), next: block.next }
  }

  /** What was kept of earlier pieces, with what has come now behind it. */
  #join(bytes: Buffer, at: number): Buffer {
    return this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes.subarray(at)])
  }

  #taken(bytes: Buffer, whole: Buffer, start: number, end: number): Block {
    this.#pending = undefined
    // What is behind the end lies at the end of `bytes` too, whether or not something was put in front of it.
    return { text: whole.toString('latin1', start, end), next: bytes.length - (whole.length - end) }
  }

  #keep(whole: Buffer, start: number, read: number): number | ResponseProblem {
    if (whole.length - start > this.#maxHead) return 'head-too-large'
    // A copy: the memory is not the parser's.
    this.#pending = Buffer.from(whole.subarray(start))
    return read
  }
}

interface Block {
  readonly text: string
  /** Where the rest begins, in the bytes that were given. */
  readonly next: number
}

const noFields: RawHeaders = Object.freeze([])
const blankLine = Buffer.from('\r\n\r\n')
const CR = 13
const LF = 10
const ONE = 49
const COLON = 58

/** What is wrong with the beginning of a head, as far as it has come. */
function doubt(bytes: Buffer, start: number): ResponseProblem | undefined {
  const front = bytes.toString('latin1', start, Math.min(start + 7, bytes.length))
  if (!'HTTP/1.'.startsWith(front)) return 'status-line'
  const lf = bytes.indexOf(LF, start)
  return lf !== -1 && bytes[lf - 1] !== CR ? 'line-end' : undefined
}

/** `HTTP/1.1 200 OK`: the status, or 0 if this is none. */
function readStatusLine(text: string, lineEnd: number): number {
  if (lineEnd < 12 || !text.startsWith('HTTP/1.')) return 0
  const minor = text.charCodeAt(7)
  if ((minor !== ONE && minor !== 48) || text.charCodeAt(8) !== 32) return 0
  const status = decimal(text.charCodeAt(9)) * 100 + decimal(text.charCodeAt(10)) * 10 + decimal(text.charCodeAt(11))
  if (!(status >= 100 && status <= 599)) return 0
  if (lineEnd > 12 && text.charCodeAt(12) !== 32) return 0
  for (let i = 13; i < lineEnd; i++) if (VALUE[text.charCodeAt(i)] !== 1) return 0
  return status
}

function decimal(code: number): number {
  return code >= 48 && code <= 57 ? code - 48 : Number.NaN
}

/** Reads the lines from `start` to a blank one into `fields`. */
function readFields(text: string, start: number, fields: string[]): ResponseProblem | undefined {
  const end = text.length - 2
  let at = start
  while (at < end) {
    const nameStart = at
    while (TOKEN[text.charCodeAt(at)] === 1) at++
    if (at === nameStart || text.charCodeAt(at) !== COLON) return 'field-name'
    const name = text.slice(nameStart, at)
    at++
    while (isBlank(text.charCodeAt(at))) at++
    const valueStart = at
    while (VALUE[text.charCodeAt(at)] === 1) at++
    if (text.charCodeAt(at) !== CR) return 'field-value'
    if (text.charCodeAt(at + 1) !== LF) return 'line-end'
    let valueEnd = at
    while (valueEnd > valueStart && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd--
    if (valueEnd < at && isReadInTwoWays(name, text.slice(valueEnd, at))) return 'transfer-encoding'
    fields.push(name, text.slice(valueStart, valueEnd))
    at += 2
  }
  return at === end ? undefined : 'line-end'
}

/** A tab behind `chunked` is blank (RFC 9110 5.5), and to llhttp, which half the world reads with, a part of its name. */
function isReadInTwoWays(name: string, blanksBehind: string): boolean {
  return blanksBehind.includes('\t') && name.toLowerCase() === 'transfer-encoding'
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

interface Framing {
  readonly contentLength: number | undefined
  readonly isChunked: boolean
  readonly keepsAlive: boolean
  readonly keepAliveSeconds: number | undefined
}

/** RFC 9112 6.3, without the leniency: one plain length or `chunked`, never both. */
function readFraming(headers: RawHeaders, isVersion11: boolean): Framing | ResponseProblem {
  let contentLength: number | undefined
  let isChunked = false
  let keepsAlive = isVersion11
  let keepAliveSeconds: number | undefined
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      const value = headers[i + 1]!
      if (contentLength !== undefined || !isPlainNumber(value)) return 'content-length'
      contentLength = Number(value)
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      if (isChunked || !isVersion11 || headers[i + 1]!.toLowerCase() !== 'chunked') return 'transfer-encoding'
      isChunked = true
    } else if (name.length === 10) {
      const lower = name.toLowerCase()
      if (lower === 'connection' && mentionsClose(headers[i + 1]!)) keepsAlive = false
      else if (lower === 'keep-alive') keepAliveSeconds = readKeepAlive(headers[i + 1]!)
    }
  }
  if (isChunked && contentLength !== undefined) return 'transfer-encoding'
  return { contentLength, isChunked, keepsAlive, keepAliveSeconds }
}

/** Whether trailers say how long the body was that came before them. */
function framesAgain(trailers: RawHeaders): boolean {
  for (let i = 0; i < trailers.length; i += 2) {
    const name = trailers[i]!.toLowerCase()
    if (name === 'content-length' || name === 'transfer-encoding') return true
  }
  return false
}

function isPlainNumber(value: string): boolean {
  if (value.length === 0 || value.length > 15) return false
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}

function mentionsClose(value: string): boolean {
  if (value === 'keep-alive') return false
  return value
    .toLowerCase()
    .split(',')
    .some(option => option.trim() === 'close')
}

function readKeepAlive(value: string): number | undefined {
  const seconds = /(?:^|[,;\s])timeout=(\d{1,6})/i.exec(value)?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}

/** `;name=value` and the like (RFC 9112 7.1.1): whatever it says it is ignored, but it must say it properly. */
function isExtension(text: string, start: number): boolean {
  return extensions.test(text.slice(start))
}

const extensions =
  /^(?:;[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*"))?)+$/

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** 1 for each character of a field's name (RFC 9110 5.6.2). */
const TOKEN = Uint8Array.from({ length: 256 }, (_, code) =>
  /[!#$%&'*+.^_`|~0-9A-Za-z-]/.test(String.fromCharCode(code)) ? 1 : 0,
)

/** 1 for each character of a field's value (RFC 9110 5.5): visible, blank, or above ASCII. */
const VALUE = Uint8Array.from({ length: 256 }, (_, code) => (code === 9 || (code >= 32 && code !== 127) ? 1 : 0))
