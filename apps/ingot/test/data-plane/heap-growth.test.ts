import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const module = new URL('../../src/data-plane/heap-growth.ts', import.meta.url).href

/** The megabytes of V8's space for new objects after a load of which much survives for a while. */
async function spaceAfterLoad(first: string, ...flags: string[]): Promise<number> {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8'
    import { setImmediate } from 'node:timers/promises'
    import { boundHeapGrowth } from '${module}'
    ${first}
    const kept = []
    for (let turn = 0; turn < 400; turn++) {
      for (let i = 0; i < 5_000; i++) kept[i + 5_000 * (turn % 20)] = { turn, list: [turn, i, turn, i] }
      await setImmediate()
    }
    console.log(getHeapSpaceStatistics().find(space => space.space_name === 'new_space').space_size / 1024 / 1024)`
  const args = [...flags, '--input-type=module', '-e', script]
  return Number((await promisify(execFile)(process.execPath, args)).stdout)
}

it('keeps the space for new objects at 16 MB, which grows far beyond it without the bound', async () => {
  expect(await spaceAfterLoad('')).toBeGreaterThan(16)
  expect(await spaceAfterLoad('boundHeapGrowth()')).toBe(16)
})

it('leaves a size alone that Node was told', async () => {
  expect(await spaceAfterLoad('boundHeapGrowth()', '--max-semi-space-size=2')).toBeLessThan(16)
  expect(await spaceAfterLoad('boundHeapGrowth()', '--max-semi-space-size=16')).toBe(32)
})
