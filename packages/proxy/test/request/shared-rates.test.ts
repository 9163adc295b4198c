import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RateLimit } from '../../src/request/rate-limit.ts'
import { SharedRates } from '../../src/request/shared-rates.ts'

const second = 1_000_000n

describe('rates that threads share', () => {
  it('count the requests of a client together, and of each client by itself', () => {
    const memory = SharedRates.allocate()
    const [one, other] = [new SharedRates(memory), new SharedRates(memory)]
    const take = (rates: SharedRates, client: string, now: bigint) => rates.take(client, second / 2n, 3, now)
    expect([one, other, one, other, one].map(rates => take(rates, 'a', second))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
    expect(take(other, 'b', second)).toBe(true)
    expect(take(other, 'a', second + second / 2n)).toBe(true)
    expect(take(one, 'a', second + second / 2n)).toBe(false)
  })

  it('admit what a bucket of each client in one thread admits', () => {
    const steps = fc.array(fc.record({ client: fc.nat(5), wait: fc.nat(3_000) }), { maxLength: 60 })
    fc.assert(
      fc.property(steps, steps => {
        const rates = new SharedRates(SharedRates.allocate())
        const limit = new RateLimit({ requestsPerSecond: 1, burst: 3 })
        let now = 1_000
        for (const { client, wait } of steps) {
          now += wait
          const name = `10.0.0.${client}`
          expect(rates.take(name, second, 3, BigInt(now) * 1_000n)).toBe(limit.admits(name, now))
        }
      }),
    )
  })

  it('forget of too many clients those who owe least, and no other', () => {
    const rates = new SharedRates(SharedRates.allocate(8))
    for (let i = 0; i < 3; i++) rates.take('greedy', second, 3, second)
    for (let i = 0; i < 100; i++) rates.take(`client ${i}`, second, 3, second)
    expect(rates.take('greedy', second, 3, second)).toBe(false)
  })

  it('hold while two threads take at once', async () => {
    const memory = SharedRates.allocate()
    const code = new URL('../../src/request/shared-rates.ts', import.meta.url)
    const taking = `
      const { workerData, parentPort } = require('node:worker_threads')
      import(${JSON.stringify(code.href)}).then(({ SharedRates }) => {
        const rates = new SharedRates(workerData)
        let taken = 0
        for (let i = 0; i < 3000; i++) if (rates.take('a', 3_600_000_000n, 1000)) taken++
        parentPort.postMessage(taken)
      })`
    const workers = [0, 1].map(() => new Worker(taking, { eval: true, workerData: memory }))
    const taken = await Promise.all(workers.map(async worker => Number((await once(worker, 'message'))[0])))
    expect(taken.reduce((sum, count) => sum + count)).toBe(1000)
  })

  it('count a client together that two threads meet for the first time at once', async () => {
    const memory = SharedRates.allocate()
    const clients = 5_000
    const code = new URL('../../src/request/shared-rates.ts', import.meta.url)
    const taking = `
      const { workerData, parentPort } = require('node:worker_threads')
      import(${JSON.stringify(code.href)}).then(({ SharedRates }) => {
        const rates = new SharedRates(workerData.memory)
        const arrived = new Int32Array(workerData.gate)
        let taken = 0
        for (let i = 0; i < ${clients}; i++) {
          Atomics.add(arrived, 0, 1)
          while (Atomics.load(arrived, 0) < 2 * (i + 1));
          if (rates.take('client ' + i, 3_600_000_000n, 1)) taken++
        }
        parentPort.postMessage(taken)
      })`
    const workerData = { memory, gate: new SharedArrayBuffer(4) }
    const workers = [0, 1].map(() => new Worker(taking, { eval: true, workerData }))
    const taken = await Promise.all(workers.map(async worker => Number((await once(worker, 'message'))[0])))
    expect(taken.reduce((sum, count) => sum + count)).toBe(clients)
  })
})
