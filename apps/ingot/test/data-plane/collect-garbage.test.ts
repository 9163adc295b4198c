import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const module = new URL('../../src/data-plane/collect-garbage.ts', import.meta.url).href

/** How many of 64 objects are still there, which nobody holds beside so many megabytes that are in use. */
async function leftOver(megabytes: number): Promise<number> {
  const script = `
    import { collectGarbage } from '${module}'
    const used = Array.from({ length: ${megabytes} }, () => new Array(131_072).fill(0))
    const garbage = Array.from({ length: 64 }, () => new WeakRef(new Array(131_072).fill(0)))
    setImmediate(() => {
      collectGarbage()
      console.log(garbage.filter(one => one.deref() !== undefined).length, used.length)
    })`
  const args = ['--max-semi-space-size=64', '--min-semi-space-size=64', '--input-type=module', '-e', script]
  return Number.parseInt((await promisify(execFile)(process.execPath, args)).stdout, 10)
}

it('leaves nothing that nobody holds, in a Node that was not started with --expose-gc', async () => {
  expect(await leftOver(64)).toBe(0)
})
