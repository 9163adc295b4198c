import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Coverage } from './coverage.ts'
import { fuzz, seeded } from './fuzz.ts'
import { type FuzzTarget, fuzzTargets } from './targets.ts'

/** `pnpm fuzz --minutes N [--target NAME] [--seed N]`: fuzzes each target for its share of the time. */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    target: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})
const targets = fuzzTargets.filter(({ name }) => values.target === undefined || name === values.target)
const share = (Number(values.minutes) * 60_000) / targets.length
if (!(share > 0)) throw new Error('--minutes wants a number, and --target one of the targets')
console.log(`seed ${values.seed}`)
const crashed = targets.filter(target => !isSound(target))
process.exitCode = crashed.length === 0 ? 0 : 1

function isSound(target: FuzzTarget): boolean {
  const coverage = new Coverage()
  const end = performance.now() + share
  const { runs, corpus, crash } = fuzz(target, seeded(Number(values.seed)), coverage, () => performance.now() > end)
  console.log(`${target.name}: ${runs} runs, ${corpus} inputs kept, ${coverage.blocks} blocks`)
  coverage.stop()
  if (crash === undefined) return true
  console.error(crash.error, `\nwritten to ${keep(target, crash.input)}`)
  return false
}

/** A crash becomes a case: the tests run every file of this folder. */
function keep(target: FuzzTarget, input: Buffer): string {
  const folder = join(import.meta.dirname, 'crashes', target.name)
  mkdirSync(folder, { recursive: true })
  const file = join(folder, createHash('sha256').update(input).digest('hex').slice(0, 16))
  writeFileSync(file, input)
  return file
}
