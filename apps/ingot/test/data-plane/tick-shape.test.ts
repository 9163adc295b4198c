import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const module = new URL('../../src/data-plane/tick-shape.ts', import.meta.url).href

/** What a script prints, in a Node that can tell shapes apart and collect when it is asked to. */
async function printed(script: string): Promise<string> {
  const flags = ['--allow-natives-syntax', '--expose-gc', '--input-type=module', '-e']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script])
  return stdout.trim()
}

it('keeps an object of the very shape that later calls of nextTick make, after collections without any call', async () => {
  const script = `
    import { createHook } from 'node:async_hooks'
    import { keepTickShape } from '${module}'
    const kept = keepTickShape()
    for (let i = 0; i < 6; i++) gc()
    let later
    createHook({ init(id, type, trigger, resource) { if (type === 'TickObject') later = resource } }).enable()
    process.nextTick(() => console.log(kept !== later && keepTickShape() === kept && %HaveSameMap(kept, later)))`
  expect(await printed(script)).toBe('true')
})

it('leaves no hook behind, which would see what comes next', async () => {
  const script = `
    import { keepTickShape } from '${module}'
    const kept = keepTickShape()
    process.nextTick(() => console.log(keepTickShape() === kept))`
  expect(await printed(script)).toBe('true')
})
