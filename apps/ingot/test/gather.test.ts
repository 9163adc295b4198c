import { EventEmitter, on } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { gather } from '../src/gather.ts'

async function* immediately<T>(...items: T[]): AsyncGenerator<T> {
  yield* items
}

async function collect<T>(batches: AsyncIterable<T[]>): Promise<T[][]> {
  const all: T[][] = []
  for await (const batch of batches) all.push(batch)
  return all
}

it('puts what comes in a burst into one batch, in order', async () => {
  expect(await collect(gather(immediately(1, 2, 3), { quiet: 1_000, limit: 10_000 }))).toEqual([[1, 2, 3]])
})

it('yields nothing for a source that ends without an item', async () => {
  expect(await collect(gather(immediately(), { quiet: 1, limit: 1 }))).toEqual([])
})

it('closes a batch when the source is quiet, and loses nothing that comes later', async () => {
  const events = new EventEmitter()
  const batches = gather(on(events, 'item'), { quiet: 5, limit: 10_000 })
  const first = batches.next()
  events.emit('item', 1)
  expect((await first).value).toEqual([[1]])
  events.emit('item', 2)
  events.emit('item', 3)
  expect((await batches.next()).value).toEqual([[2], [3]])
})

it('closes a batch at its limit although the source is never quiet', async () => {
  async function* busy(): AsyncGenerator<number> {
    for (let index = 0; ; index++) {
      await sleep(1)
      yield index
    }
  }
  const batches = gather(busy(), { quiet: 10_000, limit: 20 })
  const { value } = await batches.next()
  expect(value![0]).toBe(0)
})

it('passes on the failure of its source', async () => {
  async function* failing(): AsyncGenerator<number> {
    yield 1
    throw new Error('source failed')
  }
  await expect(collect(gather(failing(), { quiet: 1, limit: 1 }))).rejects.toThrow('source failed')
})
