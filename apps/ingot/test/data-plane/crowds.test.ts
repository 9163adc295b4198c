import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { Crowds } from '../../src/data-plane/crowds.ts'
import { ConnectionCount } from '../../src/telemetry/connection-count.ts'

/** Looks once at each state in turn; the seconds after which memory was given back. Giving it back takes 100 ms. */
function shrunkAfter(states: readonly { connections: number; utilization?: number }[]): number[] {
  const shrunk: number[] = []
  const connections = new ConnectionCount()
  let [now, utilization] = [0, 0]
  const shrink = () => {
    shrunk.push(states.indexOf(state))
    now += 100
  }
  let state = states[0]!
  const crowds = new Crowds({ connections, utilization: () => utilization, shrink }, () => now)
  for (state of states) {
    while (connections.open < state.connections) connections.opened()
    while (connections.open > state.connections) connections.closed()
    utilization = state.utilization ?? 0
    crowds.look()
    now += 1_000
  }
  return shrunk
}

const counts = (...connections: number[]) => connections.map(one => ({ connections: one }))

it('gives memory back when thousands of clients have left, however fast, and once', () => {
  expect(shrunkAfter(counts(0, 2_500, 10, 10, 0))).toEqual([3])
  expect(shrunkAfter(counts(10_000, 9_000, 8_100, 7_999, 7_900))).toEqual([3])
})

it('knows of those who come and leave between two looks', () => {
  const connections = new ConnectionCount()
  let shrunk = 0
  const crowds = new Crowds({ connections, utilization: () => 0, shrink: () => shrunk++ })
  crowds.look()
  for (let one = 0; one < 2_000; one++) connections.opened()
  for (let one = 0; one < 2_000; one++) connections.closed()
  crowds.look()
  crowds.look()
  expect(shrunk).toBe(1)
})

it('waits until no more of them are about to leave', () => {
  expect(shrunkAfter(counts(10_000, 7_000, 3_000, 10, 9))).toEqual([4])
})

it('does nothing as long as they stay, come, or are few', () => {
  expect(shrunkAfter(counts(0, 10_000, 10_000, 12_000, 12_000, 11_000))).toEqual([])
  expect(shrunkAfter(counts(1_999, 0, 1_999, 0))).toEqual([])
})

it('waits while there is more to do', () => {
  const states = [{ connections: 5_000 }, { connections: 0, utilization: 0.9 }, { connections: 0, utilization: 0.3 }]
  expect(shrunkAfter(states)).toEqual([2])
})

it('takes no more than a fiftieth of the time, however often they come and leave', () => {
  const comeAndGo = Array.from({ length: 60 }, (_, index) => ({ connections: index % 3 === 0 ? 3_000 : 0 }))
  expect(shrunkAfter(comeAndGo)).toEqual([2, 8, 14, 20, 26, 32, 38, 44, 50, 56])
})

it('gives back what an ordinary collection keeps', async () => {
  const script = `
    import { getHeapStatistics } from 'node:v8'
    import { setTimeout as sleep } from 'node:timers/promises'
    import { shrinkHeap } from '${new URL('../../src/data-plane/collect-garbage.ts', import.meta.url).href}'
    const size = () => getHeapStatistics().total_heap_size / 1024 / 1024
    let kept = []
    for (let i = 0; i < 1_000_000; i++) kept.push({ i, list: [i] })
    const full = size()
    kept = []
    await sleep(10)
    shrinkHeap()
    console.log(JSON.stringify({ full, left: size() }))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  const { full, left } = JSON.parse(stdout)
  expect(full).toBeGreaterThan(60)
  expect(left).toBeLessThan(20)
})
