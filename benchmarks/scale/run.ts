/** Measures scale alone. */
import { readArguments } from '../support/arguments.ts'
import { runToEnd } from '../support/cleanup.ts'
import { writeResult } from '../support/results.ts'
import { measureScale } from './measure-scale.ts'

const usage = `pnpm bench:scale [COUNT...] [--keep]
  Reads and serves so many Ingresses, 100000 if none is named. --keep puts what was
  found in the place of what is kept.`

const { values, positionals } = readArguments(usage, { allowPositionals: true, options: { keep: { type: 'boolean' } } })
const counts = positionals.length > 0 ? positionals.map(Number) : [100_000]

await runToEnd(async () => {
  const result = await measureScale(counts, 'pnpm bench:scale')
  if (values.keep === true) await writeResult('scale', result)
  else console.log(JSON.stringify(result, null, 1))
})
