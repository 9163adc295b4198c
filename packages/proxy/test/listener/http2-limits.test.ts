import { EventEmitter } from 'node:events'
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { countClosed, countOpened, defaultHttp2Limits, guardSession } from '../../src/listener/http2-limits.ts'

/*
 * What Node does when it can write nothing to a connection any more cannot be brought about at will: a session that was
 * destroyed never says that it is closed, and a stream that was reset never goes.
 */

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function guarded(state: { destroyed: boolean }) {
  const session = Object.assign(new EventEmitter(), { closed: false, close: vi.fn(), destroy: vi.fn(), ...state })
  session.close.mockImplementation(() => Object.assign(session, { closed: true }))
  Object.assign(session, { setLocalWindowSize: () => {} })
  const socket = Object.assign(new EventEmitter(), { bytesRead: 0, bytesWritten: 0, destroy: vi.fn() })
  socket.destroy.mockImplementation(() => session.emit('close'))
  const tally = guardSession(session as unknown as ServerHttp2Session, socket as unknown as Socket, defaultHttp2Limits)
  return { tally, socket }
}

it('a session that was destroyed and never says that it is closed loses its connection', () => {
  const { socket } = guarded({ destroyed: true })
  vi.advanceTimersByTime(1_500)
  expect(socket.destroy).not.toHaveBeenCalled()
  vi.advanceTimersByTime(4_000)
  expect(socket.destroy).toHaveBeenCalled()
})

it.each([
  [constants.NGHTTP2_ENHANCE_YOUR_CALM, true],
  [constants.NGHTTP2_NO_ERROR, false],
])('a stream that was reset with code %d and does not go is destroyed: %s', (rstCode, isDestroyed) => {
  const { tally, socket } = guarded({ destroyed: false })
  const stream = Object.assign(new EventEmitter(), { destroyed: false, closed: false, rstCode, writableLength: 0 })
  const destroy = vi.fn(() => countClosed(tally, stream as unknown as ServerHttp2Stream))
  Object.assign(stream, { destroy, setTimeout: () => {} })
  countOpened(tally, stream as unknown as ServerHttp2Stream)
  stream.closed = true
  vi.advanceTimersByTime(1_500)
  expect(destroy.mock.calls.length).toBe(isDestroyed ? 1 : 0)
  vi.advanceTimersByTime(defaultHttp2Limits.idleTimeout + 5_000)
  expect(socket.destroy.mock.calls.length > 0).toBe(isDestroyed)
  socket.destroy()
})
