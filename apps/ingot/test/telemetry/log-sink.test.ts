import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { LogSink } from '../../src/telemetry/log-sink.ts'

let folder: string
let fd: number
const file = () => join(folder, 'log')
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ingot-log-'))
  fd = openSync(file(), 'w')
})
afterEach(() => {
  closeSync(fd)
  rmSync(folder, { recursive: true })
})

const line = (msg: string) => `${JSON.stringify({ level: 30, time: '2026-01-02T03:04:05.678Z', msg })}\n`

it('writes lines in their order', async () => {
  const sink = new LogSink('json', fd)
  for (let i = 0; i < 100; i++) sink.write(line(String(i)))
  await sink.end()
  const written = readFileSync(file(), 'utf8').trimEnd().split('\n')
  expect(written.map(text => JSON.parse(text).msg)).toEqual(Array.from({ length: 100 }, (_, i) => String(i)))
})

it('writes for people what it takes as several lines at once', async () => {
  const sink = new LogSink('text', fd)
  sink.write(line('one') + line('two'))
  await sink.end()
  expect(readFileSync(file(), 'utf8')).toBe('03:04:05.678 info  one\n03:04:05.678 info  two\n')
})

it('drops and counts what a full disk does not take, and goes on', async () => {
  const full = openSync('/dev/full', 'w')
  const sink = new LogSink('json', full)
  sink.write(line('a'))
  sink.write(line('b') + line('c'))
  await sink.end()
  expect(sink.dropped).toBe(3)
  sink.flush()
  sink.write(line('d'))
  expect(sink.dropped).toBe(4)
  closeSync(full)
})

it('drops and counts lines beyond what it lets wait', async () => {
  const sink = new LogSink('json', fd)
  const long = `${'x'.repeat(1024 * 1024)}\n`
  for (let i = 0; i < 40; i++) sink.write(long)
  expect(sink.dropped).toBeGreaterThan(20)
  await sink.end()
  expect(sink.dropped + readFileSync(file(), 'utf8').split('\n').length - 1).toBe(40)
})

it('writes each line before going on, once the program is at its end', () => {
  const sink = new LogSink('json', fd)
  sink.flush()
  sink.write(line('last words'))
  expect(readFileSync(file(), 'utf8')).toBe(line('last words'))
})
