import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { LaterCall } from '../../src/control/later-call.ts'

let calls = 0
let later: LaterCall

beforeEach(() => {
  vi.useFakeTimers()
  calls = 0
  later = new LaterCall(() => (calls += 1), { quiet: 100, limit: 1_000 })
})
afterEach(() => void vi.useRealTimers())

test('does once what was asked for several times in a row', () => {
  for (let wish = 0; wish < 5; wish++) {
    later.ask()
    vi.advanceTimersByTime(99)
  }
  expect(calls).toBe(0)
  vi.advanceTimersByTime(1)
  expect(calls).toBe(1)
  vi.advanceTimersByTime(5_000)
  expect(calls).toBe(1)
})

test('waits no longer than the limit for wishes to cease', () => {
  for (let elapsed = 0; elapsed < 1_000; elapsed += 50) {
    later.ask()
    vi.advanceTimersByTime(50)
  }
  expect(calls).toBe(1)
})

test('does nothing while it is held, and at once afterwards what is overdue', () => {
  later.ask()
  later.hold()
  vi.advanceTimersByTime(1_000)
  later.flush()
  expect(calls).toBe(0)
  later.release()
  expect(calls).toBe(1)
})

test('goes on waiting for quiet after it was held for a short time', () => {
  later.ask()
  later.hold()
  vi.advanceTimersByTime(200)
  later.release()
  expect(calls).toBe(0)
  vi.advanceTimersByTime(100)
  expect(calls).toBe(1)
})

test('does at once what was asked for when it is told to, and nothing that nobody asked for', () => {
  later.flush()
  expect(calls).toBe(0)
  later.ask()
  later.flush()
  vi.advanceTimersByTime(5_000)
  expect(calls).toBe(1)
})

test('forgets what was asked for', () => {
  later.ask()
  later.cancel()
  vi.advanceTimersByTime(5_000)
  expect(calls).toBe(0)
})
