import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Coverage } from './fuzz/coverage.ts'
import { fuzz, seeded } from './fuzz/fuzz.ts'
import { fuzzTargets } from './fuzz/targets.ts'

const crashes = (name: string): string[] => {
  const folder = join(import.meta.dirname, 'fuzz', 'crashes', name)
  return existsSync(folder) ? readdirSync(folder).map(file => join(folder, file)) : []
}

describe.each(fuzzTargets.map(target => [target.name, target] as const))('what reads %s', (name, target) => {
  it('holds out against 300 changed inputs, led by the code they run', () => {
    const coverage = new Coverage()
    const { runs, crash } = fuzz(target, seeded(1), coverage, done => done >= 300)
    coverage.stop()
    expect(crash).toBeUndefined()
    expect(runs).toBe(300)
  }, 60_000)

  it('holds out against every input that once was a crash', () => {
    for (const file of crashes(name)) expect(() => target.run(readFileSync(file)), file).not.toThrow()
  })
})

it('the fuzzer finds a bug that only code it was led to can show', () => {
  const coverage = new Coverage()
  const hidden = { name: 'hidden', seeds: [Buffer.from('aaaa')], words: ['b'], run: hasBug }
  const { crash } = fuzz(hidden, seeded(7), coverage, done => done >= 20_000)
  coverage.stop()
  expect(crash?.input.toString()).toMatch(/^bbbb/)
}, 60_000)

function hasBug(input: Buffer): void {
  if (input[0] === 98 && input[1] === 98 && input[2] === 98 && input[3] === 98) throw new Error('found')
}
