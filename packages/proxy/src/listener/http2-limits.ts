import { constants, type ServerHttp2Session, type ServerHttp2Stream, type ServerOptions } from 'node:http2'
import type { Socket } from 'node:net'
import { forgetFrames } from '../transport/forget-frames.ts'

/** What one client may do on an HTTP/2 connection before it is told to calm down. Times in milliseconds. */
export interface Http2Limits {
  /** Requests at once. Default: 100. */
  readonly maxConcurrentStreams: number
  /** Bytes of a request's fields, counted as RFC 9113 6.5.2 does. Default: 32,768. */
  readonly maxHeaderListSize: number
  /** Bytes of memory for a connection, in whole MiB; further requests are refused beyond. Default: 10 MiB. */
  readonly maxSessionMemory: number
  /** Requests that did not end well: how many at once, and how many a second on average. Default: 200 and 20. */
  readonly resets: Rate
  /** PING and SETTINGS frames. Default: 100 and 10. */
  readonly controlFrames: Rate
  /** Bytes received that are neither a request's fields nor its body. Default: 262,144 and 65,536. */
  readonly overhead: Rate
  /** How long a connection without a request is kept. Default: 75,000. */
  readonly idleTimeout: number
  /** How long a client may leave a response unread. Default: 60,000. */
  readonly stallTimeout: number
}

/** So many at once, and so many a second on average. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

const mebibyte = 1024 * 1024

/** The limits if none are given. */
export const defaultHttp2Limits: Http2Limits = Object.freeze({
  maxConcurrentStreams: 100,
  maxHeaderListSize: 32 * 1024,
  maxSessionMemory: 10 * mebibyte,
  resets: { burst: 200, perSecond: 20 },
  controlFrames: { burst: 100, perSecond: 10 },
  overhead: { burst: 256 * 1024, perSecond: 64 * 1024 },
  idleTimeout: 75_000,
  stallTimeout: 60_000,
})

/** Bytes of request bodies that may be under way on a connection, and of one of them (RFC 9113 5.2). */
const windows = { connection: 1024 * 1024, stream: 64 * 1024 }

/** Options for an HTTP/2 server that keep within `limits` what Node and nghttp2 look after themselves. */
export function http2Options(limits: Http2Limits): ServerOptions {
  return {
    settings: {
      maxConcurrentStreams: limits.maxConcurrentStreams,
      maxHeaderListSize: limits.maxHeaderListSize,
      initialWindowSize: windows.stream,
      enablePush: false,
      // Extended CONNECT (RFC 8441) is not offered: WebSockets come over HTTP/1.1.
      enableConnectProtocol: false,
    },
    // Windows of all streams, and as much again for what is under way to the client.
    maxSessionMemory: Math.max(1, Math.round(limits.maxSessionMemory / mebibyte)),
    maxOutstandingPings: 4,
    maxSettings: 16,
    maxHeaderListPairs: 256,
    maxSessionInvalidFrames: 32,
    maxSessionRejectedStreams: 64,
    streamResetBurst: limits.resets.burst,
    streamResetRate: limits.resets.perSecond,
    // A response may hold any field twice if its upstream said so, as over HTTP/1.1.
    ...({ strictSingleValueFields: false } as object),
  }
}

/** Whether a head is larger than it may be. Node sees to that too, but only once the client has agreed to the limit. */
export function isTooLarge(rawHeaders: readonly string[], { maxHeaderListSize }: Http2Limits): boolean {
  let size = rawHeaders.length * 16
  for (const text of rawHeaders) size += text.length
  return size > maxHeaderListSize
}

/** What is counted of a session. */
export interface Tally {
  readonly session: ServerHttp2Session
  readonly socket: Socket
  readonly limits: Http2Limits
  readonly resets: Bucket
  readonly controlFrames: Bucket
  readonly overhead: Bucket
  /** Streams that have come since the last look. */
  readonly young: Set<ServerHttp2Stream>
  /** How many streams there are. */
  open: number
  /** Since the last look. */
  bodyBytes: number
  streamsOpened: number
  bytesRead: number
  bytesWritten: number
  idleSince: number
  closedAt: number | undefined
}

const tallies = new Set<Tally>()
let sweep: NodeJS.Timeout | undefined
const sweepInterval = 1_000

/**
 * Watches a session: ends it with ENHANCE_YOUR_CALM when the client resets, pings, changes settings or sends frames that
 * serve no request more than `limits` allow, and closes it when it has been idle. `socket` is the TCP connection below.
 * Of streams it has to be told.
 */
export function guardSession(session: ServerHttp2Session, socket: Socket, limits: Http2Limits): Tally {
  const tally: Tally = {
    ...{ session, socket, limits, young: new Set(), open: 0, bodyBytes: 0, streamsOpened: 0 },
    ...{ bytesRead: 0, bytesWritten: 0, idleSince: performance.now(), closedAt: undefined },
    resets: new Bucket(limits.resets),
    controlFrames: new Bucket(limits.controlFrames),
    overhead: new Bucket(limits.overhead),
  }
  tallies.add(tally)
  sweep ??= setInterval(sweepAll, sweepInterval).unref()
  session.setLocalWindowSize(windows.connection)
  session.on('ping', () => spend(tally, tally.controlFrames, 1))
  session.on('remoteSettings', () => spend(tally, tally.controlFrames, 1))
  session.on('error', forgetFrames)
  session.on('close', () => forget(tally))
  return tally
}

