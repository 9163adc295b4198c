import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { LogBatches } from '../../src/data-plane/log-batches.ts'

it('sends what comes within a while as one message, in order', async () => {
  const sent: string[] = []
  const lines = new LogBatches(text => sent.push(text))
  lines.write('a\n')
  lines.write('b\n')
  expect(sent).toEqual([])
  while (sent.length === 0) await sleep(5)
  lines.write('c\n')
  lines.flush()
  expect(sent).toEqual(['a\nb\n', 'c\n'])
})

it('does not wait with much', () => {
  const sent: string[] = []
  const lines = new LogBatches(text => sent.push(text))
  const line = `${'x'.repeat(1_000)}\n`
  for (let i = 0; i < 66; i++) lines.write(line)
  expect(sent.join('').length).toBeGreaterThan(64 * 1024)
  lines.flush()
  expect(sent.join('')).toBe(line.repeat(66))
})

it('sends nothing when there is nothing', () => {
  const sent: string[] = []
  new LogBatches(text => sent.push(text)).flush()
  expect(sent).toEqual([])
})
