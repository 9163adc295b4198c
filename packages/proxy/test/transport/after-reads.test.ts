import { PassThrough } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { afterNextReads, afterReads, holdWrites } from '../../src/transport/after-reads.ts'

describe('what waits for the end of a turn', () => {
  it('is told in the order in which it came, after everything of the turn, and once', async () => {
    const told: string[] = []
    afterReads({ onReadsDone: () => told.push('first') })
    afterReads({ onReadsDone: () => told.push('second') })
    await Promise.resolve()
    expect(told).toEqual([])
    await nextTurn()
    await nextTurn()
    expect(told).toEqual(['first', 'second'])
  })

  it('is told in the same turn even if another one asks for it while it is told', async () => {
    const told: string[] = []
    afterReads({ onReadsDone: () => afterReads({ onReadsDone: () => told.push('inner') }) })
    await nextTurn()
    expect(told).toEqual(['inner'])
  })

  it('is told a turn later if it puts off the rest, and others meanwhile', async () => {
    const told: string[] = []
    const rest = { onReadsDone: () => told.push('rest') }
    afterReads({
      onReadsDone: () => {
        told.push('some')
        afterNextReads(rest)
        afterReads({ onReadsDone: () => told.push('other') })
      },
    })
    await nextTurn()
    expect(told).toEqual(['some', 'other'])
    await nextTurn()
    expect(told).toEqual(['some', 'other', 'rest'])
  })

  it('is told although one before it throws', async () => {
    const thrown = Promise.withResolvers<unknown>()
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException').once('uncaughtException', thrown.resolve)
    const told = vi.fn()
    afterReads({
      onReadsDone: () => {
        throw new Error('a bug')
      },
    })
    afterReads({ onReadsDone: told })
    expect(await thrown.promise).toMatchObject({ message: 'a bug' })
    await vi.waitFor(() => expect(told).toHaveBeenCalledOnce())
    for (const other of others) process.on('uncaughtException', other)
  })

  it('holds back what is written to a stream until then, and does so anew in the next turn', async () => {
    const stream = new PassThrough()
    for (const text of ['ab', 'cd']) {
      holdWrites(stream)
      stream.write(text[0])
      holdWrites(stream)
      stream.write(text[1])
      expect([stream.writableCorked, stream.read()]).toEqual([1, null])
      await nextTurn()
      expect([stream.writableCorked, String(stream.read())]).toEqual([0, text])
    }
  })
})
