import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const module = new URL('../../src/data-plane/heap-growth.ts', import.meta.url).href

/**
 * The megabytes of V8's space for new objects after `script`, which may `await load(objects)`: so many are made in each
 * turn, and survive for a while.
 */
async function spaceAfter(script: string, ...flags: string[]): Promise<number> {
  const whole = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { setImmediate } from 'node:timers/promises'
    import { boundHeapGrowth } from '${module}'
    async function load(objects = 5_000) {
      const kept = []
      for (let turn = 0; turn < 400; turn++) {
        for (let i = 0; i < objects; i++) kept[i + objects * (turn % 20)] = { turn, list: [turn, i, turn, i] }
        await setImmediate()
      }
    }
    ${script}
    console.log(getHeapSpaceStatistics().find(space => space.space_name === 'new_space').space_size / 1024 / 1024)`
  const args = [...flags, '--input-type=module', '-e', whole]
  return Number((await promisify(execFile)(process.execPath, args)).stdout)
}

/** Not always a power of two, but nearly. */
const doubledOnceMore = 40

/**
 * It is doubled for as long as it has 16 MB at most afterwards. Node tells of a collection some turns later, in which V8
 * may double it once more.
 */
function expectBounded(size: number): void {
  expect(size).toBeGreaterThanOrEqual(8)
  expect(size).toBeLessThan(doubledOnceMore)
}

const usual = 'boundHeapGrowth(); await load()'

it('keeps the space for new objects at 16 or 32 MB, which grows beyond it without the bound', async () => {
  expect(await spaceAfter('await load(20_000)')).toBeGreaterThan(doubledOnceMore)
  expectBounded(await spaceAfter('boundHeapGrowth(); await load(20_000)'))
  const three = [await spaceAfter(usual), await spaceAfter(usual), await spaceAfter(usual)]
  for (const size of three) expectBounded(size)
  expect(Math.min(...three)).toBeLessThanOrEqual(16)
})

it('lets the space grow again that V8 has given back', async () => {
  const giveBack = "gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })"
  expect(await spaceAfter(`boundHeapGrowth(); await load(); ${giveBack}`, '--expose-gc')).toBeLessThan(16)
  // More than once, as what happens to survive decides how far the space grows at a time.
  const loads = 'await load(); await load(); await load()'
  expectBounded(await spaceAfter(`boundHeapGrowth(); ${loads}; ${giveBack}; ${loads}`, '--expose-gc'))
})

it('leaves a size alone that Node was told', async () => {
  expect(await spaceAfter('boundHeapGrowth(); await load()', '--max-semi-space-size=2')).toBeLessThan(16)
  expect(await spaceAfter('boundHeapGrowth(); await load()', '--max-semi-space-size=16')).toBe(32)
})
