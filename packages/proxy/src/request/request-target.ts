import type { IncomingMessage } from 'node:http'
import { normaliseHost, normalisePath, type PathOptions } from '@ingot/core'
import { failure, type RequestFailure } from '../failure.ts'
import type { RequestHead } from './request-head.ts'

/** Where a request wants to go: what is matched, and what is forwarded. */
export interface RequestTarget {
  /** Normalised; `''` if the request names none (HTTP/1.0). */
  readonly host: string
  /** The authority as received, for the Host field that is forwarded; `undefined` if the request names none. */
  readonly authority: string | undefined
  /** Normalised; the string that is matched is the string that is forwarded (semantics 8.1). */
  readonly path: string
  /** From the `?` on, byte for byte; `''` without one. */
  readonly query: string
}

const refusals = {
  asterisk: failure('bad-path', 'asterisk-form'),
  form: failure('bad-path', 'target-form'),
  fragment: failure('bad-path', 'fragment'),
  query: failure('bad-path', 'query-character'),
  tooLong: failure('target-too-long'),
}

/** The longest request target that is looked at, in bytes, whatever the server's limit for heads is. */
const maxTarget = 16 * 1024

/**
 * Splits a request target into what is routed. In absolute form the authority is the target's and Host is ignored
 * (semantics 1.2); asterisk and authority form belong to no route (1.3); a raw `#` is refused (7.1). HTTP/2 has but the
 * origin form.
 */
export function readRequestTarget(
  request: IncomingMessage,
  head: RequestHead,
  options: PathOptions,
): RequestTarget | RequestFailure {
  const url = request.url ?? ''
  if (url.length > maxTarget) return refusals.tooLong
  if (url.includes('#')) return refusals.fragment
  if (url.charCodeAt(0) === SLASH && isHttpScheme(request)) return readOrigin(url, 0, head.host, options)
  if (url === '*') return refusals.asterisk
  const start = request.httpVersionMajor < 2 ? schemeLength(url) : 0
  if (start === 0) return refusals.form
  // Host is ignored, but one that is not even well-formed says that nothing here can be relied on.
  const host = normaliseHost(head.host)
  if (typeof host !== 'string') return host
  const end = authorityEnd(url, start)
  return readOrigin(url, end, url.slice(start, end), options)
}

const SLASH = 47
const QUESTION_MARK = 63

function readOrigin(
  url: string,
  start: number,
  authority: string | undefined,
  options: PathOptions,
): RequestTarget | RequestFailure {
  const host = normaliseHost(authority)
  if (typeof host !== 'string') return host
  const mark = url.indexOf('?', start)
  const end = mark === -1 ? url.length : mark
  const path = normalisePath(start === end ? '/' : url.slice(start, end), options)
  if (typeof path !== 'string') return path
  const query = mark === -1 ? '' : url.slice(mark)
  if (!isVisible(query)) return refusals.query
  return { host, authority, path, query }
}

/** The length of `http://` or `https://` if the target begins so. The scheme itself decides nothing (semantics 1.2). */
function schemeLength(url: string): number {
  const start = url.slice(0, 8).toLowerCase()
  if (start.startsWith('http://')) return 7
  return start === 'https://' ? 8 : 0
}

/** HTTP/2 names the scheme beside the path (RFC 9113 8.3.1); which of the two decides nothing, but it is one of them. */
function isHttpScheme(request: IncomingMessage): boolean {
  if (request.httpVersionMajor < 2) return true
  const { scheme } = request as unknown as { scheme?: string }
  return scheme === 'https' || scheme === 'http'
}

function authorityEnd(url: string, start: number): number {
  for (let i = start; i < url.length; i++) {
    const code = url.charCodeAt(i)
    if (code === SLASH || code === QUESTION_MARK) return i
  }
  return url.length
}

/** Whether a text is of nothing but visible ASCII, as a URI is (RFC 3986 2). Over HTTP/1.1 the parser sees to it. */
function isVisible(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x21 || code > 0x7e) return false
  }
  return true
}
