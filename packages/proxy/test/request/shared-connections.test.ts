import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionLimit } from '../../src/request/connection-limit.ts'
import { SharedConnections } from '../../src/request/shared-connections.ts'

/** As many threads as counts, all of them this one. */
function threads(count: number, slots?: number): SharedConnections[] {
  const memory = SharedConnections.allocate(count, slots)
  return Array.from({ length: count }, (_, thread) => new SharedConnections(memory, thread))
}

describe('requests under way that threads count together', () => {
  it('are those of a client in all of them, and of each client by itself', () => {
    const [one, other] = threads(2) as [SharedConnections, SharedConnections]
    const place = one.begin('a', 2) as number
    expect(other.begin('a', 2)).toEqual(expect.any(Number))
    expect([one.begin('a', 2), other.begin('a', 2)]).toEqual(['too-many', 'too-many'])
    expect(other.begin('b', 2)).toEqual(expect.any(Number))
    one.end(place)
    expect(other.begin('a', 2)).toEqual(expect.any(Number))
  })

  it('are given back when a thread dies, and no others', () => {
    const [one, other] = threads(2) as [SharedConnections, SharedConnections]
    for (const thread of [one, one, other]) thread.begin('a', 3)
    other.giveBack(0)
    expect([other, one, one].map(thread => typeof thread.begin('a', 3))).toEqual(['number', 'number', 'string'])
  })

  it('are counted by each thread alone where there is no room, as a limit does', () => {
    const [shared] = threads(1, 8) as [SharedConnections]
    const places = Array.from({ length: 100 }, (_, i) => shared.begin(`client ${i}`, 1))
    expect(places).toContain('no-room')
    const limit = new ConnectionLimit({ perClient: 1 }, shared)
    for (let i = 0; i < 50; i++) {
      expect(limit.begin(`10.0.0.${i}`)).toBeDefined()
      expect(limit.begin(`10.0.0.${i}`)).toBeUndefined()
    }
  })

  it('take the places of clients that have none', () => {
    const [shared] = threads(1, 8) as [SharedConnections]
    for (let i = 0; i < 1_000; i++) shared.end(shared.begin(`client ${i}`, 1) as number)
    expect(shared.begin('last', 1)).toEqual(expect.any(Number))
  })

  it('admit what a map of counts admits', () => {
    const steps = fc.array(fc.record({ thread: fc.nat(2), client: fc.nat(3), ends: fc.boolean() }), { maxLength: 80 })
    fc.assert(
      fc.property(steps, steps => {
        const all = threads(3)
        const open: { readonly thread: number; readonly client: number; readonly place: number }[] = []
        for (const { thread, client, ends } of steps) {
          const ending = ends ? open.findIndex(one => one.client === client) : -1
          const [over] = ending < 0 ? [] : open.splice(ending, 1)
          if (over !== undefined) all[over.thread]!.end(over.place)
          const place = all[thread]!.begin(`10.0.0.${client}`, 3)
          expect(place === 'too-many').toBe(open.filter(one => one.client === client).length === 3)
          if (typeof place === 'number') open.push({ thread, client, place })
        }
      }),
    )
  })

  it('never exceed what a client may have, and are all over at the end, while two threads count at once', async () => {
    const memory = SharedConnections.allocate(3, 16)
    const code = new URL('../../src/request/shared-connections.ts', import.meta.url)
    // More clients than places, so that places are taken from each other.
    const counting = `
      const { workerData: { memory, thread, seen }, parentPort } = require('node:worker_threads')
      import(${JSON.stringify(code.href)}).then(({ SharedConnections }) => {
        const shared = new SharedConnections(memory, thread)
        const counts = new Int32Array(seen)
        let tooMany = 0
        for (let i = 0; i < 20000; i++) {
          const client = (i * 7 + thread) % 24
          const place = shared.begin('client ' + client, 1)
          if (typeof place !== 'number') continue
          if (Atomics.add(counts, client, 1) > 0) tooMany++
          Atomics.sub(counts, client, 1)
          shared.end(place)
        }
        parentPort.postMessage(tooMany)
      })`
    const seen = new SharedArrayBuffer(24 * 4)
    const workers = [0, 1].map(thread => new Worker(counting, { eval: true, workerData: { memory, thread, seen } }))
    const tooMany = await Promise.all(workers.map(async worker => Number((await once(worker, 'message'))[0])))
    expect(tooMany).toEqual([0, 0])
    const last = new SharedConnections(memory, 2)
    for (let client = 0; client < 24; client++) {
      const place = last.begin(`client ${client}`, 1)
      expect(place).toEqual(expect.any(Number))
      last.end(place as number)
    }
  })
})
