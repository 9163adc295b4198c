import { constants } from 'node:http2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  flag,
  frame,
  headersFrame,
  type RawHttp2,
  rawHttp2,
  type,
} from '../../../../packages/proxy/test/support/http2-frames.ts'
import {
  type RecordingUpstream,
  recordingUpstream,
} from '../../../../packages/proxy/test/support/recording-upstream.ts'
import { http2Request, http2Session } from '../../../../packages/proxy/test/support/secure-proxy.ts'
import { attack, http2Attacks } from '../hostile/http2-attacks.ts'
import { brokenConnections, brokenStreams, type Http2Case, http2Requests } from '../hostile/http2-requests.ts'
import { type SecureServing, serveSecurely } from './secure-serving.ts'

let upstream: RecordingUpstream
let other: RecordingUpstream
let serving: SecureServing

/** Has the program log, when it gets SIGUSR2, how many HTTP/2 sessions anything still holds. */
const census = `
  import { performServerHandshake } from 'node:http2'
  import { Duplex } from 'node:stream'
  import { queryObjects } from 'node:v8'
  const session = performServerHandshake(new Duplex({ read() {}, write(_, __, done) { done() } }))
  const kind = session.constructor
  session.destroy()
  process.on('SIGUSR2', () => console.log(JSON.stringify({ msg: 'census', sessions: queryObjects(kind) })))`

beforeAll(async () => {
  upstream = await recordingUpstream()
  other = await recordingUpstream()
  const hosts = { 'a.test': { '/': 'web', '/admin': 'other' }, 'b.test': { '/': 'other' } }
  // Node does not always hear of the reset of a connection whose flood it no longer reads: its uploads end by their
  // silence, and then it by being idle.
  const flags = ['--body-idle-timeout', '4s', '--keep-alive-timeout', '4s']
  const options = { env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(census)}` } }
  serving = await serveSecurely(hosts, { web: upstream.port, other: other.port }, flags, options)
})
afterAll(async () => {
  await serving[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
  await other[Symbol.asyncDispose]()
})

async function goodStatus(): Promise<number> {
  const session = await http2Session(serving.ingot.port('https'), 'a.test', serving.ca.pem)
  const { status } = await http2Request(session, { ':authority': 'a.test' })
  session.destroy()
  return status
}

/** Sends a case over a connection of its own, and waits for its answer, a reset or the connection's end. */
async function send({ fields, body }: Http2Case): Promise<RawHttp2> {
  for (const { forget } of [upstream, other]) forget()
  const client = await rawHttp2(serving.ingot.port('https'))
  client.socket.write(headersFrame(1, fields, body === undefined))
  if (body !== undefined) client.socket.write(frame(type.data, flag.endStream, 1, body))
  await client.until(({ kind, stream }) => kind === type.goaway || (stream === 1 && kind !== type.window))
  return client
}

describe.each(Object.entries(http2Requests))('of requests over HTTP/2 about %s', (_, cases) => {
  it.each(cases.filter(({ forwarded }) => forwarded === undefined))('$name reaches nobody', async one => {
    const client = await send(one)
    const answer = client.frames.find(({ kind, stream }) => kind === type.headers && stream === 1)
    // The first byte of a block is the index of `:status`: 8 is 200.
    if (answer !== undefined) expect(answer.payload[0]).not.toBe(0x88)
    // An upload may have begun before its length turned out to be a lie: it must not have ended.
    expect([upstream.requests(), other.bytes()]).toEqual([[], ''])
    client.socket.destroy()
  })

  it.each(cases.filter(({ forwarded }) => forwarded !== undefined))('$name arrives in one form', async one => {
    const client = await send(one)
    const answer = client.frames.find(({ kind, stream }) => kind === type.headers && stream === 1)
    expect(answer?.payload[0]).toBe(0x88)
    expect([upstream.requests(), other.bytes()]).toEqual([[one.forwarded], ''])
    client.socket.destroy()
  })
})

describe('no whole request reaches anybody by a stream over HTTP/2 that breaks off by', () => {
  it.each(Object.entries(brokenStreams))('%s', async (_, frames) => {
    for (const { forget } of [upstream, other]) forget()
    const client = await rawHttp2(serving.ingot.port('https'))
    for (const bytes of frames) client.socket.write(bytes)
    await client.until(({ kind, stream }) => stream === 1 && kind !== type.window, 300)
    expect(client.frames.filter(({ kind, payload }) => kind === type.headers && payload[0] === 0x88)).toEqual([])
    expect([upstream.requests(), other.bytes()]).toEqual([[], ''])
    client.socket.destroy()
  })
})

describe('a connection over HTTP/2 ends, and nobody else’s, with', () => {
  it.each(Object.entries(brokenConnections))('%s', async (_, bytes) => {
    const client = await rawHttp2(serving.ingot.port('https'))
    client.socket.write(bytes)
    await client.until(() => false)
    expect(client.closed).toBe(true)
    const goaway = client.frames.find(({ kind }) => kind === type.goaway)
    expect(goaway?.payload.readUInt32BE(4)).not.toBe(constants.NGHTTP2_NO_ERROR)
  })
})

it('floods of every kind at once are cut off, and good clients served meanwhile, in bounded memory', async () => {
  const end = performance.now() + 3_500
  const attacks = http2Attacks.map(one => attack(serving.ingot.port('https'), one, () => performance.now() > end))
  const session = await http2Session(serving.ingot.port('https'), 'a.test', serving.ca.pem)
  const seen: Record<string, number> = {}
  while (performance.now() < end) {
    for (const status of [(await http2Request(session, { ':authority': 'a.test' })).status, await goodStatus()])
      seen[status] = (seen[status] ?? 0) + 1
  }
  session.destroy()
  const casualties = await Promise.all(attacks)
  expect(casualties.filter(({ opened, cut }) => opened === 0 || cut === 0)).toEqual([])
  expect(Object.keys(seen)).toEqual(['200'])
  expect(await serving.ingot.metric('process_resident_memory_bytes')).toBeLessThan(256 * 2 ** 20)
})

it('after all of them good clients are served, nothing was uncaught, and no connection is left', async () => {
  expect(await goodStatus()).toBe(200)
  expect(serving.ingot.errors).toEqual([])
  expect(serving.ingot.log.filter(({ level }) => Number(level) >= 50)).toEqual([])
  await expect.poll(() => serving.ingot.metric('ingot_connections')).toBe(0)
  await expect.poll(() => serving.ingot.metric('ingot_requests_in_flight')).toBe(0)
})

it('after all of them no session is held, although no attacker has agreed to the settings', async () => {
  await expect.poll(sessionsHeld).toBeLessThanOrEqual(1)
})

async function sessionsHeld(): Promise<number> {
  const { log } = serving.ingot
  const before = log.length
  serving.ingot.signal('SIGUSR2')
  const line = await serving.ingot.logged(one => one.msg === 'census' && log.indexOf(one) >= before)
  return Number(line.sessions)
}
