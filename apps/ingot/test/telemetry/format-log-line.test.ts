import { expect, it } from 'vitest'
import { formatLogLine } from '../../src/telemetry/format-log-line.ts'

const format = (fields: object) =>
  formatLogLine(JSON.stringify({ level: 30, time: '2026-01-02T03:04:05.678Z', ...fields }))

it('shows time, level, message and fields', () => {
  expect(format({ msg: 'listening', listener: 'http', port: 80, why: 'a b' })).toBe(
    '03:04:05.678 info  listening listener=http port=80 why="a b"',
  )
})

it('shows a request as what was asked, what came of it and who took it', () => {
  const request = { msg: 'request', method: 'GET', protocol: 'http', host: 'a', path: '/x', status: 503, ms: 1.5 }
  expect(format({ ...request, ingress: 'n/i', pathRule: '/', reason: 'no-endpoints', attempts: 0 })).toBe(
    '03:04:05.678 info  GET http://a/x 503 (no-endpoints) in 1.5 ms: n/i /',
  )
  expect(format({ ...request, status: 200, endpoint: '10.0.0.1:80', attempts: 2 })).toBe(
    '03:04:05.678 info  GET http://a/x 200 in 1.5 ms from 10.0.0.1:80 after 2 attempts',
  )
})

it('shows where an error came from', () => {
  expect(format({ level: 50, msg: 'broken', err: { message: 'm', stack: 'Error: m\n    at f' } })).toBe(
    '03:04:05.678 error broken err=Error: m\n    at f',
  )
})

it('lets no control character through to the terminal', () => {
  expect(format({ msg: 'x', text: '\u001b[31m\u0007\u009b' })).toBe('03:04:05.678 info  x text=\\x1b[31m\\x07\\x9b')
})
