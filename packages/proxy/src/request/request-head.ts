import type { IncomingMessage } from 'node:http'
import { normaliseHost } from '@ingot/core'
import { failure, type RequestFailure } from '../failure.ts'
import { headerKind } from './header-kind.ts'
import { refuseMethod } from './method.ts'

/** What a request's head says, once nothing in it can be read in two ways. */
export interface RequestHead {
  /** The value of the one Host field (HTTP/2: `:authority`, else Host); `undefined` if there is none. */
  readonly host: string | undefined
  /** In bytes; `undefined` without Content-Length. */
  readonly contentLength: number | undefined
  readonly hasBody: boolean
  readonly expectsContinue: boolean
  /** The lower-case options of Connection, without `keep-alive` and `close`. */
  readonly connection: readonly string[]
  /** The lower-case protocol of Upgrade if Connection names it too. */
  readonly upgrade: string | undefined
}

/** How much a request's head may hold. */
export interface HeadLimits {
  /** Fields. Default: 200. */
  readonly maxHeaders: number
  /** Bytes of a field's name. Default: 256. */
  readonly maxHeaderName: number
  /** Bytes over HTTP/2, as HTTP/1.1 would spell it; over HTTP/1.1 it is the server that sees to it. Default: 16,384. */
  readonly maxBytes: number
}

/** The limits of {@link readRequestHead} if none are given. */
export const defaultHeadLimits: HeadLimits = { maxHeaders: 200, maxHeaderName: 256, maxBytes: 16 * 1024 }

const refusals = {
  duplicateHost: failure('bad-host', 'duplicate-host'),
  missingHost: failure('bad-host', 'missing-host'),
  differingHost: failure('bad-host', 'host-differs-from-authority'),
  transferEncoding: failure('bad-request', 'transfer-encoding'),
  transferEncodingVersion: failure('bad-request', 'transfer-encoding-in-http-1.0'),
  contentLength: failure('bad-request', 'content-length'),
  lengthAndEncoding: failure('bad-request', 'content-length-with-transfer-encoding'),
  expectation: failure('expectation-failed'),
  version: failure('unsupported-version'),
  tooLarge: failure('head-too-large'),
  tooManyHeaders: failure('head-too-large', 'header-count'),
  headerName: failure('head-too-large', 'header-name'),
}

const noOptions: readonly string[] = Object.freeze([])

/**
 * Reads a request's head from its raw fields, before anything else looks at it, and refuses whatever two readers could
 * understand differently: a second Host (RFC 9112 3.2), any transfer coding but `chunked` (6.1), Content-Length beside
 * Transfer-Encoding (6.1), a length that is not plain digits below 2^53 (6.3), expectations other than `100-continue`
 * (RFC 9110 10.1.1), and methods that HTTP/1.1 would not take either (9.1).
 */
export function readRequestHead(
  request: IncomingMessage,
  limits: HeadLimits = defaultHeadLimits,
): RequestHead | RequestFailure {
  const http2 = isHttp2(request)
  const refused = refuseRequestLine(request, http2)
  if (refused !== undefined) return refused
  const raw = request.rawHeaders
  if (raw.length > limits.maxHeaders * 2) return refusals.tooManyHeaders
  if (http2 && spelledLength(raw) > limits.maxBytes) return refusals.tooLarge
  let host: string | undefined
  let authority: string | undefined
  let contentLength: number | undefined
  let chunked = false
  let expectsContinue = false
  let connection = noOptions
  let upgrade: string | undefined
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    const value = raw[i + 1]!
    if (name.length > limits.maxHeaderName) return refusals.headerName
    switch (headerKind(name)) {
      case 'host':
        if (host !== undefined) return refusals.duplicateHost
        host = value
        break
      case 'content-length': {
        const length = parseLength(value)
        if (length === undefined || contentLength !== undefined) return refusals.contentLength
        contentLength = length
        break
      }
      case 'transfer-encoding':
        if (request.httpVersion !== '1.1') return refusals.transferEncodingVersion
        if (chunked || value.toLowerCase() !== 'chunked') return refusals.transferEncoding
        chunked = true
        break
      case 'expect':
        if (expectsContinue || value.toLowerCase() !== '100-continue') return refusals.expectation
        expectsContinue = true
        break
      case 'connection':
        connection = addOptions(connection, value)
        break
      case 'upgrade':
        upgrade = upgrade === undefined ? value.toLowerCase() : `${upgrade},${value.toLowerCase()}`
        break
      case undefined:
        if (http2 && name === ':authority') authority = value
    }
  }
  if (chunked && contentLength !== undefined) return refusals.lengthAndEncoding
  if (authority !== undefined) {
    if (host !== undefined && !isSameHost(host, authority)) return refusals.differingHost
    host = authority
  }
  if (host === undefined && request.httpVersion !== '1.0') return refusals.missingHost
  return {
    host,
    contentLength,
    hasBody: http2 ? !endsWithHead(request) : chunked || (contentLength !== undefined && contentLength > 0),
    expectsContinue,
    connection,
    upgrade: mayUpgrade(request) && connection.includes('upgrade') ? upgrade : undefined,
  }
}

/** With a colon, a space and a line end for each field. */
function spelledLength(raw: readonly string[]): number {
  let length = raw.length * 2
  for (const text of raw) length += text.length
  return length
}

/** After normalisation (semantics 1.1); one that cannot be normalised is the same as none. */
function isSameHost(host: string, authority: string): boolean {
  if (host === authority) return true
  const normal = normaliseHost(host)
  return typeof normal === 'string' && normal === normaliseHost(authority)
}

/**
 * Whether a request may ask for another protocol at all. HTTP/1.0 cannot (RFC 9110 7.8), and of the methods GET is the one
 * that opens a WebSocket (RFC 6455 4.1) and whose answer, if it is no, nobody can frame in another way.
 */
export function mayUpgrade({ httpVersion, method }: IncomingMessage): boolean {
  return httpVersion === '1.1' && method === 'GET'
}

function isHttp2(request: IncomingMessage): boolean {
  return request.httpVersionMajor === 2 && 'stream' in request
}

function endsWithHead(request: IncomingMessage): boolean {
  return (request as unknown as { stream: { endAfterHeaders?: boolean } }).stream.endAfterHeaders === true
}

function refuseRequestLine(request: IncomingMessage, http2: boolean): RequestFailure | undefined {
  const { httpVersion } = request
  if (httpVersion !== '1.1' && httpVersion !== '1.0' && !http2) return refusals.version
  return refuseMethod(request.method ?? '', httpVersion)
}

/** RFC 9110 8.6: digits only. From 2^53 on a number no longer holds every length. */
function parseLength(value: string): number | undefined {
  if (value.length === 0 || value.length > 16) return undefined
  let length = 0
  for (let i = 0; i < value.length; i++) {
    const digit = value.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return undefined
    length = length * 10 + digit
  }
  return length <= Number.MAX_SAFE_INTEGER ? length : undefined
}

function addOptions(known: readonly string[], value: string): readonly string[] {
  if (value === 'keep-alive' || value === 'close') return known
  const options = value
    .toLowerCase()
    .split(',')
    .map(option => option.trim())
    .filter(option => option !== '' && option !== 'keep-alive' && option !== 'close')
  return options.length === 0 ? known : [...known, ...options]
}