/** Counts a stream that has come. `false` if it was reset before anybody has looked at it: whatever it costs is saved. */
export function countOpened(tally: Tally, stream: ServerHttp2Stream): boolean {
  tally.streamsOpened++
  if (stream.destroyed || stream.closed) {
    spend(tally, tally.resets, 1)
    return false
  }
  tally.young.add(stream)
  tally.open++
  return true
}

/** Counts the end of a stream that was counted. */
export function countClosed(tally: Tally, stream: ServerHttp2Stream): void {
  tally.young.delete(stream)
  if (--tally.open === 0) tally.idleSince = performance.now()
  if (isClientsFault(stream.rstCode)) spend(tally, tally.resets, costOf(stream.rstCode))
}

/** A head that is too large has been read into memory before it is refused; of those nobody may send many. */
function costOf(code: number | undefined): number {
  return code === constants.NGHTTP2_ENHANCE_YOUR_CALM ? 20 : 1
}

/** INTERNAL_ERROR is what the proxy says when the upstream let it down. */
function isClientsFault(code: number | undefined): boolean {
  return code !== undefined && code !== constants.NGHTTP2_NO_ERROR && code !== constants.NGHTTP2_INTERNAL_ERROR
}

function spend(tally: Tally, bucket: Bucket, amount: number): void {
  if (bucket.spend(amount) || tally.session.destroyed) return
  tally.session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  // Whoever floods does not read either, so an orderly end might never come.
  tally.socket.destroySoon()
}

const lingerTime = 2_000

function forget(tally: Tally): void {
  tallies.delete(tally)
  if (tallies.size === 0) {
    clearInterval(sweep)
    sweep = undefined
  }
  const { socket } = tally
  const timer = setTimeout(() => socket.destroy(), lingerTime).unref()
  socket.once('close', () => clearTimeout(timer))
}

function sweepAll(): void {
  for (const tally of tallies) {
    measureOverhead(tally)
    for (const stream of tally.young) lookAt(stream, tally.limits.stallTimeout)
    tally.young.clear()
    if (tally.open === 0 || tally.session.destroyed) closeIdle(tally)
  }
}

/** Where Node can write nothing any more, what was reset would stay for ever, and its session with it. */
function lookAt(stream: ServerHttp2Stream, stallTimeout: number): void {
  if (stream.closed && stream.rstCode !== constants.NGHTTP2_NO_ERROR) stream.destroy()
  else limitStall(stream, stallTimeout)
}

/** Most streams are over before they are looked at for the first time, and never have a timer. */
function limitStall(stream: ServerHttp2Stream, time: number): void {
  stream.setTimeout(time)
  stream.on('timeout', onStall)
}

function onStall(this: ServerHttp2Stream): void {
  if (this.writableLength > 0) this.close(constants.NGHTTP2_CANCEL)
}

/**
 * First in good order (GOAWAY), then, if the client keeps its side open, without it. A session that was destroyed while
 * Node was writing may never say that it is over.
 */
function closeIdle(tally: Tally): void {
  const now = performance.now()
  if (tally.session.closed || tally.session.destroyed) {
    tally.closedAt ??= now
    if (now - tally.closedAt > lingerTime) tally.socket.destroy()
  } else if (now - tally.idleSince > tally.limits.idleTimeout) {
    tally.session.close()
  }
}

// What an honest client needs besides: a frame's and a record's head for each small message it sends, window updates for
// what it receives.
const fairShare = { ofBody: 8, ofResponse: 1 / 16 }

/** Charges a session for what it sent that served no request: a flood of any kind of frame is nothing else. */
function measureOverhead(tally: Tally): void {
  const { socket, limits } = tally
  const read = socket.bytesRead - tally.bytesRead
  const written = socket.bytesWritten - tally.bytesWritten
  const fair =
    tally.streamsOpened * limits.maxHeaderListSize + tally.bodyBytes * fairShare.ofBody + written * fairShare.ofResponse
  tally.bytesRead += read
  tally.bytesWritten += written
  tally.bodyBytes = 0
  tally.streamsOpened = 0
  if (read > fair) spend(tally, tally.overhead, read - fair)
}

/** A token bucket on a monotonic clock. */
class Bucket {
  readonly #rate: Rate
  #left: number
  #at = performance.now()

  constructor(rate: Rate) {
    this.#rate = rate
    this.#left = rate.burst
  }

  /** Whether there was enough left. */
  spend(amount: number): boolean {
    const now = performance.now()
    this.#left = Math.min(this.#rate.burst, this.#left + ((now - this.#at) / 1000) * this.#rate.perSecond) - amount
    this.#at = now
    return this.#left >= 0
  }
}
